"""Which frames a standing stop spares a look; every other frame is looked at."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framewarden.domain.bans import covers
from framewarden.domain.frames import admit, objects_of
from framewarden.domain.times import iso, parse
from tests.unit.scenes import HOME, event

STARTED = parse("2026-11-22T08:00:00.400Z")
STOPPED = parse("2026-11-22T08:05:30.500Z")
NOW = parse("2026-11-22T08:06:00Z")
RECORDING = "j8Z9O91ndcVs"
PAST, FUTURE = NOW.timestamp(), NOW.timestamp() + 1


def frame(put_at, session=RECORDING):
    made = event("intake/ivs_thumbnail") | {"time": iso(put_at)}
    [stored] = objects_of(made)
    read, _ = admit(stored, HOME, {})
    return type(read)(**(read.document() | {"session": session}))


def ban(**changes):
    return {
        "status": "standing",
        "until": None,
        "session": "st-1",
        "session_started_at": iso(STARTED),
        "recording": RECORDING,
        "stopped_at": iso(STOPPED),
        "failed_at": None,
    } | changes


def covered(put_at=STOPPED, session=RECORDING, **changes):
    return covers(ban(**changes), frame(put_at, session), NOW)


@pytest.mark.parametrize("until", [None, FUTURE])
@pytest.mark.parametrize("passed", [-400, -1, 0, 1, 60, 61, 3600])
def test_while_a_ban_stands_every_frame_of_its_recording_is_covered(until, passed):
    assert covered(STOPPED + timedelta(seconds=passed), until=until)
    assert covered(STOPPED + timedelta(seconds=passed), until=until, session_started_at=None)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "lifting"},
        {"status": "lifted"},
        {"stopped_at": None},
        {"failed_at": "2026-11-22T08:05:50.000Z"},
    ],
)
def test_only_a_verified_stop_that_stands_covers_anything(changes):
    assert covered()
    assert not covered(**changes)


def test_a_row_without_the_moment_of_its_failure_has_not_failed():
    row = ban()
    del row["failed_at"]
    assert covers(row, frame(STOPPED), NOW)


WINDOW = [
    (STARTED - timedelta(seconds=1.1), False),
    (STARTED - timedelta(seconds=1), True),
    (STARTED, True),
    (STOPPED, True),
    (STOPPED + timedelta(seconds=60), True),
    (STOPPED + timedelta(seconds=60.1), False),
]


@pytest.mark.parametrize(("put_at", "expected"), WINDOW)
def test_a_session_without_a_ban_is_covered_from_its_start_to_a_minute_after_its_stop(
    put_at, expected
):
    assert covered(put_at, until=PAST) is expected


@pytest.mark.parametrize("until", [None, PAST])
@pytest.mark.parametrize(("put_at", "expected"), WINDOW)
def test_where_the_recording_is_not_known_the_moment_decides(put_at, expected, until):
    assert covered(put_at, until=until, recording=None) is expected
    assert covered(put_at, session=None, until=until) is expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(-60.1, False), (-60, True), (60, True), (60.1, False)]
)
def test_where_the_sessions_start_is_not_known_only_a_minute_around_the_stop_is_covered(
    seconds, expected
):
    put_at = STOPPED + timedelta(seconds=seconds)
    assert covered(put_at, recording=None, session_started_at=None) is expected
    assert covered(put_at, recording=None, session_started_at=None, until=PAST) is expected


def test_where_its_start_is_not_known_the_recording_still_covers_what_came_before_the_stop():
    long_ago = STOPPED - timedelta(hours=3)
    assert covered(long_ago, session_started_at=None, until=PAST)
    assert not covered(long_ago, "another", session_started_at=None, until=PAST)
    late = STOPPED + timedelta(seconds=61)
    assert not covered(late, session_started_at=None, until=PAST)


@pytest.mark.parametrize("until", [None, FUTURE, PAST])
@pytest.mark.parametrize(
    ("seconds", "expected"), [(-400, False), (-1, True), (-0.9, False), (0, False), (30, False)]
)
def test_a_frame_of_another_recording_is_of_a_new_session_once_the_stop_is_verified(
    seconds, expected, until
):
    assert covered(STOPPED + timedelta(seconds=seconds), "another", until=until) is expected


MOMENTS = st.integers(-3_300, 3_300).map(lambda tenths: STOPPED + timedelta(seconds=tenths / 10))
RECORDINGS = st.sampled_from([None, RECORDING, "another"])
BANS = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["standing", "standing", "standing", "lifting"]),
        "until": st.sampled_from([None, PAST, FUTURE]),
        "session_started_at": st.none() | MOMENTS.map(iso),
        "recording": RECORDINGS,
        "stopped_at": st.sampled_from([iso(STOPPED), iso(STOPPED), None]),
        "failed_at": st.sampled_from([None, None, None, iso(STOPPED)]),
    }
)


@settings(max_examples=300, deadline=None)
@given(BANS, MOMENTS, RECORDINGS)
def test_no_frame_is_spared_for_nothing(row, put_at, session):
    """The converse of the rules above: what is covered has a reason, whatever the row says."""
    if not covers(row, frame(put_at, session), NOW):
        return
    assert row["status"] == "standing"
    assert row["stopped_at"] and not row["failed_at"]
    in_force = row["until"] is None or row["until"] > NOW.timestamp()
    same = session is not None and session == row["recording"]
    stopped_at = parse(row["stopped_at"])
    if not (in_force and same):
        assert put_at <= stopped_at + timedelta(seconds=60)
    if None not in (session, row["recording"]) and not same:
        assert put_at <= stopped_at
    if row["session_started_at"] and not (in_force and same):
        assert put_at >= parse(row["session_started_at"]) - timedelta(seconds=1)
