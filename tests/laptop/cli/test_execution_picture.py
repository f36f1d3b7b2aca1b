"""The picture of an execution: every width, every encoding, nothing cut, nothing obeyed."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from framewarden.domain.history import fold
from framewarden.domain.machines import Machine, read
from local.execution_picture import Picture
from local.execution_steps import Data, Note, Step, change_of, steps
from local.execution_words import status_words, took
from tests.laptop.cli.machines import DEFINITION, START, at, choice, entered, exited, failed

LATER = START + timedelta(hours=1)
MODERATE = read(json.loads(DEFINITION))


def rail(
    events: list[dict[str, Any]], machine: Machine | None = MODERATE, data: Data | None = None
) -> list[Step]:
    numbered = ({"id": number, **event} for number, event in enumerate(events, 1))
    return list(steps(fold(numbered), machine, START, LATER, data or {}))


def drawn(rail: list[Step], width: int = 100, encoding: str = "utf-8", **more: Any) -> list[str]:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding, errors="backslashreplace")
    Console(file=stream, width=width, markup=False, highlight=False, **more).print(Picture(rail))
    stream.flush()
    return raw.getvalue().decode(encoding).splitlines()


STOPPED = [
    *choice(0.15, "IsAnalyzed?"),
    *choice(0.24, "RouteBySeverity"),
    entered(0.24, "StopStream"),
    at(0.24, "TaskScheduled"),
    failed(0.35, "StreamStillLiveError", "still there"),
    at(1.35, "TaskScheduled"),
    failed(1.5, "StreamStillLiveError", "still there"),
    at(2.5, "TaskScheduled"),
    at(2.6, "TaskSucceeded"),
    exited(2.6, "StopStream"),
    *choice(2.6, "ConfirmStop?"),
    entered(2.6, "Archive"),
    exited(2.62, "Archive"),
]


def test_the_whole_picture() -> None:
    assert drawn(rail(STOPPED)) == [
        "● IsAnalyzed?                                  +0.150 s  0.000 s",
        "├─○ Classify  analysis",
        "├─○ Analyze  otherwise",
        "● RouteBySeverity  critical and may stop       +0.240 s  0.000 s",
        "├─○ Archive  none, low",
        "├─○ OpenReview  otherwise",
        "↻ StopStream  retried 2 times, waited 2.000 s  +0.240 s  2.360 s",
        "│   StreamStillLiveError (2 times), the stop was accepted but the stream is still there:"
        " still there",
        "● ConfirmStop?  otherwise                      +2.600 s  0.000 s",
        "├─○ OpenReview  breaker_open, not_current_session, confirm",
        "● Archive                                      +2.600 s  0.020 s",
    ]


def test_without_utf_8_it_is_drawn_in_ascii() -> None:
    lines = drawn(rail(STOPPED), encoding="ascii")
    assert lines[0].startswith("* IsAnalyzed?")
    assert lines[1] == "|-o Classify  analysis"
    assert lines[6].startswith("@ StopStream")
    assert "".join(lines).isascii()


@pytest.mark.parametrize("width", [30, 44, 60])
def test_in_a_narrow_terminal_lines_go_on_below(width: int) -> None:
    words = " ".join(drawn(rail(STOPPED), width))
    for word in ("retried", "waited", "not_current_session,", "confirm", "accepted"):
        assert word in words
    if width > 44:
        assert all(cell_len(line) <= width for line in drawn(rail(STOPPED), width))


def test_colour_is_for_terminals_that_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    coloured = "\n".join(drawn(rail(STOPPED), force_terminal=True, color_system="standard"))
    assert "\x1b[33m↻" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    plain = "\n".join(drawn(rail(STOPPED), force_terminal=True))
    assert "\x1b[3" not in plain


def test_each_end_of_a_visit_has_a_mark_and_words() -> None:
    caught = [
        entered(0, "Analyze"),
        at(0, "TaskScheduled"),
        failed(1, "ImageInvalidError", "no JPEG"),
        exited(1, "Analyze"),
        entered(1, "HoldUnscreened"),
    ]
    died = at(2, "ExecutionFailed", executionFailedEventDetails={"error": "States.Runtime"})
    first, *_ = drawn(rail([*caught, died]))
    assert first.startswith("✗ Analyze  fails  failed, and was caught")
    assert drawn(rail([*caught, died]))[-1].startswith("✗ HoldUnscreened  failed")
    aborted = drawn(rail([*caught, at(2, "ExecutionAborted")]))[-1]
    assert aborted.startswith("✗ HoldUnscreened  broken off")
    assert drawn(rail(caught))[-1].startswith("◐ HoldUnscreened  runs")
    again = drawn(rail([*caught[:2], failed(1, "AnalyzerThrottledError", "busy")]))
    assert again[0].startswith("◐ Analyze  waits to be tried again")
    assert again[1].startswith("    AnalyzerThrottledError, ")
    wait = [entered(0, "Pause", "Wait")]
    assert drawn(rail(wait))[0].startswith("◐ Pause  waits")
    request = drawn(rail([entered(0, "RequestReview")]))[0]
    assert request.startswith("◐ RequestReview  waits for a person")
    assert request.endswith("1 h 00 min")


def test_without_a_definition_only_the_visits_are_drawn() -> None:
    lines = drawn(rail(STOPPED, None))
    assert [line.split()[1] for line in lines if line[0] in "●↻"] == [
        "IsAnalyzed?", "RouteBySeverity", "StopStream", "ConfirmStop?", "Archive",
    ]  # fmt: skip
    assert not any("○" in line for line in lines)
    assert drawn([]) == []


def test_nothing_in_it_is_obeyed_or_taken_for_markup() -> None:
    events = [
        entered(0, "[red]\x1b[2J"),
        at(0, "TaskScheduled"),
        failed(1, "\x1b]0;x\x07", "[/bold] \u202e"),
    ]
    written = "\n".join(drawn(rail(events, None, {1: [Note("data", "a\x1bb\n[i]c")]})))
    assert "[red]\\x1b[2J" in written
    assert "\\x1b]0;x\\x07" in written
    assert "[/bold] \\u202e" in written
    assert "    a\\x1bb\n    [i]c" in written
    assert "\x1b" not in written


def test_a_change_is_what_does_not_move_by_itself() -> None:
    [step] = rail([entered(0.5, "RequestReview")])
    assert change_of(step) == {
        "state": "RequestReview",
        "is": "waiting",
        "words": "waits for a person",
        "offset": 0.5,
        "seconds": None,
    }


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0823, "0.082 s"),
        (9.9994, "9.999 s"),
        (10, "10.0 s"),
        (61, "1 min 01 s"),
        (3_600, "1 h 00 min"),
        (90_000, "1 d 01 h"),
    ],
)
def test_times(seconds: float, words: str) -> None:
    assert took(seconds) == words


def test_statuses() -> None:
    assert status_words("TIMED_OUT") == "timed out"
    assert status_words(None) == "never started"
    assert status_words("ODD") == "odd"
