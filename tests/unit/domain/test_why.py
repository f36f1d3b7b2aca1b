from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewarden.domain.times import iso
from framewarden.domain.why import why, why_order
from tests.unit.scenes import state

NOW = datetime(2026, 11, 22, 9, 0, 0, tzinfo=UTC)
PUT = datetime(2026, 11, 22, 8, 5, 31, tzinfo=UTC)
HIGH = "Exposed Female Nipple 92.3 % matched `explicit-likely` at 80 %"
CRITICAL = "Exposed Female Nipple 98.1 % matched `explicit-stop` at 97 %"
OPENED = "431ccd395429fd9045a3"


def at(seconds):
    return iso(PUT + timedelta(seconds=seconds))


def told(scenario, row=None, case=None, status=None, error=None, **slots):
    document = state(scenario, **slots)
    document = {name: value for name, value in document.items() if value != "absent"}
    return why(document["frame"], document, row, case, NOW, status=status, error=error)


def verdict(scenario, **changes):
    return state(scenario)["verdict"] | changes


def decided(decision, status="decided", by="Mia", via="desk", seconds=34.4):
    decided_at = at(seconds)
    return {"decision": decision, "status": status, "by": by, "via": via, "decided_at": decided_at}


def row_of(scenario="archive/reviewed", **changes):
    frame = state(scenario)["frame"]
    return {**frame, "attempt": 1, "status": "settled", "severity": "high", **changes}


def review(**changes):
    frame = state("archive/reviewed")["frame"]
    return {
        "review_id": OPENED,
        "status": "pending",
        "frames": 5,
        "frame": {"frame_id": frame["frame_id"]},
        "execution": frame["frame_id"],
        "matched": verdict("archive/reviewed")["matched"],
        "severity": "high",
        "opened_at": at(1),
        "rung": 0,
        "rung_times": [at(1)],
        "deadline": int(PUT.timestamp()) + 3_600,
        **changes,
    }


# How frames end.


def test_a_stop_says_how_soon_and_which_rule():
    assert told("archive/stopped") == f"Stopped 0.7 s after the frame: {CRITICAL}"


def test_a_slate_a_stop_before_the_frame_and_one_of_unknown_time_are_told_apart():
    stop = state("archive/stopped")["stop"]
    slate = told("archive/stopped", stop=stop | {"action": "slate"})
    assert slate == f"Switched to its slate 0.7 s after the frame: {CRITICAL}"
    before = told("archive/stopped", stop=stop | {"accepted_at": at(-2)})
    assert before == f"Stopped already 2.0 s before the frame: {CRITICAL}"
    verified = told("archive/stopped", stop=stop | {"accepted_at": None})
    assert verified == f"Stopped 1.2 s after the frame: {CRITICAL}"
    untimed = told("archive/stopped", stop=stop | {"accepted_at": None, "stopped_at": None})
    assert untimed == f"Stopped: {CRITICAL}"


@pytest.mark.parametrize(
    ("decision", "says"),
    [
        (decided("uphold"), f"Stopped 0.7 s after the frame: {CRITICAL}; upheld by Mia (desk)"),
        (
            decided("uphold", "expired", "policy", "default"),
            f"Stopped 0.7 s after the frame: {CRITICAL}; nobody took it back in time",
        ),
        (decided("stop"), f"Stopped by Mia (desk) 0.7 s after the frame: {CRITICAL}"),
        (
            decided("stop", "expired", "policy", "default"),
            f"Stopped 0.7 s after the frame, by default, since nobody decided in time: {CRITICAL}",
        ),
        (
            decided("reinstate", seconds=90),
            "Stopped 0.7 s after the frame, and reinstated by Mia (desk) 1 min 30 s after the "
            f"frame: {CRITICAL}",
        ),
    ],
)
def test_a_stop_that_people_had_to_do_with_says_who(decision, says):
    assert told("archive/stopped", decision=decision) == says


def test_a_stop_that_came_too_late_says_what_is_on_air_now():
    assert told("archive/already_offline") == (
        "The stop by Ada (link) found its session ended already; another session of the channel "
        f"is on air: {HIGH}"
    )
    stop = state("archive/already_offline")["stop"] | {"live_session": None}
    automatic = told("archive/already_offline", stop=stop, decision="absent", review="absent")
    assert automatic == f"The stop found its session ended already: {HIGH}"


def test_a_stop_without_a_look_says_what_failed():
    held = state("archive/unscreened")["unscreened"] | {"on_error": "stop"}
    stop = state("archive/stopped")["stop"]
    assert told("archive/unscreened", unscreened=held, stop=stop) == (
        "Stopped 0.7 s after the image, as the policy wants where nobody can look: Rekognition "
        "refused the call as one too many (AnalyzerThrottledError)"
    )


def test_what_is_clear_says_how_near_it_was():
    labels = [{"name": "Explicit", "confidence": 34.12}, {"name": "Violence", "confidence": 21}]
    near = verdict("archive/cleared", labels=labels, margin=4.94)
    assert told("archive/cleared", verdict=near) == (
        "Cleared 0.4 s after the frame: the strongest finding, Explicit 34.1 %, is below every "
        "rule (nearest: 4.9 points)"
    )
    alone = verdict("archive/cleared", labels=labels, margin=None)
    assert told("archive/cleared", verdict=alone).endswith("34.1 %, is below every rule")
    assert told("archive/cleared") == "Cleared 0.4 s after the frame: nothing was found"


def test_what_is_kept_and_what_is_exempt_say_so():
    low = verdict("archive/reviewed", severity="low")
    slots = {"review": "absent", "decision": "absent"}
    assert told("archive/reviewed", verdict=low, **slots) == (
        f"Cleared 0.4 s after the frame: {HIGH}, which is kept and asks nobody"
    )
    none = verdict("archive/reviewed", severity="none")
    assert told("archive/reviewed", verdict=none, **slots).endswith(", which exempts it")


def test_several_rules_are_counted_and_an_unknown_label_has_none():
    match = verdict("archive/reviewed")["matched"][0]
    several = verdict("archive/reviewed", matched=[match, match, match])
    assert told("archive/reviewed", verdict=several).endswith("at 80 %, and 2 more")
    unknown = match | {"rule": "(unknown label)", "threshold": 0.0}
    found = told("archive/reviewed", verdict=verdict("archive/reviewed", matched=[unknown]))
    assert found.endswith("Nipple 92.3 % is of a label that no rule can know")
    bare = verdict("archive/reviewed", matched=[{"rule": "x", "label": None}])
    assert told("archive/reviewed", verdict=bare).endswith(": a finding matched `x`")


@pytest.mark.parametrize(
    ("decision", "says"),
    [
        (decided("allow"), f"Allowed by Mia (desk) 34 s after the frame: {HIGH}"),
        (decided("block", via=None), f"Blocked by Mia 34 s after the frame: {HIGH}"),
        (decided("allow", by=None), f"Allowed by a person (desk) 34 s after the frame: {HIGH}"),
    ],
)
def test_a_decision_says_who_and_how_soon(decision, says):
    assert told("archive/reviewed", decision=decision) == says


def test_a_still_is_an_image():
    frame = state("archive/reviewed")["frame"] | {"channel_arn": None}
    blocked = told("archive/reviewed", frame=frame, decision=decided("block"))
    assert blocked == f"Blocked by Mia (desk) 34 s after the image: {HIGH}"


def test_a_decision_to_stop_what_is_over_stops_nothing():
    late = {"status": "not_current_session"}
    assert told("archive/reviewed", decision=decided("stop"), stop=late) == (
        "Mia (desk) wanted it stopped 34 s after the frame, but its session was not on air any "
        f"more: {HIGH}"
    )


def test_a_decision_in_words_of_another_version_is_still_a_decision():
    slot = {"outcome": "reviewed", "reason": "sampled"}
    assert told("archive/reviewed", archive=slot).startswith("Decided by Ada (link) 3 min after")


@pytest.mark.parametrize(
    ("slots", "says"),
    [
        ({"stop": {"status": "breaker_open"}}, "; not stopped by itself, since more automatic"),
        ({"stop": {"status": "not_current_session"}}, "; not stopped, since its session was not"),
        ({"stop_error": {"Error": "StopDeniedError"}}, "; the stop had failed: permission to"),
        ({"verdict": {"would_stop": True}}, "; would have been stopped in mode enforce"),
        ({"verdict": {"stale": True}}, "; it came too late to stop anything"),
    ],
)
def test_what_is_critical_and_was_not_stopped_says_why(slots, says):
    slots = dict(slots)
    slots["verdict"] = state("archive/stopped")["verdict"] | slots.get("verdict", {})
    slots = {"stop": "absent", **slots}
    document = told("archive/stopped", decision=decided("allow"), **slots)
    assert document.startswith(f"Allowed by Mia (desk) 34 s after the frame: {CRITICAL}{says}")


def test_what_is_late_and_mild_is_not_excused():
    stale = verdict("archive/reviewed", stale=True)
    assert told("archive/reviewed", verdict=stale).endswith(HIGH)


def test_a_review_that_expired_is_no_look():
    assert told("archive/expired") == (
        "Nobody decided in time, so it was let through 3 min after the frame and counts as not "
        f"looked at: {HIGH}"
    )
    blocked = told("archive/expired", decision=decided("block", "expired"))
    assert blocked.startswith("Nobody decided in time, so it was blocked 34 s after the frame")


def test_what_nobody_looked_at_says_what_failed():
    assert told("archive/unscreened") == (
        "Nobody looked: Rekognition refused the call as one too many (AnalyzerThrottledError); "
        "held for a rescan"
    )
    held = {"reason": "image_invalid", "error": "ImageInvalidError"}
    assert told("archive/unscreened", unscreened=held) == (
        "Nobody looked: the picture could not be read (ImageInvalidError); held for a rescan"
    )


def test_what_was_judged_before_it_failed_says_both():
    held = {"reason": "store_throttled", "error": "StoreThrottledError", "held_at": at(9)}
    slots = {"review": "absent", "decision": "absent", "unscreened": held}
    said = told("archive/reviewed", **slots)
    assert said.startswith("Nobody decided: DynamoDB, S3, SNS or IVS Chat refused the call")
    assert said.endswith(f"; held for a rescan, although {HIGH}")


def test_a_decision_that_could_not_be_carried_out_says_whose_it_was():
    held = {"reason": "channel_busy", "error": "ChannelBusyError", "held_at": at(60)}
    said = told("archive/stopped", decision=decided("reinstate"), unscreened=held)
    assert said.startswith("Mia (desk) chose reinstate, which could not be carried out: the ch")


def test_what_nobody_could_judge_and_nobody_decided_says_both():
    slots = {"decision": decided("allow", "expired"), "review": {"opener": True}}
    assert told("archive/unscreened", **slots).endswith(
        "(AnalyzerThrottledError); nobody decided in time either; held for a rescan"
    )


def test_a_person_who_decided_about_what_could_not_be_judged_has_decided():
    later = decided("allow", seconds=120)
    assert told("archive/unscreened", decision=later, review={"opener": True}) == (
        "Allowed by Mia (desk) 2 min after the image: Rekognition refused the call as one too "
        "many (AnalyzerThrottledError)"
    )


@pytest.mark.parametrize(
    ("slots", "says"),
    [
        (
            {"stop_error": {"Error": "StopDeniedError"}},
            "The stop failed, and it may still be on air: permission to stop it is missing",
        ),
        ({"stop": {"status": "breaker_open"}}, "Not stopped, since more automatic stops came"),
        ({"stop": {"status": "not_current_session"}}, "Not stopped, since its session was not"),
        ({"stop": {"status": "ban_lifted"}}, "Not stopped, since the ban had been lifted meanwh"),
    ],
)
def test_a_stop_that_did_not_happen_says_why(slots, says):
    slots = {"stop": "absent", "decision": decided("stop", "expired"), **slots}
    assert told("archive/stopped", **slots).startswith(says)


def test_what_nobody_foresaw_says_so():
    assert told("archive/cleared", verdict={}) == (
        "Nobody looked: it ended in a way that nobody foresaw; held for a rescan"
    )


# Frames that joined.


def joined(**changes):
    slot = {"review_id": OPENED, "opener": False}
    other = review(execution="0123456789abcdef-2", frame={"frame_id": "0123"}, **changes)
    document = state("archive/joined", review=slot)
    return why(document["frame"], document, None, other, NOW)


BEGINS = "Joined the review that frame 0123456789ab opened (5 frames)"


@pytest.mark.parametrize(
    ("changes", "ends"),
    [
        ({}, ", which still waits"),
        ({"status": "expired", "decision": None}, ", which nobody could answer any more"),
        (
            {"status": "expired", "decision": "allow"},
            ": nobody decided in time, so by default allowed",
        ),
        (decided("allow"), ": allowed by Mia (desk) 34 s after the frame"),
        (decided("stop"), ": to be stopped by Mia (desk) 34 s after the frame"),
        (
            decided("stop") | {"outcome": "stopped"},
            ": stopped by Mia (desk) 34 s after the frame",
        ),
        (decided("reinstate"), ": reinstated by Mia (desk) 34 s after the frame"),
        (decided("defer"), ": decided (defer) by Mia (desk) 34 s after the frame"),
    ],
)
def test_a_frame_that_joined_says_what_became_of_the_review(changes, ends):
    assert joined(**changes) == BEGINS + ends


def test_a_review_that_is_gone_leaves_the_finding():
    assert told("archive/joined") == f"Joined a review, whose decision is its own: {HIGH}"
    row = row_of(status="joined", reason="joined", review_id="r2")
    alone = why(row, None, row, None, NOW)
    assert alone == "Joined a review, whose decision is its own: it was judged high"


# What goes on.


def test_a_person_is_waited_for_since_and_until():
    slots = {"decision": "absent"}
    assert told("archive/reviewed", case=review(), status="RUNNING", **slots) == (
        f"Waiting for a person since 08:05:32 UTC, until 09:05:31 UTC: {HIGH}"
    )
    assert told("archive/reviewed", status="RUNNING", **slots) == f"Waiting for a person: {HIGH}"


def test_another_day_is_named():
    later = NOW + timedelta(days=1)
    far = review(deadline=int(later.timestamp()) + 60)
    document = state("archive/reviewed")
    del document["decision"]
    said = why(document["frame"], document, None, far, later, status="RUNNING")
    assert said.startswith(
        "Waiting for a person since 2026-11-22 08:05:32 UTC, until 09:01:00 UTC: "
    )


def test_a_lead_is_waited_for_whoever_passed_it_on():
    climbed = {"rung": 1, "rung_times": [at(1), at(901)], "escalated_by": "Mia"}
    said = told("archive/reviewed", case=review(**climbed), status="RUNNING", decision="absent")
    assert said.startswith(
        "Waiting for a lead since 08:20:32 UTC, until 09:05:31 UTC, as Mia passed it on: "
    )
    slot = {"review_id": OPENED, "opener": True, "rung": 1}
    document = state("archive/reviewed", review=slot)
    del document["decision"]
    alone = why(document["frame"], document, None, None, NOW, status="RUNNING")
    assert alone == f"Waiting for a lead: {HIGH}"
    times = told(
        "archive/reviewed",
        case=review(rung_times=[], escalated_by="Mia"),
        status="RUNNING",
        decision="absent",
    )
    assert times.startswith("Waiting for a person since 08:05:32 UTC, until 09:05:31 UTC: ")


def test_a_deadline_that_has_passed_is_not_waited_for():
    over = review(deadline=int(NOW.timestamp()))
    said = told("archive/reviewed", case=over, status="RUNNING", decision="absent")
    assert said == f"The time to decide ended at 09:00:00 UTC, and it is being closed: {HIGH}"


def test_a_frame_waits_as_its_row_and_its_review_say():
    row = row_of(status="started", review_id=OPENED)
    said = why(row, None, row, review(), NOW)
    assert said.startswith("Waiting for a person since 08:05:32 UTC, until 09:05:31 UTC: Exposed")
    other = review(execution="another", frame={"frame_id": "another"})
    assert why(row, None, row, other, NOW) == "Being analysed; put 54 min 29 s ago"


@pytest.mark.parametrize(
    ("scenario", "says"),
    [
        ("analyze/ivs_frame", "Being analysed; put 54 min 29 s ago"),
        ("classify/clean", "Analysed, and being judged; put 54 min 29 s ago"),
        ("open_review/high", f"Judged high 0.4 s after the frame, and going on: {HIGH}"),
        ("stop_stream/critical", f"Being stopped: {CRITICAL}"),
        ("stop_stream/on_error", "Being stopped, as the policy wants where nobody can look: Rek"),
        ("stop_stream/by_person", "Being stopped, as Ada (link) decided 3 min after the frame: "),
        ("reinstate/confirmed_stop", "Being reinstated, as Ada (link) decided 3 min after the"),
        ("archive/reviewed", "Decided by Ada (link) 3 min after the frame (allow), and being"),
        ("archive/stopped", "Stopped 0.7 s after the frame, and being archived: "),
        ("stop_failed/denied", "The stop failed, and people are being asked: permission to stop"),
        ("hold_unscreened/image_invalid", "Nobody could judge it, and it is being held: the pic"),
        ("open_review/unscreened", "Nobody could judge it, and what the policy wants then is"),
        ("archive/joined", "Judged high 0.4 s after the frame, and going on: "),
    ],
)
def test_what_goes_on_says_how_far_it_is(scenario, says):
    assert told(scenario, status="RUNNING").startswith(says)


def test_a_stop_for_a_person_that_fails_says_whose_it_was():
    said = told("stop_stream/by_person", status="RUNNING", stop_error={"Error": "StopDeniedError"})
    assert said.startswith("The stop by Ada (link) failed, and it is being owned up: permission")
    done = told("stop_stream/by_person", status="RUNNING", stop={"status": "stopped"})
    assert done.startswith("Decided by Ada (link) 3 min after the frame (stop), and being archiv")


def test_a_row_that_was_admitted_has_no_execution_yet():
    row = row_of(status="admitted", put_at=iso(NOW - timedelta(seconds=2)))
    assert (
        why(row, None, row, None, NOW) == "Admitted 2.0 s ago; its execution has not been started"
    )
    assert why({}, None, row, None, NOW).startswith("Admitted at an unknown time; ")
    assert why(row, None, row, None, NOW, status="RUNNING") == "Being analysed; put 2.0 s ago"


# What died, what was skipped, and what only the ledger knows.


@pytest.mark.parametrize(
    ("status", "error", "how"),
    [
        ("FAILED", "States.DataLimitExceeded", "the execution failed: the state grew beyond the"),
        ("FAILED", None, "the execution failed; held"),
        ("TIMED_OUT", "States.Timeout", "the execution took longer than it may; held"),
        ("ABORTED", None, "somebody aborted the execution; held"),
        ("PENDING_REDRIVE", None, "the execution failed; held"),
    ],
)
def test_what_died_says_how(status, error, how):
    said = told("analyze/ivs_frame", status=status, error=error)
    assert said.startswith(f"Nobody looked to the end: {how}")
    assert said.endswith("; held for a rescan")


def test_what_died_after_a_stop_says_that_it_was_stopped():
    assert told("archive/stopped", status="ABORTED") == (
        "Stopped 0.7 s after the frame; then somebody aborted the execution, so it counts as not "
        "looked at"
    )


@pytest.mark.parametrize("reason", ["failed", "timed_out", "aborted"])
def test_a_row_says_that_its_execution_died(reason):
    row = row_of(outcome="unscreened", reason=f"execution_{reason}")
    assert why(row, None, row, None, NOW).startswith("Nobody looked to the end: ")


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("foreign_account", "its key names another AWS account"),
        ("not_a_frame", "its key is neither one of a frame nor one of an upload"),
        ("duplicate", "it is the latest copy of a picture that comes under its own number too"),
        ("second_pipeline", "the copy of it that the other pipeline wrote is looked at"),
        ("stream_already_stopped", "its stream had been stopped already"),
        ("some_day", "some day"),
        (None, "no reason was kept"),
    ],
)
def test_what_was_skipped_says_why(reason, says):
    row = row_of(outcome="skipped", reason=reason)
    assert why(row, None, row, None, NOW) == f"Skipped, so it was never analysed: {says}"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (
            {"outcome": "cleared", "reason": "severity_none", "severity": "none"},
            "Cleared 0.4 s after the frame: it was judged none",
        ),
        ({"outcome": "stopped", "reason": "by_policy"}, "Stopped: it was judged high"),
        (
            {"outcome": "stopped", "reason": "by_person", "severity": None},
            "Stopped by a person: what was found is not kept any more",
        ),
        (
            {"outcome": "unscreened", "reason": "image_invalid"},
            "Nobody looked: the picture could not be read (ImageInvalidError); held for a rescan",
        ),
        (
            {"outcome": "unscreened", "reason": "disk_full"},
            "Nobody looked: disk full; held for a rescan",
        ),
        (
            {"outcome": "reviewed", "reason": "reinstate"},
            "Stopped, and reinstated by a person: it was judged high",
        ),
    ],
)
def test_the_ledger_alone_still_tells_the_story(row, says):
    row = row_of(judged_at=at(0.402)) | row
    assert why(row, None, row, None, NOW) == says


def test_what_a_graver_frame_showed_is_not_said_of_this_one():
    row = row_of(outcome="reviewed", reason="allow", review_id=OPENED)
    graver = review(frame={"frame_id": "another"}, **decided("allow"))
    said = why(row, None, row, graver, NOW)
    assert said == "Allowed by Mia (desk) 34 s after the frame: it was judged high"
    own = review(**decided("allow"))
    assert why(row, None, row, own, NOW).endswith(HIGH)


def test_a_review_alone_says_why_there_was_nothing_to_judge():
    row = row_of(outcome="reviewed", reason="allow", review_id=OPENED, severity=None)
    held = {"category": "unscreened", "reason": "image_invalid", "matched": []}
    said = why(row, None, row, review(**held, **decided("allow")), NOW)
    assert said.endswith(": the picture could not be read (ImageInvalidError)")


def test_another_attempts_row_and_another_reviews_decision_are_left_out():
    row = row_of(attempt=2, outcome="cleared", reason="severity_none")
    assert told("archive/unscreened", row=row, status="SUCCEEDED").startswith("Nobody looked: ")
    evidence = state("archive/unscreened")
    assert why(row, evidence, row, None, NOW).startswith("Cleared")
    other = review(review_id="another", **decided("block"))
    assert told("archive/reviewed", case=other).startswith("Allowed by Ada (link)")
    waiting = row_of(status="started", review_id=OPENED)
    assert why(waiting, None, waiting, review(), NOW).startswith("Waiting for a person")
    assert why(waiting, None, waiting, review(review_id="b"), NOW).startswith("Being analysed")


def test_the_evidence_says_its_own_outcome():
    story = state("archive/reviewed") | {"outcome": "stopped", "reason": "by_person"}
    assert why(story["frame"], story, None, None, NOW).startswith("Stopped by Ada (link): ")


# Orders.


@pytest.mark.parametrize(
    ("scenario", "slots", "status", "says"),
    [
        ("stop_stream/order", {}, "RUNNING", "Being stopped since 08:08:31 UTC, as ordered by Ad"),
        ("stop_stream/restop", {}, "RUNNING", "Being stopped again (the banned channel came back"),
        (
            "stop_stream/order",
            {"stop": {"status": "stopped", "accepted_at": "2026-11-22T08:08:31.500Z"}},
            "SUCCEEDED",
            "Stopped 0.5 s after the order, as ordered by Ada (desk)",
        ),
        (
            "stop_stream/order",
            {"stop": {"status": "stopped", "accepted_at": at(0)}},
            "SUCCEEDED",
            "Stopped, as ordered by Ada (desk)",
        ),
        (
            "stop_stream/order",
            {"stop": {"status": "already_offline"}},
            "SUCCEEDED",
            "Nothing was stopped, as ordered by Ada (desk): nothing of that session was on air",
        ),
        (
            "stop_stream/restop",
            {"stop": {"status": "ban_lifted"}},
            "SUCCEEDED",
            "Nothing was stopped, as ordered by policy: ban: the ban had been lifted meanwhile",
        ),
        (
            "reinstate/order",
            {"reinstated": {"lifted": True}},
            "SUCCEEDED",
            "Given back, as ordered by Ada (desk)",
        ),
        (
            "reinstate/order",
            {"reinstated": {"lifted": False}},
            "SUCCEEDED",
            "Nothing to give back, as ordered by Ada (desk): no ban and no stop stood",
        ),
        (
            "stop_failed/order",
            {},
            "FAILED",
            "The order of Ada (desk) (stop) failed, and it may still be on air: permission to",
        ),
        (
            "reinstate/order",
            {"stop_error": {"Error": "ChannelBusyError"}},
            "FAILED",
            "The order of Ada (desk) (reinstate) failed: the channel was between two states",
        ),
        (
            "stop_stream/order",
            {},
            "ABORTED",
            "The order of Ada (desk) (stop) was not carried out to its end: somebody aborted",
        ),
    ],
)
def test_an_order_says_what_came_of_it(scenario, slots, status, says):
    assert why_order(state(scenario, **slots), NOW, status=status, error=None).startswith(says)


def test_a_ban_says_whether_anything_was_on_air():
    order = state("stop_stream/order")["order"] | {"action": "ban"}
    off = {"order": order, "stop": {"status": "already_offline"}}
    said = why_order(off, NOW, status="SUCCEEDED", error=None)
    assert said == "Banned, as ordered by Ada (desk): nothing was on air"
    on = {"order": order, "stop": {"status": "stopped"}}
    said = why_order(on, NOW, status="SUCCEEDED", error=None)
    assert said == "Banned, and what was on air stopped, as ordered by Ada (desk)"


def test_an_order_of_which_nothing_is_known_is_told_all_the_same():
    assert why_order(None, NOW, status="RUNNING", error=None) == (
        "Being carried out, as ordered by a person"
    )
    assert why_order({}, NOW, status="FAILED", error="States.Runtime").startswith(
        "The order of a person (None) failed, and it may still be on air: the machine's definition"
    )


# Whatever an execution that somebody started by hand was given.

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)
SLOTS = (
    *("attempt", "analysis", "verdict", "stop", "stop_error", "review", "decision", "error"),
    *("unscreened", "archive", "outcome", "reason", "order", "frame", "reinstated"),
)
FIELDS = (
    *("status", "matched", "labels", "margin", "severity", "rung", "rung_times", "deadline"),
    *("put_at", "decided_at", "accepted_at", "decision", "by", "via", "outcome", "reason"),
    *("review_id", "execution", "frame_id", "attempt", "frame", "opener", "live_session"),
    *("confidence", "threshold", "category", "Error", "may_stop", "would_stop", "held_at"),
)
DOCUMENT = st.dictionaries(
    st.sampled_from(FIELDS),
    JSON
    | st.lists(st.dictionaries(st.sampled_from(FIELDS), JSON), max_size=2)
    | st.sampled_from(("decided", "expired", "pending", "stopped", "started", "joined", "stop")),
)
STATE = st.none() | st.dictionaries(st.sampled_from(SLOTS), DOCUMENT | JSON)
STATUS = st.sampled_from((None, "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "?"))


@given(DOCUMENT, STATE, st.none() | DOCUMENT, st.none() | DOCUMENT, STATUS)
def test_whatever_is_known_makes_a_sentence(frame, document, row, reviewed, status):
    said = why(frame, document, row, reviewed, NOW, status=status, error="x")
    assert said
    assert why_order(document, NOW, status=status or "RUNNING", error=None)
