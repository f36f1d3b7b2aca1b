"""`framewarden play` refuses what cannot work before anything goes live."""

import json
from pathlib import Path

import pytest
from stream_fakes import ARN, FakeIvs, FakeS3, deployed
from typer.testing import CliRunner, Result

from local.cli.app import application
from local.target import Target

JPEG = b"\xff\xd8\xff jpeg"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "1.jpg").write_bytes(JPEG)
    return tmp_path


def play(*arguments: object) -> tuple[Result, list[str | None]]:
    """Call the command; return which stacks were looked for, too."""
    asked: list[str | None] = []

    def choose(stack: str | None, region: str | None) -> Target:
        asked.append(stack)
        return deployed(FakeIvs(), FakeS3())

    given = ["play", *map(str, arguments), "--channel", ARN]
    return CliRunner().invoke(application(choose), given), asked


def test_an_encoder_in_the_account_is_not_ours_to_reconnect(folder: Path) -> None:
    done, asked = play(folder, "--reconnect", "--stack", "guard", "--region", "eu-west-1")

    assert done.exit_code == 2
    assert "only on the laptop cloud" in " ".join(done.stderr.split())
    assert asked == []


@pytest.mark.parametrize("option", ["--retry-every", "--give-up-after"])
@pytest.mark.parametrize("seconds", ["0", "nan", "inf"])
def test_a_retry_that_makes_no_sense_is_refused(folder: Path, option: str, seconds: str) -> None:
    done, asked = play(folder, "--reconnect", option, seconds)

    assert done.exit_code == 1
    assert "makes no sense" in done.stderr
    assert asked == []


def test_without_reconnect_a_deployed_channel_is_played_on(folder: Path) -> None:
    done, asked = play(folder, "--stack", "guard", "--json")

    assert done.exit_code == 0, done.stderr
    assert asked == ["guard"]
    [session] = json.loads(done.stdout)["sessions"]
    assert (session["frames"], session["ended_by"]) == (1, "source")
