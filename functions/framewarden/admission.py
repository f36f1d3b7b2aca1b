"""Admit a frame or refuse it, and start its execution once."""

from datetime import datetime
from typing import Any

from framewarden import settings
from framewarden.aws import messages
from framewarden.aws.ledger import Ledger
from framewarden.domain import frames
from framewarden.domain.errors import FrameMalformedError
from framewarden.domain.frames import Frame, Home, StoredObject
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
    """
    return [_admit(stored, home, own, now) for stored in frames.objects_of(event)]


def _admit(stored: StoredObject, home: Home, own: settings.Intake, now: datetime) -> Document:
    if stored.bucket != own.frames_bucket:
        raise FrameMalformedError("the object is not in this stack's frames bucket")
    frame, refused = frames.admit(stored, home)
    ledger = Ledger(own.frames_table)
    if refused:
        end = {
            "status": "settled",
            "outcome": "skipped",
            "reason": refused.reason,
            "settled_at": iso(now),
        }
        if ledger.admit(frame.document(), end, now):
            count("FramesSkipped")
        return {"frame_id": frame.frame_id, "skipped": refused.reason}
    attempt = 1
    if not ledger.admit(frame.document(), {"status": "admitted"}, now):
        row = ledger.get(frame.frame_id)
        if row and row["status"] != "admitted":
            return {"frame_id": frame.frame_id, "started": False}
        attempt = int(row["attempt"]) if row else 1
    return _start(frame, attempt, ledger, own)


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
    frame, _ = frames.admit(stored, home)
    if not ledger.again(identity, attempt, row["status"]):
        return {"frame_id": identity, "started": False, "status": "in_flight"}
    return _start(frame, attempt + 1, ledger, own)
