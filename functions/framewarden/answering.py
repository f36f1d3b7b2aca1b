"""Tell whether an adapter may answer: by its row, its account, and what Rekognition says of it."""

from collections.abc import Sequence
from typing import Final

from framewarden import settings
from framewarden.aws import adapter_jobs
from framewarden.aws.adapters import Adapters
from framewarden.aws.dynamo import Row
from framewarden.domain import adapters
from framewarden.domain.errors import (
    AdapterRefusedError,
    AnalyzerDeniedError,
    AnalyzerThrottledError,
    AnalyzerUnavailableError,
)

UNTOLD: Final = (AnalyzerThrottledError, AnalyzerUnavailableError, AnalyzerDeniedError)
# What keeps an adapter from answering, by its status.
WHY_NOT: Final = {
    adapters.COLLECTING: "is being trained: wait until the gate has judged it",
    adapters.TRAINING: "is being trained: wait until the gate has judged it",
    adapters.REFUSED: "was refused by the gate: train another one with more examples",
    adapters.NOT_READY: "was not trained, as its examples lack something",
    adapters.FAILED: "was not trained: its training failed",
    adapters.LATE: "was not trained in its hours: ask for it again, and it goes on waiting",
}


def usable(name: str, own: settings.Adapting, *statuses: str) -> str:
    """Return the ARN of an adapter that has one of these statuses, is ours, and answers.

    Raises
    ------
    AdapterRefusedError
        There is none, or it does not; the message says what to do.
    AnalyzerThrottledError, AnalyzerUnavailableError, AnalyzerDeniedError
        Rekognition did not say how it stands.
    StoreThrottledError, StoreConflictError
        Try again.
    """
    row = Adapters(own.adapters_table).get(name)
    if row is None:
        raise AdapterRefusedError(
            f"there is no adapter {name}: `framewarden adapter show` lists those there are"
        )
    if row["status"] not in statuses:
        raise AdapterRefusedError(
            f"the adapter {name} {WHY_NOT[row['status']]} (`framewarden adapter show {name}` says "
            "more)"
        )
    _, _, _, region, account, *_ = own.adapter_machine_arn.split(":")
    arn = adapters.check_arn(str(row["arn"]), region, account)
    told = adapter_jobs.describe(str(row["project"]), arn.text)
    if told is None:
        raise AdapterRefusedError(
            f"Rekognition does not know the adapter {name} any more: train another one with "
            "`framewarden adapter train`"
        )
    if told["Status"] not in adapters.ANSWERS:
        raise AdapterRefusedError(
            f"Rekognition says {told['Status']} of the adapter {name}, and the base model would "
            "answer in its place: train another one with `framewarden adapter train`"
        )
    return arn.text


def before(
    stack: Sequence[Row | None], own: settings.Adapting
) -> tuple[Row | None, list[Row | None], list[str]]:
    """Return what a roll back makes live, what was live before it, and whom it passes over.

    None stands for the base model. One that answers no more is passed over, by its name.
    """
    left, passed_over = list(stack), list[str]()
    while left:
        one = left.pop()
        if one is None or _answers(one, own):
            return one, left, passed_over
        passed_over.append(str(one["name"]))
    return None, [], passed_over


def _answers(one: Row, own: settings.Adapting) -> bool:
    """Say whether an adapter answers, as far as anybody can tell."""
    row = Adapters(own.adapters_table).get(one["name"])
    if row is None:
        return True
    try:
        told = adapter_jobs.describe(str(row["project"]), str(one["arn"]))
    except UNTOLD:
        return True
    return told is not None and told["Status"] in adapters.ANSWERS
