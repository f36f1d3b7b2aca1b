"""Serve what needs nobody's permission: the start, the first day, and the static files."""

from collections.abc import Callable

from framewarden.console import pages, static_files
from framewarden.console.answer import Answer
from framewarden.console.problems import Problem, RefusedError
from framewarden.console.request import Request
from framewarden.console.site import Routes, looks
from framewarden.console.visitors import Visitors
from framewarden.console.way_back import QUEUE


def routes(visitors: Callable[[], Visitors]) -> Routes:
    """Return the routes of the desk's front; a static file needs no visitors."""
    return {
        "/": looks(lambda request: _home(request, visitors())),
        "/first-day": looks(lambda request: _first_day(request, visitors())),
        "/static/<file>": looks(_static),
    }


def _home(request: Request, visitors: Visitors) -> Answer:
    """Send whoever is signed in to the queue; tell others what this is."""
    if visitors.signed_in(request) is not None:
        return Answer(303, headers={"Location": request.root + QUEUE})
    return Answer(200, pages.render("home.html", request.root))


def _first_day(request: Request, visitors: Visitors) -> Answer:
    authority = visitors.signed_in(request)
    visitor = authority.visitor(visitors.clock()) if authority else None
    body = pages.render("first_day.html", request.root, visitor=visitor, here=request.here)
    return Answer(200, body)


def _static(request: Request, file: str) -> Answer:
    served = static_files.serve(file, request.headers.get("if-none-match", ""))
    if served is None:
        raise RefusedError(Problem.NO_PAGE)
    return served
