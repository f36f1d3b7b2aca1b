"""Gather everything that the page of a case shows."""

from typing import TYPE_CHECKING, Any

from framewarden.console import label_form
from framewarden.console.case import case_of
from framewarden.console.case_record_view import record_of
from framewarden.console.channel_past import history_of
from framewarden.console.hands import hands_of
from framewarden.console.inspector import execution_path
from framewarden.domain import links, roles
from framewarden.domain.cases import DESK

if TYPE_CHECKING:
    from framewarden.console.opened import Opened


def shown(opened: "Opened") -> dict[str, Any]:
    """Return what the template needs, beside what was typed and what is said about it."""
    row, who, now = opened.row, opened.who, opened.now
    case, hands = case_of(row, now), hands_of(row, opened.visit, now)
    past = opened.shelf.past(row)
    whole = opened.request.query.get("record") == "all"
    return {
        "case": case,
        "hands": hands,
        "signed_in": who.via == DESK,
        "late": opened.visit.late,
        # What is said about a list's labels is said of each image where that is decided.
        "judges": bool(hands.choices) and case.listed is None,
        "grid": opened.grid,
        "again": opened.case,
        "address": opened.address,
        "desk": f"{opened.request.root}reviews/" if who.via == DESK else None,
        "posts": {name: opened.below(name) for name in ("claim", "notes", "reveal", "around")},
        "whole_record": opened.record,
        "blurred": opened.blurred(),
        "strip": opened.below("strip"),
        "channel": opened.channel,
        "execution": _execution(opened),
        "frame": f"{opened.request.root}frames/{row['frame']['frame_id']}",
        "stops": who.may(roles.STOP),
        "nonce": opened.nonce,
        "channel_nonce": links.make_nonce(who.key, who.subject(str(case.channel_arn)), now),
        "groups": label_form.groups(str(label["name"]) for label in row.get("labels") or ())
        if hands.choices and case.listed is None
        else (),
        "record": record_of(row, opened.shelf.events(opened.review_id), now, whole=whole),
        "history": history_of(past, opened.review_id, now) if past else None,
        "epoch": int(now.timestamp()),
    }


def _execution(opened: "Opened") -> str | None:
    """Return where whoever may inspect it sees the execution that waits, or waited."""
    if not opened.who.may(roles.INSPECT):
        return None
    return opened.request.root + execution_path("moderate", str(opened.row["execution"]))
