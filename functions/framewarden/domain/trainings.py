"""Say how long a training is waited for, and in words why one came to no adapter."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from framewarden.domain import adapters
from framewarden.domain.failures import failure_words, message_of

Failure = dict[str, str]

IN_PROGRESS: Final = "TRAINING_IN_PROGRESS"
FAILED: Final = "TRAINING_FAILED"
GONE: Final = "GONE"
OVER: Final = (FAILED, "DELETING", adapters.EXPIRED, GONE)
"""Statuses of a version, and ours of one that is deleted, that come to no adapter any more."""

# Ours, beside Rekognition's names of errors.
LATE, BUSY = "LATE", "BUSY"
NO_EVALUATION, EVALUATION_GONE = "NO_EVALUATION", "EVALUATION_GONE"
EVALUATION_INVALID, LIVE_GONE, UNENDED = "EVALUATION_INVALID", "LIVE_GONE", "NOT_ENDED"

LONGEST_WAIT: Final = 120

_OURS: Final = "AdapterRefusedError"
"""Its message is written for people, and names the remedy."""
_ENDS: Final = {
    "FAILED": "Its execution failed.",
    "TIMED_OUT": "Its execution took longer than it may.",
    "ABORTED": "Somebody aborted its execution.",
}
_AGAIN: Final = "`framewarden adapter train --name {name}` tries again."
_ANOTHER: Final = "Train one under another name: `framewarden adapter train --name` takes it."
_WORDS: Final = {
    "AccessDeniedException": (
        "Rekognition refuses the training.",
        "AWS gives Custom Moderation to no new accounts; one that has it lacks a permission: "
        "deploy template.yaml again. Then " + _AGAIN,
    ),
    "InvalidParameterException": (
        "Rekognition refuses what the training was asked for.",
        "Mend what it says. Then " + _AGAIN,
    ),
    "ServiceQuotaExceededException": (
        "The account has as many adapters as it may have.",
        "Delete old ones with `aws rekognition delete-project-version`. Then " + _AGAIN,
    ),
    "LimitExceededException": (
        "The account has as many projects as it may have.",
        "Delete one with `aws rekognition delete-project`. Then " + _AGAIN,
    ),
    "ResourceNotFoundException": ("The project was deleted meanwhile.", _AGAIN),
    "FOREIGN_PROJECT": (
        "There is a project of the stack's name, and it is of Custom Labels.",
        "Delete it, or deploy the stack under another name.",
    ),
    "FOREIGN_VERSION": (
        "Rekognition has a version of this name that was not trained for this adapter.",
        _ANOTHER,
    ),
    FAILED: ("Rekognition could not train it.", "Mend what it says. Then " + _AGAIN),
    GONE: ("Rekognition does not know the training any more: somebody deleted it.", _AGAIN),
    "DELETING": ("Somebody deletes the training.", _AGAIN),
    adapters.EXPIRED: ("It was trained, and has expired since.", _AGAIN),
    LATE: (
        "It was not trained in its hours.",
        "`framewarden adapter train --name {name}` goes on waiting for the same training.",
    ),
    BUSY: (
        "Rekognition trained something else all the time, and took no other training.",
        "`framewarden adapter train --name {name} --hours 72` waits longer.",
    ),
    NO_EVALUATION: (
        "Rekognition says that it is trained, but not where its evaluation is.",
        _AGAIN,
    ),
    EVALUATION_GONE: (
        "Its evaluation is gone, or may not be read.",
        "Look for it below adapters/{name}/ in the batches bucket. Then " + _AGAIN,
    ),
    EVALUATION_INVALID: ("Its evaluation cannot be read, so nobody can say that it is better.", ""),
    LIVE_GONE: (
        "The list of live decisions that it is checked on is gone, or may not be read.",
        _ANOTHER,
    ),
    UNENDED: ("It ended before it was trained.", _AGAIN),
}


def version_name(name: str, attempt: int) -> str:
    """Name the version that an attempt trains; no name of ours has a `_`, so none ever meet."""
    return name if attempt == 1 else f"{name}_{attempt}"


def place(name: str, *below: str) -> str:
    """Return the key of something of an adapter's in the batches bucket."""
    return "/".join(("adapters", name, *below))


def failure(
    name: str, code: str, said: str = "", summary: Mapping[str, Any] | None = None
) -> Failure:
    """Say why there is no adapter, and what to do.

    `said` are Rekognition's own words; `summary` is where it wrote what it thinks of each line.
    """
    message, remedy = _WORDS.get(code) or (
        f"Rekognition gave a reason that nobody foresaw ({code}).",
        _AGAIN,
    )
    message += f" Rekognition says: {said}" if said else ""
    remedy = (remedy or _ANOTHER).format(name=name)
    if summary:
        place = f"s3://{summary['bucket']}/{summary['key']}"
        remedy = f"What it says of each line is in {place}. {remedy}"
    return {"code": code, "message": message, "remedy": remedy}


def failure_of(name: str, error: Mapping[str, Any] | None) -> Failure:
    """Word `$.error` of a training; without one, that it ended before its end."""
    if not error:
        return failure(name, UNENDED)
    code = str(error.get("Error") or UNENDED)
    said = message_of(error.get("Cause")) if code == _OURS else ""
    what = said or failure_words(code)[0]
    message = what[:1].upper() + what[1:] + "."
    return {"code": code, "message": message, "remedy": _AGAIN.format(name=name)}


def death_of(name: str, status: str) -> Failure:
    """Word the end of an execution that died outside our hands, by its status."""
    code = f"EXECUTION_{status}"
    return {"code": code, "message": _ENDS[status], "remedy": _AGAIN.format(name=name)}


def wait_seconds(waited: timedelta) -> int:
    """Return how long to wait before asking again: a quarter of the wait so far, 2 s to 2 min."""
    return min(LONGEST_WAIT, max(2, int(waited.total_seconds()) // 4))
