"""Collect the examples of an adapter: split them, have their pictures in one bucket, name them."""

from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Final

from framewarden import examining, settings
from framewarden.aws.adapters import Adapters
from framewarden.aws.batches import MOST, rows_by
from framewarden.aws.dynamo import Row
from framewarden.aws.training_files import Place, TrainingFiles, copy_of
from framewarden.domain import adapters, trainings
from framewarden.domain.annotations import Annotated, LeftOut
from framewarden.domain.readiness import Readiness, assess
from framewarden.domain.splitting import Split
from framewarden.domain.training_manifests import line
from framewarden.observability import logger

TRAIN: Final = {"next": "train"}
END: Final = {"next": "end"}
GONE: Final = "gone"
WHY_GONE: Final = (
    "The picture has expired, or may not be read: is its bucket in BatchSourceBuckets?"
)
# What an archived frame is called, see `archiving`.
KNOWN: Final = frozenset({".jpg", ".jpeg", ".png"})

Document = dict[str, Any]


def collect(state: Document, own: settings.CollectExamples, now: datetime) -> Document:
    """Return `$.collected`: whether there is something to train, the same when retried.

    Raises
    ------
    StoreThrottledError, StoreConflictError
        Try again; what is copied already is not copied twice.
    ManifestInvalidError
        The bucket of the copies cannot be listed.
    """
    store = Adapters(own.adapters_table)
    row = store.get(state["adapter"])
    if row is None or row["attempt"] != state["attempt"]:
        return END
    if row["status"] == adapters.COLLECTING:
        # One that goes on with its training must not have its manifests replaced.
        changes = {} if row.get("arn") else _Collecting(row, store, own).changes()
        row = _changed(row, {"status": adapters.TRAINING, **changes}, store)
    ours = row.get("attempt") == state["attempt"] and row.get("status") == adapters.TRAINING
    return TRAIN if ours else END


def _changed(row: Row, changes: Row, store: Adapters) -> Row:
    """Change the row and return it as it is then, also where another try was faster."""
    name, only = row["item"], (adapters.COLLECTING,)
    changed = store.change(name, changes, only=only, attempt=row["attempt"])
    return changed or store.get(name) or {}


class _Collecting:
    """One reading of all examples."""

    def __init__(self, row: Row, store: Adapters, own: settings.CollectExamples) -> None:
        self.row, self.store, self.own = row, store, own
        self.files = TrainingFiles(own.batches_bucket)

    def changes(self) -> Row:
        """Copy the pictures and write the manifests, or say what the examples lack."""
        threshold, labels = float(self.row["threshold"]), self.row.get("labels")
        readiness, split = examining.examine(self.own, threshold=threshold, labels=labels)
        held = {hold["item"] for hold in self.store.holds()}
        there = self.files.forget(held, self.files.copies())
        while split is not None and readiness.ready:
            used = {copy_of(image): image for image in (*split.train, *split.test, *split.live)}
            gone = self._gone({key: image for key, image in used.items() if key not in there})
            if not gone:
                return self._written(readiness, split)
            there |= used.keys() - gone
            images = [image for key, image in used.items() if key not in gone]
            left_out = [*readiness.left_out, *(_left_out(used[key]) for key in sorted(gone))]
            readiness, split = assess(images, left_out, threshold=threshold, labels=labels)
        # Its end says how it stands: there is no training to wait for.
        return {"status": adapters.COLLECTING, "readiness": readiness.document()}

    def _gone(self, wanted: dict[str, Annotated]) -> set[str]:
        """Copy pictures from where they lie, or from the evidence; return those that are gone."""
        gone = self.files.copy_each({key: _place(image) for key, image in wanted.items()})
        evidence = self._evidence({key: wanted[key] for key in gone})
        return gone - evidence.keys() | self.files.copy_each(evidence)

    def _evidence(self, wanted: dict[str, Annotated]) -> dict[str, Place]:
        """Return where frames that have left their bucket were archived."""
        frames = [image.frame_id for image in wanted.values() if image.frame_id]
        rows: dict[str, Row] = {}
        for start in range(0, len(frames), MOST):
            rows |= rows_by(self.own.frames_table, "frame_id", frames[start : start + MOST])
        found = {}
        for key, image in wanted.items():
            story = rows.get(image.frame_id or "", {}).get("evidence")
            if story:
                archived = str(story).removesuffix(".json") + _suffix(image.key)
                found[key] = Place(self.own.evidence_bucket, archived, None)
        return found

    def _written(self, readiness: Readiness, split: Split) -> Row:
        labels = readiness.training
        manifests = {
            "train": [line(image, self._ref(image), labels) for image in split.train],
            "test": [line(image, self._ref(image), labels) for image in split.test],
            "live": [self._live(image, labels) for image in split.live],
        }
        written = self.files.write(trainings.place(self.row["item"]), manifests)
        counts = {name: manifest["images"] for name, manifest in written.items()}
        logger.info("examples collected", extra={"adapter": self.row["item"], **counts})
        return {"readiness": readiness.document(), "manifests": written}

    def _live(self, image: Annotated, labels: tuple[str, ...]) -> Document:
        return {
            "source-ref": self._ref(image),
            "present": sorted(image.present.intersection(labels)),
            "at": image.at,
            "where": image.where,
        }

    def _ref(self, image: Annotated) -> str:
        return f"s3://{self.own.batches_bucket}/{copy_of(image)}"


def _place(image: Annotated) -> Place:
    return Place(image.bucket, image.key, image.version_id)


def _left_out(image: Annotated) -> LeftOut:
    return LeftOut(image.ref, GONE, WHY_GONE, image.where)


def _suffix(key: str) -> str:
    suffix = PurePosixPath(key).suffix.lower()
    return suffix if suffix in KNOWN else ".bin"
