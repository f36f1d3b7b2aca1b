"""Show one execution to engineers and auditors, and what has changed of it since."""

import hashlib
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from framewarden.console import pages
from framewarden.console.answer import Answer
from framewarden.console.authority import Authority
from framewarden.console.inspector import Inspector, inspector_of
from framewarden.console.problems import Problem, RefusedError
from framewarden.console.request import Request
from framewarden.console.site import Routes, looks

if TYPE_CHECKING:
    from framewarden.inspecting import Inspection
    from framewarden.looking import Sources

NUMBER = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)
# The way from an execution's page to the root: what its script fetches is put into that page.
PAGE_ROOT = "../../"


def show(inspector: Inspector, request: Request, machine: str, name: str) -> Answer:
    """Answer GET: an execution as it stands."""
    authority = inspector_of(inspector.visitors, request)
    sources, seen = _inspected(inspector, machine, name)
    if seen is None:
        return _gone(sources, request, machine, name)
    shown = _shown(inspector, request, seen)
    body = inspector.render("execution.html", request, authority, etag=_etag(seen), **shown)
    return Answer(200, body)


def live(inspector: Inspector, request: Request, machine: str, name: str) -> Answer:
    """Answer GET of what may have changed, for the execution's page to take over."""
    inspector_of(inspector.visitors, request)
    _, seen = _inspected(inspector, machine, name)
    if seen is None:
        raise RefusedError(Problem.NO_EXECUTION)
    etag = _etag(seen)
    if request.headers.get("if-none-match", "").removeprefix("W/") == etag:
        return Answer(304, headers={"ETag": etag})
    body = pages.render("execution_live.html", PAGE_ROOT, **_shown(inspector, request, seen))
    return Answer(200, body, headers={"ETag": etag})


def visit(inspector: Inspector, request: Request, machine: str, name: str, number: str) -> Answer:
    """Answer GET: what one visit was given and gave; with `part`, for the execution's page."""
    authority = inspector_of(inspector.visitors, request)
    # Behind the check of who looks, as everything that reads or words an execution.
    from framewarden.console.visit_view import view_of
    from framewarden.inspecting import state_definition, visit_data

    sources = _sources_of(inspector, machine)
    if not NUMBER.fullmatch(number):
        raise RefusedError(Problem.NO_PAGE)
    found = visit_data(sources, machine, name, int(number))
    if found is None:
        raise RefusedError(Problem.NO_PAGE)
    execution, data = found
    view = view_of(execution, data, state_definition(sources, execution, data.visit.state))
    if "part" in request.query:
        return Answer(200, pages.render("visit_data.html", PAGE_ROOT, view=view))
    return Answer(200, _whole(inspector, request, authority, view))


def _whole(inspector: Inspector, request: Request, authority: Authority, view: Any) -> str:
    return inspector.render("visit.html", request, authority, view=view)


def _sources_of(inspector: Inspector, machine: str) -> "Sources":
    """Return what is read.

    Raises
    ------
    RefusedError
        There is no such machine.
    """
    sources = inspector.sources()
    if machine not in sources.executions.machines:
        raise RefusedError(Problem.NO_PAGE)
    return sources


def _inspected(
    inspector: Inspector, machine: str, name: str
) -> tuple["Sources", "Inspection | None"]:
    from framewarden.inspecting import inspect

    sources = _sources_of(inspector, machine)
    return sources, inspect(sources, machine, name, inspector.clock())


def _gone(sources: "Sources", request: Request, machine: str, name: str) -> Answer:
    """Lead to the frame's story, the batch or the adapter whose execution is forgotten."""
    from framewarden.console.run_address import run_address
    from framewarden.looking import run_of

    if run := run_address(machine, name):
        return Answer(303, headers={"Location": f"{request.root}{run[2]}"})
    named = run_of(machine, name)
    if named is None or sources.frames.get(named[0]) is None:
        raise RefusedError(Problem.NO_EXECUTION)
    story = f"{request.root}frames/{named[0]}?{urlencode({'gone': name})}"
    return Answer(303, headers={"Location": story})


def _shown(inspector: Inspector, request: Request, seen: "Inspection") -> dict[str, Any]:
    from framewarden.console.execution_view import view_of

    now = inspector.clock()
    view = view_of(seen, inspector.in_aws(request, seen.execution.arn), now)
    return {"view": view, "now": int(now.timestamp())}


def _etag(seen: "Inspection") -> str:
    """Return what names an execution as it stands, whenever it is looked at."""
    return f'"{hashlib.sha256(repr(seen).encode()).hexdigest()[:16]}"'


def routes(inspector: Callable[[], Inspector]) -> Routes:
    """Return the routes of one execution."""
    path = "/executions/<machine>/<name>"
    return {
        path: looks(lambda request, **of: show(inspector(), request, **of)),
        f"{path}/live": looks(lambda request, **of: live(inspector(), request, **of)),
        f"{path}/visits/<number>": looks(lambda request, **of: visit(inspector(), request, **of)),
    }
