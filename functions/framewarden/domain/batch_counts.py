"""Count what became of the lines of a range, and add up the counts of ranges."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from framewarden.domain.severity import REVIEWED, SEVERITIES

SAMPLES: Final = 5
"""Images of each severity that a summary shows."""
NUMBERS: Final = (
    *("lines", "blank", "valid", "invalid", "repeated"),
    *("images", "cleared", "flagged"),
)
"""Lines, blank ones included; lines that name an image, and those that could not be analyzed; valid
lines whose image another line had named; images that were analyzed, without and with a finding that
people must see."""
TALLIES: Final = (
    *("by_severity", "by_label", "by_rule", "errors"),
    *("content_types", "model_versions", "adapters"),
)
"""How often each name was there; `by_rule` is of flagged images, by the rule that decided."""
BASE: Final = "base"  # Rekognition's own model, where no adapter answered

Counts = dict[str, Any]
Document = Mapping[str, Any]


def empty() -> Counts:
    """Return the counts of nothing."""
    return dict.fromkeys(NUMBERS, 0) | {name: {} for name in TALLIES} | {"samples": []}


def add(counts: Counts, ref: str, verdict: Document, analysis: Document) -> None:
    """Count one image that was analyzed and judged; its line is counted apart.

    `analysis` is as `$.analysis` of a frame: content_types, model_version and adapter are read.
    """
    severity, flagged = verdict["severity"], is_flagged(verdict)
    counts["images"] += 1
    counts["flagged" if flagged else "cleared"] += 1
    _tick(counts["by_severity"], severity)
    for label in {label["name"] for label in verdict["labels"]}:
        _tick(counts["by_label"], label)
    if flagged:
        _tick(counts["by_rule"], rule_of(verdict))
    for named in {kind["Name"] for kind in analysis.get("content_types") or ()}:
        _tick(counts["content_types"], named)
    _tick(counts["model_versions"], str(analysis.get("model_version")))
    _tick(counts["adapters"], analysis.get("adapter") or BASE)
    _sample(counts["samples"], ref, verdict)


def fail(counts: Counts, code: str) -> None:
    """Count one line that was not analyzed, by its code."""
    counts["invalid"] += 1
    _tick(counts["errors"], code)


def is_flagged(verdict: Document) -> bool:
    """Say whether people must see an image of this verdict."""
    return verdict["severity"] in REVIEWED


def rule_of(verdict: Document) -> str:
    """Return the rule that decided; an image that is flagged has one."""
    return str(verdict["matched"][0]["rule"])


def merged(several: Iterable[Document]) -> Counts:
    """Add up counts, one after the other; of each severity the surest samples are kept."""
    total = empty()
    for counts in several:
        for name in NUMBERS:
            total[name] += counts.get(name, 0)
        for name in TALLIES:
            for key, number in counts.get(name, {}).items():
                _tick(total[name], key, number)
        for sample in counts.get("samples", ()):
            _keep(total["samples"], dict(sample))
    return total


def ordered(tally: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return a tally as people read it: the most first, then by name."""
    return sorted(tally.items(), key=lambda each: (-each[1], each[0]))


def by_severity(counts: Document) -> list[tuple[str, int]]:
    """Return how many images each severity has, the gravest first, those without one too."""
    tally = counts["by_severity"]
    return [(word, tally.get(word, 0)) for word in reversed(SEVERITIES)]


def _tick(tally: dict[str, int], name: str, number: int = 1) -> None:
    tally[name] = tally.get(name, 0) + number


def _sample(samples: list[dict[str, Any]], ref: str, verdict: Document) -> None:
    if not verdict["matched"]:
        return  # nothing was found: there is nothing to show of it
    first = verdict["matched"][0]
    kept = {name: first[name] for name in ("rule", "label", "confidence")}
    _keep(samples, {"ref": ref, "severity": verdict["severity"], **kept})


def _keep(samples: list[dict[str, Any]], sample: dict[str, Any]) -> None:
    """Keep a sample, and of its severity only as many as are shown, the surest."""
    samples.append(sample)
    same = [each for each in samples if each["severity"] == sample["severity"]]
    if len(same) > SAMPLES:
        samples.remove(min(same, key=lambda each: each["confidence"]))
