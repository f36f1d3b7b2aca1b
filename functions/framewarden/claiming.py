"""Say who works on a review: a claim holds for a lease, and a page that stays open renews it.

A claim and its line in the record are one transaction: a worker that dies leaves both or neither.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from framewarden import settings
from framewarden.aws.claims import Claims
from framewarden.aws.dynamo import Row
from framewarden.aws.reviews import Reviews
from framewarden.domain import cases
from framewarden.domain.errors import StoreConflictError
from framewarden.domain.times import iso

LEASE: Final = 120
"""Seconds that a claim holds: some times longer than a page takes to say that it is still open."""

# Two who press at the same moment meet once: the second then reads what the first has written.
ROUNDS = 3

Kind = Literal["claim", "takeover", "keep", "release"]


@dataclass(frozen=True)
class Claimant:
    """Somebody who has signed in: the account that holds a claim, and the name that others read."""

    account: str
    name: str


@dataclass(frozen=True)
class Claimed:
    """A review after an attempt; `held` where it is the claimant's now.

    `kind` is what was done; None where nothing was: it has ended, or somebody else works on it.
    """

    row: Row
    held: bool
    kind: Kind | None


def claim(
    review_id: str,
    who: Claimant,
    now: datetime,
    own: settings.ReviewPage,
    *,
    force: bool = False,
) -> Claimed:
    """Claim what is free, or renew one's own claim; `force` takes over what somebody else holds.

    Raises
    ------
    LookupError
        There is no such review.
    RecordFullError
        The record has no room for it; nothing was claimed.
    StoreConflictError
        Others kept claiming it; try again.
    """
    for _ in range(ROUNDS):
        row = _read(review_id, own)
        kind = _kind(row, who, now, force=force)
        if kind == "keep":
            return keep(review_id, who, now, own)
        if kind is None:
            return Claimed(row, held=False, kind=None)
        lease = {
            "claimed_by": who.account,
            "claimed_name": who.name,
            "claimed_until": _until(now),
            "claimed_at": iso(now),
        }
        with suppress(StoreConflictError):
            if Claims(own.reviews_table).take(row, lease, _second(now), _told(kind, who, now)):
                return Claimed(row | lease, held=True, kind=kind)
    raise StoreConflictError(f"review {review_id} is being claimed by others")


def keep(review_id: str, who: Claimant, now: datetime, own: settings.ReviewPage) -> Claimed:
    """Renew one's own claim, even one that ran out, unless somebody else has the review now.

    Nothing is recorded: a page does this as long as it is open.

    Raises
    ------
    LookupError
        There is no such review.
    """
    row = Claims(own.reviews_table).extend(review_id, who.account, _until(now), _second(now))
    if row is None:
        return Claimed(_read(review_id, own), held=False, kind=None)
    return Claimed(row, held=True, kind="keep")


def release(review_id: str, who: Claimant, now: datetime, own: settings.ReviewPage) -> Claimed:
    """Give one's own claim up; where one has none, nothing is done.

    Raises
    ------
    LookupError
        There is no such review.
    RecordFullError
        The record has no room for it; the claim ends with its lease.
    """
    event = _told("release", who, now)
    released = Claims(own.reviews_table).release(review_id, who.account, _second(now), event)
    return Claimed(_read(review_id, own), held=False, kind="release" if released else None)


def _kind(row: Row, who: Claimant, now: datetime, *, force: bool) -> Kind | None:
    if row["status"] != "pending" or row["deadline"] <= now.timestamp():
        return None
    holder = row.get("claimed_by")
    if holder == who.account and cases.is_claimed(row, now):
        return "keep"
    if holder in (None, who.account):
        return "claim"
    return "takeover" if force or not cases.is_claimed(row, now) else None


def _read(review_id: str, own: settings.ReviewPage) -> Row:
    row = Reviews(own.reviews_table).get(review_id)
    if row is None:
        raise LookupError(review_id)
    return row


def _told(kind: Kind, who: Claimant, now: datetime) -> Row:
    return cases.event(kind, who.name, who.account, cases.DESK, now)


def _until(now: datetime) -> int:
    return _second(now) + LEASE


def _second(now: datetime) -> int:
    return int(now.timestamp())
