"""Look whether a stack, its account and its channels are ready for real streams; change nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from local.target import Target

OK, WARN, FAIL = "ok", "warn", "fail"
# The stop role is bound to channels with this tag.
TAG, MODERATED = "framewarden", "moderated"


@dataclass(frozen=True)
class Finding:
    """What one check saw; a remedy goes with everything that is not ok."""

    check: str
    status: str
    says: str
    remedy: str = ""

    def document(self) -> dict[str, str]:
        """Give the entry of `doctor --json`."""
        return asdict(self)


# A check yields (status, what it saw, remedy).
Seen = tuple[str, str, str]
Check = Callable[[Target], Iterator[Seen]]


def examine(target: Target) -> Iterator[Finding]:
    """Run every check; one that may not look says so and does not keep the others from looking."""
    from local.doctor_desk import check_links, check_people
    from local.doctor_ivs import check_channels, check_recordings
    from local.doctor_medialive import check_medialive
    from local.doctor_quota import check_quota
    from local.doctor_stack import STACK_CHECKS
    from local.doctor_stops import check_rooms, check_slates

    checks: dict[str, Check] = {
        **STACK_CHECKS,
        "desk": check_people,
        "links": check_links,
        "recording": check_recordings,
        "channels": check_channels,
        "MediaLive": check_medialive,
        "slates": check_slates,
        "chat rooms": check_rooms,
        "Rekognition": check_quota,
    }
    for name, check in checks.items():
        for status, says, remedy in attempt(check, target):
            yield Finding(name, status, says, remedy)


def attempt(check: Check, target: Target) -> Iterator[Seen]:
    """Run one check and report what keeps it from looking."""
    from botocore.exceptions import BotoCoreError, ClientError

    from local.errors import OperatorError

    try:
        yield from check(target)
    except OperatorError as reason:
        yield FAIL, reason.message, reason.remedy
    except ClientError as refusal:
        code = refusal.response.get("Error", {}).get("Code", "")
        yield (
            WARN,
            f"{refusal.operation_name} was refused: {code}.",
            "Allow it to whoever runs doctor, and look again.",
        )
    except BotoCoreError as failure:
        yield WARN, f"Cannot look: {failure}", "Is the service offered in this region?"


def resources(target: Target, kind: str) -> list[str]:
    """List the physical ids of a stack's resources of one CloudFormation type."""
    pages: Any = (
        target.client("cloudformation")
        .get_paginator("list_stack_resources")
        .paginate(StackName=target.stack_name)
    )
    return [
        entry["PhysicalResourceId"]
        for page in pages
        for entry in page["StackResourceSummaries"]
        if entry["ResourceType"] == kind and entry.get("PhysicalResourceId")
    ]
