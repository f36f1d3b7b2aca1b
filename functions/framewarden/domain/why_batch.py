"""Say in one sentence what became of an attempt of a batch."""

from collections.abc import Mapping
from typing import Any, Final

from framewarden.domain.why_ended import DEATHS
from framewarden.domain.why_found import failure
from framewarden.domain.why_known import mapping

_ENDS: Final = {
    "done": "Done: its results are written, and people are asked about each list that it flagged",
    "paused": "Paused, since its ceiling is reached: resume it with a higher one to go on",
    "cancelled": "Cancelled: what was answered by then is kept, and it can be resumed",
}
_KEPT: Final = "what was answered is kept, and it can be resumed"


def why_batch(state: Mapping[str, Any] | None, *, status: str, error: str | None) -> str:
    """Say what became of an attempt of a batch; never with a full stop.

    `state` is the machine's document as far as it is known, `status` and `error` the execution's.
    """
    known = mapping(state)
    cause = mapping(known.get("error")).get("Error")
    if status == "RUNNING":
        return _running(known, cause)
    if status in ("TIMED_OUT", "ABORTED"):
        return f"Not carried out to its end: {DEATHS[status.lower()]}; {_KEPT}"
    ended = _ENDS.get(str(mapping(known.get("finished")).get("status")))
    if status == "SUCCEEDED":
        return ended or "Ended, and its own page says how"
    # The machine fails by itself under this name, whatever had failed before.
    own = error if error != "BatchFailed" else None
    named = cause or own
    return f"Failed{f': {failure(named)}' if named else ''}; {_KEPT}"


def _running(known: Mapping[str, Any], cause: object) -> str:
    if cause:
        return f"Being brought to its end, since it failed: {failure(cause)}"
    plan, job = mapping(known.get("plan")), mapping(known.get("job"))
    if plan.get("next") == "analyze":
        shards = plan.get("shards")
        number = len(shards) if isinstance(shards, list) else 0
        parts = f"{number:,} {'part' if number == 1 else 'parts'}"
        return f"Being analysed{f', in {parts}' if number else ''}"
    if plan.get("next") == "follow":
        done = job.get("status") == "answered"
        what = "Being planned, from the answers of" if done else "Waiting for"
        return f"{what} Rekognition's bulk job"
    return "Being brought to its end" if plan else "Being planned"
