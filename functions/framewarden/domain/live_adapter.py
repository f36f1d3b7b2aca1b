"""Say how the adapter that is live stands with Rekognition."""

from collections.abc import Mapping
from typing import Any, Final

from framewarden.domain.adapters import ANSWERS, DEPRECATED

Row = Mapping[str, Any]
Document = dict[str, Any]

BASE: Final = "base"  # none is live
UNSEEN: Final = "unseen"  # nobody has looked since it was promoted
ANSWERING: Final = "answering"
EXPIRING: Final = "expiring"  # it answers still, and may expire any day from a known one on
SILENT: Final = "silent"  # the base model answers in its place

_SAYS: Final = {
    BASE: "no adapter is live: the base model judges",
    UNSEEN: "the adapter {name} is live, and nobody has asked yet how it stands",
    ANSWERING: "the adapter {name} is live",
    EXPIRING: "the adapter {name} is deprecated, and may expire{when}",
    SILENT: "the adapter {name} does not answer ({status}): the base model judges in its place",
}


def entry(live: Row | None, seen: Row | None) -> Document:
    """Describe the adapter that is live, `live` in the switch, as it was `seen` at the last look.

    `state` is one of those above, `says` a sentence without its full stop. `status` is
    Rekognition's.
    """
    if live is None:
        return {"state": BASE, "name": None, "arn": None, "says": _SAYS[BASE]}
    about: Row = seen if seen and seen.get("arn") == live["arn"] else {}
    status, day = about.get("status"), str(about.get("expires_from") or "")[:10]
    state = SILENT
    if status in ANSWERS:
        state = EXPIRING if status == DEPRECATED else ANSWERING
    elif not status:
        state = UNSEEN
    when = f" from {day} on" if day else ""
    return {
        "state": state,
        "name": live["name"],
        "arn": live["arn"],
        "status": status,
        "checked_at": about.get("checked_at"),
        "expires_from": about.get("expires_from"),
        "says": _SAYS[state].format(name=live["name"], status=status, when=when),
    }
