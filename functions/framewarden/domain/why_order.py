"""Say in one sentence what became of an order about a channel."""

from typing import Final

from framewarden.domain.failures import stop_failure_words
from framewarden.domain.spans import lasted
from framewarden.domain.why_ended import DEATHS
from framewarden.domain.why_found import failure, person
from framewarden.domain.why_known import Known, moment_of

_DOING: Final = {
    "stop": "Being stopped",
    "ban": "Being banned",
    "reinstate": "Being given back",
    "restop": "Being stopped again (the banned channel came back)",
}
_DONE: Final = {
    "stop": "Stopped",
    "ban": "Banned, and what was on air stopped",
    "restop": "Stopped again (the banned channel had come back)",
}
_NOTHING: Final = {
    "already_offline": "nothing of that session was on air",
    "ban_lifted": "the ban had been lifted meanwhile",
}


def of_order(known: Known, status: str, error: str | None) -> str:
    """Say what became of an order; its execution stands as `status` says."""
    order = known.slot("order")
    action, by = str(order.get("action")), f"as ordered by {person(order)}"
    if status == "RUNNING":
        at = moment_of(order.get("at"))
        since = f" since {known.clock(at)}" if at else ""
        return f"{_DOING.get(action, 'Being carried out')}{since}, {by}"
    if status != "SUCCEEDED" or "stop_error" in known.state:
        return _failed(known, action, status, error)
    if action == "reinstate":
        if known.slot("reinstated").get("lifted"):
            return f"Given back, {by}"
        return f"Nothing to give back, {by}: no ban and no stop stood"
    return _stopped(known, action, by)


def _stopped(known: Known, action: str, by: str) -> str:
    stop = known.slot("stop")
    status = str(stop.get("status"))
    if action == "ban" and status == "already_offline":
        return f"Banned, {by}: nothing was on air"
    if status in _NOTHING:
        return f"Nothing was stopped, {by}: {_NOTHING[status]}"
    ordered, accepted = moment_of(known.slot("order").get("at")), moment_of(stop.get("accepted_at"))
    after = ""
    if ordered and accepted and accepted >= ordered:
        after = f" {lasted((accepted - ordered).total_seconds())} after the order"
    return f"{_DONE.get(action, 'Carried out')}{after}, {by}"


def _failed(known: Known, action: str, status: str, error: str | None) -> str:
    cause = known.slot("stop_error").get("Error")
    begun = f"The order of {person(known.slot('order'))} ({action})"
    if cause is None and status in ("TIMED_OUT", "ABORTED"):
        return f"{begun} was not carried out to its end: {DEATHS[status.lower()]}"
    name = str(cause or error or "")
    _, still = stop_failure_words(name)
    true = "" if action == "reinstate" else f", and {still}"
    return f"{begun} failed{true}: {failure(name)}"
