"""`framewarden batch list`, `show`, `results`, `cancel` and `resume`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from local import batches
from tests.laptop.cli.batch.conftest import COUNTS

Run = Callable[..., Result]
ONE, TWO, THREE = "aaaa0000000000000001", "aaaa0000000000000002", "bbbb0000000000000003"


@pytest.fixture
def three(stack: Any) -> Any:
    """Three batches: one that runs, one that is done, one that paused."""
    stack.row(ONE, started_at="2026-11-22T08:00:00.000Z", analyzed=1, flagged_done=1)
    stack.row(TWO, status="done", analyzed=2, counts=COUNTS, started_at="2026-11-22T08:00:01.000Z")
    stack.row(
        THREE,
        status="paused", analyzed=20, ceiling=20, lines=5_000, pause={"reason": "ceiling"},
        started_at="2026-11-22T09:00:00.000Z", adapter="arn:a", policy_source="given",
    )  # fmt: skip
    stack.put({
        "batch": TWO, "item": "rule#nudity & more", "rule": "nudity & more", "severity": "high",
        "images": 1, "review_id": "r1",
    })  # fmt: skip
    return stack


def test_the_newest_is_first(run: Run, three: Any) -> None:
    told = json.loads(run("batch", "list", "--json").stdout)
    assert [one["batch_id"] for one in told] == [THREE, TWO, ONE]
    assert told[1] == {
        "batch_id": TWO, "name": "holiday", "status": "done", "engine": "framewarden",
        "lines": 3, "analyzed": 2, "ceiling": 100, "by": "Ada", "flagged": 1, "errors": 1,
        "started_at": "2026-11-22T08:00:01.000Z", "dollars": 0.002,
    }  # fmt: skip
    done = run("batch", "list", "--limit", "2")
    assert THREE in done.stdout
    assert ONE not in done.stdout
    running = json.loads(run("batch", "show", ONE, "--json").stdout)
    assert (running["flagged"], running["errors"]) == (1, None)
    assert "20 of 5,000 lines" in done.stdout


def test_many_are_read_page_by_page(run: Run, three: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "PAGE", 1)
    assert len(json.loads(run("batch", "list", "--json").stdout)) == 3
    assert run("batch", "show", "aaaa0000000000000001").exit_code == 0
    assert "There is no batch c" in run("batch", "show", "c").stderr


def test_without_any_it_says_so(run: Run, stack: Any) -> None:
    assert run("batch", "list").stderr == "No batches.\n"
    assert json.loads(run("batch", "list", "--json").stdout) == []


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ("bbbb", 0, THREE),
        (TWO, 0, TWO),
        ("aaaa", 1, f"2 batches begin with aaaa: {TWO}, {ONE}. Write more"),
        ("cccc", 1, "There is no batch cccc on guard in us-east-1."),
        ("c" * 20, 1, "There is no batch"),
        ("", 1, "There is no batch"),
    ],
)
def test_an_id_may_be_abbreviated(run: Run, three: Any, given: str, code: int, words: str) -> None:
    done = run("batch", "show", given)
    assert done.exit_code == code
    assert words in done.stdout + done.stderr


def test_many_of_one_beginning_are_not_all_named(run: Run, stack: Any) -> None:
    for number in range(7):
        stack.row(f"{number:020x}")
    assert "7 batches begin with 000" in (said := run("batch", "show", "000").stderr)
    assert "and 2 more" in said


def test_all_of_a_batch_is_shown(run: Run, three: Any) -> None:
    told = json.loads(run("batch", "show", TWO, "--json").stdout)
    assert told["source"] == "s3://photos/a/"
    assert told["folder"] == f"s3://batches/batches/{TWO}/"
    page = f"https://desk.example/live/batches/{TWO}"
    assert told["rules"] == [{
        "rule": "nudity & more", "severity": "high", "images": 1, "review_id": "r1",
        "url": f"{page}/verify?rule=nudity%20%26%20more",
    }]  # fmt: skip
    shown = run("batch", "show", TWO)
    assert f"{page}/verify?rule=nudity%20%26%20more" in shown.stdout
    assert "framewarden batch results" in shown.stderr
    paused = run("batch", "show", THREE)
    assert "its ceiling is reached" in paused.stdout
    assert "default (given)" in paused.stdout
    assert f"batch resume {THREE} --ceiling N --stack guard" in paused.stderr
    assert f"batch show {ONE} --follow" in run("batch", "show", ONE).stderr


def test_labels_beyond_a_screen_are_counted(run: Run, stack: Any) -> None:
    labels = {f"label {number}": number for number in range(1, 21)}
    stack.row(ONE, status="done", counts={**COUNTS, "by_label": labels}, strange=1)
    assert "... and 5 more labels" in run("batch", "show", ONE).stderr


def test_follow_ends_as_run_does(run: Run, three: Any) -> None:
    assert run("batch", "show", THREE, "--follow").exit_code == 4
    done = run("batch", "show", TWO, "--follow", "--json")
    assert (done.exit_code, json.loads(done.stdout)["status"]) == (0, "done")


class TestResults:
    @pytest.fixture
    def files(self, three: Any) -> Any:
        for name, body in {
            "results.jsonl": b"{}\n" * 100_000,
            "summary.txt": b"Batch \x1b[31mred\n",
            "rules/nudity%20%26%20more.jsonl": b"{}\n",
            "rules/deeper/x.jsonl": b"{}\n",
            "rules/": b"",
            "parts/000000000000000/results.jsonl": b"{}\n",
        }.items():
            three.store("batches", f"batches/{TWO}/{name}", body)
        return three

    def test_they_are_listed_with_the_summary(self, run: Run, files: Any) -> None:
        done = run("batch", "results", TWO)
        assert done.exit_code == 0, done.stderr
        assert done.stdout.startswith("Batch \\x1b[31mred\n")
        assert f"s3://batches/batches/{TWO}/results.jsonl" in done.stdout
        assert "parts" not in done.stdout
        assert f"batch results {TWO} --to DIR" in done.stderr
        told = json.loads(run("batch", "results", TWO, "--json").stdout)
        assert [one["name"] for one in told["files"]] == [
            "results.jsonl", "summary.txt", "rules/nudity%20%26%20more.jsonl",
        ]  # fmt: skip
        assert told["files"][0]["bytes"] == 300_000

    def test_they_are_saved_below_a_folder(self, run: Run, files: Any, tmp_path: Path) -> None:
        folder = tmp_path / "new" / "results"
        done = run("batch", "results", TWO, "--to", str(folder), "--json")
        told = json.loads(done.stdout)
        assert told["files"][0]["path"] == str(folder / "results.jsonl")
        assert (folder / "results.jsonl").stat().st_size == 300_000
        assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == [
            "nudity%20%26%20more.jsonl", "results.jsonl", "summary.txt",
        ]  # fmt: skip
        assert str(folder / "summary.txt") in run(
            "batch", "results", TWO, "--to", str(folder)
        ).stdout.replace("\n", "")

    def test_they_are_saved_when_a_batch_has_ended(
        self, run: Run, three: Any, tmp_path: Path
    ) -> None:
        three.store("batches", f"batches/{THREE}/results.jsonl", b"{}\n")
        folder = tmp_path / "kept"
        done = run("batch", "resume", THREE, "--yes", "--to", str(folder))
        assert done.exit_code == 0, done.stderr
        assert "Saved 1 file in" in done.stderr
        assert (folder / "results.jsonl").read_bytes() == b"{}\n"

    def test_half_a_file_is_never_left(
        self, run: Run, files: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("local.batch_results.CHUNK", -1.5)
        assert run("batch", "results", TWO, "--to", str(tmp_path)).exit_code == 1
        assert list(tmp_path.iterdir()) == []

    def test_there_may_be_no_summary_yet(self, run: Run, three: Any) -> None:
        three.store("batches", f"batches/{ONE}/policy.json", b"{}")
        assert "policy.json" in run("batch", "results", ONE).stdout

    def test_without_any_it_says_how_it_stands(self, run: Run, three: Any) -> None:
        done = run("batch", "results", ONE)
        assert done.exit_code == 1
        assert f"Batch {ONE} has no results (any more); it is running." in done.stderr


def test_cancel_is_ordered_by_name(run: Run, three: Any) -> None:
    done = run("batch", "cancel", ONE[:4] + "0" * 14 + "01", "--by", "Ada", "--json")
    assert done.exit_code == 0, done.stderr
    assert three.asked == [{"cancel": {"batch_id": ONE, "by": "Ada"}}]
    assert json.loads(done.stdout)["status"] == "cancelling"
    assert "is cancelling" in run("batch", "cancel", ONE).stderr
    three.refusal = ("BatchRefusedError", "batch x is done: nothing of it runs")
    assert run("batch", "cancel", TWO).exit_code == 1


def test_resume_says_what_is_left_to_pay(run: Run, three: Any) -> None:
    done = run("batch", "resume", "bbbb", "--ceiling", "1000", "--yes", "--by", "Ada")
    assert done.exit_code == 0, done.stderr
    assert three.asked == [{"resume": {"batch_id": THREE, "by": "Ada", "ceiling": 1000}}]
    assert "is paused; 20 images are paid." in done.stderr
    assert "At most $0.98 of Rekognition, by list price, for 980 images." in done.stderr
    assert "status" in done.stdout
    refused = run("batch", "resume", "bbbb")
    assert (refused.exit_code, len(three.asked)) == (1, 1)


def test_resume_without_a_ceiling_leaves_it(run: Run, three: Any) -> None:
    three.row(THREE, status="failed", lines=None, analyzed=40)
    done = run("batch", "resume", THREE, "--yes", "--detach", "--json")
    assert json.loads(done.stdout) == {"batch_id": THREE}
    assert set(three.asked[0]["resume"]) == {"batch_id", "by"}
    assert "About $0.060 of Rekognition" in done.stderr
