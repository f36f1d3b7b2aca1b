"""Say what a state document wants of a channel: a frame's verdict, a decision, or an order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from framewarden.domain.incidents import review_id
from framewarden.domain.times import parse

Document = Mapping[str, Any]
RESTOP = "a banned channel came back"


@dataclass(frozen=True)
class Want:
    """What is to be stopped, why, and on whose word.

    `put_at` is when the frame was put that shows why; an order has none and means what is live.
    """

    channel_arn: str
    execution: str
    by: str
    terms: Document
    put_at: datetime | None = None
    frame: dict[str, Any] | None = None
    order: dict[str, Any] | None = None
    asked: bool = False
    automatic: bool = False
    confirm: bool = False
    incident: str = ""

    @property
    def action(self) -> str:
        """Return what is done to the channel: `stop_stream`, `stop_channel` or `slate`."""
        if self.channel_arn.split(":")[2:3] == ["medialive"]:
            return str(self.terms["medialive"])
        return "stop_stream"

    @property
    def slate(self) -> str | None:
        """Return the input that a MediaLive channel shows instead; None where it is stopped."""
        return self.terms["slate_input"] if self.action == "slate" else None

    @property
    def ordered(self) -> str:
        """Return the order's action; nothing for a frame."""
        return str(self.order["action"]) if self.order else ""

    @property
    def session(self) -> str | None:
        """Return the one session that an order means; None for whatever is live."""
        return self.order.get("session") if self.order else None


def want_of(state: Document, terms: Document) -> Want:
    """Read a state document."""
    order = state.get("order")
    if order:
        return Want(
            channel_arn=str(order["channel_arn"]),
            execution=state["execution"],
            by=str(order["by"]),
            terms=dict(terms) | ({"ban_for": None} if order["action"] == "ban" else {}),
            order=order,
            incident=review_id(state["execution"], None),
        )
    frame, decision = state["frame"], state.get("decision")
    verdict = state.get("verdict") or {}
    return Want(
        channel_arn=str(frame["channel_arn"] or ""),
        execution=state["execution"],
        by=by_of(state),
        terms=terms,
        put_at=parse(frame["put_at"]),
        frame=frame,
        asked=decision is not None,
        automatic=(decision or {}).get("status") != "decided",
        confirm=bool(verdict.get("confirm_stop")) and decision is None,
        incident=(state.get("review") or {}).get("review_id")
        or review_id(state["execution"], None),
    )


def by_of(state: Document) -> str:
    """Say who wants the stop: a person, the policy's default, or the policy's rules."""
    decision = state.get("decision")
    if decision:
        return str(decision.get("by") or decision.get("via") or "person")
    if state.get("unscreened"):
        return "policy: on_error"
    rules = [match["rule"] for match in (state.get("verdict") or {}).get("matched", [])]
    return f"policy: {rules[0]}" if rules else "policy"
