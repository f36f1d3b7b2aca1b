"""Read what is asked of batches, and refuse what is not understood, in a sentence with a remedy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from framewarden.domain import batches
from framewarden.domain.adapters import BASE, read_arn
from framewarden.domain.batch_sources import LONGEST_NAME, Source, read_source
from framewarden.domain.errors import BatchRefusedError
from framewarden.domain.policy_document import any_of, closest, shown

EVENT: Final = "event"
VIAS: Final = (EVENT, "cli", "desk")
MOST_IMAGES: Final = 10**12
FIELDS: Final = {
    "batch": (
        *("batch_id", "name", "manifest", "prefix", "version_id", "engine", "adapter", "policy"),
        *("ceiling", "lines", "min_confidence", "by", "via", "account"),
    ),
    "resume": ("batch_id", "ceiling", "by"),
    "cancel": ("batch_id", "by"),
}
"""What each request may say: an unknown field might be a ceiling with a slip of the pen."""

Asked = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """A batch as somebody asks for it; None where the deployment decides.

    `adapter` is an ARN or `base`; None stands for the one that is live when it starts.
    """

    batch_id: str
    name: str
    source: Source
    engine: str
    by: str
    via: str
    account: str | None = None
    adapter: str | None = None
    policy: dict[str, Any] | None = None
    ceiling: int | None = None
    lines: int | None = None
    min_confidence: float | None = None


@dataclass(frozen=True)
class Change:
    """What somebody wants of a batch that is there."""

    batch_id: str
    by: str
    ceiling: int | None


def read_request(asked: object) -> Request:
    """Read the request for a new batch.

    Raises
    ------
    BatchRefusedError
        A field is unknown, missing or impossible; the message says which, and what it may be.
    """
    fields = _fields("batch", asked)
    source = read_source(fields)
    policy = fields.get("policy")
    if policy is not None and not isinstance(policy, dict):
        raise BatchRefusedError("policy is a document: leave it out for the published one")
    return Request(
        batch_id=_batch_id(fields),
        name=_text(fields, "name") or source.name,
        source=source,
        engine=_one_of(fields, "engine", batches.ENGINES, batches.FRAMEWARDEN),
        by=_by(fields),
        via=_one_of(fields, "via", VIAS, None),
        account=_text(fields, "account"),
        adapter=_adapter(fields),
        policy=policy,
        ceiling=_whole(fields, "ceiling", 1),
        lines=_whole(fields, "lines", 0),
        min_confidence=_confidence(fields),
    )


def read_change(kind: str, asked: object) -> Change:
    """Read the request to resume or to cancel a batch.

    Raises
    ------
    BatchRefusedError
        A field is unknown, missing or impossible; the message says which, and what it may be.
    """
    fields = _fields(kind, asked)
    return Change(_batch_id(fields), _by(fields), _whole(fields, "ceiling", 1))


def check_resumable(row: Mapping[str, Any], ceiling: int) -> None:
    """Let pass a batch that can go on with this ceiling.

    Raises
    ------
    BatchRefusedError
        It runs or is done, or it would pause again at once.
    """
    status = row["status"]
    if status not in batches.RESUMABLE:
        raise BatchRefusedError(
            f"batch {row['batch']} is {status}: one that paused, failed or was cancelled is resumed"
        )
    # A bulk job is given room for all of its lines, or none.
    images = row["lines"] or 1 if row["engine"] == batches.BULK else 1
    least = row["reserved"] + images
    if status == batches.PAUSED and ceiling < least:
        raise BatchRefusedError(
            f"batch {row['batch']} has reached its ceiling of {row['ceiling']:,} images: "
            f"resume it with one of at least {least:,}"
        )


def _fields(kind: str, asked: object) -> Asked:
    known = FIELDS[kind]
    if not isinstance(asked, Mapping):
        raise BatchRefusedError(f"{kind} takes fields: {any_of(known)}")
    for name in asked:
        if name not in known:
            hint = closest(str(name), known)
            raise BatchRefusedError(f"{kind} has no field {shown(name)}{hint}: {any_of(known)}")
    return asked


def _batch_id(fields: Asked) -> str:
    found = fields.get("batch_id")
    if isinstance(found, str) and batches.BATCH_ID.fullmatch(found):
        return found
    raise BatchRefusedError(
        "batch_id is 20 hexadecimal digits: `framewarden batch list` shows those there are"
    )


def _text(fields: Asked, name: str) -> str | None:
    found = fields.get(name)
    if found is None:
        return None
    if isinstance(found, str) and found.isprintable() and 0 < len(found.strip()) <= LONGEST_NAME:
        return found.strip()
    raise BatchRefusedError(f"{name} is one line of at most {LONGEST_NAME} characters")


def _by(fields: Asked) -> str:
    found = _text(fields, "by")
    if found is None:
        raise BatchRefusedError("by is missing: say who asks for it")
    return found


def _one_of(fields: Asked, name: str, words: Sequence[str], otherwise: str | None) -> str:
    found = fields.get(name)
    found = otherwise if found is None else found
    if isinstance(found, str) and found in words:
        return found
    raise BatchRefusedError(f"{name} is one of {any_of(words)}, not {shown(found)}")


def _whole(fields: Asked, name: str, least: int) -> int | None:
    found = fields.get(name)
    if found is None:
        return None
    if type(found) is int and least <= found <= MOST_IMAGES:
        return found
    raise BatchRefusedError(f"{name} is a whole number of at least {least}, not {shown(found)}")


def _confidence(fields: Asked) -> float | None:
    found = fields.get("min_confidence")
    if found is None:
        return None
    if type(found) in (int, float) and 0 <= found <= 100:
        return float(found)
    raise BatchRefusedError(f"min_confidence is a number from 0 to 100, not {shown(found)}")


def _adapter(fields: Asked) -> str | None:
    found = fields.get("adapter")
    if found is None or found == BASE or (isinstance(found, str) and read_arn(found)):
        return found
    raise BatchRefusedError(
        f"adapter is a trained adapter's ARN, {BASE!r} for none, or left out for the one that is "
        "live: `framewarden adapter show` lists those there are"
    )
