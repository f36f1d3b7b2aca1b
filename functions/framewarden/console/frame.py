"""Tell the story of one frame to engineers and auditors; change nothing."""

import re
from collections.abc import Callable

from framewarden.console.answer import Answer
from framewarden.console.inspector import Inspector, inspector_of
from framewarden.console.problems import Problem, RefusedError
from framewarden.console.request import Request
from framewarden.console.site import Routes, looks

# As we make them; nothing else is looked up.
FRAME_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)


def show(
    inspector: Inspector, evidence_bucket: Callable[[], str], request: Request, frame_id: str
) -> Answer:
    """Answer GET: a frame's story, as the ledger and whatever is left beside it tell it."""
    authority = inspector_of(inspector.visitors, request)
    if not FRAME_ID.fullmatch(frame_id):
        raise RefusedError(Problem.NO_FRAME)
    # Behind the check of who looks: a stranger's address loads no more than it needs.
    from framewarden.console.frame_view import view_of
    from framewarden.telling import tell

    now = inspector.clock()
    story = tell(inspector.sources(), frame_id, now)
    if story is None:
        raise RefusedError(Problem.NO_FRAME)
    view = view_of(story, request.query.get("gone"), evidence_bucket(), now)
    return Answer(200, inspector.render("frame.html", request, authority, view=view))


def _evidence_bucket() -> str:
    from framewarden import settings

    return settings.ExecutionPage.read().evidence_bucket


def routes(
    inspector: Callable[[], Inspector], evidence_bucket: Callable[[], str] = _evidence_bucket
) -> Routes:
    """Return the routes of frames; what they need is read when the first one is asked for."""
    return {
        "/frames/<frame_id>": looks(
            lambda request, **of: show(inspector(), evidence_bucket, request, **of)
        )
    }
