"""Incidents, rungs, and how a frame ended."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framewarden.domain.incidents import (
    incident_key,
    lane,
    next_rung,
    outcome_of,
    place,
    raised,
    review_id,
    rung_deadline,
)


def test_an_incident_is_a_place_and_a_category():
    assert incident_key("arn:channel", "Explicit") == "arn:channel#Explicit"
    assert incident_key("uploads", None) == "uploads#unscreened"
    assert incident_key("a", "Explicit") != incident_key("a", "Violence")


def test_a_review_id_is_the_same_whenever_it_is_asked_for():
    assert review_id("run", None) == review_id("run", None) == review_id("run", "")
    assert len({review_id("run", None), review_id("run-2", None), review_id("run", "before")}) == 3
    assert len(review_id("run", None)) == 20
    assert int(review_id("run", None), 16) >= 0


def test_rungs_follow_each_other_to_the_last():
    assert next_rung([300, 60], 0) == 1
    assert next_rung([300, 60], 1) is None
    assert next_rung([300], 0) is None


def test_a_rung_runs_out_its_own_time_after_it_began():
    begun = datetime(2026, 11, 22, 8, 5, 31, 999_000, tzinfo=UTC)
    assert rung_deadline(begun, [300, 60], 0) == int(begun.timestamp()) + 300
    assert rung_deadline(begun, [300, 60], 1) == int(begun.timestamp()) + 60
    with pytest.raises(IndexError):
        rung_deadline(begun, [300], 1)


def test_a_place_is_severity_and_then_deadline():
    assert place("critical", 1_795_000_000) == "0#1795000000"
    assert place("low", 5) == "3#0000000005"
    assert [lane(severity) for severity in ("critical", "high", "medium", "low", "none")] == [
        "0#", "1#", "2#", "3#", "4#",
    ]  # fmt: skip
    for word in ("", "HIGH", "severe"):
        with pytest.raises(ValueError):
            lane(word)


def review(severity="high", error=None, **more):
    return {
        "severity": severity,
        "stop_failed": error is not None,
        "stop_error": error,
        "default": "allow",
        "labels": [severity],
        "matched": [],
        "margin": None,
        "frame": {},
        "model_version": "7.0",
        "adapter": None,
        "adapter_asked": None,
        "ladder": [300, 60],
        "rung": 0,
        "deadline": 100,
    } | more


def test_a_stop_that_failed_is_told_with_its_error_however_grave_the_review_is():
    news = raised(review("critical"), review("high", "StopDeniedError"))
    assert news == {"stop_failed": True, "stop_error": "StopDeniedError"}
    assert raised(review("critical", "StopDeniedError"), review("high", "ChannelBusyError")) == {}
    assert raised(review("high", "StopDeniedError"), review("high")) == {}


def test_a_raised_review_names_what_answered_about_its_new_frame():
    known = review("high", adapter="arn-1", adapter_asked="arn-1")
    graver = review("critical", model_version="8.0", adapter_asked="arn-1")
    changes = raised(known, graver)
    answered = (changes["model_version"], changes["adapter"], changes["adapter_asked"])
    assert answered == ("8.0", None, "arn-1")


def test_a_graver_frame_raises_a_review_and_brings_its_failed_stop_along():
    graver = review("critical", "StopDeniedError", ladder=[30], deadline=50)
    changes = raised(review("high", rung=1), graver)
    assert (changes["severity"], changes["labels"]) == ("critical", ["critical"])
    assert (changes["ladder"], changes["deadline"]) == ([300, 30], 50)
    assert (changes["stop_failed"], changes["stop_error"]) == (True, "StopDeniedError")
    assert "stop_error" not in raised(review("high"), review("critical"))
    assert "stop_error" not in raised(review("high", "ChannelBusyError"), graver)


@pytest.mark.parametrize(("before", "then", "expected"), [(100, 50, 50), (100, 150, 100)])
def test_a_raised_review_takes_its_place_at_the_nearer_deadline(before, then, expected):
    changes = raised(review("medium", deadline=before), review("critical", deadline=then))
    assert (changes["deadline"], changes["place"]) == (expected, place("critical", expected))


def test_a_raised_review_is_reminded_of_as_its_severity_is_while_its_first_rung_is_waited_for():
    graver = review("critical", remind_at=70)
    assert raised(review("high", remind_at=90), graver)["remind_at"] == 70
    assert raised(review("high", reminded_at="then"), graver)["remind_at"] == 70
    assert "remind_at" not in raised(review("high", rung=1), graver)
    assert "remind_at" not in raised(review("high", remind_at=90), review("critical"))


VERDICT = {"verdict": {"severity": "high"}}
HELD = {"unscreened": {"reason": "image_invalid", "on_error": "review"}}
OPENER = {"review": {"review_id": "r", "opener": True}}
JOINED = {"review": {"review_id": "r", "opener": False}}
FAILED = {"stop_error": {"Error": "StopDeniedError"}}


def decided(decision, status="decided", **more):
    return {"decision": {"decision": decision, "by": "eve", "status": status} | more}


def stop(status):
    return {"stop": {"status": status}}


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ({"verdict": {"severity": "none"}}, ("cleared", "severity_none")),
        ({"verdict": {"severity": "low"}}, ("cleared", "severity_low")),
        (VERDICT | stop("stopped"), ("stopped", "by_policy")),
        (VERDICT | stop("already_offline"), ("stopped", "already_offline")),
        (VERDICT | JOINED, (None, "joined")),
        (VERDICT | JOINED | FAILED, (None, "joined")),
        # A person
        (VERDICT | OPENER | decided("allow"), ("reviewed", "allow")),
        (VERDICT | OPENER | decided("block"), ("reviewed", "block")),
        (VERDICT | OPENER | decided("allow") | FAILED, ("reviewed", "allow")),
        (VERDICT | OPENER | decided("stop") | stop("stopped"), ("stopped", "by_person")),
        (
            VERDICT | OPENER | decided("stop") | stop("stopped") | FAILED,
            ("stopped", "by_person"),
        ),
        (
            VERDICT | OPENER | decided("stop") | stop("already_offline"),
            ("stopped", "already_offline"),
        ),
        (
            VERDICT | OPENER | decided("stop") | stop("not_current_session"),
            ("reviewed", "not_current_session"),
        ),
        (VERDICT | OPENER | decided("uphold") | stop("stopped"), ("stopped", "by_policy")),
        (VERDICT | OPENER | decided("reinstate") | stop("stopped"), ("reviewed", "reinstate")),
        (
            VERDICT | OPENER | decided("allow") | stop("not_current_session"),
            ("reviewed", "allow"),
        ),
        # Nobody
        (VERDICT | OPENER | decided("allow", "expired"), ("unscreened", "review_expired")),
        (VERDICT | OPENER | decided("block", "expired"), ("unscreened", "review_expired_blocked")),
        (
            VERDICT | OPENER | decided("stop", "expired") | stop("stopped"),
            ("stopped", "by_default"),
        ),
        (
            VERDICT | OPENER | decided("uphold", "expired") | stop("stopped"),
            ("stopped", "by_policy"),
        ),
        (
            VERDICT | OPENER | decided("allow", "expired") | FAILED,
            ("unscreened", "review_expired"),
        ),
        (VERDICT | OPENER | decided("stop", "expired") | FAILED, ("unscreened", "stop_failed")),
        # A stop that was not made
        (VERDICT | stop("breaker_open"), ("unscreened", "breaker_open")),
        (VERDICT | OPENER | stop("breaker_open"), ("unscreened", "breaker_open")),
        (VERDICT | JOINED | stop("breaker_open"), (None, "joined")),
        (VERDICT | OPENER | decided("allow") | stop("breaker_open"), ("reviewed", "allow")),
        (
            VERDICT | OPENER | decided("allow", "expired") | stop("breaker_open"),
            ("unscreened", "review_expired"),
        ),
        (
            VERDICT | OPENER | decided("stop", "expired") | stop("breaker_open"),
            ("unscreened", "breaker_open"),
        ),
        (
            VERDICT | OPENER | decided("stop") | stop("breaker_open") | FAILED,
            ("unscreened", "stop_failed"),
        ),
        (VERDICT | stop("ban_lifted"), ("unscreened", "ban_lifted")),
        (VERDICT | OPENER | decided("stop") | stop("ban_lifted"), ("unscreened", "ban_lifted")),
        (HELD | stop("breaker_open"), ("unscreened", "image_invalid")),
        (HELD | OPENER | decided("allow") | stop("breaker_open"), ("reviewed", "allow")),
        # Nobody could judge it
        (HELD, ("unscreened", "image_invalid")),
        (HELD | JOINED, ("unscreened", "image_invalid")),
        (HELD | stop("stopped"), ("unscreened", "image_invalid")),
        (HELD | OPENER | decided("allow", "expired"), ("unscreened", "image_invalid")),
        (HELD | OPENER | decided("allow"), ("reviewed", "allow")),
        (HELD | OPENER | decided("stop") | stop("stopped"), ("stopped", "by_person")),
        ({"verdict": {"severity": "none"}} | HELD, ("unscreened", "image_invalid")),
        ({"verdict": {"severity": "none"}, "unscreened": {}}, ("unscreened", "unforeseen")),
        ({"verdict": {"severity": "none"}, "unscreened": "x"}, ("unscreened", "unforeseen")),
        # Whatever nobody foresaw
        ({}, ("unscreened", "unforeseen")),
        (VERDICT, ("unscreened", "unforeseen")),
        ({"verdict": {"severity": "None"}}, ("unscreened", "unforeseen")),
        ({"verdict": {}}, ("unscreened", "unforeseen")),
        ({"verdict": "none"}, ("unscreened", "unforeseen")),
        ({"verdict": {"severity": []}}, ("unscreened", "unforeseen")),
        (VERDICT | OPENER, ("unscreened", "unforeseen")),
        (VERDICT | OPENER | decided("escalate"), ("unscreened", "unforeseen")),
        (VERDICT | OPENER | decided("uphold"), ("unscreened", "unforeseen")),
        (VERDICT | OPENER | decided("allow", "pending"), ("unscreened", "unforeseen")),
        (VERDICT | OPENER | decided(None), ("unscreened", "unforeseen")),
        (VERDICT | OPENER | {"decision": "allow"}, ("unscreened", "unforeseen")),
        (VERDICT | FAILED, ("unscreened", "stop_failed")),
        (VERDICT | OPENER | decided("stop") | FAILED, ("unscreened", "stop_failed")),
        (VERDICT | stop("stopping"), ("unscreened", "unforeseen")),
        (VERDICT | stop("not_current_session"), ("unscreened", "not_current_session")),
        ({"verdict": {"severity": "low"}} | OPENER, ("unscreened", "unforeseen")),
        ({"verdict": {"severity": "low"}} | stop("stopping"), ("unscreened", "unforeseen")),
        ({"verdict": {"severity": "low"}} | FAILED, ("unscreened", "stop_failed")),
        ({"verdict": {"severity": "low"}, "review": "r"}, ("unscreened", "unforeseen")),
    ],
)
def test_a_frame_ends_in_one_outcome(state, outcome):
    assert outcome_of(state) == outcome


@pytest.mark.parametrize(
    ("decided_at", "held_at", "outcome"),
    [
        ("2026-11-22T08:05:31.123Z", "2026-11-22T08:05:31.122Z", "reviewed"),
        ("2026-11-22T08:05:31.123Z", "2026-11-22T08:05:31.124Z", "unscreened"),
        ("2026-11-22T08:05:31.123Z", None, "reviewed"),
        (None, "2026-11-22T08:05:31.123Z", "reviewed"),
        ("soon", "2026-11-22T08:05:31.123Z", "unscreened"),
    ],
)
def test_a_decision_counts_where_it_came_after_the_failure(decided_at, held_at, outcome):
    held = {"unscreened": {"reason": "channel_busy", "held_at": held_at}}
    state = VERDICT | OPENER | decided("reinstate", decided_at=decided_at) | held
    assert outcome_of(state | stop("stopped"))[0] == outcome


SCRAP = st.one_of(st.none(), st.booleans(), st.text(max_size=3), st.just({}), st.just([]))
DECISIONS = ("allow", "stop", "block", "uphold", "reinstate", "escalate")
STATUSES = ("decided", "expired", "pending", "stopped", "already_offline", "not_current_session")
STATUSES += ("breaker_open", "ban_lifted")
WORDS = st.sampled_from([*DECISIONS, *STATUSES, "none", "low", "high", "critical"])
FIELDS = st.one_of(WORDS, SCRAP)
SLOTS = {
    "verdict": st.one_of(st.fixed_dictionaries({"severity": FIELDS}), SCRAP),
    "review": st.one_of(st.fixed_dictionaries({"opener": FIELDS}), SCRAP),
    "decision": st.one_of(st.fixed_dictionaries({"decision": FIELDS, "status": FIELDS}), SCRAP),
    "stop": st.one_of(st.fixed_dictionaries({"status": FIELDS}), SCRAP),
    "stop_error": SCRAP,
}
STATES = st.fixed_dictionaries({}, optional=SLOTS)
HOLDS = st.one_of(st.just({"reason": "image_invalid"}), SCRAP.filter(lambda held: held is not None))


@settings(max_examples=300, deadline=None)
@given(STATES)
def test_every_state_has_an_outcome_and_a_reason(state):
    outcome, reason = outcome_of(state)
    assert outcome in (None, "cleared", "reviewed", "stopped", "unscreened")
    assert reason
    if outcome == "cleared":
        assert state["verdict"]["severity"] in ("none", "low")
        beside = ("review", "decision", "stop", "stop_error")
        assert all(state.get(name) is None for name in beside)
    if outcome == "stopped":
        assert state["stop"]["status"] in ("stopped", "already_offline")
    if outcome == "reviewed":
        assert state["decision"]["status"] == "decided"


@settings(max_examples=200, deadline=None)
@given(STATES, HOLDS)
def test_what_nobody_could_judge_is_never_cleared(state, held):
    outcome, _ = outcome_of(state | {"unscreened": held})
    assert outcome != "cleared"
    decision = state.get("decision")
    if not isinstance(decision, dict) or decision.get("status") != "decided":
        assert outcome == "unscreened"


def test_a_stream_stopped_for_what_nobody_could_judge_is_stopped():
    held = {"unscreened": {"reason": "analyzer_throttled", "on_error": "stop"}}
    assert outcome_of({**held, **stop("stopped")}) == ("stopped", "analyzer_throttled")
    assert outcome_of(held)[0] == "unscreened"
