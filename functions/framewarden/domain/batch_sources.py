"""Read where the images of a batch are named, and refuse what may not be analyzed."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from framewarden.domain import batches
from framewarden.domain.errors import BatchRefusedError

MANIFEST: Final = "manifest"
PREFIX: Final = "prefix"
LONGEST_KEY: Final = 1024  # bytes of UTF-8 (S3 user guide, "Naming Amazon S3 objects")
LONGEST_NAME: Final = 128
NO_SOURCES: Final = "-"  # the parameter's default: CloudFormation refuses an empty ARN
UPLOADED: Final = "batches/"
"""The one folder of the frames bucket whose images are no frames."""


class Source(NamedTuple):
    """A manifest, or a prefix that the images' own keys begin with."""

    kind: str
    bucket: str
    key: str
    version_id: str | None

    @property
    def place(self) -> str:
        """Return the place as people write it."""
        return f"s3://{self.bucket}/{self.key}"

    @property
    def name(self) -> str:
        """Return the last part of the place, for a batch that nobody named."""
        last = self.key.rstrip("/").rpartition("/")[2].strip() or self.bucket
        return "".join(sign if sign.isprintable() else "?" for sign in last)[:LONGEST_NAME]

    def document(self) -> dict[str, Any]:
        """Return what a batch's row keeps."""
        return self._asdict()


class Buckets(NamedTuple):
    """The buckets of a deployment, and those of others whose images it may analyze."""

    frames: str
    evidence: str
    batches: str
    sources: frozenset[str]


def read_sources(text: str) -> frozenset[str]:
    """Read the allow-list: names with commas between, or `-` where there are none."""
    return frozenset(name.strip() for name in text.split(",")) - {NO_SOURCES, ""}


def read_source(asked: Mapping[str, Any]) -> Source:
    """Read the manifest or the prefix that somebody asks for.

    Raises
    ------
    BatchRefusedError
        It is neither or both, or no place in S3.
    """
    given = [kind for kind in (MANIFEST, PREFIX) if asked.get(kind) is not None]
    if len(given) != 1:
        raise BatchRefusedError(
            "a batch is made of one manifest (s3://bucket/key) or one prefix (s3://bucket/folder/)"
        )
    [kind] = given
    bucket, key = _place(kind, asked[kind])
    if kind == MANIFEST and (not key or key.endswith("/")):
        raise BatchRefusedError("the manifest is a folder: give it as prefix, or name the file")
    if kind == PREFIX and key and not key.endswith("/"):
        raise BatchRefusedError(
            "a prefix without a slash at its end takes other folders too: write s3://bucket/folder/"
        )
    version = asked.get("version_id")
    if version is not None and (kind == PREFIX or not isinstance(version, str) or not version):
        raise BatchRefusedError("version_id names the version of a manifest: leave it out")
    return Source(kind, bucket, key, version)


def _place(kind: str, text: object) -> tuple[str, str]:
    if isinstance(text, str) and text.startswith("s3://"):
        bucket, slash, key = text.removeprefix("s3://").partition("/")
        spelt = key.encode("utf-8", "replace")
        # A lone surrogate, which JSON can spell, is in no key.
        if bucket and slash and spelt.decode() == key and len(spelt) <= LONGEST_KEY:
            return bucket, key
    example = "key" if kind == MANIFEST else "folder/"
    raise BatchRefusedError(f"the {kind} is no place in S3: write s3://bucket/{example}")


def check_source(source: Source, batch: str, known: Buckets) -> None:
    """Let pass what a batch may be made of.

    Raises
    ------
    BatchRefusedError
        It is evidence, a frame, another batch's, or of a bucket that is not allowed.
    """
    if source.bucket == known.evidence:
        raise BatchRefusedError(
            f"{source.place} is evidence, which no batch analyzes: name the images' own bucket"
        )
    if source.bucket == known.batches:
        own = batches.place(batch, "")
        if source.kind != MANIFEST or not source.key.startswith(own):
            raise BatchRefusedError(
                f"{source.place} is no manifest of this batch: put it below s3://{known.batches}/{own}"
            )
    elif source.bucket == known.frames:
        if not source.key.startswith(UPLOADED):
            raise BatchRefusedError(
                f"{source.place} may be frames: only what is below {UPLOADED} of the frames bucket "
                "is analyzed in a batch"
            )
    elif source.bucket not in known.sources:
        allowed = ", ".join(sorted(known.sources)) or "none"
        raise BatchRefusedError(
            f"the bucket {source.bucket} is not allowed (allowed: {allowed}): add it to the "
            "parameter BatchSourceBuckets and deploy template.yaml again"
        )
