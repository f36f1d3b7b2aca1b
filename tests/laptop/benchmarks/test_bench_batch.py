"""The arithmetic of the batch's benchmark, and what it reads of processes."""

import json
import os
import subprocess
import sys
from hashlib import sha256

import pytest

from benchmarks import batch, batch_runs, processor
from benchmarks.__main__ import NAMES, parser
from benchmarks.processor import Used

WORKER = (
    "/x/tmp/ministack-lambda-framewarden-AnalyzeShardFunction-508CA45C874AC-4d2qd0vz/_worker.py"
)


def named(figures):
    return {figure.name: figure for figure in figures}


def used():
    return Used(
        before={(1, 1.0): 10.0, (2, 1.0): 4.0},
        last={
            (1, 1.0): ("ministack", 130.0),
            (2, 1.0): ("moto", 184.0),
            (3, 1.0): ("AnalyzeShard", 60.0),
            (4, 2.0): ("AnalyzeShard", 40.0),  # has ended meanwhile
        },
    )


def test_processor_time_is_summed_by_part_and_counts_the_ended():
    assert used().seconds == {"moto": 180.0, "ministack": 120.0, "AnalyzeShard": 100.0}
    assert used().total == 400.0


def test_overhead_is_what_the_model_did_not_take():
    model = {"cpu_seconds": 170.0, "decode_cpu_seconds": 12.0, "images": 10_000}
    found = named(batch.overhead(used(), model, 220.0, 10_000, {"analyzed": 10_000}))
    assert found["batch.overhead"].value == pytest.approx(0.575)
    assert found["batch.overhead"].holds is True
    assert found["batch.images_a_second"].value == pytest.approx(45.45, abs=0.01)
    assert found["batch.cpu_an_image"].value == pytest.approx(40.0)
    assert found["batch.cpu_an_image"].detail == "moto 18.0, ministack 12.0, AnalyzeShard 10.0"
    assert found["batch.model_an_image"].value == pytest.approx(17.0)
    assert found["batch.looked_at_twice"].holds is True


def test_a_model_that_looked_at_few_or_at_some_twice_breaks_the_run():
    model = {"cpu_seconds": 170.0, "decode_cpu_seconds": 12.0, "images": 9_999}
    found = named(batch.overhead(used(), model, 220.0, 10_000, {"analyzed": 10_000}))
    assert found["batch.not_looked_at"].holds is False
    model["images"] = 10_001
    found = named(batch.overhead(used(), model, 220.0, 10_000, {"analyzed": 10_000}))
    assert found["batch.looked_at_twice"].holds is False


def test_memory_is_compared_and_the_emulators_have_no_bar():
    few = {"cli": 60.0, "AnalyzeShard": 70.0, "ministack": 150.0}
    many = {"cli": 66.0, "AnalyzeShard": 91.0, "ministack": 900.0}
    found = named(batch.grown(few, many, 100_000))
    assert found["batch.memory.cli"].holds is True
    assert found["batch.memory.AnalyzeShard"].holds is False
    assert found["batch.memory.ministack"].holds is None
    assert found["batch.memory.cli"].detail == "60 MB at 1,000 lines, 66 MB at 100,000"


def test_a_worker_is_named_by_its_function():
    assert processor.function_of(["python", WORKER]) == "AnalyzeShard"
    assert processor.function_of(["python", "-m", "local"]) == "others"


def test_a_peak_is_the_most_ever_resident(tmp_path):
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "status").write_text("VmPeak:  9 kB\nVmHWM:\t 2000 kB\nVmRSS: 5 kB\n")
    assert processor.peak(7, tmp_path) == pytest.approx(2.048)
    assert processor.peak(os.getpid(), tmp_path) > 5
    with subprocess.Popen([sys.executable, "-c", "pass"]) as gone:
        pass
    assert processor.peak(gone.pid, tmp_path) == 0.0


def test_every_photo_is_its_own_and_each_line_names_one(tmp_path):
    photos = {sha256(batch_runs.photo(number)).digest() for number in range(70)}
    assert len(photos) == 70
    lines = batch_runs.manifest(tmp_path / "m.jsonl", "a", 3).read_text().splitlines()
    assert json.loads(lines[2]) == {"source-ref": "s3://benchmark-photos/a/0000002.jpg"}


def test_it_is_run_when_it_is_asked_for():
    assert "batch" in NAMES
    given = parser().parse_args(["--only", "batch", "--images", "50"])
    assert (given.images, given.lines) == (50, 100_000)
