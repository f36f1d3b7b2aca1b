"""`framewarden adapter promote`, `rollback`, `shadow`, `hold`, `release` and `holds`."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from local.cli import consent
from local.cli.app import application
from tests.laptop.cli.adapter.conftest import arn_of

Run = Callable[..., Result]
Told = Callable[..., Any]


@pytest.fixture
def two(desk: Any) -> Any:
    desk.row("v1")
    desk.row("v2")
    return desk


def test_promote_says_what_changes_and_changes_it(run: Run, two: Any) -> None:
    done = run("adapter", "promote", "v1", "--yes", "--by", "Ada")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ""
    assert done.stderr == (
        "2 errors instead of 16 on the test images.\n"
        "On guard in us-east-1, live frames and new batches are analyzed with v1, "
        "not with the base model.\n"
        "v1 is live on guard in us-east-1.\n"
        "Go back with: framewarden adapter rollback --stack guard --region us-east-1\n"
    )
    switch = two.switch()
    assert (switch["live"], switch["by"]) == ({"name": "v1", "arn": arn_of("v1")}, "Ada")


def test_promote_twice_is_once(run: Run, two: Any, told: Told) -> None:
    first, second = (told("promote", "v1", "--yes") for _ in range(2))
    assert (first["act"], first["changed"], second["changed"]) == ("promote", True, False)
    assert first["was"] == {"live": None, "before": [], "shadow": None}
    live = {"name": "v1", "arn": arn_of("v1")}
    assert first["now"] == second["now"] == {"live": live, "before": [None], "shadow": None}
    assert "v1 is live already." in run("adapter", "promote", "v1").stderr


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("refused", "the adapter v3 was refused by the gate"),
        ("training", "the adapter v3 is being trained"),
        ("failed", "the adapter v3 was not trained"),
    ],
)
def test_what_did_not_pass_is_refused_before_anybody_is_asked(
    run: Run, two: Any, status: str, said: str
) -> None:
    two.row("v3", status)
    done = run("adapter", "promote", "v3")
    assert done.exit_code == 1
    assert said in done.stderr
    assert "Agree" not in done.stderr
    assert two.switch()["live"] is None


def test_what_rekognition_does_not_answer_with_is_refused(run: Run, two: Any) -> None:
    two.statuses["v1"] = "EXPIRED"
    done = run("adapter", "promote", "v1", "--yes")
    assert done.exit_code == 1
    assert "EXPIRED" in done.stderr
    assert "There is no adapter v9" in run("adapter", "promote", "v9", "--yes").stderr


def test_somebody_must_agree(run: Run, two: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run("adapter", "promote", "v1")
    assert done.exit_code == 1
    assert "Nothing was changed: nobody sits at this terminal to agree." in done.stderr
    terminal = SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(consent, "sys", terminal)
    assert run("adapter", "promote", "v1", input="n\n").exit_code == 1
    assert two.switch()["live"] is None
    assert run("adapter", "promote", "v1", input="y\n").exit_code == 0
    assert run("adapter", "rollback", input="n\n").exit_code == 1
    assert two.switch()["live"]["name"] == "v1"


def test_on_the_laptop_nobody_is_asked(two: Any) -> None:
    laptop = replace(two.target, is_laptop=True)
    app = application(lambda *_: laptop)
    done = CliRunner().invoke(app, ["adapter", "promote", "v1"])
    assert done.exit_code == 0, done.stderr
    assert CliRunner().invoke(app, ["adapter", "rollback"]).exit_code == 0
    assert two.switch()["live"] is None


def test_rollback_goes_back_one(run: Run, two: Any, told: Told) -> None:
    two.live("v2", None, "v1")
    done = run("adapter", "rollback", "--yes")
    assert done.exit_code == 0, done.stderr
    assert "are analyzed with v1, not with v2." in done.stderr
    assert "v1 is live on guard in us-east-1." in done.stderr
    seen = told("rollback", "--yes")
    assert (seen["act"], seen["changed"], seen["now"]["live"]) == ("rollback", True, None)
    done = run("adapter", "rollback", "--yes")
    assert done.exit_code == 1
    assert "the base model is live" in done.stderr


def test_rollback_to_the_base_model(run: Run, two: Any) -> None:
    two.live("v2", None, "v1")
    done = run("adapter", "rollback", "--to-base", "--yes")
    assert "are analyzed with the base model, not with v2." in done.stderr
    assert "The base model is live on guard" in done.stderr
    assert two.switch()["live"] is None


def test_the_shadow_begins_and_ends(run: Run, two: Any, told: Told) -> None:
    done = run("adapter", "shadow", "v1", "--share", "12.5")
    assert done.exit_code == 0, done.stderr
    assert "v1 is asked beside the live model for 12.5 % of the frames" in done.stderr
    assert two.switch()["shadow"]["share"] == 12.5
    assert told("show", "v1")["shadow_share"] == 12.5
    assert "It has answered about no frame yet." in run("adapter", "show", "v1").stdout
    assert "The shadow of v1 has ended." in run("adapter", "shadow", "--end").stderr
    assert "There was none." in run("adapter", "shadow", "--end").stderr
    seen = told("shadow", "v2")
    assert (seen["act"], seen["now"]["shadow"]["share"]) == ("shadow", 10)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [((), 2), (("v1", "--end"), 2), (("v1", "--share", "101"), 2), (("v1", "--share", "0"), 1),
     (("v9",), 1)],
)  # fmt: skip
def test_a_shadow_that_cannot_be(run: Run, two: Any, arguments: tuple[str, ...], code: int) -> None:
    assert run("adapter", "shadow", *arguments).exit_code == code
    assert two.switch()["shadow"] is None


def test_holds(run: Run, two: Any, told: Told) -> None:
    assert run("adapter", "holds").stderr == "No image is on hold.\n"
    image = "s3://photos/a b/1.jpg"
    done = run("adapter", "hold", image, "--reason", "a court asks", "--by", "Ada")
    assert done.exit_code == 0, done.stderr
    assert "no adapter is trained with it" in done.stderr
    [one] = told("holds")
    assert {name: one[name] for name in ("image", "reason", "by", "account")} == {
        "image": image, "reason": "a court asks", "by": "Ada", "account": None,
    }  # fmt: skip
    assert "a court asks" in run("adapter", "holds").stdout
    assert told("hold", image, "--reason", "again")["reason"] == "again"
    assert told("release", image) == {"image": image, "released": True}
    assert told("holds") == []
    done = run("adapter", "release", image)
    assert done.exit_code == 1
    assert "is not on hold. See what is with: framewarden adapter holds" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("hold", "photos/1.jpg", "--reason", "x"),
        ("hold", "s3://photos", "--reason", "x"),
        ("hold", "s3://photos/a/", "--reason", "x"),
        ("hold", "s3://photos/1.jpg", "--reason", " "),
        ("hold", "s3://photos/1.jpg"),
        ("release", "1.jpg"),
    ],
)
def test_what_is_no_image_is_said(run: Run, two: Any, arguments: tuple[str, ...]) -> None:
    assert run("adapter", *arguments).exit_code == 2
