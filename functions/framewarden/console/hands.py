"""Say what a visitor may do with a case, and why not more: no button that would be refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from framewarden.console.authority import Authority
from framewarden.console.case import state_of
from framewarden.console.moments import Moment, moment
from framewarden.console.words import KEYS, Decision, words_for
from framewarden.domain import roles
from framewarden.domain.batch_lists import of_review
from framewarden.domain.cases import LINK, offered

if TYPE_CHECKING:
    from framewarden.console.visitors import Visit

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """One decision that may be pressed; `key` puts the focus on it."""

    value: str
    words: Decision
    key: str


@dataclass(frozen=True)
class Claim:
    """Who works on the case, and what the visitor may do about that."""

    by: str
    mine: bool
    live: bool
    until: int | None
    ends: Moment | None
    offers: tuple[str, ...]


@dataclass(frozen=True)
class Hands:
    """Everything that a visitor may do with a case now."""

    name: str
    role: str
    choices: tuple[Choice, ...]
    withheld: tuple[str, ...]
    claim: Claim | None
    reveals: bool
    notes: bool


def hands_of(row: Row, visit: "Visit", now: datetime) -> Hands:
    """Return what a visitor may do."""
    who = visit.authority
    is_open = state_of(row, now) == "open"
    claim = claim_of(row, who, now) if is_open else None
    refusals = {
        decision: _refusal(decision, row, visit, claim)
        for decision in (offered(dict(row)) if is_open else ())
    }
    return Hands(
        name=who.name,
        role=", ".join(who.roles),
        choices=tuple(
            Choice(decision, words_for(row, decision), KEYS[decision])
            for decision, refusal in refusals.items()
            if not refusal
        ),
        withheld=_withheld(refusals, row),
        claim=claim,
        # A list has no single picture: each of its own is shown where it is decided.
        reveals=who.may(roles.REVEAL) and of_review(row) is None,
        notes=who.may(roles.NOTE),
    )


def needed(decision: str, row: Row, who: Authority) -> str:
    """Return the act that a decision needs of somebody; an escalation is told by a link itself."""
    return roles.needed(decision, escalated=who.via != LINK and int(row["rung"]) > 0)


def claim_of(row: Row, who: Authority, now: datetime) -> Claim:
    """Return who works on a case."""
    by, until = row.get("claimed_by"), row.get("claimed_until")
    live = bool(by) and int(until or 0) > now.timestamp()
    mine = bool(by) and by == who.account
    offers: tuple[str, ...] = ()
    if who.may(roles.CLAIM):
        if not by or (mine and not live):
            offers = ("claim",)
        elif mine:
            offers = ("release",)
        elif not live or who.may(roles.LEAD):
            offers = ("takeover",)
    return Claim(
        by=str(row.get("claimed_name") or "") if by else "",
        mine=mine and live,
        live=live,
        until=int(until) if live and until else None,
        ends=moment(datetime.fromtimestamp(int(until), tz=UTC), now) if by and until else None,
        offers=offers,
    )


def _refusal(decision: str, row: Row, visit: "Visit", claim: Claim | None) -> str:
    """Say why a decision may not be pressed; nothing where it may."""
    who, act = visit.authority, needed(decision, row, visit.authority)
    if visit.late:
        return "the deadline of this link is over, so it only looks; a newer notice has a newer one"
    if not who.may(act):
        if act == roles.REINSTATE:
            return "needs a lead who is signed in"
        if act == roles.LEAD:
            return "this was escalated, so it is for a lead"
        if who.via == LINK:
            return "links of this installation do not do this; sign in at the desk"
        return "your role looks, and does not decide"
    others = claim is not None and claim.live and not claim.mine and who.via != LINK
    if others and act != roles.STOP and not who.may(roles.LEAD):
        return "somebody else is working on this, see below"
    return ""


def _withheld(refusals: Mapping[str, str], row: Row) -> tuple[str, ...]:
    """Name what is not offered, once for each reason."""
    return tuple(
        " and ".join(
            words_for(row, decision).button for decision, said in refusals.items() if said == why
        )
        + f": {why}."
        for why in dict.fromkeys(filter(None, refusals.values()))
    )
