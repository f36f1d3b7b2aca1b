"""Name what a batch is made of: its ids, its statuses, its places in table and bucket."""

import re
from hashlib import sha256
from typing import Final
from urllib.parse import quote

BATCH_ID: Final = re.compile(r"[0-9a-f]{20}", re.ASCII)

STARTING: Final = "starting"  # its row is written, its execution may not be started yet
RUNNING: Final = "running"
CANCELLING: Final = "cancelling"
DONE: Final = "done"
PAUSED: Final = "paused"  # its ceiling is reached
CANCELLED: Final = "cancelled"
FAILED: Final = "failed"
LIVE: Final = (STARTING, RUNNING, CANCELLING)
RESUMABLE: Final = (PAUSED, CANCELLED, FAILED)

FRAMEWARDEN: Final = "framewarden"
BULK: Final = "rekognition-bulk"
ENGINES: Final = (FRAMEWARDEN, BULK)

RESULTS: Final = "results.jsonl"
MANIFEST_SUMMARY: Final = "manifest-summary.json"
SUMMARY: Final = "summary.json"
SUMMARY_TEXT: Final = "summary.txt"
POLICY: Final = "policy.json"
MANIFEST: Final = "manifest.jsonl"
FILES: Final = (RESULTS, MANIFEST_SUMMARY, SUMMARY, SUMMARY_TEXT, POLICY, MANIFEST)
"""The files of a batch that people may fetch, below its folder."""


def batch_id_of(*unique: str) -> str:
    """Return the id of a batch, the same for every duplicate of what it came from."""
    return sha256("|".join(unique).encode()).hexdigest()[:20]


def execution_name(batch_id: str, attempt: int) -> str:
    """Name the execution of one attempt, the same for every duplicate."""
    return batch_id if attempt == 1 else f"{batch_id}-{attempt}"


def read_execution_name(name: str) -> str | None:
    """Return the batch of an execution; None where we gave it no name."""
    head = name.partition("-")[0]
    return head if BATCH_ID.fullmatch(head) else None


def place(batch_id: str, name: str) -> str:
    """Return the key of one of a batch's objects in the batches bucket."""
    return f"batches/{batch_id}/{name}"


def part_place(batch_id: str, start: int, name: str) -> str:
    """Return the key of what the range that begins at byte `start` contributes to a file."""
    return place(batch_id, f"parts/{start:015d}/{name}")


def rule_file(rule: str) -> str:
    """Return the name of the list of what a rule flagged; a rule's name is anybody's text."""
    return f"rules/{quote(rule, safe='')}.jsonl"


def position(start: int, line: int) -> str:
    """Name a line by its range's first byte and its own number in it; texts in the file's order."""
    return f"{start:015d}#{line:07d}"


def digest(bucket: str, key: str) -> str:
    """Name an image, the same for every line that lists it."""
    return sha256(f"{bucket}|{key}".encode()).hexdigest()
