"""Turn a batch as it was read into what its page shows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from framewarden.console.batch_facts import File, Sample, facts_of, figures_of, files_of, samples_of
from framewarden.console.batch_rules_view import Judged, RuleLine, judged_of, rules_of
from framewarden.console.batch_words import (
    CODES,
    VIA,
    Progress,
    is_over,
    number,
    progress_of,
    status_words,
)
from framewarden.console.batches_view import name_of, source_of
from framewarden.console.inspector import execution_path
from framewarden.console.moments import Moment, moment
from framewarden.console.outcome_words import Status
from framewarden.console.took import took
from framewarden.domain import batch_counts, batches
from framewarden.domain.times import parse
from framewarden.looking import BATCH

if TYPE_CHECKING:
    from framewarden.batchwork import Seen

Row = Mapping[str, Any]

# What a row says of its policy, and of its pause.
PUBLISHED, CEILING = "published", "ceiling"
# Labels of which bars are shown at once; the others open.
LABELS = 12


@dataclass(frozen=True)
class Bar:
    """One bar of a chart; `most` is the longest one's number."""

    name: str
    number: int
    most: int


@dataclass(frozen=True)
class BatchView:
    """Everything that a batch's page shows; addresses are below the root.

    `whole` tells whether every line was read, `partial` says of which part the figures are if not.
    """

    batch_id: str
    path: str
    name: str
    source: str
    status: str
    status_words: Status
    live: bool
    whole: bool
    resumable: bool
    cancels: bool
    failure: str
    paused: str
    progress: Progress
    partial: str
    figures: tuple[tuple[str, str, str], ...]
    severities: tuple[Bar, ...]
    labels: tuple[Bar, ...]
    other_labels: tuple[Bar, ...]
    samples: tuple[Sample, ...]
    errors: tuple[tuple[str, str, str], ...]
    rules: tuple[RuleLine, ...]
    judged: tuple[Judged, ...]
    judged_live: tuple[Judged, ...]
    facts: tuple[tuple[str, str], ...]
    policy: str
    policy_name: str
    policy_short: str
    execution: str
    files: tuple[File, ...]
    ceiling: int
    started: Moment
    by: str
    via: str
    ended: Moment | None
    took: str
    title: str
    says: str
    looked_at: Moment


def view_of(seen: "Seen", now: datetime) -> BatchView:
    """Word what was read."""
    row, counts = seen.row, _counts(seen)
    status, word = str(row["status"]), status_words(row)
    started = parse(row["started_at"])
    ended = parse(row["ended_at"]) if row.get("ended_at") else None
    labels = tuple(_bars(batch_counts.ordered(counts["by_label"])))
    progress = progress_of(row)
    policy = str(row.get("policy_hash") or "")
    return BatchView(
        batch_id=str(row["batch"]),
        path=f"batches/{row['batch']}",
        name=name_of(row),
        source=source_of(row),
        status=status,
        status_words=word,
        live=not is_over(row),
        whole=status == batches.DONE,
        resumable=status in batches.RESUMABLE,
        cancels=status in (batches.STARTING, batches.RUNNING),
        failure=_failure(row),
        paused=_paused(row) if status == batches.PAUSED else "",
        progress=progress,
        partial=_partial(seen),
        figures=tuple(figures_of(row)),
        took=took((ended - started).total_seconds()) if ended else "",
        severities=tuple(_bars(batch_counts.by_severity(counts))),
        labels=labels[:LABELS],
        other_labels=labels[LABELS:],
        samples=tuple(samples_of(counts)),
        errors=tuple(
            (code, CODES.get(code, ""), f"{number:,}")
            for code, number in batch_counts.ordered(counts["errors"])
        ),
        rules=rules_of(seen, counts, now),
        judged=judged_of(seen.judged),
        judged_live=judged_of(seen.live),
        facts=tuple(facts_of(row, counts)),
        policy=f"policies/{policy}" if row.get("policy_source") == PUBLISHED else "",
        policy_name=str(row.get("policy_name") or ""),
        policy_short=policy[:12],
        execution=execution_path(BATCH, str(row["execution"])) if row.get("execution") else "",
        files=tuple(files_of(row)),
        ceiling=int(row["ceiling"]),
        started=moment(started, now),
        by=str(row.get("by") or ""),
        via=VIA.get(str(row["via"]), str(row["via"])),
        ended=moment(ended, now) if ended else None,
        title=f"{word.mark} {word.word}: {name_of(row)[:40]} · framewarden",
        says=word.word,
        looked_at=moment(now, now),
    )


def _counts(seen: "Seen") -> Row:
    """Return what was counted: at the end of the whole, before of the ranges that are done."""
    counts: Row | None = seen.row.get("counts")
    return counts or batch_counts.merged(one["counts"] for one in seen.ranges)


def _partial(seen: "Seen") -> str:
    """Say what the figures are of, where they are not of the whole."""
    row = seen.row
    if row["status"] == batches.DONE:
        return ""
    if row.get("counts"):
        return "The figures are of what was read before it stopped; nobody is asked before its end."
    if not seen.ranges and is_over(row):
        return "No range of lines was done before it stopped."
    if not seen.ranges:
        return "The figures come with each range of lines that is done; none is yet."
    if seen.more:
        return (
            f"Severities, labels, rules and errors are those of {len(seen.ranges):,} ranges only."
        )
    return "The figures are of the ranges of lines that are done."


def _failure(row: Row) -> str:
    words = str((row.get("failure") or {}).get("words", ""))
    return words[:1].upper() + words[1:]


def _paused(row: Row) -> str:
    reason = str((row.get("pause") or {}).get("reason", ""))
    if reason == CEILING:
        images = number(int(row["ceiling"]), "image")
        return f"Its ceiling of {images} is reached: nothing more is paid."
    return f"It paused: {reason}." if reason else "It paused, and no reason was kept."


def _bars(tally: Sequence[tuple[str, int]]) -> Iterator[Bar]:
    most = max((amount for _, amount in tally), default=0)
    return (Bar(name, amount, max(1, most)) for name, amount in tally)
