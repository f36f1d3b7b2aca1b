"""`framewarden batch run`: what is sent, what is asked of the stack, and how it ends."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import Result

from local.batch_samples import FOLDER
from local.cli import batch_acts, consent
from local.errors import OperatorError

Run = Callable[..., Result]
POLICY = Path(__file__).parents[4] / "policies" / "default.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of three images, one of them below, and a text."""
    made = tmp_path / "my holiday"
    (made / "day 1").mkdir(parents=True)
    for name in ("b.jpg", "a.png", "day 1/c.jpeg"):
        (made / name).write_bytes(b"picture " + name.encode())
    (made / "notes.txt").write_text("nothing to see")
    return made


def test_a_folder_is_sent_and_its_results_are_a_table(run: Run, stack: Any, folder: Path) -> None:
    done = run("batch", "run", str(folder), "--yes", "--by", "Ada")
    assert done.exit_code == 0, done.stderr
    [asked] = [one["batch"] for one in stack.asked]
    prefix = stack.keys("frames")[0].rpartition("/")[0]
    assert re.fullmatch(r"batches/my-holiday-[0-9a-f]{8}", prefix)
    names = ["a.png", "b.jpg", "day 1/c.jpeg"]
    assert stack.keys("frames") == [f"{prefix}/{name}" for name in names]
    assert asked["manifest"] == f"s3://batches/batches/{asked['batch_id']}/manifest.jsonl"
    refs = [{"source-ref": f"s3://frames/{prefix}/{name}"} for name in names]
    assert stack.lines(asked["manifest"]) == refs
    rest = {name: asked[name] for name in asked if name not in ("batch_id", "manifest")}
    assert rest == {
        "name": "my-holiday", "engine": "framewarden", "ceiling": 103, "lines": 3,
        "by": "Ada", "via": "cli",
    }  # fmt: skip
    assert "Skipped, not an image: notes.txt" in done.stderr
    assert "At most $0.003 of Rekognition, by list price, for 3 images." in done.stderr
    assert "30 images a second" in done.stderr
    assert "3 files sent, 0 already there." in done.stderr
    assert re.search(r"done +\n", done.stdout)
    assert "4.000 s, 0.5 images a second" in done.stdout
    assert re.search(r"high +1 *\n", done.stdout)
    assert re.search(r"INVALID_S3_OBJECT +1 +the object is missing", done.stdout)
    assert f"s3://batches/batches/{asked['batch_id']}/results.jsonl" in done.stdout


def test_what_is_there_is_not_sent_again(run: Run, stack: Any, folder: Path) -> None:
    assert run("batch", "run", str(folder), "--yes").exit_code == 0
    (folder / "a.png").write_bytes(b"PICTURE a.png")  # as long as before
    done = run("batch", "run", str(folder), "--yes")
    assert "1 file sent, 2 already there." in done.stderr
    first, second = (one["batch"]["batch_id"] for one in stack.asked)
    assert first != second


def test_a_manifest_beside_its_files(run: Run, stack: Any) -> None:
    done = run("batch", "run", str(FOLDER / "manifest.jsonl"), "--yes", "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["status"], told["counts"]["flagged"], told["attempt"]) == ("done", 1, 1)
    assert told["url"] == f"https://desk.example/live/batches/{told['batch_id']}"
    keys = stack.keys("frames")
    assert len(keys) == 13
    refs = [line["source-ref"] for line in stack.lines(stack.asked[0]["batch"]["manifest"])]
    assert [ref.rpartition("/")[2] for ref in refs[:2]] == ["01-sunset.jpg", "02-mountains.png"]
    assert re.search(r"/elsewhere-[0-9a-f]{8}/positive-abstract.png$", refs[-1])
    assert {ref.removeprefix("s3://frames/") for ref in refs} == set(keys)


def test_a_prefix_is_listed_by_the_stack(run: Run, stack: Any) -> None:
    for key in ("a/1.jpg", "a/2.PNG", "a/notes.txt", "a/", "b/3.jpg"):
        stack.store("photos", key)
    done = run("batch", "run", "s3://photos/a/", "--yes", "--detach")
    assert done.exit_code == 0, done.stderr
    [asked] = [one["batch"] for one in stack.asked]
    assert done.stdout == f"{asked['batch_id']}\n"
    assert (asked["prefix"], asked["lines"], asked["name"]) == ("s3://photos/a/", 2, "a")
    assert "not called an image: 1 objects" in done.stderr
    assert f"framewarden batch cancel {asked['batch_id']} --stack guard" in done.stderr


def test_every_option_reaches_the_stack(run: Run, stack: Any) -> None:
    stack.store("photos", "m.jsonl", b'{"source-ref": "s3://photos/1.jpg"}\n\n')
    arn = "arn:aws:rekognition:us-east-1:123456789012:project/p/version/v/1"
    done = run(
        "batch", "run", "s3://photos/m.jsonl", "--policy", str(POLICY), "--adapter", arn,
        "--ceiling", "7", "--min-confidence", "40", "--name", "one", "--yes", "--json",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    [asked] = [one["batch"] for one in stack.asked]
    assert asked["policy"]["name"] == "default"
    given = {name: asked[name] for name in ("adapter", "ceiling", "min_confidence", "name")}
    assert given == {"adapter": arn, "ceiling": 7, "min_confidence": 40.0, "name": "one"}
    assert (asked["manifest"], asked["lines"]) == ("s3://photos/m.jsonl", 1)
    assert "An adapter has a price of its own" in done.stderr


def test_a_bulk_job_has_no_ceiling_and_no_pace_of_ours(run: Run, stack: Any) -> None:
    stack.store("photos", "m.jsonl", b'{"source-ref": "s3://photos/1.jpg"}\n' * 2)
    bulk = ("batch", "run", "s3://photos/m.jsonl", "--engine", "rekognition-bulk", "--yes")
    done = run(*bulk, "--ceiling", "1")
    assert done.exit_code == 1
    assert "no ceiling can pause it" in done.stderr
    done = run(*bulk)
    assert stack.asked[0]["batch"]["engine"] == "rekognition-bulk"
    assert "up to Rekognition's bulk job" in done.stderr
    assert "pauses after" not in done.stderr


def test_a_dry_run_sends_and_starts_nothing(run: Run, stack: Any, folder: Path) -> None:
    done = run("batch", "run", str(folder), "--dry-run", "--json")
    told = json.loads(done.stdout)
    assert told == {
        "dry_run": True, "source": str(folder), "lines": 3, "adapter": None, "uploads": 3,
        "images": 3, "exact": True, "ceiling": 103, "dollars": 0.003, "images_per_second": 30.0,
        "seconds": 0.1, "notes": ["Skipped, not an image: notes.txt"],
    }  # fmt: skip
    assert run("batch", "run", str(folder), "--dry-run").stdout == ""
    assert (stack.asked, stack.keys("frames"), stack.keys("batches")) == ([], [], [])


def test_nobody_at_the_terminal_must_agree_beforehand(run: Run, stack: Any, folder: Path) -> None:
    done = run("batch", "run", str(folder))
    assert done.exit_code == 1
    assert "--yes" in done.stderr
    assert (stack.asked, stack.keys("frames")) == ([], [])


def test_a_person_is_asked(
    run: Run, stack: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(consent, "sys", terminal)
    assert run("batch", "run", str(folder), input="n\n").exit_code == 1
    assert stack.asked == []
    assert run("batch", "run", str(folder), input="y\n").exit_code == 0


def test_the_laptop_costs_nothing_so_nobody_is_asked(stack: Any) -> None:
    laptop = replace(stack.target, is_laptop=True)
    batch_acts.agree(laptop, "Start it?", yes=False)
    with pytest.raises(OperatorError, match="--dry-run"):
        batch_acts.agree(stack.target, "Start it?", yes=False)


def test_a_refusal_is_told_in_the_stacks_words(run: Run, stack: Any, folder: Path) -> None:
    stack.refusal = ("BatchRefusedError", "the bucket x is not allowed: add it")
    done = run("batch", "run", str(folder), "--yes")
    assert done.exit_code == 1
    assert done.stderr.endswith("Error: the bucket x is not allowed: add it\n")
    stack.refusal = ("StoreThrottledError", "PutItem")
    done = run("batch", "run", str(folder), "--yes")
    assert "StoreThrottledError: PutItem. Try again" in done.stderr


def test_a_policy_with_faults_starts_nothing(run: Run, stack: Any, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("name: bad\nrules: 7\n")
    done = run("batch", "run", "s3://photos/a/", "--policy", str(bad), "--yes")
    assert done.exit_code == 1
    assert f"{bad}:2: " in done.stderr
    assert "Nothing was started" in done.stderr


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        ({"status": "failed", "failure": {"code": "X", "words": "It broke."}}, 1, "It broke."),
        ({"status": "cancelled"}, 1, "batch resume"),
        ({"status": "paused", "pause": {"reason": "ceiling"}}, 4, "its ceiling is reached"),
        ({"status": "done", "attempt": 2}, 0, "done"),
    ],
)
def test_how_it_ended_is_the_exit_code(
    run: Run, stack: Any, row: dict[str, Any], code: int, words: str
) -> None:
    stack.store("photos", "a/1.jpg")
    stack.becomes = row
    done = run("batch", "run", "s3://photos/a/", "--yes")
    assert done.exit_code == code
    assert words in done.stdout + done.stderr


def test_an_interrupt_leaves_it_running_and_says_how_to_see_it(
    run: Run, stack: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.store("photos", "a/1.jpg")
    stack.becomes = {"status": "running"}
    monkeypatch.setattr("time.sleep", interrupted)
    done = run("batch", "run", "s3://photos/a/", "--yes")
    assert done.exit_code == 130
    batch_id = stack.asked[0]["batch"]["batch_id"]
    assert f"The batch {batch_id} goes on by itself." in done.stderr
    assert f"framewarden batch show {batch_id} --follow" in done.stderr


def test_an_interrupt_while_sending_starts_nothing(
    run: Run, stack: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.batch_folder.in_order", interrupted)
    done = run("batch", "run", str(folder), "--yes")
    assert (done.exit_code, stack.asked) == (130, [])
    assert "No batch was started" in done.stderr


def interrupted(*_: Any) -> Any:
    raise KeyboardInterrupt
