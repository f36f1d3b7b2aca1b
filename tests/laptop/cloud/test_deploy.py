"""Build and deploy, with a stand-in for the SAM CLI and for CloudFormation."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from samcli.cli.types import CfnParameterOverridesType

from local.errors import OperatorError
from local.laptop import deploy, sam, settle
from local.laptop.build import fingerprint
from local.laptop.connection import Cloud
from local.laptop.environments import RUNTIME
from local.laptop.home import Home
from local.laptop.record import read_record, write_record

URL = "https://ab12cd34.execute-api.us-east-1.amazonaws.com/live"
# Writes what it was asked, and a built template; fails when told to.
SAM = f"""#!{sys.executable}
import json, os, pathlib, sys
given = sys.argv[1:]
with open(os.environ["SEEN"], "a") as seen:
    seen.write(json.dumps([given, os.environ["AWS_ENDPOINT_URL"], os.getcwd()]) + "\\n")
print("Error: no such bucket" if os.environ.get("FAILS") else "Succeeded")
if os.environ.get("FAILS"):
    sys.exit(1)
if given[0] == "build":
    folder = pathlib.Path(given[given.index("--build-dir") + 1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "template.yaml").write_text("built")
"""


class Services:
    """CloudFormation, SSM, DynamoDB and S3 of the laptop, recording what is asked of them."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Any] = {
            "describe_stacks": {
                "Stacks": [
                    {
                        "StackStatus": "CREATE_COMPLETE",
                        "Outputs": [
                            {"OutputKey": "ConsoleUrl", "OutputValue": URL},
                            {"OutputKey": "DeskUrl", "OutputValue": f"{URL}/queue"},
                            {"OutputKey": "ApiUrl", "OutputValue": URL},
                            {"OutputKey": "ConsoleUrlParameter", "OutputValue": "/fw/url"},
                        ],
                    }
                ]
            },
            "get_template": {
                "TemplateBody": {
                    "Resources": {
                        "Frames": {
                            "Type": "AWS::DynamoDB::Table",
                            "Properties": {
                                "TimeToLiveSpecification": {
                                    "AttributeName": "expires_at", "Enabled": True,
                                }
                            },
                        },
                        "Outbox": {"Type": "AWS::DynamoDB::Table", "Properties": {}},
                        "Topic": {"Type": "AWS::SNS::Topic"},
                    }
                }
            },
            "describe_stack_resource": {"StackResourceDetail": {"PhysicalResourceId": "Frames-1"}},
            "describe_time_to_live": {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}},
        }  # fmt: skip

    def __getattr__(self, operation: str) -> Any:
        def ask(**given: Any) -> Any:
            self.asked.append((operation, given))
            return self.answers.get(operation, {})

        return ask


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Services:
    made = Services()
    monkeypatch.setattr(Cloud, "client", lambda *_, **__: made)
    return made


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a repository with a template, and a `bin` with a sam in it."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sam").write_text(SAM)
    (tmp_path / "bin" / "sam").chmod(0o755)
    (tmp_path / "functions").mkdir()
    (tmp_path / "functions" / "app.py").write_text("def handler(event, context): ...")
    (tmp_path / "template.yaml").write_text("Resources: {}")
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    monkeypatch.setattr(sam.sys, "executable", str(tmp_path / "bin" / "python"))
    monkeypatch.setattr(Home, "build", property(lambda _: tmp_path / "build"))
    return tmp_path


@pytest.fixture
def laptop(place: Path) -> Cloud:
    home = Home(place / "home")
    home.create()
    made = Cloud("http://127.0.0.1:4566", "http://127.0.0.1:4580", (), home, RUNTIME)
    write_record(made)
    return made


def commands(place: Path) -> list[list[str]]:
    path = place / "seen"
    lines = path.read_text().splitlines() if path.exists() else []
    assert all(json.loads(line)[1] == "http://127.0.0.1:4566" for line in lines)
    return [json.loads(line)[0] for line in lines]


def go(laptop: Cloud, place: Path, **parameters: str) -> dict[str, str]:
    current = read_record(laptop.home)
    assert current is not None
    return deploy.build_and_deploy(current, parameters=parameters, template=place / "template.yaml")


def test_the_stack_is_built_deployed_and_settled(
    laptop: Cloud, place: Path, services: Services
) -> None:
    outputs = go(laptop, place, NoticeEmail="a@b.example")
    local = "http://127.0.0.1:4566/_aws/execute-api/ab12cd34/live"
    assert outputs["ConsoleUrl"] == outputs["ApiUrl"] == local
    assert outputs["DeskUrl"] == f"{local}/queue"
    build, deployment = commands(place)
    assert build[0] == "build"
    assert deployment[0] == "deploy"
    assert f"ParameterKey=Runtime,ParameterValue={RUNTIME}" in deployment
    assert "ParameterKey=Mode,ParameterValue=enforce" in deployment
    assert "ParameterKey=NoticeEmail,ParameterValue=a@b.example" in deployment
    assert 'ParameterKey=PlaceName,ParameterValue="the laptop cloud"' in deployment
    asked = dict(services.asked)
    assert asked["put_parameter"]["Value"] == local
    assert asked["update_time_to_live"] == {
        "TableName": "Frames-1",
        "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "expires_at"},
    }
    record = read_record(laptop.home)
    assert record is not None and record.outputs == outputs


def test_what_is_deployed_is_left_alone(laptop: Cloud, place: Path, services: Services) -> None:
    first = go(laptop, place)
    assert go(laptop, place) == first
    assert [command[0] for command in commands(place)] == ["build", "deploy"]
    go(laptop, place, Mode="observe")  # nothing to build for that
    assert [command[0] for command in commands(place)] == ["build", "deploy", "deploy"]
    (place / "functions" / "app.py").write_text("def handler(event, context): return 1")
    go(laptop, place, Mode="observe")
    assert [command[0] for command in commands(place)][3:] == ["build", "deploy"]


def test_a_vanished_stack_is_deployed_again(laptop: Cloud, place: Path, services: Services) -> None:
    go(laptop, place)
    services.answers["describe_stacks"]["Stacks"][0]["StackStatus"] = "UPDATE_ROLLBACK_COMPLETE"
    go(laptop, place)
    assert [command[0] for command in commands(place)] == ["build", "deploy", "deploy"]


def test_another_python_is_refused(laptop: Cloud, place: Path, services: Services) -> None:
    with pytest.raises(OperatorError, match=rf"python3\.99.*{RUNTIME}"):
        go(laptop, place, Runtime="python3.99")
    with pytest.raises(OperatorError, match=r"started on python3\.99.*framewarden down"):
        deploy.build_and_deploy(replace(laptop, runtime="python3.99"))
    assert commands(place) == []


def test_a_failure_of_sam_is_quoted(
    laptop: Cloud, place: Path, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILS", "1")
    with pytest.raises(OperatorError, match=r"sam build failed(?s:.*)no such bucket") as told:
        go(laptop, place)
    assert str(laptop.home.logs / "sam-build.log") in str(told.value)
    monkeypatch.delenv("FAILS")
    go(laptop, place)  # a failed build is not taken for a build
    assert [command[0] for command in commands(place)] == ["build", "build", "deploy"]


def test_an_unknown_processor_is_refused(laptop: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploy.platform, "machine", lambda: "riscv64")
    with pytest.raises(OperatorError, match="riscv64"):
        deploy.defaults(laptop)
    monkeypatch.setattr(deploy.platform, "machine", lambda: "aarch64")
    assert deploy.defaults(laptop)["Architecture"] == "arm64"


def test_a_fingerprint_sees_every_change(place: Path) -> None:
    template = place / "template.yaml"
    seen = {fingerprint(template, {})}
    seen.add(fingerprint(template, {"Mode": "enforce"}))
    (place / "functions" / "new.py").write_text("")
    seen.add(fingerprint(template, {}))
    (place / "statemachines").mkdir()
    (place / "statemachines" / "moderate.asl.json").write_text("{}")
    seen.add(fingerprint(template, {}))
    template.write_text("Resources: {A: {}}")
    seen.add(fingerprint(template, {}))
    assert len(seen) == 5
    before = fingerprint(template, {})
    (place / "functions" / "__pycache__").mkdir()
    (place / "functions" / "__pycache__" / "app.pyc").write_text("x")
    assert fingerprint(template, {}) == before


def test_other_urls_are_not_rewritten() -> None:
    assert settle.local_url("http://127.0.0.1:4566", "https://desk.example/live") == (
        "https://desk.example/live"
    )


def test_sam_reads_every_value_as_it_is_given() -> None:
    given = {"PlaceName": "the laptop cloud", "Quoted": 'a "b" c', "Mode": "enforce", "Empty": ""}
    _, *pairs = sam.overrides(given)
    assert CfnParameterOverridesType().convert(tuple(pairs), None, None) == given
