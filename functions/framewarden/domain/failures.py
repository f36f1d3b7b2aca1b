"""Word an error's name: as the reason of an outcome, and for a person who must act on it."""

import json
import re

from framewarden.domain.remedies import FAILURES, KINDS, LOG, RESCAN, STOP_REMEDIES

MAYBE = "it may still be on air"
# What happened, and what is still true of the stream, by the name of the error.
STOP_FAILURES = {
    "ChannelNotFoundError": ("the channel does not exist (any more)", "nothing of it is on air"),
    "StopDeniedError": (
        "permission to stop it is missing: is the channel tagged framewarden=moderated?",
        MAYBE,
    ),
    "StreamStillLiveError": (
        "the stop was accepted but the stream is still there",
        "it is still on air",
    ),
    "VideoServiceThrottledError": (
        "the video service refused the call as one too many, or failed inside",
        MAYBE,
    ),
    "StreamUnavailableError": ("IVS could not stop the stream just then", MAYBE),
    "ChannelBusyError": ("the channel was between two states (starting, for example)", MAYBE),
    "StopInProgressError": ("another stop of it was under way and did not end", MAYBE),
    "SlateInputMissingError": (
        "the channel has no input of the name that the policy gives for the slate",
        MAYBE,
    ),
    "StoreThrottledError": ("our own tables did not answer", MAYBE),
    "StoreConflictError": ("somebody else changed the channel's ban at the same moment", MAYBE),
    "States.Timeout": ("it took longer than it may", MAYBE),
}

BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def reason_of(error: str) -> str:
    """Turn `ImageInvalidError` into `image_invalid`, `States.Timeout` into `states_timeout`."""
    name = error.removesuffix("Error").removesuffix("Exception") or error
    words = BOUNDARY.sub("_", name).lower()
    return re.sub(r"[^a-z0-9]+", "_", words).strip("_") or "unforeseen"


def stop_failure_words(error: str | None) -> tuple[str, str]:
    """Say what happened when a stop failed, and what is still true of the stream."""
    unforeseen = f"an error that nobody foresaw ({error})" if error else "no reason was kept"
    return STOP_FAILURES.get(error or "", (unforeseen, MAYBE))


def failure_words(error: str | None) -> tuple[str, str]:
    """Say what an error means, as a clause without its full stop, and what to do, in sentences."""
    if not error:
        return "it failed, and no reason was kept", f"{LOG}."
    if error in STOP_REMEDIES:
        return STOP_FAILURES[error][0], STOP_REMEDIES[error]
    if error in FAILURES:
        return FAILURES[error]
    for begins, (what, remedy) in KINDS.items():
        if error.startswith(begins):
            return f"{what} ({error})", f"{remedy}; then {RESCAN}."
    return f"an error that nobody foresaw ({error})", f"{LOG}, mend it, and {RESCAN}."


def message_of(cause: object) -> str:
    """Return what an exception said: Step Functions keeps it as JSON in the cause."""
    try:
        read = json.loads(str(cause))
    except ValueError:
        return str(cause or "")
    return str(read.get("errorMessage") or "") if isinstance(read, dict) else ""
