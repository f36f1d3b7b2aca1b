"""The screening is watched until it rests, and its reviews are answered where nobody else will."""

from typing import Any

import pytest
from demo_rows import at, frames, put, review_of, stop_by, upload
from screening_fakes import (
    FakeAudience,
    FakeBroadcast,
    FakeClock,
    FakeLinks,
    FakeMailbox,
    FakePerformance,
    FakeWatcher,
)

from local import demo_screening
from local.demo_screening import PATIENCE_SECONDS, Screening
from local.demo_snapshot import Snapshot

OPENER, JOINER, GUILTY = put(30), put(47), put(55)
PENDING = review_of(OPENER, task_token="t", frames=2, deadline=2_000_000_000)
WAITING = frames(
    (OPENER, {"status": "started", "review_id": "r1"}),
    (JOINER, {"status": "joined", "review_id": "r1"}),
    (GUILTY, {"status": "settled", "outcome": "stopped"}),
)
ENDED = WAITING | frames((OPENER, {"status": "settled", "review_id": "r1", "outcome": "reviewed"}))
DECIDED = PENDING | {"status": "decided", "decision": "allow", "outcome": "reviewed"}


class Stack:
    """What the screening asks beside the tables."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: list[tuple[str, str]] = []
        self.running: list[str] = []
        monkeypatch.setattr(demo_screening, "Links", FakeLinks)
        monkeypatch.setattr(demo_screening, "answer", self.answer)
        monkeypatch.setattr(demo_screening, "running_names", self.running_names)

    def answer(self, url: str, decision: str, name: str, note: str) -> dict[str, Any]:
        self.answers.append((url, decision))
        return {"accepted": True, "says": "Allowed"}

    def running_names(self, target: object, limit: int) -> list[str]:
        return self.running


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Stack:
    return Stack(monkeypatch)


def screening(*snapshots: Snapshot) -> tuple[Screening, FakeAudience, FakeClock]:
    audience, clock = FakeAudience(), FakeClock()
    made = Screening(
        target=None,  # type: ignore[arg-type]
        performance=FakePerformance([OPENER, JOINER, GUILTY]),  # type: ignore[arg-type]
        watcher=FakeWatcher(list(snapshots)),  # type: ignore[arg-type]
        mailbox=FakeMailbox(),  # type: ignore[arg-type]
        audience=audience,
        clock=clock,
    )
    return made, audience, clock


def test_the_play_is_watched_until_the_last_frame_is_put(stack: Stack) -> None:
    watched, audience, _ = screening(Snapshot())

    watched.watch_the_play()

    assert watched.puts == [OPENER, JOINER, GUILTY]
    assert audience.progress[-1] == (3, 0)
    assert [event.text for event in audience.events] == ["notice sent: medium: Explicit"]


def test_the_first_verdict_is_told_once(stack: Stack) -> None:
    judged = {"status": "settled", "outcome": "cleared", "judged_at": at(32, 500)}
    watched, audience, _ = screening(Snapshot(frames((OPENER, judged))))

    watched.watch_the_play()

    told = [event.text for event in audience.events if event.kind == "verdict"]
    assert told == ["first verdict 2.50 s after its put"]
    assert watched.first_verdict_at() == pytest.approx(OPENER.started + 2.5)
    assert watched.performance.started  # type: ignore[attr-defined]


def test_with_somebody_at_the_desk_it_rests_while_a_review_waits(stack: Stack) -> None:
    watched, audience, clock = screening(Snapshot(WAITING, {"r1": PENDING}, [stop_by(GUILTY)]))
    watched.watch_the_play()
    watched.watch_the_rest(answering=False)

    assert clock.now < PATIENCE_SECONDS
    assert not stack.answers
    kinds = [event.kind for event in audience.events]
    assert sorted(kinds) == ["joined", "notice", "offline", "review", "stop"]


def test_nobody_at_the_desk_each_review_is_answered_once_through_the_link_of_its_notice(
    stack: Stack,
) -> None:
    waiting = Snapshot(WAITING, {"r1": PENDING}, [stop_by(GUILTY)])
    ended = Snapshot(ENDED, {"r1": DECIDED}, [stop_by(GUILTY)])
    watched, _, clock = screening(waiting, waiting, waiting, waiting, waiting, waiting, ended)
    watched.watch_the_play()
    watched.watch_the_rest(answering=True)

    assert stack.answers == [("http://127.0.0.1/notice/r1", "allow")]
    assert clock.now < PATIENCE_SECONDS
    assert watched.unfinished() == []


def test_a_review_is_not_answered_before_its_execution_waits(stack: Stack) -> None:
    early = {name: value for name, value in PENDING.items() if name != "task_token"}
    watched, _, clock = screening(Snapshot(WAITING, {"r1": early}, [stop_by(GUILTY)]))
    watched.watch_the_play()
    watched.watch_the_rest(answering=True)

    assert not stack.answers
    assert clock.now >= PATIENCE_SECONDS  # and nobody waits for it for ever


def test_a_review_is_not_answered_while_a_frame_that_may_join_it_is_under_way(
    stack: Stack,
) -> None:
    rows = {one: row for one, row in WAITING.items() if one != JOINER.frame_id}
    early = Snapshot(rows, {"r1": PENDING}, [stop_by(GUILTY)])
    watched, _, _ = screening(early, early, early, early, early, early)
    watched.watch_the_play()
    watched.watch_the_rest(answering=True)

    assert not stack.answers


def test_getstream_is_asked_once_a_second_and_only_where_a_stop_is_verified(stack: Stack) -> None:
    watched, _, _ = screening(Snapshot(stops=[stop_by(GUILTY, status="stopping")]))
    broadcast = watched.performance.broadcast
    watched.watch(lambda: False, 3.0)
    assert isinstance(broadcast, FakeBroadcast)
    assert (broadcast.asked, watched.is_stopped) == (0, False)

    watched, audience, _ = screening(Snapshot(stops=[stop_by(GUILTY)]))
    broadcast = watched.performance.broadcast
    watched.watch(lambda: False, 0.5)
    assert isinstance(broadcast, FakeBroadcast)
    assert (broadcast.asked, watched.is_stopped) == (1, False)
    watched.watch(lambda: False, 3.0)
    assert (broadcast.asked, watched.is_stopped) == (2, True)
    assert [event.kind for event in audience.events].count("offline") == 1


def test_the_frames_of_every_stream_are_followed(stack: Stack) -> None:
    watched, _, _ = screening(Snapshot())
    second = FakePerformance([put(0, "second")])

    watched.watch_the_play()
    watched.follow(second)  # type: ignore[arg-type]
    watched.watch(lambda: second.has_ended, 5.0)

    assert second.started
    assert [one.key for one in watched.puts][2:] == ["ivs/thumb55.jpg", "second/thumb0.jpg"]
    assert watched.notices == ["medium: Explicit"]


def test_an_upload_is_watched_to_its_end_and_is_none_of_the_films_pictures(stack: Stack) -> None:
    odd = upload()
    held = {"status": "settled", "outcome": "unscreened", "reason": "image_invalid"}
    early = Snapshot(ENDED, {"r1": DECIDED}, [stop_by(GUILTY)])
    ended = Snapshot(ENDED | frames((odd, held)), {"r1": DECIDED}, [stop_by(GUILTY)])
    watched, audience, clock = screening(*[early] * 9, ended)
    watched.take(odd)
    assert watched.now == ended
    assert watched.puts[0] == odd
    watched.watch_the_play()
    assert audience.progress[-1] == (3, 0)
    watched.watch_the_rest(answering=False)

    assert clock.now < PATIENCE_SECONDS
    assert watched.now.outcome(odd.frame_id) == "unscreened"
    assert [event.text for event in audience.events if event.kind == "unscreened"] == [
        f"{odd.key} could not be judged: image_invalid; held for a rescan, never counted as clean"
    ]


def test_executions_of_other_frames_are_none_of_its_business(stack: Stack) -> None:
    stack.running = ["f" * 64, f"{JOINER.frame_id}-2"]
    watched, _, clock = screening(Snapshot(ENDED, {"r1": DECIDED}, [stop_by(GUILTY)]))
    watched.watch_the_play()
    watched.watch_the_rest(answering=True)

    assert watched.unfinished() == ["1 executions have not ended."]
    assert clock.now >= PATIENCE_SECONDS
