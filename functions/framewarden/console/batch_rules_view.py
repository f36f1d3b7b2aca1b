"""Show what a batch asks of people: its lists by rule, and how far they agree with the model."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from framewarden.console.batch_address import grid_of
from framewarden.console.inspector import execution_path
from framewarden.console.moments import Moment, moment
from framewarden.console.outcome_words import outcome_words
from framewarden.domain import verification
from framewarden.domain.batch_counts import ordered
from framewarden.domain.batch_lists import FlaggedList
from framewarden.domain.severity import REVIEWED
from framewarden.domain.verification import BLOCK, DECIDED, TOTALS
from framewarden.looking import MODERATE

if TYPE_CHECKING:
    from framewarden.batchwork import Seen

Row = Mapping[str, Any]


@dataclass(frozen=True)
class RuleLine:
    """What one rule flagged; addresses are below the root, empty where there is no page yet.

    `decided` says how many images people have decided about, `stands` how its review stands, and
    `until` when that runs out.
    """

    rule: str
    severity: str
    grave: bool
    images: str
    grid: str
    review: str
    execution: str
    decided: str
    stands: str
    until: Moment | None


@dataclass(frozen=True)
class Judged:
    """What people said of one label: was it there where it was predicted, and where it was not."""

    label: str
    right: str
    wrong: str
    missed: str
    agreement: str


def rules_of(seen: "Seen", counts: Row, now: datetime) -> tuple[RuleLine, ...]:
    """Return the lists of a batch; while there are none, what its rules have flagged so far."""
    if not seen.lists:
        return tuple(
            RuleLine(rule, "", False, f"{images:,}", "", "", "", "", "", None)
            for rule, images in ordered(counts["by_rule"])
        )
    gravest = sorted(seen.lists, key=lambda row: (-_rank(row["severity"]), -int(row["images"])))
    return tuple(_line(row, seen, now) for row in gravest)


def judged_of(counters: Row) -> tuple[Judged, ...]:
    """Return what people said of each label that anybody said something of."""
    return tuple(
        Judged(one.label, f"{one.tp:,}", f"{one.fp:,}", f"{one.fn:,}", _percent(one.agreement))
        for one in verification.agreement(counters)
    )


def _line(row: Row, seen: "Seen", now: datetime) -> RuleLine:
    rule, severity = str(row["rule"]), str(row["severity"])
    review_id, execution = str(row.get("review_id") or ""), str(row.get("execution") or "")
    review = seen.reviews.get(review_id)
    deadline = review["deadline"] if review and review["status"] == "pending" else None
    return RuleLine(
        rule=rule,
        severity=severity,
        grave=severity in REVIEWED,
        images=f"{row['images']:,}",
        grid=grid_of(FlaggedList(str(row["batch"]), rule, int(row["images"]))),
        review=f"reviews/{quote(review_id, safe='')}?record=all" if review_id else "",
        execution=execution_path(MODERATE, execution) if execution else "",
        decided=_decided(seen.decided.get(rule) or {}),
        stands=_stands(review) if review else "",
        until=moment(datetime.fromtimestamp(deadline, UTC), now) if deadline else None,
    )


def _decided(counters: Row) -> str:
    decided, blocked = (int(counters.get(name, 0)) for name in (DECIDED, TOTALS[BLOCK]))
    return f"{decided:,} ({blocked:,} blocked)" if decided else ""


def _stands(review: Row) -> str:
    ended = outcome_words(review.get("outcome"), review.get("outcome_reason"))
    if ended:
        return ended.word
    return "waits for a decision" if review["status"] == "pending" else str(review["status"])


def _rank(severity: Any) -> int:
    return REVIEWED.index(severity) if severity in REVIEWED else -1


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"
