"""Stop channels and give them back as the functions do.

Moments are the real clock's, since a stop is stamped by it.
"""

from datetime import timedelta

from framewarden import failing, reinstating, settings, stopping, sweeping
from framewarden.domain.errors import TransientError
from framewarden.domain.times import iso
from local.moto_ext import calls as served
from tests.unit import scenes
from tests.unit.scenes import CHANNEL, put, state

ROW = "running"
ROOM = "arn:aws:ivschat:us-east-1:111122223333:room/AbCdEfGhIjKl"
ROOMS = {"viewers": ROOM, "moderators": None}


def scene(now, name="critical", seconds=-1, **terms):
    """Return the state of a frame that was put just now, on terms of its own."""
    document = put(state(f"stop_stream/{name}"), now + timedelta(seconds=seconds))
    slot = "unscreened" if name == "on_error" else "verdict"
    stops = document[slot]["stops"] | terms
    return document | {slot: document[slot] | {"stops": stops}}


def order(now, action="stop", execution="order-1", **changes):
    """Return the state of an order."""
    document = state("stop_stream/order")
    wanted = document["order"] | {"action": action, "at": iso(now)} | changes
    return document | {"order": wanted, "execution": execution}


def restop(now, execution="restop-1", **changes):
    """Return the state of a ban's own order."""
    return order(now, "restop", execution, by="policy: ban", via="policy", **changes)


def terms(aws, **stops):
    """Publish a policy with these terms; an order reads them there."""
    aws.publish(scenes.policy(stops=stops, rooms={"viewers": ROOM}))


def chat(aws):
    """Let every room take its events."""
    aws.wire.serves("SendEvent", lambda asked: {"id": "a1b2c3d4e5f6"})


def stop(document, now):
    return stopping.stop(document, settings.StopStream.read(), now)


def fail(document, now, error="StopDeniedError"):
    failed = document | {"stop_error": {"Error": error}}
    return failing.failed(failed, settings.StopFailed.read(), now)


def reinstate(document, now):
    return reinstating.reinstate(document, settings.Reinstate.read(), now)


def sweep(now):
    return sweeping.sweep(settings.Sweep.read(), now)


def live(aws, now, channel=CHANNEL):
    session = aws.go_live(now - timedelta(minutes=5), channel)
    aws.wire.forget()
    return session


def calls(aws, operation="StopStream"):
    """Count the calls of an operation, answered or not."""
    return len(aws.wire.made(operation))


def accepted(operation="StopStream"):
    """Count the calls that a service took."""
    return sum(call.error is None for call in served.made(operation=operation))


def operations(aws):
    """Return the calls so far by their operations' names."""
    return [call.operation for call in aws.wire.calls]


def until_done(document, now, do=stop):
    """Try as the machine does, with time passing between the tries."""
    for attempt in range(9):
        try:
            return do(document, now + timedelta(seconds=6 * attempt))
        except TransientError:
            continue
    raise AssertionError("the retries are spent")
