"""Name adapters and the states that one goes through, and read the ARNs of Rekognition's."""

import re
from dataclasses import dataclass
from typing import Final

from framewarden.domain.errors import AdapterRefusedError

NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,59}", re.ASCII)
"""Ours is narrower than Rekognition's VersionName: it is part of an execution's name and a URL."""
BASE: Final = "base"
"""What people call Rekognition's own model, without an adapter."""
ROLLBACK: Final = "rollback"
"""What the desk has an address of its own for, where an adapter of that name would have its."""

COLLECTING: Final = "collecting"  # its examples are being read, split and written
TRAINING: Final = "training"  # Rekognition is at work
PASSED: Final = "passed"  # trained, and better than the base model: a person may promote it
REFUSED: Final = "refused"  # trained, and the gate says why not
NOT_READY: Final = "not_ready"  # nothing was trained: its examples lack something
FAILED: Final = "failed"
LATE: Final = "late"  # it did not end within its hours; asked again, it goes on waiting

LIVE: Final = (COLLECTING, TRAINING)
ENDED: Final = (PASSED, REFUSED, NOT_READY, FAILED, LATE)
TRAINED: Final = (PASSED, REFUSED)
AGAIN: Final = (FAILED, LATE, NOT_READY)
"""What may be started again under its name."""

# Rekognition's words for a version (API reference, ProjectVersionDescription).
COMPLETED: Final = "TRAINING_COMPLETED"
DEPRECATED: Final = "DEPRECATED"
EXPIRED: Final = "EXPIRED"
ANSWERS: Final = (COMPLETED, DEPRECATED)
"""Statuses in which an adapter answers; an expired one leaves it to the base model, silently."""
GRACE_DAYS: Final = 60
"""Days from a deprecation to the first possible expiry (developer guide, Adapter statuses)."""

_ARN: Final = re.compile(
    r"arn:(?P<partition>[a-z-]+):rekognition:(?P<region>[a-z0-9-]+):(?P<account>\d{12})"
    r":project/(?P<project>[A-Za-z0-9_.-]{1,255})/version/(?P<name>[A-Za-z0-9_.-]{1,255})/\d+",
    re.ASCII,
)
_ATTEMPT: Final = re.compile(r"adapter-(?P<name>.{1,60})-(?P<attempt>\d{1,6})", re.ASCII)


@dataclass(frozen=True)
class Arn:
    """A trained version's ARN, read."""

    text: str
    region: str
    account: str
    project: str
    name: str


def read_arn(text: str) -> Arn | None:
    """Return what an adapter's ARN says; None where it is none."""
    read = _ARN.fullmatch(text)
    if read is None:
        return None
    return Arn(text, read["region"], read["account"], read["project"], read["name"])


def check_arn(text: str, region: str, account: str) -> Arn:
    """Return an adapter's ARN, read.

    Raises
    ------
    AdapterRefusedError
        It is none, or one that calls of this region and account cannot use.
    """
    arn = read_arn(text)
    if arn is None:
        raise AdapterRefusedError(
            "an adapter is named by its ARN: `framewarden adapter show` lists those there are"
        )
    if arn.region != region:
        raise AdapterRefusedError(
            f"the adapter {arn.name} is in {arn.region}, and this stack in {region}: adapters "
            "cannot be copied, so train one here with `framewarden adapter train`"
        )
    if arn.account != account:
        raise AdapterRefusedError(
            f"the adapter {arn.name} belongs to the account {arn.account}, and this is {account}: "
            "adapters cannot be shared, so train one here with `framewarden adapter train`"
        )
    return arn


def check_name(name: str) -> str:
    """Return a name that an adapter may have.

    Raises
    ------
    AdapterRefusedError
        It may not.
    """
    if not NAME.fullmatch(name) or name in (BASE, ROLLBACK):
        raise AdapterRefusedError(
            "an adapter's name has at most 60 small letters, digits, dots and hyphens, begins with "
            f"a letter or a digit, and is neither {BASE!r} nor {ROLLBACK!r}"
        )
    return name


def short(arn: str | None) -> str:
    """Return what people call the one that answered: an adapter's name, or the base model."""
    read = read_arn(arn) if arn else None
    return read.name if read else (arn or "the base model")


def execution_name(name: str, attempt: int) -> str:
    """Name the execution of one attempt to train an adapter."""
    return f"adapter-{name}-{attempt}"


def read_execution_name(execution: str) -> tuple[str, int] | None:
    """Return name and attempt that an execution is of; None where it is none of ours."""
    read = _ATTEMPT.fullmatch(execution)
    return (read["name"], int(read["attempt"])) if read else None
