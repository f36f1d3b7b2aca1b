"""The command as a whole: help, places, environment, and failures in sentences."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ProfileNotFound,
)
from typer.testing import CliRunner, Result

from local.cli.app import application
from local.cli.failures import in_words
from local.cli.output import cell_text, printable
from local.errors import OperatorError
from local.shell import export_lines
from local.status import health
from local.target import Target, choose, on_cloud, stack_outputs

REPOSITORY = Path(__file__).resolve().parents[3]
GROUPS = {
    "policy": "check publish show",
    "reviews": "list show decide",
    "channels": "list show stop ban reinstate",
    "executions": "list show watch",
    "frames": "show",
    "batch": "run list show results cancel resume",
    "adapter": "readiness train show shadow promote rollback hold release holds",
}
COMMANDS = ["up", "down", "status", "env", "demo", "play", "moderate", "audit", "rescan", "doctor"]


def call(*arguments: str) -> Result:
    return CliRunner().invoke(application(), list(arguments))


def test_help_is_everywhere() -> None:
    paths: list[tuple[str, ...]] = [(name,) for name in (*COMMANDS, *GROUPS)]
    paths += [(group, name) for group, names in GROUPS.items() for name in names.split()]
    for arguments in (("--help",), ("audit", "--help"), *((*path, "-h") for path in paths)):
        done = call(*arguments)
        assert done.exit_code == 0, arguments
        assert "Usage" in done.stdout


def test_start_up_leaves_the_heavy_modules_out() -> None:
    code = (
        "import sys; from local.cli.app import application; application();"
        "print(sorted({'boto3', 'botocore', 'ministack', 'moto', 'yaml', 'av', 'PIL', 'psutil'}"
        " & set(sys.modules)))"
    )
    path = os.pathsep.join(map(str, (REPOSITORY, REPOSITORY / "functions")))
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": path}, capture_output=True, text=True
    )
    assert done.stdout == "[]\n", done.stderr


def test_wrong_usage_is_exit_2() -> None:
    assert call("nonsense").exit_code == 2
    assert call("reviews", "decide", "r1", "perhaps").exit_code == 2
    alone = call("audit", "--region", "eu-west-1")
    assert alone.exit_code == 2
    assert "--stack" in alone.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("env",),
        ("audit",),
        ("rescan",),
        ("reviews", "list"),
        ("channels", "list"),
        ("channels", "stop", "studio", "--by", "Ada"),
        ("executions", "list"),
        ("executions", "watch"),
        ("frames", "show", "a.jpg"),
        ("batch", "run", "s3://photos/a/"),
        ("batch", "list"),
        ("doctor",),
        ("policy", "show"),
        ("moderate", "a.jpg"),
    ],
)
def test_without_a_laptop_cloud_each_command_says_how_to_start_one(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FRAMEWARDEN_HOME", str(tmp_path))
    done = call(*arguments)
    assert done.exit_code == 1
    assert done.stderr == "Error: No laptop cloud is running. Start one with: framewarden up\n"
    assert done.stdout == ""


def test_status_as_json_has_its_shape_even_then(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FRAMEWARDEN_HOME", str(tmp_path))
    done = call("status", "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert (told["healthy"], told["stack"]) == (False, None)


def test_down_without_a_cloud_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FRAMEWARDEN_HOME", str(tmp_path))
    assert call("down").exit_code == 0


def test_no_region_anywhere_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    with pytest.raises(OperatorError, match="--region"):
        choose("guard", None)


class Stacks:
    def __init__(self, code: str = "") -> None:
        self.code = code

    def describe_stacks(self, **asked: str) -> dict[str, Any]:
        if self.code:
            raise ClientError({"Error": {"Code": self.code}}, "DescribeStacks")
        output = {"OutputKey": "FramesBucket", "OutputValue": "frames"}
        return {"Stacks": [{"Outputs": [output]}]}


def test_a_stack_that_is_not_there_is_said() -> None:
    assert stack_outputs(Stacks(), "guard", "eu-west-1") == {"FramesBucket": "frames"}
    with pytest.raises(OperatorError, match="no stack guard in eu-west-1"):
        stack_outputs(Stacks("ValidationError"), "guard", "eu-west-1")
    with pytest.raises(ClientError):
        stack_outputs(Stacks("AccessDenied"), "guard", "eu-west-1")


def test_a_missing_output_and_an_empty_laptop_are_said() -> None:
    with pytest.raises(OperatorError, match="no output FramesBucket"):
        Target("guard", "eu-west-1", {}, print).output("FramesBucket")
    bare: Any = SimpleNamespace(outputs={})
    with pytest.raises(OperatorError, match="nothing is deployed"):
        on_cloud(bare)


def test_the_laptop_answers_at_its_own_address() -> None:
    outputs = dict.fromkeys(
        ("StateMachineArn", "FramesBucket", "EvidenceBucket", "ConsoleUrlParameter"), "x"
    )
    ssm = SimpleNamespace(
        get_parameter=lambda Name: {"Parameter": {"Value": "http://127.0.0.1:1/live/"}}  # noqa: N803
    )
    cloud: Any = SimpleNamespace(
        outputs=outputs, deployed={"stack": "framewarden"}, region="us-east-1",
        client=lambda service: ssm,
    )  # fmt: skip
    target = on_cloud(cloud)
    assert target.stack["console_url"] == target.stack["api_url"] == "http://127.0.0.1:1/live"
    assert (target.name, target.option) == ("the laptop cloud", "")


def test_health_of_a_stack(run: Callable[..., Result], target: Target, ledger: Any) -> None:
    for name in ("IntakeDeadLetterQueueUrl", "SettleDeadLetterQueueUrl"):
        queue = target.client("sqs").create_queue(QueueName=name)
        target.outputs[name] = queue["QueueUrl"]
    ledger.review("r1")
    target.clients["appconfig"] = SimpleNamespace(
        get_paginator=lambda _: SimpleNamespace(paginate=lambda **_: [])
    )
    told = health(target)
    assert (told["open_reviews"], told["dead_letters"], told["policy"]) == (1, 0, None)
    assert told["stack"] == {
        "console_url": "https://desk.example/live",
        "api_url": "https://abc.execute-api.us-east-1.amazonaws.com/live",
        "state_machine_arn": target.output("StateMachineArn"),
        "frames_bucket": "frames",
        "evidence_bucket": "evidence",
    }
    done = run("status")
    assert done.exit_code == 1
    assert "Not healthy: no policy is published" in done.stderr


def test_env_lines_are_quoted_and_clear_what_is_foreign() -> None:
    lines = list(
        export_lines(
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_X": "a b'c", "NO_PROXY": "127.0.0.1"},
            {
                "AWS_PROFILE": "prod",
                "AWS_ENDPOINT_URL_S3": "https://x",
                "AWS_PAGER": "less",
                "no_proxy": "corp",
            },
        )
    )
    assert lines == [
        "unset AWS_ENDPOINT_URL_S3",
        "unset AWS_PROFILE",
        "unset AWS_SESSION_TOKEN",
        "export AWS_ENDPOINT_URL=http://127.0.0.1:1",
        "export AWS_X='a b'\"'\"'c'",
        "export NO_PROXY=127.0.0.1",
        "export no_proxy=127.0.0.1,corp",
    ]


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (OperatorError("It is so.", "Do this."), "It is so. Do this."),
        (NoCredentialsError(), "credentials are missing"),
        (ProfileNotFound(profile="x"), "aws sso login"),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:4566"), "framewarden down"),
        (EndpointConnectionError(endpoint_url="https://ivs.aws"), "Check the network"),
        (ClientError({"Error": {"Code": "ExpiredToken"}}, "GetObject"), "Sign in again"),
        (ClientError({"Error": {"Code": "AccessDenied"}}, "GetObject"), "does not allow GetObject"),
        (ClientError({"Error": {"Code": "Odd", "Message": "m"}}, "GetObject"), "Odd: m"),
        (PermissionError(13, "Permission denied", "/x"), "Permission denied (/x)."),
        (KeyError("x"), "FRAMEWARDEN_DEBUG=1"),
    ],
)
def test_failures_are_sentences(failure: Exception, words: str) -> None:
    assert words in in_words(failure)


def test_a_fault_of_ours_ends_without_a_traceback_unless_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: Any) -> Target:
        raise KeyError("x")

    done = CliRunner().invoke(application(broken), ["audit"])
    assert (done.exit_code, "Traceback" in done.stderr) == (1, False)
    monkeypatch.setenv("FRAMEWARDEN_DEBUG", "1")
    assert "Traceback" in CliRunner().invoke(application(broken), ["audit"]).stderr


def test_an_interrupt_is_exit_130() -> None:
    def interrupted(*_: Any) -> Target:
        raise KeyboardInterrupt

    assert CliRunner().invoke(application(interrupted), ["audit"]).exit_code == 130


def test_policy_check(tmp_path: Path) -> None:
    assert call("policy", "check", str(REPOSITORY / "policies/default.yaml")).exit_code == 0
    bad = tmp_path / "bad.yaml"
    bad.write_text("name: bad\nrules: 7\n")
    done = call("policy", "check", str(bad))
    assert done.exit_code == 1
    assert f"{bad}:2: " in done.stderr
    told = json.loads(call("policy", "check", "--json", str(bad)).stdout)
    assert told["valid"] is False
    assert told["problems"][0]["line"] >= 1


def test_what_a_terminal_would_obey_is_escaped() -> None:
    assert printable("a\x1b[31m\u202eb\nü") == "a\\x1b[31m\\u202eb\nü"
    assert (cell_text(None), cell_text({"a": 1}), cell_text(3)) == ("-", '{"a": 1}', "3")
