"""Serve the control endpoint, ``/_framewarden/…``, before moto sees the request."""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any, cast

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from local.moto_ext import calls, delays, encoder, faults
from local.moto_ext.errors import AwsError
from local.moto_ext.services import SERVICES

PREFIX = "/_framewarden/"
Answer = dict[str, Any] | list[dict[str, Any]]


def health(body: dict[str, Any]) -> Answer:
    """Say that the server is up, and what it serves."""
    account = os.environ.get("MOTO_ACCOUNT_ID")
    return {"status": "ok", "services": list(SERVICES), "account": account}


def drive_encoder(body: dict[str, Any]) -> Answer:
    """Start or stop the encoder of a channel."""
    action = {"start": encoder.start, "stop": encoder.stop}.get(str(body.get("action")))
    if action is None:
        raise ValueError("action is 'start' or 'stop'")
    return {"stream_id": action(str(body.get("channel_arn", "")))}


def add_fault(body: dict[str, Any]) -> Answer:
    """Add a fault."""
    return asdict(faults.add(**body))


def list_faults(body: dict[str, Any]) -> Answer:
    """List the faults that can still strike."""
    return [asdict(fault) for fault in faults.active()]


def clear_faults(body: dict[str, Any]) -> Answer:
    """Forget every fault."""
    faults.clear()
    return {}


def list_calls(body: dict[str, Any]) -> Answer:
    """List the calls, oldest first."""
    return [asdict(call) for call in calls.made()]


def clear_calls(body: dict[str, Any]) -> Answer:
    """Forget every call."""
    calls.clear()
    return {}


def change_delays(body: dict[str, Any]) -> Answer:
    """Change the services' delays."""
    return asdict(delays.change(**body))


Handler = Callable[[dict[str, Any]], Answer]
_ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", "health", health),
    ("POST", "encoder", drive_encoder),
    ("POST", "faults", add_fault),
    ("GET", "faults", list_faults),
    ("DELETE", "faults", clear_faults),
    ("GET", "calls", list_calls),
    ("DELETE", "calls", clear_calls),
    ("POST", "delays", change_delays),
]
_MAP = Map([Rule(PREFIX + path, methods=[verb], endpoint=call) for verb, path, call in _ROUTES])


def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer one control request as a WSGI application."""
    request = Request(environ)
    try:
        handler, _ = _MAP.bind_to_environ(environ).match()
        status, content = 200, cast(Handler, handler)(_body(request))
    except AwsError as error:
        status = 409 if error.code == "AccessDeniedException" else 404
        content = {"error": error.code, "message": error.message}
    except (TypeError, ValueError) as error:
        status, content = 400, {"error": "BadRequest", "message": str(error)}
    except HTTPException as error:
        status = error.code or NotFound.code
        content = {"error": error.name, "message": f"No {request.method} {request.path} here."}
    response = Response(json.dumps(content), status=status, mimetype="application/json")
    return response(environ, start_response)


def _body(request: Request) -> dict[str, Any]:
    data = request.get_data()  # whatever content type curl or urllib claims
    body = json.loads(data) if data else {}
    if not isinstance(body, dict):
        raise ValueError("the body is a JSON object")
    return body
