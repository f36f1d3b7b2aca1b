"""Admit a frame or refuse it, and start its execution once."""

from datetime import datetime
from typing import Any

from framewarden import settings
from framewarden.aws import messages
from framewarden.aws.channels import Channels
from framewarden.aws.ledger import Ledger
from framewarden.domain import bans, frames
from framewarden.domain.errors import FrameMalformedError
from framewarden.domain.frames import Frame, Home, StoredObject
from framewarden.domain.medialive_keys import Folders, read_folders
from framewarden.domain.times import iso
from framewarden.observability import count, logger

Document = dict[str, Any]
# Where nothing is known about when an object was put, it is too old to stop anything.
UNKNOWN_TIME = "1970-01-01T00:00:00Z"


def admit_event(event: Document, home: Home, own: settings.Intake, now: datetime) -> list[Document]:
    """Admit every object of an event; duplicates end in the execution that is there.

    Raises
    ------
    FrameMalformedError
        The event carries no object, or one of another bucket.
    FoldersInvalidError
        Nobody can tell whose MediaLive's frames are.
    """
    return [_admit(stored, home, own, now) for stored in frames.objects_of(event)]


def _admit(stored: StoredObject, home: Home, own: settings.Intake, now: datetime) -> Document:
    if stored.bucket != own.frames_bucket:
        raise FrameMalformedError("the object is not in this stack's frames bucket")
    folders = read_folders(own.medialive_folders)
    frame, refused = frames.admit(stored, home, folders)
    ledger = Ledger(own.frames_table)
    if refused:
        _skip(frame, refused.reason, ledger, now)
        return {"frame_id": frame.frame_id, "skipped": refused.reason}
    reason = _needless(frame, folders, ledger, own, now)
    if reason and _skip(frame, reason, ledger, now):
        return {"frame_id": frame.frame_id, "skipped": reason}
    attempt = 1
    if reason or not ledger.admit(frame.document(), {"status": "admitted"}, now):
        # It was told of before: what its row says stands, whatever was stopped since.
        row = ledger.get(frame.frame_id)
        if row and row["status"] != "admitted":
            return _told_before(row)
        attempt = int(row["attempt"]) if row else 1
    return _start(frame, attempt, ledger, own)


def _skip(frame: Frame, reason: str, ledger: Ledger, now: datetime) -> bool:
    """Settle a frame that nobody looks at; False where it has a row already."""
    end = {"status": "settled", "outcome": "skipped", "reason": reason, "settled_at": iso(now)}
    first = ledger.admit(frame.document(), end, now)
    if first:
        count("FramesSkipped")
    return first


def _needless(
    frame: Frame, folders: Folders, ledger: Ledger, own: settings.Intake, now: datetime
) -> str | None:
    """Say why nobody need look at a frame: its stream is stopped, or its copy is looked at."""
    if frame.channel_arn and _is_stopped(frame, frame.channel_arn, own, now):
        return "stream_already_stopped"
    pair = frames.pair_key(frame, folders)
    if pair and not ledger.claim(*pair, frame.document(), now):
        return "second_pipeline"
    return None


def _is_stopped(frame: Frame, channel_arn: str, own: settings.Intake, now: datetime) -> bool:
    """Tell whether a stop covers the frame; where that cannot be read, somebody looks at it.

    A look too many costs a tenth of a cent. A frame that waited for the table would be judged a
    minute late, or not at all.
    """
    try:
        ban = Channels(own.channels_table).ban(channel_arn)
        return ban is not None and bans.covers(ban, frame, now)
    except Exception as failure:  # a throttle, a permission, a row that we cannot read
        logger.warning("ban not read", extra={"error": type(failure).__name__})
        return False


def _told_before(row: Document) -> Document:
    skipped = {"skipped": row["reason"]} if row.get("outcome") == "skipped" else {"started": False}
    return {"frame_id": row["frame_id"], **skipped}


def _start(frame: Frame, attempt: int, ledger: Ledger, own: settings.Intake) -> Document:
    """Start under the frame's own name: the name is the guard, the row only says how far we are."""
    name = frames.execution_name(frame.frame_id, attempt)
    document = {"frame": frame.document(), "attempt": attempt}
    new = messages.start(own.state_machine_arn, name, document)
    ledger.started(frame.frame_id, name)
    logger.info("admitted", extra={"execution": name, "new": new})
    return {"frame_id": frame.frame_id, "started": new, "execution": name}


def rescan(wanted: Document, home: Home, own: settings.Intake, now: datetime) -> Document:
    """Give an unscreened, or never started, object version its next attempt.

    Raises
    ------
    FrameMalformedError
        The request names no object.
    """
    if not wanted.get("bucket") or not wanted.get("key"):
        raise FrameMalformedError("rescan needs bucket and key")
    ledger = Ledger(own.frames_table)
    version = wanted.get("version_id")
    identity = frames.frame_id(wanted["bucket"], wanted["key"], version, wanted.get("etag", ""), "")
    row = ledger.get(identity)
    stored = StoredObject(
        bucket=wanted["bucket"],
        key=wanted["key"],
        version_id=version,
        etag=wanted.get("etag", ""),
        sequencer="",
        size=int(wanted.get("size") or 0),
        put_at=(row or wanted).get("put_at") or UNKNOWN_TIME,
    )
    if row is None or row["status"] == "admitted":
        return _admit(stored, home, own, now)
    attempt = int(row["attempt"])
    # A joined frame ended as its review did, which is in another table: the audit says how.
    unanswered = row["status"] == "joined" and wanted.get("outcome") == "unscreened"
    if row.get("outcome") != "unscreened" and not unanswered:
        return {"frame_id": identity, "started": False, "status": row.get("outcome", "in_flight")}
    frame, _ = frames.admit(stored, home, read_folders(own.medialive_folders))
    if not ledger.again(identity, attempt, row["status"], now):
        return {"frame_id": identity, "started": False, "status": "in_flight"}
    return _start(frame, attempt + 1, ledger, own)
