"""Serve the control endpoint, ``/_framewarden/…``, before moto sees the request."""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any, cast

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from local.moto_ext import calls, delays, encoder, events, faults, quotas
from local.moto_ext.errors import AwsError
from local.moto_ext.ivschat import models as chat
from local.moto_ext.rekognition import pixels, recorded, steering
from local.moto_ext.services import SERVICES

PREFIX = "/_framewarden/"
Answer = dict[str, Any] | list[dict[str, Any]]


def health(body: dict[str, Any]) -> Answer:
    """Say that the server is up, and what it serves."""
    account = os.environ.get("MOTO_ACCOUNT_ID")
    return {"status": "ok", "services": list(SERVICES), "account": account}


def drive_encoder(body: dict[str, Any]) -> Answer:
    """Start or stop the encoder of a channel."""
    channel_arn, action = str(body.get("channel_arn", "")), body.get("action")
    if action == "stop":
        return {"stream_id": encoder.stop(channel_arn)}
    if action != "start" or body.get("recording") not in (None, "fails"):
        raise ValueError("action is 'start' or 'stop', recording is left out or 'fails'")
    fails = body.get("recording") == "fails"
    return asdict(encoder.connect(channel_arn, body.get("stream_key"), recording_fails=fails))


def look_at_encoder(body: dict[str, Any]) -> Answer:
    """Say what the encoder of a channel sees."""
    return asdict(encoder.look(str(body.get("channel_arn", ""))))


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


def change_quotas(body: dict[str, Any]) -> Answer:
    """Change how many calls a second the limited operations take."""
    return {"per_second": quotas.change(**body)}


def change_events(body: dict[str, Any]) -> Answer:
    """Change whether, how late and how often the services' events arrive."""
    return asdict(events.change(**body))


def list_chat(body: dict[str, Any]) -> Answer:
    """List the events that rooms received, oldest first."""
    return [asdict(event) for event in chat.received()]


def tell_inference(body: dict[str, Any]) -> Answer:
    """Say how many pictures the model has looked at, and for how long."""
    return asdict(pixels.inference())


def record_answers(body: dict[str, Any]) -> Answer:
    """Give pictures their answers by the SHA-256 of their bytes, instead of those given before."""
    recorded.use(body)
    return {"recorded": len(body)}


def add_answers(body: dict[str, Any]) -> Answer:
    """Give more pictures their answers, beside those given before."""
    return {"recorded": recorded.add(body)}


def list_adapters(body: dict[str, Any]) -> Answer:
    """List the adapters, and how far each is."""
    return steering.adapters()


def change_adapters(body: dict[str, Any]) -> Answer:
    """Change the status of an adapter, or what becomes of trainings."""
    return steering.change(**body)


Handler = Callable[[dict[str, Any]], Answer]
_ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", "health", health),
    ("POST", "encoder", drive_encoder),
    ("GET", "encoder", look_at_encoder),
    ("POST", "faults", add_fault),
    ("GET", "faults", list_faults),
    ("DELETE", "faults", clear_faults),
    ("GET", "calls", list_calls),
    ("DELETE", "calls", clear_calls),
    ("POST", "delays", change_delays),
    ("POST", "quotas", change_quotas),
    ("POST", "events", change_events),
    ("GET", "chat", list_chat),
    ("GET", "inference", tell_inference),
    ("POST", "recorded", record_answers),
    ("PATCH", "recorded", add_answers),
    ("GET", "adapters", list_adapters),
    ("POST", "adapters", change_adapters),
]
_MAP = Map([Rule(PREFIX + path, methods=[verb], endpoint=call) for verb, path, call in _ROUTES])


def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer one control request as a WSGI application."""
    request = Request(environ)
    try:
        handler, _ = _MAP.bind_to_environ(environ).match()
        status, content = 200, cast(Handler, handler)(_given(request))
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


def _given(request: Request) -> dict[str, Any]:
    """Read what is asked from the query, and from the JSON body."""
    data = request.get_data()  # whatever content type curl or urllib claims
    body = json.loads(data) if data else {}
    if not isinstance(body, dict):
        raise ValueError("the body is a JSON object")
    return {**request.args.to_dict(), **body}
