"""Route requests to pages, and let nothing out: no exception's text, no query, no name, no note."""

import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from framewarden.console import pages
from framewarden.console.answer import Answer
from framewarden.console.problems import Problem, RefusedError
from framewarden.console.request import Request
from framewarden.console.session import CLEARED
from framewarden.console.way_back import way_back
from framewarden.observability import Document, Handler, LambdaContext, logger

LOOK = ("GET", "HEAD")
# What we make ourselves; anything else in an address is somebody's own text, and stays out of logs.
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,128}")
DEEPEST_FRAMES = 6
TEXT = "text/plain; charset=utf-8"

# The ids in our addresses, by the names that they have in logs.
LOGGED = {
    "review_id": "review_id",
    "channel_id": "channel",
    "name": "execution",
    "frame_id": "frame_id",
    "batch_id": "batch",
}
# Adapters have names as executions have.
LOGGED_ADAPTER = {"name": "adapter"}
ADAPTERS = "/adapters/"

# A browser that keeps such a session would meet the same page for ever.
ENDING = frozenset({Problem.SESSION_FORGED, Problem.NO_ROLE})
# Who meets these gets further by signing in.
BY_SIGNING_IN = ENDING | {
    Problem.SIGN_IN,
    Problem.LINK_TAMPERED,
    Problem.LINK_EXPIRED,
    Problem.CHANNEL_LINK_EXPIRED,
    Problem.LINK_MAY_NOT,
    Problem.LINK_LOOKS_ONLY,
}

Page = Callable[..., Answer]
Routes = Mapping[str, Mapping[str, Page]]


def looks(page: Page) -> dict[str, Page]:
    """Return the methods of a page that changes nothing."""
    return dict.fromkeys(LOOK, page)


def site(step: str, routes: Routes) -> Handler:
    """Return the handler of a function's routes; every other address has a page that says so."""
    resolver = APIGatewayRestResolver(debug=False)
    for rule, methods in routes.items():
        allowed = ", ".join((*methods, "OPTIONS"))
        for method, page in (*methods.items(), ("OPTIONS", _options(allowed))):
            resolver.route(rule, method=method)(_endpoint(resolver, rule, page))
    resolver.not_found(lambda _: _endpoint(resolver, "none", _nowhere)())
    return _guarded(step, resolver)


def _guarded(step: str, resolver: APIGatewayRestResolver) -> Handler:
    def handler(event: Document, context: LambdaContext) -> Any:
        logger.clear_state()
        logger.append_keys(step=step)
        try:
            return resolver.resolve(event, context)  # type: ignore[arg-type]
        except Exception as failure:
            # What reaches API Gateway as an exception may be shown to anybody: an emulator does so.
            _note(failure, context.aws_request_id)
            answer = Answer(500, f"Something failed. Incident {context.aws_request_id}", TEXT)
            headers = {"Content-Type": answer.kind, **answer.all_headers()}
            return {"statusCode": answer.status, "headers": headers, "body": answer.body}

    return handler


def _endpoint(
    resolver: APIGatewayRestResolver, rule: str, page: Page
) -> Callable[..., Response[str]]:
    def endpoint(**path: str) -> Response[str]:
        asked, context = resolver.current_event.raw_event, resolver.lambda_context
        request = Request.of(asked, str(context.invoked_function_arn))
        try:
            answer = page(request, **path)
        except RefusedError as refusal:
            answer = _refused(refusal.problem, request)
        except Exception as failure:
            answer = _failed(failure, request, context.aws_request_id)
        # The answer's own come last, which is what a browser keeps: signing out wins.
        answer = replace(answer, cookies=(*request.renewed, *answer.cookies))
        logger.info(
            "answered",
            extra={
                "route": rule,
                "method": request.method,
                "status": answer.status,
                **_logged(rule, path),
            },
        )
        shown = answer.without_body() if request.method == "HEAD" else answer
        return Response(
            status_code=shown.status,
            content_type=shown.kind,
            headers=shown.all_headers(),
            body=shown.body,
        )

    return endpoint


def _logged(rule: str, path: Mapping[str, str]) -> dict[str, str | None]:
    """Return the ids of an address, by the names that they have in logs."""
    names = LOGGED_ADAPTER if rule.startswith(ADAPTERS) else LOGGED
    return {
        names[name]: value if IDENTIFIER.fullmatch(value) else None
        for name, value in path.items()
        if name in names
    }


def _nowhere(request: Request) -> Answer:
    raise RefusedError(Problem.NO_PAGE)


def _options(allowed: str) -> Page:
    return lambda request, **_: Answer(204, headers={"Allow": allowed})


def _refused(problem: Problem, request: Request) -> Answer:
    """Answer with a problem's page; who only wants to look is sent to sign in, and then back."""
    sign_in = f"{request.root}sign-in?{urlencode({'next': way_back(request.here)})}"
    if problem is Problem.SIGN_IN and request.method in LOOK:
        return Answer(303, headers={"Location": sign_in})
    body = pages.problem_page(
        problem.value, request.root, sign_in=sign_in if problem in BY_SIGNING_IN else None
    )
    return Answer(problem.value.status, body, cookies=CLEARED if problem in ENDING else ())


def _failed(failure: BaseException, request: Request, incident: str) -> Answer:
    """Answer with a reference to the log line of a failure."""
    _note(failure, incident)
    words = Problem.FAILED.value
    return Answer(words.status, pages.problem_page(words, request.root, incident))


def _note(failure: BaseException, incident: str) -> None:
    """Log where something failed; messages are left out, for they quote what they failed on."""
    places = traceback.extract_tb(failure.__traceback__)[-DEEPEST_FRAMES:]
    cause = failure.__cause__ or failure.__context__
    logger.error(
        "page failed",
        extra={
            "incident": incident,
            "error": type(failure).__name__,
            "cause": type(cause).__name__ if cause else None,
            "places": [f"{Path(at.filename).name}:{at.lineno} {at.name}" for at in places],
        },
    )
