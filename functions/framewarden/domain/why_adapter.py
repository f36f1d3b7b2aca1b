"""Say in one sentence what became of an attempt to train an adapter."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from framewarden.domain import adapters
from framewarden.domain.history import History
from framewarden.domain.why_ended import DEATHS
from framewarden.domain.why_found import failure
from framewarden.domain.why_known import Known, mapping

_ENDS: Final = {
    adapters.PASSED: "Trained, and it passed the gate: a person may promote it",
    adapters.REFUSED: "Trained, and the gate refused it: the adapter's page says why",
    adapters.NOT_READY: (
        "Nothing was trained, since its examples lack something: the adapter's page says what"
    ),
    adapters.LATE: "Not trained within its hours (begun again, it waits for the same training)",
    "overtaken": "Overtaken by another attempt, which says what becomes of the adapter",
}
_UNTOLD: Final = "Failed, and the adapter's page says why"
_UNCHANGED: Final = "what is live is as it was"
_STATE: Final = "FollowTraining"  # where a training begins, see adapter.asl.json


def why_adapter(
    state: Mapping[str, Any] | None,
    history: History,
    now: datetime,
    *,
    status: str,
    error: str | None,
) -> str:
    """Say what became of an attempt to train an adapter; never with a full stop.

    `state` is the machine's document as far as it is known, `status` and `error` the execution's.
    """
    known = Known({}, mapping(state), {}, {}, now)
    if status == "RUNNING":
        return _running(known, history)
    if status in ("TIMED_OUT", "ABORTED"):
        return f"Not carried out to its end: {DEATHS[status.lower()]}; {_UNCHANGED}"
    ended = _ENDS.get(str(known.slot("finished").get("status")))
    if status == "SUCCEEDED":
        return ended or "Ended, and the adapter's page says how"
    # The machine fails by itself under this name, whatever had failed before.
    own = error if error != "AdapterFailed" else None
    named = known.slot("error").get("Error") or own
    if named:
        ended = f"Failed: {failure(named)}"
    return f"{ended or _UNTOLD}; {_UNCHANGED}"


def _running(known: Known, history: History) -> str:
    cause = known.slot("error").get("Error")
    if cause:
        return f"Being brought to its end, since it failed: {failure(cause)}"
    following, trained = known.slot("collected").get("next"), known.slot("training").get("status")
    if trained == "trained":
        return "Trained, and the gate compares it with the base model"
    if following == "train" and trained in (None, "running"):
        begun = (visit.entered_at for visit in history.visits if visit.state == _STATE)
        since = next((f" since {known.clock(at)}" for at in begun), "")
        return f"Waiting for Rekognition to train it{since}"
    return "Being brought to its end" if following else "Its examples are being collected"
