"""Read what people said of a picture's labels as an example that an adapter may learn from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

from framewarden.domain import taxonomy
from framewarden.domain.frames import IVS_KEY
from framewarden.domain.medialive_keys import MEDIALIVE_KEY

EXAMPLE: Final = "labels"
"""What the attribute `example` says in the row of a picture some of whose labels were judged."""
LIVE: Final = "live"
"""The partition of those that people judged while they decided live reviews."""

_IMAGE: Final = "image#"
_MEDIALIVE: Final = ":medialive:"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """One picture, and what one person said of its labels.

    `found` are the model's findings with the labels above them, in per cent; `where` is the page
    of the desk on which it was said, below the root. `review_id`, `frame_id` and `channel_arn` are
    of live reviews only; `adapter` is the one that answered, None for the base model.
    """

    bucket: str
    key: str
    version_id: str | None
    source: str
    found: Mapping[str, float]
    confirmed: frozenset[str]
    denied: frozenset[str]
    added: frozenset[str]
    by: str
    at: str
    where: str
    review_id: str | None = None
    frame_id: str | None = None
    decision: str | None = None
    channel_arn: str | None = None
    adapter: str | None = None

    @property
    def ref(self) -> str:
        """Return where the picture lies, as people write it."""
        return f"s3://{self.bucket}/{self.key}"


def read(row: Row) -> Example:
    """Return the example that a row of the index `by_example` is."""
    judged = row.get("labels_judged") or {}
    confirmed, denied, added = (
        frozenset(map(canonical, judged.get(kind) or ()))
        for kind in ("confirmed", "denied", "added")
    )
    bucket, key, arn = str(row["bucket"]), str(row["key"]), row.get("channel_arn")
    is_live = row["batch"] == LIVE
    return Example(
        bucket=bucket,
        key=key,
        version_id=row.get("version_id"),
        # Two pipelines of a MediaLive channel show the same, whatever their folders are called.
        source=arn if arn and _MEDIALIVE in arn else source_of(bucket, key),
        found=_found(row.get("labels") or ()),
        confirmed=confirmed,
        denied=denied,
        added=added,
        by=str(row.get("by") or "somebody"),
        at=str(row["at"]),
        where=f"reviews/{row['review_id']}" if is_live else _grid(row),
        review_id=row["review_id"] if is_live else None,
        frame_id=row.get("frame_id"),
        decision=row.get("decision"),
        channel_arn=arn,
        adapter=row.get("adapter"),
    )


def source_of(bucket: str, key: str) -> str:
    """Return what a picture must not be parted from: its recording, its channel's or own folder.

    Frames of one stream are alike: an adapter that learns from one has seen the others.
    """
    if recorded := IVS_KEY.fullmatch(key):
        return f"{bucket}/{key[: recorded.end('session')]}"
    if captured := MEDIALIVE_KEY.fullmatch(key):
        return f"{bucket}/{key[: captured.end('folder')]}"
    return f"{bucket}/{key.rpartition('/')[0]}"


@lru_cache(maxsize=1024)
def lineage(name: str) -> tuple[str, ...]:
    """Return a label's name as the taxonomy spells it, if it has it, and the names above it."""
    label = taxonomy.find(name)
    return (label.name, *taxonomy.ancestors(label.name)) if label else (name,)


def canonical(name: str) -> str:
    """Return a label's name as the taxonomy spells it, or as it is where it has none of it."""
    return lineage(name)[0]


def _found(labels: Iterable[Row]) -> dict[str, float]:
    """Return findings with those above them: a parent is as sure as its surest child."""
    found: dict[str, float] = {}
    for label in labels:
        names, parent = lineage(str(label["name"])), label.get("parent")
        if len(names) == 1 and parent:  # a label that AWS added has a parent all the same
            names += lineage(parent)
        sure = float(label["confidence"])
        for name in names:
            found[name] = max(found.get(name, 0.0), sure)
    return found


def _grid(row: Row) -> str:
    batch_id, _, rule = str(row["batch"]).partition("#")
    first = str(row["item"]).removeprefix(_IMAGE)
    return f"batches/{batch_id}/verify?{urlencode({'rule': rule, 'from': first})}"
