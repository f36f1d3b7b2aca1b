"""What a batch takes on AWS, on paper."""

import io

import pytest
from rich.console import Console

from framewarden.domain import prices
from local.batch_paper import Paper, length, papers, show


@pytest.mark.parametrize(("tps", "hours"), [(50, 9.26), (5, 92.6)])
def test_a_million_is_bound_by_rekognition(tps: int, hours: float) -> None:
    paper = Paper(1_000_000, tps)
    assert paper.limits[0].name.startswith("Rekognition")
    assert paper.rate == tps * 0.6
    assert paper.seconds / 3600 == pytest.approx(hours, rel=0.001)
    assert paper.dollars["Rekognition"] == pytest.approx(1000)
    assert sum(paper.dollars.values()) < 1030


def test_a_larger_quota_is_bound_by_our_workers() -> None:
    paper = Paper(1_000_000, 500)
    assert paper.limits[0].name == "10 workers of 4 threads"
    assert paper.rate == 100


def test_tiers_begin_anew_with_each_month() -> None:
    fast, slow = Paper(100_000_000, 50), Paper(100_000_000, 5)
    at_once = prices.rekognition(100_000_000)
    assert at_once < fast.dollars["Rekognition"] < slow.dollars["Rekognition"]
    first = prices.rekognition(77_760_000)
    rest = prices.rekognition(22_240_000)
    assert fast.dollars["Rekognition"] == pytest.approx(first + rest)


def test_a_long_one_is_told_what_lapses() -> None:
    assert list(Paper(1_000_000, 5).notes) == []
    assert len(list(Paper(100_000_000, 50).notes)) == 1
    resumed, kept, tiers = Paper(100_000_000, 5).notes
    assert resumed == "an execution lasts 90 days: resume it 4 times"
    assert "60 days" in kept
    assert "month" in tiers


def test_times_are_written_as_they_are_read() -> None:
    assert (length(33_333), length(333_333)) == ("9.3 hours", "3.9 days")


def test_every_batch_has_its_row_and_what_binds_it() -> None:
    out = io.StringIO()
    show(Console(file=out, width=160))
    text = out.getvalue()
    assert len(papers()) == 4
    assert text.count("bound by Rekognition") == 4
    assert "$1,000.00" in text
    assert "385.8 days" in text
