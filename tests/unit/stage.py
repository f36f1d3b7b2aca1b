"""Play a scenario of `events/` with its own handler, on a stack that is as far as it says."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from framewarden import closing, reviewing, settings, stopping
from framewarden.aws.ledger import Ledger
from framewarden.domain.frames import objects_of
from framewarden.domain.times import parse
from tests.unit import batch_rows, scenes
from tests.unit.scenes import event

ANSWER = {
    "ModerationLabels": [
        {"Name": "Explicit", "ParentName": "", "TaxonomyLevel": 1, "Confidence": 92.3411}
    ],
    "ContentTypes": [],
    "ModerationModelVersion": "7.0",
}


def play(aws: Any, scenario: str, context: Any) -> Any:
    """Set the stage for a scenario, and return what its handler answers."""
    folder = scenario.partition("/")[0]
    document = event(scenario)
    with silence():
        PREPARATIONS.get(folder, _nothing)(aws, document)
    return import_module(f"{folder}.app").lambda_handler(document, context)


@contextmanager
def silence() -> Iterator[None]:
    """Log nothing: what sets the stage is no part of the play."""
    logging.disable()
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _nothing(aws: Any, document: scenes.Document) -> None:
    """Leave the stage empty."""


def _analyze(aws: Any, document: scenes.Document) -> None:
    aws.wire.serves("DetectModerationLabels", lambda asked: ANSWER)


def _admitted(aws: Any, document: scenes.Document) -> None:
    state = document["state"]
    moment = parse(state["frame"]["put_at"])
    Ledger("frames").admit(state["frame"], {"status": "started"}, moment)


def _opened(aws: Any, document: scenes.Document) -> None:
    """Open the review that the scenario waits for, and climb to its rung."""
    high = scenes.state("open_review/high")
    _admitted(aws, {"state": high})
    now = parse(high["frame"]["put_at"])
    slot = reviewing.open_or_join(high, settings.OpenReview.read(), now)
    assert slot["review_id"] == document["state"]["review"]["review_id"]
    if document["state"]["review"]["rung"]:
        closing.close(slot, settings.CloseReview.read(), now)


def _live(aws: Any, document: scenes.Document) -> None:
    """Let the channels be on air; a banned one has come back."""
    if document["state"].get("order", {}).get("action") == "restop":
        _stopped(aws, document)
    aws.go_live(parse("2026-11-22T08:00:00Z"))
    aws.medialive("RUNNING")


def _stopped(aws: Any, document: scenes.Document) -> None:
    """Stop the channel's session, and keep the channel off."""
    aws.ivs_channel(tags={"framewarden": "moderated"})
    aws.go_live(parse("2026-11-22T08:00:00Z"))
    critical = scenes.state("stop_stream/critical")
    now = parse(critical["frame"]["put_at"])
    assert stopping.stop(critical, settings.StopStream.read(), now)["status"] == "stopped"


def _back(aws: Any, document: scenes.Document) -> None:
    """Let the banned channel's encoder come back."""
    _stopped(aws, document)
    aws.go_live(parse("2026-11-22T08:05:00Z"))


def _dead(aws: Any, document: scenes.Document) -> None:
    [stored] = objects_of(event("intake/ivs_thumbnail"))
    _admitted(aws, event("open_review/high"))
    assert stored.key == event("open_review/high")["state"]["frame"]["key"]


PREPARATIONS = {
    "analyze": _analyze,
    "open_review": _admitted,
    "request_review": _opened,
    "close_review": _opened,
    "stop_stream": _live,
    "reinstate": _stopped,
    "reconcile": _back,
    "archive": _admitted,
    "settle": _dead,
    "start_batch": batch_rows.to_start,
    "plan_batch": batch_rows.to_plan,
}
