"""Show the version of the policy that a verdict was reached by."""

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from framewarden.console.answer import Answer
from framewarden.console.inspector import Inspector, inspector_of
from framewarden.console.problems import Problem, RefusedError
from framewarden.console.request import Request
from framewarden.console.site import Routes, looks

if TYPE_CHECKING:
    from framewarden.aws.published import Published

HASH = re.compile(r"[0-9a-f]{64}")


def show(
    inspector: Inspector, published: Callable[[], "Published"], request: Request, policy_hash: str
) -> Answer:
    """Answer GET: one version, rule by rule and as it was published. Nothing changes."""
    authority = inspector_of(inspector.visitors, request)
    version = published().of_hash(policy_hash) if HASH.fullmatch(policy_hash) else None
    if version is None:
        raise RefusedError(Problem.NO_POLICY)
    from framewarden.console.policy_view import view_of

    view = view_of(version, policy_hash)
    return Answer(200, inspector.render("policy.html", request, authority, view=view))


@cache
def _published() -> "Published":
    """Return the versions of a deployed stack's policy."""
    from framewarden import settings
    from framewarden.aws.published import Published

    own = settings.ExecutionPage.read()
    return Published(own.policy_application, own.policy_profile)


def routes(
    inspector: Callable[[], Inspector], published: Callable[[], "Published"] = _published
) -> Routes:
    """Return the routes of policies; both are made when the first one is asked for."""
    return {
        "/policies/<policy_hash>": looks(
            lambda request, **of: show(inspector(), published, request, **of)
        )
    }
