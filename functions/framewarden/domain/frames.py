"""Read what an S3 event says about an object, and whether it is a frame that may be judged."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import unquote_plus

from framewarden.domain import medialive_keys
from framewarden.domain.errors import FrameMalformedError
from framewarden.domain.medialive_keys import Folders
from framewarden.domain.times import iso, parse

# Real recording keys: UTC, not zero padded, no leading slash; real-time stages insert `high/`
# (Amazon IVS user guide, "Auto-record to Amazon S3").
IVS_KEY = re.compile(
    r"ivs/v1/(?P<account>\d{12})/(?P<channel>[A-Za-z0-9-]+)/\d{4}/\d{1,2}/\d{1,2}/\d{1,2}/\d{1,2}/"
    r"(?P<session>[A-Za-z0-9]+)/media/"
    r"(?:thumbnails/(?:high/)?thumb(?P<number>\d+)\.jpg"
    r"|(?P<latest>latest_thumbnail/(?:high/)?thumb\.jpg|thumbnails/latest/thumb\.jpg))",
    re.ASCII,
)

# What `execution_name` gives; an execution that somebody started by hand has another name.
EXECUTION = re.compile(r"(?P<frame_id>[0-9a-f]{64})(?:-(?P<attempt>[2-9]|[1-9]\d{1,5}))?", re.ASCII)


@dataclass(frozen=True)
class StoredObject:
    """One object version as an event, or a rescan, names it."""

    bucket: str
    key: str
    version_id: str | None
    etag: str
    sequencer: str
    size: int
    put_at: str


@dataclass(frozen=True)
class Home:
    """Where this stack runs; a frame of another account is never acted upon."""

    partition: str
    region: str
    account: str

    @classmethod
    def of_function(cls, arn: str) -> "Home":
        """Take the home from the function's own ARN, which no caller can choose."""
        _, partition, _, region, account, *_ = arn.split(":")
        return cls(partition, region, account)


@dataclass(frozen=True)
class Frame:
    """A frame of a stream, or an image, as every state sees it (`$.frame`)."""

    frame_id: str
    bucket: str
    key: str
    version_id: str | None
    etag: str
    size: int
    source: str
    channel: str
    channel_arn: str | None
    session: str | None
    number: int | None
    put_at: str

    def document(self) -> dict[str, Any]:
        """Return the slot of the state machine; every key is always there."""
        return asdict(self)


@dataclass(frozen=True)
class Refused:
    """Why an object is `skipped` before anybody analyses it."""

    reason: str


def frame_id(
    bucket: str, key: str, version_id: str | None, etag: str = "", sequencer: str = ""
) -> str:
    """Digest what makes an object version unique; a version id alone does, where there is one."""
    unique = version_id or f"{etag}|{sequencer}"
    return sha256(f"{bucket}|{key}|{unique}".encode()).hexdigest()


def execution_name(identity: str, attempt: int) -> str:
    """Name the execution of one attempt: legal for Step Functions, the same for every duplicate."""
    return identity if attempt == 1 else f"{identity}-{attempt}"


def read_execution_name(name: str) -> tuple[str, int] | None:
    """Return frame id and attempt of an execution; None where intake gave it no name."""
    ours = EXECUTION.fullmatch(name)
    return (ours["frame_id"], int(ours["attempt"] or 1)) if ours else None


def objects_of(event: dict[str, Any]) -> Iterator[StoredObject]:
    """Read an EventBridge `Object Created` event or an S3 notification.

    EventBridge carries the key as it is; a notification form-encodes it. Decoding the first would
    turn `a+b.jpg` into another object's key, not decoding the second likewise.

    Raises
    ------
    FrameMalformedError
        The event carries no object, or none with a size and a moment that can be read.
    """
    try:
        if "Records" in event:
            for record in event["Records"]:
                yield _from_notification(record)
        else:
            yield _from_eventbridge(event)
    except (AttributeError, KeyError, TypeError, ValueError) as missing:
        raise FrameMalformedError(f"the event carries no object: {missing}") from missing


def _from_eventbridge(event: dict[str, Any]) -> StoredObject:
    detail = event["detail"]
    stored = detail["object"]
    return StoredObject(
        bucket=detail["bucket"]["name"],
        key=stored["key"],
        version_id=stored.get("version-id"),
        etag=stored.get("etag", ""),
        sequencer=stored.get("sequencer", ""),
        size=int(stored.get("size", 0)),
        put_at=iso(parse(event["time"])),
    )


def _from_notification(record: dict[str, Any]) -> StoredObject:
    stored = record["s3"]["object"]
    return StoredObject(
        bucket=record["s3"]["bucket"]["name"],
        key=unquote_plus(stored["key"]),
        version_id=stored.get("versionId"),
        etag=stored.get("eTag", ""),
        sequencer=stored.get("sequencer", ""),
        size=int(stored.get("size", 0)),
        put_at=iso(parse(record["eventTime"])),
    )


def admit(stored: StoredObject, home: Home, folders: Folders) -> tuple[Frame, Refused | None]:
    """Read the source from the key; the frame is complete even where it is refused."""
    identity = frame_id(stored.bucket, stored.key, stored.version_id, stored.etag, stored.sequencer)
    source, channel, arn, session, number, refused = _read_key(stored.key, home, folders)
    frame = Frame(
        frame_id=identity,
        bucket=stored.bucket,
        key=stored.key,
        version_id=stored.version_id,
        etag=stored.etag,
        size=stored.size,
        source=source,
        channel=channel,
        channel_arn=arn,
        session=session,
        number=number,
        put_at=stored.put_at,
    )
    return frame, Refused(refused) if refused else None


def pair_key(frame: Frame, folders: Folders) -> tuple[str, int] | None:
    """Return what both copies of a standard channel's frame share, and which of them this is.

    None where the key names no pipeline or no number: such a frame has no copy that we could know.
    """
    read = medialive_keys.read_key(frame.key, folders)
    if read is None or read.pipeline is None or read.number is None:
        return None
    shared = f"{frame.channel_arn}|{read.base}|{read.session or ''}|{read.number}"
    return sha256(shared.encode()).hexdigest(), read.pipeline


KeyReading = tuple[str, str, str | None, str | None, int | None, str | None]


def _read_key(key: str, home: Home, folders: Folders) -> KeyReading:
    if match := IVS_KEY.fullmatch(key):
        return _read_ivs(match, home)
    if read := medialive_keys.read_key(key, folders):
        arn = f"arn:{home.partition}:medialive:{home.region}:{home.account}:channel:{read.channel}"
        return "medialive", read.channel, arn, read.session, read.number, None
    if key.startswith("uploads/") and not key.endswith("/"):
        return "upload", "uploads", None, None, None, None
    source = key.partition("/")[0]
    return source, source, None, None, None, "not_a_frame"


def _read_ivs(match: re.Match[str], home: Home) -> KeyReading:
    channel, session = match["channel"], match["session"]
    if match["account"] != home.account:
        return "ivs", channel, None, session, None, "foreign_account"
    arn = f"arn:{home.partition}:ivs:{home.region}:{home.account}:channel/{channel}"
    if match["latest"]:
        # The LATEST copy of a picture that also arrives under its own number.
        return "ivs", channel, arn, session, None, "duplicate"
    return "ivs", channel, arn, session, int(match["number"]), None
