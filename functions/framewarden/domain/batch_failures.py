"""Word why a batch failed: a code, and a clause that its pages and the terminal show as it is."""

from collections.abc import Mapping
from typing import Any, Final

from framewarden.domain.failures import failure_words, message_of

Failure = dict[str, str]

EMPTY: Final = {
    "code": "INVALID_MANIFEST",
    "words": "the manifest has no line that is not blank: there is nothing to analyze",
}
RANGES: Final = "RANGES_FAILED"
UNENDED: Final = "NOT_ENDED"
TOO_MANY: Final = "States.ExceedToleratedFailureThreshold"
RESUME: Final = "resume it: what has an answer is not asked again"
# Their messages are written for people, and name what is wrong.
SAYING: Final = frozenset({"ManifestInvalidError", "BatchRefusedError", "PolicyInvalidError"})
ENDS: Final = {
    "FAILED": "its execution failed",
    "TIMED_OUT": "its execution took longer than it may",
    "ABORTED": "somebody aborted its execution",
}


def failure_of(error: Mapping[str, Any] | None, lacking: int = 0) -> Failure:
    """Word `$.error` of a batch; without one, that so many of its ranges could not be analyzed."""
    if not error:
        if lacking:
            return {"code": RANGES, "words": f"{_ranges(lacking)} could not be analyzed; {RESUME}"}
        return {"code": UNENDED, "words": f"not all of it was analyzed; {RESUME}"}
    name = str(error.get("Error") or "")
    if name == TOO_MANY:
        what = f"{_ranges(lacking)} could not be analyzed, more than a tenth; {RESUME}"
        return {"code": RANGES, "words": what}
    if name in SAYING and (said := message_of(error.get("Cause"))):
        return {"code": name, "words": said}
    return {"code": name or UNENDED, "words": failure_words(name)[0]}


def death_of(status: str) -> Failure:
    """Word the end of an execution that died outside our hands, by its status."""
    return {"code": f"EXECUTION_{status}", "words": f"{ENDS[status]}; {RESUME}"}


def _ranges(lacking: int) -> str:
    if not lacking:
        return "some of its ranges"
    return f"{lacking:,} of its ranges" if lacking > 1 else "one of its ranges"
