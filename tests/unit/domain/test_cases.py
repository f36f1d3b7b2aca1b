from datetime import UTC, datetime

import pytest

from framewarden.domain.cases import UNSCREENED_SEVERITY, case_of, event, is_claimed, offered
from tests.unit.scenes import state


def test_a_finding_is_shown_with_its_verdict_and_its_ladder():
    scene = state("open_review/high")
    case = case_of(scene)
    assert (case["asks"], case["stop_failed"], case["session"]) == ("decide", False, None)
    assert (case["severity"], case["category"]) == ("high", "Explicit")
    assert case["labels"] == scene["verdict"]["labels"]
    assert case["ladder"] == scene["verdict"]["review"]["ladder"]
    assert case["default"] == scene["verdict"]["review"]["default"]


def test_what_nobody_could_judge_is_as_urgent_as_a_strong_finding():
    scene = state("open_review/unscreened")
    case = case_of(scene)
    assert (case["severity"], case["category"]) == (UNSCREENED_SEVERITY, "unscreened")
    assert case["reason"] == "analyzer_throttled"
    assert (case["labels"], case["margin"]) == ([], None)
    assert case["ladder"] == scene["unscreened"]["review"]["ladder"]


def test_a_case_names_what_answered_and_what_was_asked():
    scene = state("open_review/high")
    scene["analysis"] |= {"adapter": None, "adapter_asked": "arn-1", "model_version": "7.0"}
    case = case_of(scene)
    answered = (case["model_version"], case["adapter"], case["adapter_asked"])
    assert answered == ("7.0", None, "arn-1")
    case = case_of(scene | {"analysis": None})
    assert (case["model_version"], case["adapter"], case["adapter_asked"]) == (None, None, None)
    case = case_of(state("open_review/unscreened"))
    assert (case["model_version"], case["adapter"], case["adapter_asked"]) == (None, None, None)


def test_a_failure_after_a_verdict_is_still_a_case_of_the_failure():
    scene = state("open_review/unscreened") | {"verdict": state("open_review/high")["verdict"]}
    assert case_of(scene)["category"] == "unscreened"


def test_a_stop_that_stands_is_confirmed_for_its_session_and_upheld_by_default():
    scene = state("open_review/confirm")
    case = case_of(scene)
    assert (case["asks"], case["default"]) == ("confirm", "uphold")
    assert case["session"] == scene["stop"]["stream_id"]


def test_a_stop_that_failed_is_decided_and_not_confirmed():
    case = case_of(state("open_review/stop_failed"))
    assert (case["asks"], case["stop_failed"]) == ("decide", True)


def test_what_the_breaker_left_on_air_is_said_to_be():
    case = case_of(state("open_review/breaker_open"))
    assert (case["asks"], case["breaker_open"], case["stop_failed"]) == ("decide", True, False)
    assert case_of(state("open_review/stop_failed"))["breaker_open"] is False


def test_a_stop_that_hit_nobody_is_decided_and_not_confirmed():
    scene = state("open_review/confirm")
    scene["stop"] |= {"status": "not_current_session", "stream_id": None}
    assert case_of(scene)["asks"] == "decide"


def test_a_stop_that_failed_says_by_which_error_and_no_other_case_does():
    scene = state("open_review/stop_failed")
    assert case_of(scene)["stop_error"] == scene["stop_error"]["Error"] == "StopDeniedError"
    assert case_of(state("open_review/high"))["stop_error"] is None
    assert case_of(state("open_review/unscreened"))["stop_error"] is None


def test_a_stop_too_many_is_decided_by_people():
    case = case_of(state("open_review/breaker_open"))
    assert (case["asks"], case["stop_failed"], case["stop_error"]) == ("decide", False, None)


@pytest.mark.parametrize(("scenario", "slot"), [("high", "verdict"), ("unscreened", "unscreened")])
def test_a_case_is_reminded_of_as_the_policy_says(scenario, slot):
    scene = state(f"open_review/{scenario}")
    for review, expected in (({"remind": 60}, 60), ({"remind": None}, None), ({}, None)):
        scene[slot]["review"] = {"ladder": [900], "default": "allow"} | review
        assert case_of(scene)["remind"] == expected


NOW = datetime(2026, 11, 22, 8, 5, 32, tzinfo=UTC)
CLAIMED = {"claimed_by": "ada", "claimed_until": int(NOW.timestamp()) + 1}


@pytest.mark.parametrize(
    ("review", "account", "expected"),
    [
        ({}, None, False),
        ({}, "ada", False),
        (CLAIMED, None, True),
        (CLAIMED, "bob", True),
        (CLAIMED, "ada", False),
        (CLAIMED | {"claimed_until": int(NOW.timestamp())}, "bob", False),
    ],
)
def test_a_claim_is_somebody_elses_until_it_runs_out(review, account, expected):
    assert is_claimed(review, NOW, account) is expected


def test_an_event_says_who_did_what_when_and_how():
    assert event("note", "Ada", None, "link", NOW, note="a bunny") == {
        "at": "2026-11-22T08:05:32.000Z",
        "kind": "note",
        "by": "Ada",
        "account": None,
        "via": "link",
        "note": "a bunny",
    }


VIEWERS = {"viewers": "arn:viewers", "moderators": None}


def test_a_case_names_the_chat_rooms_of_the_policy():
    scene = state("open_review/breaker_open")
    assert case_of(scene)["rooms"] == scene["verdict"]["stops"]["rooms"]
    scene["verdict"]["stops"]["rooms"] = VIEWERS
    assert case_of(scene)["rooms"] == VIEWERS


def test_what_nobody_could_judge_names_the_rooms_that_held_then():
    scene = state("open_review/unscreened")
    scene["verdict"] = state("open_review/breaker_open")["verdict"]
    assert case_of(scene)["rooms"] is None
    scene["unscreened"]["stops"]["rooms"] = VIEWERS
    assert case_of(scene)["rooms"] == VIEWERS


@pytest.mark.parametrize("terms", [None, {}, {"rooms": {"viewers": None, "moderators": None}}])
@pytest.mark.parametrize(("scenario", "slot"), [("high", "verdict"), ("unscreened", "unscreened")])
def test_without_a_room_in_the_policy_a_case_leaves_it_to_the_channels_tags(scenario, slot, terms):
    scene = state(f"open_review/{scenario}")
    scene[slot]["stops"] = terms
    assert case_of(scene)["rooms"] is None
    del scene[slot]["stops"]  # judged by an earlier version
    assert case_of(scene)["rooms"] is None


@pytest.mark.parametrize(
    ("review", "choices"),
    [
        ({"channel_arn": "arn"}, ("allow", "stop")),
        ({"channel_arn": None}, ("allow", "block")),
        ({"channel_arn": "arn", "asks": "confirm"}, ("reinstate", "uphold")),
        ({"channel_arn": "arn", "ladder": [1, 2]}, ("allow", "stop", "escalate")),
        ({"channel_arn": "arn", "ladder": [1, 2], "rung": 1}, ("allow", "stop")),
    ],
)
def test_a_review_offers_what_can_be_done_the_mildest_first(review, choices):
    assert offered({"rung": 0, "ladder": [1], **review}) == choices
