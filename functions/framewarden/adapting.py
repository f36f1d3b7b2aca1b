"""Start the training of an adapter: the row says what is wanted, the execution's name guards it.

Whoever dies between the row and the execution leaves an adapter whose examples are being
collected: the same request, or anybody's next one, starts it then.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from framewarden import settings
from framewarden.aws import messages
from framewarden.aws.adapters import Adapters
from framewarden.aws.dynamo import Row
from framewarden.domain import adapters, trainings
from framewarden.domain.adapter_requests import Request, read_request
from framewarden.domain.errors import AdapterRefusedError
from framewarden.domain.times import iso
from framewarden.observability import logger

ENDING: Final = timedelta(hours=1)
"""How much longer than its hours an adapter holds the lock: its end takes minutes, and may be
tried again. What holds it longer is dead."""
# Of an earlier attempt: what nobody may take for the next one's.
OF_AN_ATTEMPT: Final = (
    *("readiness", "manifests", "arn", "training_since", "rekognition_status"),
    *("evaluation_at", "trained_at", "billable_seconds", "live_kept"),
)

Document = dict[str, Any]


def start(request: Document, own: settings.Adapting, now: datetime) -> Document:
    """Start a training, once for its name, and return how it stands.

    `request` has `by`, and may have `name`, `account`, `labels`, `threshold` (per cent) and
    `hours` (1 to 72). The answer is `{adapter, attempt, execution, status, started}`.

    Raises
    ------
    AdapterRefusedError
        The request is refused; the message says why and what to do.
    StoreThrottledError, StoreConflictError
        Try again; what is done already is not done twice.
    """
    asked = read_request(request, now)
    store = Adapters(own.adapters_table)
    training = _training(store, now)
    if training and training["item"] != asked.name:
        return _other(training, asked, own)
    row = store.get(asked.name)
    if row is None:
        first, *lock = _first(asked, now)
        if store.create(asked.name, first, *lock):
            return _launched({"item": asked.name, **first}, own)
        row = store.get(asked.name)  # the same request, sent twice, may have been faster
    if row is None:
        raise _overtaken()
    return _known(row, asked, store, own, now)


def _training(store: Adapters, now: datetime) -> Row | None:
    """Return the adapter that holds the lock; one that has ended has only failed to let go."""
    name = store.training(int(now.timestamp()))
    row = store.get(name) if name else None
    if name and (row is None or row["status"] in adapters.ENDED):
        store.release(name)
        return None
    return row


def _known(
    row: Row, asked: Request, store: Adapters, own: settings.Adapting, now: datetime
) -> Document:
    """Go on with the adapter of this name, or begin its next attempt."""
    name, status = row["item"], row["status"]
    dead = int(row["until"]) + ENDING.total_seconds() <= now.timestamp()
    if status in adapters.LIVE and not dead:
        if not asked.is_of(row):
            raise _busy(name)
        return _launched(row, own)
    if status in adapters.TRAINED:
        raise AdapterRefusedError(
            f"there is an adapter {name} already, and it has been trained ({status}): give this "
            "one another name"
        )
    changes, *lock = _again(row, asked, now)
    if not store.again(name, row, changes, *lock):
        raise _overtaken()
    return _launched({**row, **changes}, own)


def _other(row: Row, asked: Request, own: settings.Adapting) -> Document:
    """Refuse while another is trained; start that one where whoever asked for it died on the way.

    Who gives no name and died so asks by another one the next time.
    """
    if row["status"] == adapters.COLLECTING:
        answer = _launched(row, own)
        if answer["started"] and not asked.is_named and asked.is_of(row):
            return answer
    raise _busy(row["item"])


def _overtaken() -> AdapterRefusedError:
    return AdapterRefusedError("somebody else began a training just now: ask again")


def _busy(name: str) -> AdapterRefusedError:
    return AdapterRefusedError(
        f"the adapter {name} is being trained already, and there is one training at a time: "
        f"`framewarden adapter show {name} --follow` tells when it ends"
    )


def _first(asked: Request, now: datetime) -> tuple[Row, int, int]:
    """Return an adapter's first row, the moment, and until when it holds the lock."""
    row = {"attempt": 1, **_attempt(asked, 1, now)}
    return row, int(now.timestamp()), row["until"] + int(ENDING.total_seconds())


def _again(row: Row, asked: Request, now: datetime) -> tuple[Row, int, int]:
    """Return what the next attempt changes; it goes on with a training that may still end."""
    attempt = int(row["attempt"]) + 1
    changes = {"attempt": attempt, **_attempt(asked, attempt, now)}
    goes_on = row.get("arn") and row.get("rekognition_status") not in trainings.OVER
    if not (goes_on and asked.is_of(row)):
        changes |= {field: None for field in OF_AN_ATTEMPT if field in row}
    return changes, int(now.timestamp()), changes["until"] + int(ENDING.total_seconds())


def _attempt(asked: Request, attempt: int, now: datetime) -> Row:
    return {
        "status": adapters.COLLECTING,
        "execution": adapters.execution_name(asked.name, attempt),
        "by": asked.by,
        "account": asked.account,
        "started_at": iso(now),
        "labels": None if asked.labels is None else list(asked.labels),
        "threshold": asked.threshold,
        "hours": asked.hours,
        "until": int((now + timedelta(hours=asked.hours)).timestamp()),
    }


def _launched(row: Row, own: settings.Adapting) -> Document:
    """Give an attempt its execution, and say how the adapter stands."""
    name, attempt = row["item"], int(row["attempt"])
    document = {"adapter": name, "attempt": attempt}
    new = messages.start(own.adapter_machine_arn, row["execution"], document)
    logger.info("adapter started", extra={"adapter": name, "attempt": attempt, "new": new})
    return {
        "adapter": name,
        "attempt": attempt,
        "execution": row["execution"],
        "status": row["status"],
        "started": new,
    }
