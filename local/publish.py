"""Publish a checked policy to AppConfig, and read back what is published."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from framewarden.domain.policy import policy_hash
from local.errors import OperatorError
from local.target import Target

DEFAULT = Path(__file__).resolve().parents[1] / "policies" / "default.yaml"
CONTENT_TYPE = "application/json"
# The template's name of it: everybody at once, nothing to bake.
STRATEGY = "PolicyDeploymentStrategy"
IN_PROGRESS = frozenset({"DEPLOYING", "BAKING", "VALIDATING", "ROLLING_BACK"})
# At 100 % every function reads the new version, whether the bake time is over or not.
IN_FORCE = frozenset({"COMPLETE", "BAKING"})
POLL_SECONDS, PATIENCE_SECONDS = 0.5, 600.0

Document = dict[str, Any]


@dataclass(frozen=True)
class Published:
    """A policy that is in force, or about to be."""

    version: int
    hash: str
    document: Document


@dataclass(frozen=True)
class Changes:
    """What a new policy changes: names of rules, and names of other settings."""

    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    settings: list[str] = field(default_factory=list)

    def document(self) -> dict[str, list[str]]:
        """Give the part of `policy publish --json`."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Say it in at most four lines."""
        told = (
            ("rules added", self.added),
            ("rules removed", self.removed),
            ("rules changed", self.changed),
            ("settings changed", self.settings),
        )
        return [f"{what}: {', '.join(names)}" for what, names in told if names] or ["no changes"]


def compare(old: Document, new: Document) -> Changes:
    """Name what differs between two policies; a rule is known by its name."""
    before = {rule["name"]: rule for rule in old.get("rules", [])}
    after = {rule["name"]: rule for rule in new.get("rules", [])}
    kept = before.keys() & after.keys()
    settings = [
        name
        for name in sorted((old.keys() | new.keys()) - {"rules"})
        if old.get(name) != new.get(name)
    ]
    if not settings and list(before) != list(after) and before.keys() == after.keys():
        settings = ["order of the rules"]
    return Changes(
        [name for name in after if name not in before],
        [name for name in before if name not in after],
        [name for name in after if name in kept and before[name] != after[name]],
        settings,
    )


def current(target: Target) -> Published | None:
    """Read the policy that is in force; None where none was ever deployed."""
    client = target.client("appconfig")
    place = _place(target)
    profile = target.output("PolicyProfile")
    pages = client.get_paginator("list_deployments").paginate(**place)
    done = [item for page in pages for item in page["Items"] if item["State"] in IN_FORCE]
    for item in sorted(done, key=lambda item: -item["DeploymentNumber"]):
        deployed = client.get_deployment(**place, DeploymentNumber=item["DeploymentNumber"])
        if deployed["ConfigurationProfileId"] == profile:
            return _version(target, int(deployed["ConfigurationVersion"]))
    return None


def _place(target: Target) -> dict[str, str]:
    return {
        "ApplicationId": target.output("PolicyApplication"),
        "EnvironmentId": target.output("PolicyEnvironment"),
    }


def _version(target: Target, number: int) -> Published:
    answer = target.client("appconfig").get_hosted_configuration_version(
        ApplicationId=target.output("PolicyApplication"),
        ConfigurationProfileId=target.output("PolicyProfile"),
        VersionNumber=number,
    )
    try:
        document: Document = json.loads(answer["Content"].read())
    except ValueError:
        raise OperatorError(
            f"Version {number} of the published policy is not JSON, so nothing is judged by it.",
            f"Publish a policy with: framewarden policy publish FILE{target.option}",
        ) from None
    return Published(number, policy_hash(document), document)


def publish(
    target: Target, document: Document, sleep: Callable[[float], None] = time.sleep
) -> Published:
    """Put a policy in force and wait until every function may read it.

    The document must have been checked.

    Raises
    ------
    OperatorError
        Another deployment is in progress, or this one was rolled back.
    """
    client = target.client("appconfig")
    _refuse_while_deploying(target)
    created = client.create_hosted_configuration_version(
        ApplicationId=target.output("PolicyApplication"),
        ConfigurationProfileId=target.output("PolicyProfile"),
        Content=json.dumps(document, indent=1, ensure_ascii=False).encode(),
        ContentType=CONTENT_TYPE,
    )
    number = int(created["VersionNumber"])
    started = client.start_deployment(
        **_place(target),
        ConfigurationProfileId=target.output("PolicyProfile"),
        ConfigurationVersion=str(number),
        DeploymentStrategyId=target.physical_id(STRATEGY),
    )
    _wait(target, started["DeploymentNumber"], sleep)
    return Published(number, policy_hash(document), document)


def publish_if_none(target: Target) -> Published | None:
    """Publish the default policy where none is in force; None where one is."""
    from local.policy_file import load

    return None if current(target) else publish(target, load(DEFAULT))


def _refuse_while_deploying(target: Target) -> None:
    """Refuse before a version is made that could not be deployed."""
    pages = target.client("appconfig").get_paginator("list_deployments").paginate(**_place(target))
    if any(item["State"] in IN_PROGRESS for page in pages for item in page["Items"]):
        raise OperatorError(
            f"Another policy is being deployed on {target.name}.",
            "Try again when that deployment has ended.",
        )


def _wait(target: Target, number: int, sleep: Callable[[float], None]) -> None:
    waited = 0.0
    while waited < PATIENCE_SECONDS:
        deployment = target.client("appconfig").get_deployment(
            **_place(target), DeploymentNumber=number
        )
        state = deployment["State"]
        if state in IN_FORCE:
            return
        if state not in IN_PROGRESS or state == "ROLLING_BACK":
            events = deployment.get("EventLog") or [{}]
            why = events[0].get("Description", "no reason given")
            raise OperatorError(
                f"AppConfig rolled the policy back ({state}): {why}.",
                "The policy before it is in force; look at the environment's alarms.",
            )
        sleep(POLL_SECONDS)
        waited += POLL_SECONDS
    raise OperatorError(
        f"Deployment {number} of the policy is still {state} after {PATIENCE_SECONDS:g} seconds.",
        "It goes on by itself; look again with: framewarden policy show",
    )
