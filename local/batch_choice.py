"""Find out what a person wants a batch of."""

from __future__ import annotations

from pathlib import Path

from local.batch_folder import Folder
from local.batch_manifest import LocalManifest
from local.batch_source import Source, split_address
from local.batch_stored import Prefix, StoredManifest
from local.errors import OperatorError
from local.images import looks_like_image
from local.target import Target


def source_of(target: Target, what: str) -> Source:
    """Count what a batch would be made of: a manifest, a folder, or what lies in S3.

    Raises
    ------
    OperatorError
        It is nothing of these, or there is nothing in it.
    """
    if what.startswith("s3://"):
        bucket, key = split_address(what)
        if not bucket:
            raise OperatorError(
                f"{what} names no bucket.", "Write s3://BUCKET/PREFIX/ or s3://BUCKET/MANIFEST"
            )
        if not key or key.endswith("/"):
            return Prefix(target, f"s3://{bucket}/{key}")
        return StoredManifest(target, what)
    path = Path(what).expanduser()
    if path.is_dir():
        return Folder(target, path)
    if not path.exists():
        raise OperatorError(f"There is no file {what}.", "Check the name.")
    if not path.is_file():
        raise OperatorError(f"{what} is not a file.", "Name a manifest, a folder or an s3:// URL.")
    if looks_like_image(path):
        raise OperatorError(
            f"{what} is an image, not a manifest.",
            f"Have one image judged with: framewarden moderate {what}",
        )
    return LocalManifest(target, path)
