"""Say what is known of a batch: its figures, what it was asked for, and the files that it left."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from framewarden.console.batch_words import cost_of, dollars, engine_words, images_of, number, told
from framewarden.console.batches_view import source_of
from framewarden.domain import batch_counts, batches
from framewarden.domain.severity import REVIEWED

Row = Mapping[str, Any]

FILES = {
    batches.RESULTS: "what the model said, a line for each, as the bulk job writes them",
    batches.MANIFEST_SUMMARY: "which lines could not be analyzed, and why",
    batches.SUMMARY: "these figures, for machines",
    batches.SUMMARY_TEXT: "these figures, as a text",
    batches.POLICY: "the policy that it was judged by",
    batches.MANIFEST: "its images, one on a line",
}
# Those that the end of a batch writes.
WRITTEN = (batches.RESULTS, batches.MANIFEST_SUMMARY, batches.SUMMARY, batches.SUMMARY_TEXT)


@dataclass(frozen=True)
class File:
    """One file that may be saved."""

    name: str
    what: str
    address: str


@dataclass(frozen=True)
class Sample:
    """One image, as what it was found."""

    severity: str
    grave: bool
    ref: str
    rule: str
    label: str
    confidence: float


def figures_of(row: Row) -> Iterator[tuple[str, str, str]]:
    """Give each figure's name, itself, and what it is."""
    counted = {name: told(row, name) or 0 for name in ("images", "flagged", "invalid", "repeated")}
    counts = row.get("counts")
    # Ranges tell of all their lines, blank ones too; the whole knows those that are some.
    lines = counts["valid"] + counts["invalid"] if counts else told(row, "lines") or 0
    yield "images", f"{images_of(row):,}", "images answered"
    yield "flagged", f"{counted['flagged']:,}", "flagged: people look at them"
    yield "cleared", f"{counted['images'] - counted['flagged']:,}", "cleared"
    yield "lines", f"{lines:,}", "lines read"
    yield "repeated", f"{counted['repeated']:,}", "repeated, and paid once"
    yield "invalid", f"{counted['invalid']:,}", "without an answer"
    yield "cost", dollars(cost_of(row)), "at Rekognition's list price"


def facts_of(row: Row, counts: Row) -> Iterator[tuple[str, str]]:
    """Give each fact's name and itself, which is empty where there is nothing to say."""
    manifest, job = row.get("manifest") or {}, row.get("job") or {}
    yield "Source", source_of(row)
    yield "Engine", engine_words(row)
    yield "Adapter", str(row.get("adapter") or "")
    yield "Least confidence", f"{row['min_confidence']:g} %"
    yield "Ceiling", number(int(row["ceiling"]), "image")
    yield "Attempt", str(row["attempt"]) if int(row["attempt"]) > 1 else ""
    yield "Manifest", f"{manifest['size']:,} bytes" if manifest else ""
    status = str(job.get("status", "")).replace("_", " ").lower()
    yield "Bulk job", f"{job['id']}, {status}" if "id" in job else ""
    yield "Answered by", ", ".join(_answered_by(counts))
    kinds = batch_counts.ordered(counts["content_types"])
    yield "Content types", ", ".join(f"{name} {amount:,}" for name, amount in kinds)


def _answered_by(counts: Row) -> Iterator[str]:
    for version, _ in batch_counts.ordered(counts["model_versions"]):
        yield f"model {version}"
    for name, _ in batch_counts.ordered(counts["adapters"]):
        if name != batch_counts.BASE:
            yield name


def files_of(row: Row) -> Iterator[File]:
    """Give the files that a batch has as it stands."""
    manifest = (row.get("manifest") or {}).get("key")
    for name, what in FILES.items():
        if name in WRITTEN and not row.get("counts"):
            continue
        if name == batches.MANIFEST and manifest != batches.place(str(row["batch"]), name):
            continue
        yield File(name, what, f"batches/{row['batch']}/files/{name}")


def samples_of(counts: Row) -> Iterator[Sample]:
    """Give the samples, those of the gravest severity first, of each the surest."""
    order = [name for name, _ in batch_counts.by_severity(counts)]
    for one in sorted(
        counts["samples"], key=lambda one: (order.index(one["severity"]), -one["confidence"])
    ):
        severity = str(one["severity"])
        yield Sample(
            severity=severity,
            grave=severity in REVIEWED,
            ref=str(one["ref"]),
            rule=str(one["rule"]),
            label=str(one["label"]),
            confidence=float(one["confidence"]),
        )
