"""Read whose picture a MediaLive key names: frame capture itself writes no channel into it.

A destination is `s3ssl://BUCKET/medialive/<channel id>/frame` with the name modifier `-$dt$`. The
two pipelines of a standard channel write below `medialive/<channel id>/0/` and `/1/`, under the
same base name. A destination that cannot name the id names a folder, and the deployment says whose
folder it is (`MEDIALIVE_FOLDERS`).
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

NO_FOLDERS: Final = "none"
FOLDER: Final = re.compile(
    r"(?P<folder>[A-Za-z0-9_.-]+)=(?P<channel>[0-9]+)(?:/(?P<pipeline>[01]))?"
)
# medialive/1234567/0/frame-20261122T080500.00042.jpg: `$dt$` is the moment the channel started.
MEDIALIVE_KEY: Final = re.compile(
    r"medialive/(?P<folder>[^/]+)/(?:(?:pipeline)?(?P<pipeline>[01])/)?(?P<base>[^/]*?)"
    r"(?P<session>\d{8}T\d{6})?\.?(?P<number>\d{5,})?\.jpe?g",
    re.ASCII,
)
FORMS: Final = "folder=channel id or folder=channel id/pipeline (0 or 1), separated by commas"

Folders = Mapping[str, tuple[str, int | None]]
"""Channel id and pipeline of a folder; None where the folder is no pipeline's own."""


class FoldersInvalidError(Exception):
    """The deployment's folders cannot be read, so nobody knows whose frames are theirs."""


class Capture(NamedTuple):
    """What a key says: the channel, which pipeline's copy it is, the run and the number in it."""

    channel: str
    pipeline: int | None
    base: str
    session: str | None
    number: int | None


@cache
def read_folders(text: str) -> Folders:
    """Read whose folders there are: `none`, or `studio-a=1234567/0,studio-a-backup=1234567/1`.

    A folder without a number, beside one of the same channel with a number, is the other
    pipeline's; so is the folder that is named by the channel's id.

    Raises
    ------
    FoldersInvalidError
        With the entry that is wrong, and what to write instead.
    """
    found: dict[str, tuple[str, int | None]] = {}
    for entry in text.split(",") if text.strip() != NO_FOLDERS else ():
        match = FOLDER.fullmatch(entry.strip())
        if not match:
            raise _invalid(f"{entry.strip()[:80]!r} is no folder of a channel: write {FORMS}")
        folder, channel = match["folder"], match["channel"]
        if folder in found:
            raise _invalid(f"the folder {folder} comes twice: keep one of the two")
        if folder.isdigit() and folder != channel:
            raise _invalid(f"{folder} is a channel's own id: give {channel} another folder")
        found[folder] = channel, int(match["pipeline"]) if match["pipeline"] else None
    found |= {own: (own, None) for own, _ in found.values() if own not in found}
    return {
        folder: (channel, _numbered(channel, pipeline, found))
        for folder, (channel, pipeline) in found.items()
    }


def _numbered(channel: str, pipeline: int | None, found: Folders) -> int | None:
    others = {number for own, number in found.values() if own == channel and number is not None}
    return 1 - others.pop() if pipeline is None and len(others) == 1 else pipeline


def _invalid(message: str) -> FoldersInvalidError:
    return FoldersInvalidError(f"MEDIALIVE_FOLDERS: {message}; then deploy template.yaml again")


def read_key(key: str, folders: Folders) -> Capture | None:
    """Return what a key says, or None where it is no frame, or nobody knows whose."""
    match = MEDIALIVE_KEY.fullmatch(key)
    if not match:
        return None
    folder = match["folder"]
    channel, pipeline = folders.get(folder, (folder, None))
    if not (channel.isascii() and channel.isdigit()):
        return None
    return Capture(
        channel=channel,
        pipeline=int(match["pipeline"]) if match["pipeline"] else pipeline,
        base=match["base"],
        session=match["session"],
        number=int(match["number"]) if match["number"] else None,
    )
