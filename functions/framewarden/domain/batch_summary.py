"""Sum up a batch: for programs, for people, and as Rekognition's bulk job sums up a manifest."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from framewarden.domain import batch_counts, batches, prices
from framewarden.domain.plain_text import one_line

VERSION: Final = "1.0"
KEPT: Final = (
    *("batch", "name", "status", "source", "engine", "adapter", "min_confidence"),
    *("policy_name", "policy_hash", "policy_source", "by", "started_at", "ended_at"),
    *("failure", "pause"),
)
"""What a summary tells of a batch's row."""

PAUSES: Final = {"ceiling": "It paused at its ceiling of {ceiling:,} images"}

Document = dict[str, Any]
Row = Mapping[str, Any]


def statistics(counts: Row) -> Document:
    """Return the bulk job's statistics; blank lines are no lines, and a duplicate is valid."""
    return {
        "total-json-lines": counts["valid"] + counts["invalid"],
        "valid-json-lines": counts["valid"],
        "invalid-json-lines": counts["invalid"],
        "duplicate-json-lines": counts["repeated"],
    }


def document(row: Row, counts: Row) -> Document:
    """Return the summary for programs."""
    paid = int(row.get("analyzed", 0))
    return {
        "version": VERSION,
        **{name: row[name] for name in KEPT if row.get(name) is not None},
        "paid": {"images": paid, "dollars": round(prices.rekognition(paid), 4)},
        "counts": dict(counts),
    }


def text(row: Row, counts: Row) -> str:
    """Return the summary for people, in lines of plain text."""
    return "\n".join(_lines(row, counts)) + "\n"


def _lines(row: Row, counts: Row) -> Iterator[str]:
    yield f"Batch {row['batch']}: {row['status']}"
    if row.get("name"):
        yield f"  {row['name']}"
    if row.get("failure"):
        yield f"  {row['failure']['words']}"
    if row.get("pause"):
        reason = row["pause"]["reason"]
        yield f"  {PAUSES.get(reason, 'It paused: {reason}').format(reason=reason, **row)}"
    yield ""
    yield from _table(_facts(row, counts))
    yield from _section("By severity", batch_counts.by_severity(counts))
    yield from _section("By rule, what people must see", _ordered(counts, "by_rule"))
    yield from _section("By label", _ordered(counts, "by_label"))
    yield from _section("By content type", _ordered(counts, "content_types"))
    yield from _section("Lines without an answer", _ordered(counts, "errors"))
    yield from _section("Model", _ordered(counts, "model_versions"))
    adapters = _ordered(counts, "adapters")
    if [name for name, _ in adapters] != [batch_counts.BASE]:
        yield from _section("Adapter", adapters)
    yield from _samples(counts)


def _facts(row: Row, counts: Row) -> list[tuple[str, str]]:
    source, paid = row["source"], int(row.get("analyzed", 0))
    facts = [("Source", f"s3://{source['bucket']}/{source['key']}"), ("Engine", row["engine"])]
    facts.append(("Policy", f"{row['policy_name']} ({row['policy_hash'][:12]})"))
    facts.append(("Started", f"{row['started_at']} by {row['by']}"))
    if row.get("ended_at"):
        facts.append(("Ended", row["ended_at"]))
    lines = f"{counts['valid'] + counts['invalid']:,}"
    told = f"{counts['valid']:,} valid, {counts['invalid']:,} without an answer"
    facts.append(("Lines", f"{lines} ({told}, {counts['repeated']:,} repeated)"))
    judged = f"{counts['flagged']:,} flagged, {counts['cleared']:,} cleared"
    facts.append(("Images", f"{counts['images']:,} ({judged})"))
    who = "Rekognition's bulk job" if row["engine"] == batches.BULK else "Rekognition"
    dollars = f"{paid:,} images, ${prices.rekognition(paid):,.2f} at list price"
    facts.append(("Paid", f"{who}: {dollars}"))
    return facts


def _section(title: str, tally: list[tuple[str, int]]) -> Iterator[str]:
    if tally:
        yield from ("", title)
        yield from _table([(f"  {name}", f"{number:>10,}") for name, number in tally])


def _samples(counts: Row) -> Iterator[str]:
    if not counts["samples"]:
        return
    yield from ("", "Samples, the surest of each severity")
    for severity, _ in batch_counts.by_severity(counts):
        found = [each for each in counts["samples"] if each["severity"] == severity]
        for each in sorted(found, key=lambda each: -each["confidence"]):
            why = f"{each['label']} {each['confidence']:.1f} % ({each['rule']})"
            yield f"  {severity:<8}  {why}  {one_line(each['ref'])}"


def _table(rows: list[tuple[str, str]]) -> Iterator[str]:
    """Align two columns; names are anybody's text, so nothing of theirs breaks a line."""
    plain = [(one_line(name), value) for name, value in rows]
    width = max(len(name) for name, _ in plain)
    for name, value in plain:
        yield f"{name:<{width}}  {one_line(value)}"


def _ordered(counts: Row, tally: str) -> list[tuple[str, int]]:
    return batch_counts.ordered(counts[tally])
