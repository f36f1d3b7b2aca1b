"""List executions: how they stand and how their frames ended, and search among them."""

from collections.abc import Callable

from framewarden.console.answer import Answer
from framewarden.console.inspector import Inspector, execution_path, inspector_of
from framewarden.console.request import Request
from framewarden.console.site import Routes, looks
from framewarden.domain.frames import Home


def show(inspector: Inspector, request: Request) -> Answer:
    """Answer GET: a page of executions, or the one that was searched for. Nothing changes."""
    authority = inspector_of(inspector.visitors, request)
    # Behind the check of who looks: whoever is refused loads no more than that.
    from framewarden.console.executions_asked import Asked
    from framewarden.console.executions_view import view_of
    from framewarden.looking import BATCH
    from framewarden.searching import Found, find

    sources, home = inspector.sources(), Home.of_function(request.function_arn)
    asked = Asked.of(request.query, sources.executions, home)
    means = asked.means
    if means and means.kind == "frame":
        return _to(request, f"frames/{means.frame_id}")
    if means and means.machine and means.name:
        return _to(request, execution_path(means.machine, means.name))
    found = Found([], None) if asked.faults else find(sources, asked.wanted)
    if not found.known and sources.executions.get(BATCH, str(asked.wanted.review_id)):
        # A batch's id is like a review's, and is the name of its first execution.
        return _to(request, execution_path(BATCH, str(asked.wanted.review_id)))
    view = view_of(asked, found, inspector.clock())
    return Answer(200, inspector.render("executions.html", request, authority, view=view))


def _to(request: Request, path: str) -> Answer:
    return Answer(303, headers={"Location": request.root + path})


def routes(inspector: Callable[[], Inspector]) -> Routes:
    """Return the routes of the list; the inspector is made when it is first asked for."""
    return {"/executions": looks(lambda request: show(inspector(), request))}
