"""Plan a batch: look at its manifest, or list a prefix into one, and cut it into byte ranges."""

import json
from datetime import datetime
from typing import Any, Final

from framewarden import settings
from framewarden.aws import batch_files
from framewarden.aws.batch_store import Batches
from framewarden.aws.batch_writer import Writer
from framewarden.aws.dynamo import Row
from framewarden.domain import batches, ranges
from framewarden.domain.batch_sources import PREFIX
from framewarden.domain.errors import BatchRefusedError, ManifestInvalidError
from framewarden.domain.policy_document import any_of
from framewarden.domain.times import iso
from framewarden.observability import logger

IMAGES: Final = (".jpg", ".jpeg", ".png")
"""What Rekognition reads (developer guide, "Guidelines and quotas"); a key's end is what tells."""
MOST_LISTED: Final = 2_000_000
"""Keys that are listed in one call of the function; more would outlast it."""
# Its execution may be faster than the row that says so.
GOING: Final = (batches.STARTING, batches.RUNNING)
INVALID_MANIFEST: Final = "INVALID_MANIFEST"

Document = dict[str, Any]


def plan(state: Document, own: settings.PlanBatch, now: datetime) -> Document:
    """Return where the batch goes on, and the ranges that are then analyzed side by side.

    Raises
    ------
    BatchRefusedError
        There is no such batch.
    ManifestInvalidError
        Its manifest is gone, may not be read, was changed, or has more keys than can be listed.
    StoreThrottledError
        Try again; a manifest that was listed is not listed again.
    """
    store = Batches(own.batches_table)
    batch_id, attempt = state["batch_id"], int(state["attempt"])
    row = store.get(batch_id)
    if row is None:
        raise BatchRefusedError(f"there is no batch {batch_id}: start one, not its execution")
    if row["status"] not in GOING or row["attempt"] != attempt:
        return _answer("finish")
    found = _found(row, own)
    following, items, more = _route(row, found["manifest"])
    changes = {"status": batches.RUNNING, "planned_at": iso(now), **found, **more}
    if store.change(batch_id, changes, only=GOING, attempt=attempt) is None:
        return _answer("finish")  # somebody ended it meanwhile
    logger.info("planned", extra={"batch": batch_id, "next": following, "items": len(items)})
    return _answer(following, items)


def _answer(following: str, items: list[Document] | None = None) -> Document:
    return {"next": following, "shards": items or []}


def _found(row: Row, own: settings.PlanBatch) -> Document:
    """Return what is now known of the batch's manifest: the object, and its lines where counted."""
    source = row["source"]
    if "manifest" in row:
        return {"manifest": _kept(row["manifest"])}
    if source["kind"] == PREFIX:
        return _list(source["bucket"], source["key"], row["batch"], own)
    manifest = _object(source["bucket"], source["key"], source["version_id"])
    return {"manifest": manifest}


def _kept(manifest: Document) -> Document:
    """Return the manifest that the batch began with; ranges of another one would be other lines."""
    found = _object(manifest["bucket"], manifest["key"], manifest["version_id"])
    if found["etag"] != manifest["etag"]:
        raise ManifestInvalidError(
            f"{_place(manifest)} was changed since the batch began: start a batch of it anew"
        )
    return manifest


def _object(bucket: str, key: str, version_id: str | None) -> Document:
    """Return an object as it is now, with the version that holds to the batch's end."""
    place = {"bucket": bucket, "key": key}
    found = batch_files.head(bucket, key, version_id)
    if found is None:
        raise ManifestInvalidError(f"{_place(place)} is missing, or may not be read")
    return {**place, "version_id": version_id, **found}


def _list(bucket: str, prefix: str, batch_id: str, own: settings.PlanBatch) -> Document:
    """Write the manifest of a prefix; an attempt that died on the way is written over."""
    key = batches.place(batch_id, batches.MANIFEST)
    lines = skipped = 0
    with Writer(own.batches_bucket, key) as manifest:
        for name, _ in batch_files.keys(bucket, prefix):
            if name.lower().endswith(IMAGES):
                manifest.write(_line(f"s3://{bucket}/{name}"))
                lines += 1
            elif not name.endswith("/"):  # a folder that somebody made on a console
                skipped += 1
            if lines + skipped > MOST_LISTED:
                raise ManifestInvalidError(
                    f"s3://{bucket}/{prefix} has more than {MOST_LISTED:,} objects: "
                    "write a manifest of them, from S3 Inventory for example"
                )
    return {
        "manifest": _object(own.batches_bucket, key, manifest.version_id),
        "lines": lines,
        "skipped": skipped,
    }


def _line(place: str) -> bytes:
    return json.dumps({"source-ref": place}, ensure_ascii=False).encode() + b"\n"


def _route(row: Row, manifest: Document) -> tuple[str, list[Document], Document]:
    """Return what comes next, its ranges, and what the row keeps of that."""
    if not manifest["size"]:
        return "finish", [], {"failure": _empty(row["source"])}
    read = manifest
    if row["engine"] == batches.BULK:
        answers = row.get("job", {}).get("results")
        if not answers:
            return "follow", [], {}
        read = _object(answers["bucket"], answers["key"], None)
    items = ranges.items(read["size"])
    return "analyze" if items else "finish", items, {"shards": _count(items)}


def _count(items: list[Document]) -> int:
    """Count the ranges, those of splits as they will be cut."""
    cut = (one["split"] for one in items if "split" in one)
    return sum(len(one.get("shards", ())) for one in items) + sum(
        len(ranges.within(one["start"], one["end"])) for one in cut
    )


def _empty(source: Document) -> Document:
    words = f"{_place(source)} is empty"
    if source["kind"] == PREFIX:
        words = f"there is no {any_of(IMAGES)} below {_place(source)}"
    return {"code": INVALID_MANIFEST, "words": f"{words}: there is nothing to analyze"}


def _place(stored: Document) -> str:
    return f"s3://{stored['bucket']}/{stored['key']}"
