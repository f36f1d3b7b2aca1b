"""The terminal tells the story, and takes nothing that a key or label says for a command."""

import re
from io import StringIO

from demo_rows import LINK, evidence, put
from rich.console import Console

from local.demo_report import document
from local.demo_show import Show
from local.demo_story import Event


def terminal() -> tuple[Show, StringIO]:
    stream = StringIO()
    return Show(Console(file=stream, width=60, markup=False, highlight=False)), stream


def test_a_link_is_never_broken_into_lines() -> None:
    show, stream = terminal()
    link = "http://127.0.0.1:4566/_aws/execute-api/abcdef12/live/reviews/r1?exp=1&sig=" + "x" * 43

    show.event(Event("review", "frame 30 flagged", link))

    assert link in stream.getvalue().splitlines()[1]


def test_what_a_terminal_would_obey_is_shown_instead() -> None:
    show, stream = terminal()

    show.event(Event("skipped", "frame 1 skipped: \x1b[2J[bold]odd[/bold]"))

    assert "\x1b[2J" not in stream.getvalue()
    assert "[bold]odd[/bold]" in stream.getvalue()


def test_the_end_names_outcomes_latencies_and_where_to_look() -> None:
    show, stream = terminal()

    show.report(document(evidence()), first_verdict=21.5)

    told = stream.getvalue()
    for line in (
        "put to verdict: p50 0.20 s, p95 0.40 s",
        "put to stop: p50 0.41 s, p95 0.41 s",
        "reconnect to stop: 1.25 s",
        "reinstated by framewarden demo: the channel stayed on air",
        "cloud up 3.0 s, deployed in 20.0 s, first verdict 21.5 s after the start, played in 5.5 s",
        "desk        http://127.0.0.1:4566/live/queue",
        f"review      {LINK}",
        "ledger      framewarden audit",
        "            http://127.0.0.1:4566/live/executions",
        f"executions  framewarden executions show {put(5, 'ivs/1').frame_id}",
        "evidence    s3://evidence",
    ):
        assert line in told.splitlines()
    assert "wait for you" not in told
    assert re.search(r"^skipped +1$", told, re.MULTILINE)
    assert re.search(r"^  stream_already_stopped +1$", told, re.MULTILINE)


def test_without_a_stopped_frame_the_executions_are_listed() -> None:
    show, stream = terminal()

    show.report(document(evidence()) | {"stops": []}, first_verdict=None)

    assert "executions  framewarden executions list" in stream.getvalue().splitlines()


def test_who_may_sign_in_is_said_with_the_password() -> None:
    show, stream = terminal()

    show.desk("http://127.0.0.1:4566/live/queue", [{"account": "lead", "password": "[b]x[/b]"}])

    assert stream.getvalue().splitlines()[1:] == [
        "Sign in at http://127.0.0.1:4566/live/queue as",
        "  lead       [b]x[/b]",
    ]


def test_a_comeback_that_went_wrong_is_not_praised() -> None:
    show, stream = terminal()
    shown = document(evidence()) | {
        "reconnect": {"stream_id": "st-2", "stopped_after_seconds": None}
    }

    show.report(shown | {"reinstated": None}, first_verdict=None)
    assert "reconnect to stop" not in stream.getvalue()
    assert "reinstated by" not in stream.getvalue()

    show.report(shown | {"reinstated": {"by": "Ada", "live_again": False}}, first_verdict=None)
    assert "reinstated by Ada: the channel did not stay on air" in stream.getvalue().splitlines()


def test_an_open_review_is_counted_for_the_person_who_looks() -> None:
    show, stream = terminal()
    shown = evidence()
    shown.snapshot.reviews["r1"]["decision"] = None

    show.report(document(shown), first_verdict=None)

    assert "reviews that wait for you" in stream.getvalue()


def test_nothing_of_the_bars_goes_into_a_pipe() -> None:
    show, stream = terminal()

    with show.progress(56):
        show.advance(put(1).number, 0)
    show.advance(2, 1)

    assert stream.getvalue().strip() == ""
