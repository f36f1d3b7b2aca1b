"""Figures, their bars, and what is made of them."""

import io
import json

import pytest
from rich.console import Console

from benchmarks import __main__ as command
from benchmarks import report
from benchmarks.figures import Figure, Section, broken, p

FAST = Figure("latency.p95", 0.3, "s", "20 measured", 1.0)
SLOW = Figure("stop.p95", 1.2, "s", "", 1.0)
PLAIN = Figure("memory.pss", 812.4, "MB")
SECTIONS = [Section("one", "One", [FAST, PLAIN], ["How."]), Section("two", "Two", [SLOW])]


@pytest.mark.parametrize(("figure", "holds"), [(FAST, True), (SLOW, False), (PLAIN, None)])
def test_a_figure_knows_whether_it_holds(figure, holds):
    assert figure.holds is holds


def test_a_bar_may_be_met_exactly():
    assert Figure("lost", 0, "", "", 0).holds


def test_percentiles_are_values_that_were_measured():
    values = [0.5, 0.1, 0.2, 0.3, 0.4]
    assert (p(values, 0.50), p(values, 0.95)) == (0.3, 0.5)


def test_nothing_measured_is_no_percentile():
    with pytest.raises(ValueError, match="nothing was measured"):
        p([], 0.5)


def test_broken_bars_are_named():
    assert broken(SECTIONS) == [SLOW]


def shown(write):
    terminal = Console(file=io.StringIO(), width=120, highlight=False)
    write(terminal)
    return terminal.file.getvalue()


def test_the_table_shows_value_bar_and_how():
    text = shown(lambda terminal: report.show(SECTIONS[0], terminal))
    [fast] = [line for line in text.splitlines() if "latency.p95" in line]
    assert fast.split() == ["latency.p95", "0.300", "s", "1.000", "s", "ok", "20", "measured"]
    assert "812 MB" in text
    assert text.rstrip().endswith("How.")


def test_a_broken_bar_is_shown_and_named_at_the_end():
    assert " over " in shown(lambda terminal: report.show(SECTIONS[1], terminal))
    told = shown(lambda terminal: report.conclude(SECTIONS, terminal))
    assert told == "1 of 2 bars are broken: stop.p95\n"
    told = shown(lambda terminal: report.conclude(SECTIONS[:1], terminal))
    assert told == "All 1 bars hold.\n"


def measure(given):
    yield from SECTIONS[: 2 if "stop" in given.only else 1]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--only", "latency"], 0), (["--only", "stop"], 1), (["--only", "stop", "--no-fail"], 0)],
)
def test_the_exit_code_says_whether_the_bars_hold(arguments, code):
    assert command.main(arguments, measure) == code


def test_the_document_holds_every_figure_by_name(tmp_path):
    file = tmp_path / "bench.json"
    command.main(["--only", "stop", "--json", str(file)], measure)
    found = json.loads(file.read_text())
    assert set(found["figures"]) == {"latency.p95", "memory.pss", "stop.p95"}
    assert found["figures"]["stop.p95"] == {
        "value": 1.2,
        "unit": "s",
        "limit": 1.0,
        "holds": False,
        "detail": "",
    }
    assert found["machine"]["cores"] >= 1


@pytest.mark.parametrize("arguments", ["--only nothing", "--seconds 0", "--json no/x.json"])
def test_a_wrong_argument_is_refused_before_anything_starts(arguments):
    with pytest.raises(SystemExit) as ended:
        command.main(arguments.split(), measure)
    assert ended.value.code == 2
