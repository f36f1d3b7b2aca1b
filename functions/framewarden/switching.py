"""Promote an adapter, roll back, and let one answer in the shadow: each is a person's act.

The switch is changed as it was read: of two people at once one is told to look again, unless both
want the same.
"""

from datetime import datetime
from typing import Final

from framewarden import settings
from framewarden.answering import before, usable
from framewarden.aws.adapter_switch import AdapterSwitch
from framewarden.aws.dynamo import Row
from framewarden.domain import adapters
from framewarden.domain.errors import AdapterRefusedError
from framewarden.domain.times import iso

PROMOTE, ROLL_BACK, SHADOW = "promote", "rollback", "shadow"
DEPTH: Final = 8
"""How many that were live before are remembered: each frame reads them, by the 4 KB."""
TRIES: Final = 5
"""Times that a roll back begins anew where somebody changes something else meanwhile."""
CHANGED: Final = "somebody else changed which adapter is live or in the shadow just now: look again"


def promote(
    name: str, by: str, now: datetime, own: settings.Adapting, account: str | None = None
) -> Row:
    """Make an adapter live, and return the switch; one that is live already stays so.

    Its shadow ends.

    Raises
    ------
    AdapterRefusedError
        It may not be live, or somebody changed the switch just now; the message says what to do.
    AnalyzerThrottledError, AnalyzerUnavailableError, AnalyzerDeniedError
        Rekognition did not say how it stands.
    StoreThrottledError, StoreConflictError
        Try again.
    """
    switch = AdapterSwitch(own.adapters_table)
    read = switch.read()
    if _name(read["live"]) == name:
        return read
    arn = usable(name, own, adapters.PASSED)
    changes: Row = {
        **{"live": {"name": name, "arn": arn}, "since": iso(now), "by": by},
        "stack": [*read["stack"], read["live"]][-DEPTH:],
    }
    if _name(read["shadow"]) == name:
        changes["shadow"] = None
    event = _event(now, by, account, PROMOTE, name, _name(read["live"]))
    if switch.turn(read, changes, event):
        return read | changes | {"rev": read["rev"] + 1}
    return _as_wanted(switch.read(), "live", {"name": name})


def roll_back(
    by: str,
    now: datetime,
    own: settings.Adapting,
    account: str | None = None,
    to_base: bool = False,
    leaving: str | None = None,
) -> Row:
    """Make live what was live before, and return the switch.

    One that answers no more by now is passed over; that Rekognition does not say how one stands
    keeps nobody from going back. `leaving` is the name of the adapter that whoever asks saw live:
    where it is not live any more nothing changes, so that what is sent twice goes back once.

    Raises
    ------
    AdapterRefusedError
        The base model is live.
    StoreThrottledError, StoreConflictError
        Try again.
    """
    switch = AdapterSwitch(own.adapters_table)
    read = switch.read()
    leaving = leaving or _name(read["live"])
    if leaving is None:
        raise AdapterRefusedError("the base model is live: there is nothing to roll back")
    for _ in range(TRIES):
        if _name(read["live"]) != leaving:
            return read  # somebody was faster, or this was asked before
        live, stack, passed_over = (None, [], []) if to_base else before(read["stack"], own)
        changes = {"live": live, "stack": stack, "since": iso(now), "by": by}
        changes |= {"shadow": None} if live and _name(read["shadow"]) == live["name"] else {}
        event = _event(now, by, account, ROLL_BACK, _name(live), leaving)
        event |= {"passed_over": passed_over} if passed_over else {}
        if switch.turn(read, changes, event):
            return read | changes | {"rev": read["rev"] + 1}
        read = switch.read()
    raise AdapterRefusedError(CHANGED)


def shadow(
    name: str | None,
    share: float,
    by: str,
    now: datetime,
    own: settings.Adapting,
    account: str | None = None,
) -> Row:
    """Let an adapter answer beside the live model for a share of frames (0 < share <= 100).

    Without a name, the shadow ends. Return the switch.

    Raises
    ------
    AdapterRefusedError
        It may not be asked, or somebody changed the switch just now.
    AnalyzerThrottledError, AnalyzerUnavailableError, AnalyzerDeniedError
        Rekognition did not say how it stands.
    StoreThrottledError, StoreConflictError
        Try again.
    """
    switch = AdapterSwitch(own.adapters_table)
    read = switch.read()
    wanted: Row | None = None
    if name is not None:
        wanted = {"name": name, "share": _share(share)}
    if _is(read["shadow"], wanted):
        return read
    if wanted:
        if _name(read["live"]) == name:
            raise AdapterRefusedError(f"the adapter {name} is live: it has nothing to say beside")
        wanted |= {"arn": usable(wanted["name"], own, *adapters.TRAINED)}
        wanted |= {"since": iso(now), "by": by}
    event = _event(now, by, account, SHADOW, name, _name(read["shadow"]))
    event |= {"share": wanted["share"]} if wanted else {}
    if switch.turn(read, {"shadow": wanted}, event):
        return read | {"shadow": wanted, "rev": read["rev"] + 1}
    return _as_wanted(switch.read(), "shadow", wanted and {"name": name, "share": wanted["share"]})


def _share(share: float) -> float:
    if type(share) in (int, float) and 0 < share <= 100:
        return share
    raise AdapterRefusedError(
        "a share is a number above 0 and at most 100, in per cent of the frames: end the shadow "
        "where none is wanted"
    )


def _as_wanted(read: Row, slot: str, wanted: Row | None) -> Row:
    """Return the switch where somebody else has done the very same just now."""
    if _is(read[slot], wanted):
        return read
    raise AdapterRefusedError(CHANGED)


def _is(found: Row | None, wanted: Row | None) -> bool:
    if found is None or wanted is None:
        return found is wanted
    return all(found[name] == value for name, value in wanted.items())


def _name(one: Row | None) -> str | None:
    return str(one["name"]) if one else None


def _event(
    now: datetime, by: str, account: str | None, act: str, name: str | None, was: str | None
) -> Row:
    return {
        **{"at": iso(now), "by": by, "account": account},
        **{"act": act, "name": name, "was": was},
    }
