"""Make a batch of what lies in S3 already: a manifest, or all images below a prefix."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import PurePosixPath
from typing import Any

from botocore.exceptions import ClientError

from framewarden.aws.batch_files import keys
from framewarden.domain import batch_sources
from framewarden.domain.batch_sources import Buckets, read_sources
from framewarden.domain.errors import BatchRefusedError
from local.batch_source import Document, Source, Told, plain_name, split_address
from local.errors import OperatorError
from local.target import Target

# What the plan of a prefix takes for an image (framewarden/planning).
TAKEN = (".jpg", ".jpeg", ".png")
# A manifest up to this size is counted, a larger one is sampled: 2 GB would take minutes.
COUNTED = 64 * 1024 * 1024
SAMPLES, SAMPLE = 16, 256 * 1024
CHUNK = 256 * 1024


class Prefix(Source):
    """Images below a prefix of a bucket."""

    def __init__(self, target: Target, url: str) -> None:
        bucket, prefix = split_address(url)
        super().__init__(plain_name(PurePosixPath(prefix or bucket).name), url)
        _check(target, batch_sources.PREFIX, url)
        others = 0
        for key, _ in keys(bucket, prefix):
            image = key.lower().endswith(TAKEN)
            self.images, others = self.images + image, others + (not image and key[-1] != "/")
        if not self.images:
            raise OperatorError(
                f"There are no images below {url}.", f"Objects that end in {', '.join(TAKEN)} are."
            )
        self.lines = self.images
        if others:
            self.notes.append(f"Skipped, not called an image: {others:,} objects.")

    def ready(self, batch_id: str, told: Told) -> Document:
        """Return what to ask for: the stack lists the prefix itself."""
        return {"prefix": self.address}


class StoredManifest(Source):
    """A manifest in a bucket."""

    def __init__(self, target: Target, url: str) -> None:
        bucket, key = split_address(url)
        super().__init__(plain_name(PurePosixPath(key).stem) or "manifest", url)
        _check(target, batch_sources.MANIFEST, url)
        s3 = target.client("s3")
        size = _size(s3, bucket, key, url)
        self.exact = size <= COUNTED
        if self.exact:
            self.lines = _counted(s3, bucket, key)
        else:
            self.lines, error = _estimated(s3, bucket, key, size)
            self.notes.append(
                f"Estimated from {SAMPLES} samples of {size / 1e6:,.0f} MB: "
                f"{self.lines:,} lines, give or take {error:.1f} %."
            )
        self.images = self.lines
        if not self.lines:
            raise OperatorError(
                f"There are no lines in {url}.",
                'Each is of the form {"source-ref": "s3://BUCKET/KEY"}.',
            )

    def ready(self, batch_id: str, told: Told) -> Document:
        """Return what to ask for: the stack reads it where it is."""
        return {"manifest": self.address}


def _check(target: Target, kind: str, url: str) -> None:
    """Refuse what the stack would refuse, before anything is counted."""
    known = Buckets(
        frames=target.output("FramesBucket"),
        evidence=target.output("EvidenceBucket"),
        batches=target.output("BatchesBucket"),
        sources=read_sources(target.output("BatchSources")),
    )
    bucket, _ = split_address(url)
    if bucket == known.batches:
        raise OperatorError(
            f"{url} belongs to another batch.",
            f"Save it with batch results ID --to DIR{target.option}, and give the file.",
        )
    try:
        source = batch_sources.read_source({kind: url})
        batch_sources.check_source(source, "", known)
    except BatchRefusedError as refusal:
        raise OperatorError(f"{refusal}.") from None


def _size(s3: Any, bucket: str, key: str, url: str) -> int:
    try:
        return int(s3.head_object(Bucket=bucket, Key=key)["ContentLength"])
    except ClientError as failure:
        if failure.response["Error"]["Code"] not in {"404", "NoSuchKey", "NoSuchBucket"}:
            raise
        raise OperatorError(
            f"There is no object {url}.", "Check the name; a prefix ends with a slash."
        ) from None


def _counted(s3: Any, bucket: str, key: str) -> int:
    with closing(s3.get_object(Bucket=bucket, Key=key)["Body"]) as body:
        return count_lines(body.iter_chunks(CHUNK))


def count_lines(chunks: Iterable[bytes]) -> int:
    """Count the lines that are not blank; no line is kept, however long it is."""
    lines, has_text = 0, False
    for chunk in chunks:
        first, *rest = chunk.split(b"\n")
        has_text = has_text or bool(first.strip())
        for piece in rest:
            lines, has_text = lines + has_text, bool(piece.strip())
    return lines + has_text


def _estimated(s3: Any, bucket: str, key: str, size: int) -> tuple[int, float]:
    """Estimate the lines of a large manifest, and the error in per cent (two standard errors)."""
    density = list(_densities(s3, bucket, key, size))
    mean = statistics.fmean(density)
    error = 2 * statistics.stdev(density) / SAMPLES**0.5
    return round(mean * size), 100 * error / mean if mean else 0.0


def _densities(s3: Any, bucket: str, key: str, size: int) -> Iterator[float]:
    for number in range(SAMPLES):
        at = number * (size - SAMPLE) // (SAMPLES - 1)
        asked = f"bytes={at}-{at + SAMPLE - 1}"
        with closing(s3.get_object(Bucket=bucket, Key=key, Range=asked)["Body"]) as body:
            yield body.read().count(b"\n") / SAMPLE
