"""`framewarden policy`: checked, stored, deployed, and compared with what was in force."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import Result

from framewarden.domain.policy import policy_hash
from local.errors import OperatorError
from local.publish import DEFAULT, compare, current, publish, publish_if_none
from local.target import Target

Document = dict[str, Any]
RULE = {"name": "one", "label": "Explicit", "min_confidence": 90, "severity": "high"}


class AppConfig:
    """Keeps versions and deployments as AppConfig does; a deployment runs for some polls."""

    def __init__(self, polls: int = 0, ends: str = "COMPLETE") -> None:
        self.polls, self.ends = polls, ends
        self.versions: list[bytes] = []
        self.deployments: list[Document] = []

    def get_paginator(self, operation: str) -> "AppConfig":
        assert operation == "list_deployments"
        return self

    def paginate(self, **place: str) -> Iterator[Document]:
        assert place == {"ApplicationId": "app1234", "EnvironmentId": "env1234"}
        for deployment in self.deployments:
            yield {"Items": [deployment]}

    def create_hosted_configuration_version(self, **asked: Any) -> Document:
        assert asked["ContentType"] == "application/json"
        assert asked["ConfigurationProfileId"] == "prof123"
        self.versions.append(asked["Content"])
        return {"VersionNumber": len(self.versions)}

    def start_deployment(self, **asked: Any) -> Document:
        assert asked["DeploymentStrategyId"] == "strat12"
        made = {**asked, "DeploymentNumber": len(self.deployments) + 1, "State": "DEPLOYING"}
        self.deployments.append(made)
        return made

    def get_deployment(self, **asked: Any) -> Document:
        deployment = self.deployments[asked["DeploymentNumber"] - 1]
        if deployment["State"] == "DEPLOYING":
            self.polls -= 1
            deployment["State"] = self.ends if self.polls < 0 else "DEPLOYING"
        return {**deployment, "EventLog": [{"Description": "alarm Unscreened"}]}

    def get_hosted_configuration_version(self, **asked: Any) -> Document:
        return {"Content": io.BytesIO(self.versions[asked["VersionNumber"] - 1])}


@pytest.fixture
def appconfig(target: Target) -> AppConfig:
    made = AppConfig()
    target.clients["appconfig"] = made
    return made


def test_what_is_published_is_in_force(target: Target, appconfig: AppConfig) -> None:
    assert current(target) is None
    appconfig.polls = 3
    pauses: list[float] = []
    published = publish(target, {"name": "a", "rules": [RULE]}, pauses.append)
    assert published.version == 1
    assert published.hash == policy_hash({"name": "a", "rules": [RULE]})
    assert len(pauses) == 3
    assert json.loads(appconfig.versions[0]) == {"name": "a", "rules": [RULE]}
    assert current(target) == published


def test_the_latest_deployment_of_our_profile_counts(target: Target, appconfig: AppConfig) -> None:
    publish(target, {"name": "first"})
    publish(target, {"name": "second"})
    appconfig.deployments.append(
        {
            "DeploymentNumber": 3,
            "State": "COMPLETE",
            "ConfigurationProfileId": "other",
            "ConfigurationVersion": "1",
        }
    )
    in_force = current(target)
    assert in_force is not None
    assert in_force.document == {"name": "second"}


def test_a_roll_back_is_told_and_the_one_before_stays(target: Target, appconfig: AppConfig) -> None:
    publish(target, {"name": "good"})
    appconfig.ends = "ROLLED_BACK"
    with pytest.raises(OperatorError, match="alarm Unscreened"):
        publish(target, {"name": "bad"})
    in_force = current(target)
    assert in_force is not None
    assert in_force.document == {"name": "good"}


def test_no_version_is_made_while_another_deploys(target: Target, appconfig: AppConfig) -> None:
    appconfig.deployments.append({"DeploymentNumber": 1, "State": "DEPLOYING"})
    with pytest.raises(OperatorError, match="Another policy is being deployed"):
        publish(target, {"name": "a"})
    assert appconfig.versions == []


def test_a_deployment_that_never_ends_is_an_error(target: Target, appconfig: AppConfig) -> None:
    appconfig.polls = 1_000_000
    with pytest.raises(OperatorError, match="still DEPLOYING"):
        publish(target, {"name": "a"}, lambda _: None)


def test_a_version_that_is_not_json_is_told(target: Target, appconfig: AppConfig) -> None:
    publish(target, {"name": "a"})
    appconfig.versions[0] = b"name: a"
    with pytest.raises(OperatorError, match="not JSON"):
        current(target)


def test_the_default_is_published_once(target: Target, appconfig: AppConfig) -> None:
    first = publish_if_none(target)
    assert first is not None
    assert first.document["name"] == "default"
    assert publish_if_none(target) is None


def test_changes_are_told_by_rule_and_setting() -> None:
    old = {"name": "a", "max_age": 300, "rules": [RULE, {"name": "two"}, {"name": "three"}]}
    new = {"name": "a", "max_age": 60, "rules": [{**RULE, "severity": "low"}, {"name": "two"}, {"name": "four"}]}  # fmt: skip  # noqa: E501
    assert compare(old, new).lines() == [
        "rules added: four",
        "rules removed: three",
        "rules changed: one",
        "settings changed: max_age",
    ]
    assert compare(old, old).lines() == ["no changes"]


def policy_with(folder: Path, **changes: Any) -> Path:
    document = yaml.safe_load(DEFAULT.read_text()) | changes
    path = folder / "policy.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


def test_publish_tells_version_hash_and_changes(
    run: Callable[..., Result], appconfig: AppConfig, tmp_path: Path
) -> None:
    assert run("policy", "publish", str(DEFAULT)).exit_code == 0
    done = run("policy", "publish", str(policy_with(tmp_path, max_age="1m")))
    assert done.exit_code == 0, done.stderr
    assert "Version 2 of default is in force on guard in us-east-1." in done.stderr
    assert "settings changed: max_age" in done.stderr
    told = json.loads(run("policy", "publish", "--json", str(DEFAULT)).stdout)
    assert told["version"] == 3
    assert told["changes"]["settings"] == ["max_age"]
    assert len(told["hash"]) == 64


def test_a_bad_policy_is_refused_before_anything_is_made(
    run: Callable[..., Result], appconfig: AppConfig, tmp_path: Path
) -> None:
    bad = policy_with(tmp_path, rules=[{**RULE, "label": "Explicitt"}])
    done = run("policy", "publish", str(bad))
    assert done.exit_code == 1
    assert "Explicitt" in done.stderr
    assert "Nothing was published" in done.stderr
    assert appconfig.versions == []


def test_show(run: Callable[..., Result], appconfig: AppConfig) -> None:
    nothing = run("policy", "show")
    assert nothing.exit_code == 1
    assert "framewarden policy publish FILE --stack guard --region us-east-1" in nothing.stderr
    run("policy", "publish", str(DEFAULT))
    assert yaml.safe_load(run("policy", "show").stdout)["name"] == "default"
    assert json.loads(run("policy", "show", "--json").stdout)["policy"]["name"] == "default"
