import json
from datetime import UTC, datetime

import pytest

from framewarden import archiving, reviewing, settings
from framewarden.aws.ledger import Ledger
from framewarden.domain.errors import StoreThrottledError
from tests.unit.scenes import EVIDENCE_BUCKET, another, state
from tests.unit.wire import KilledError

NOW = datetime(2026, 11, 22, 8, 5, 35, tzinfo=UTC)
PLACE = "AbCdef1G2hij/2026/11/22"


def scene(aws, name, **slots):
    """Return a scenario whose object is stored and whose frame is in the ledger."""
    document = state(f"archive/{name}", **slots)
    return stored(aws, document)


def stored(aws, document):
    frame = aws.upload(document["frame"])
    Ledger("frames").admit(frame, {"status": "started"}, NOW)
    return document | {"frame": frame}


def archive(document, now=NOW):
    return archiving.archive(document, settings.Archive.read(), now)


def opened(aws, joiners=0):
    """Return the state of an opener whose review waits, and the states of frames that joined."""
    high = stored(aws, state("open_review/high"))
    own = settings.OpenReview.read()
    opener = high | {"review": reviewing.open_or_join(high, own, NOW)}
    joined = []
    for number in range(joiners):
        frame = stored(aws, another(high, number))
        joined.append(frame | {"review": reviewing.open_or_join(frame, own, NOW)})
    return opener, joined


def decided(word, status="decided"):
    return {"decision": word, "status": status, "by": "Ada", "decided_at": "2026-11-22T08:08:31Z"}


def test_a_cleared_frame_is_copied_told_and_settled(aws, counted):
    document = scene(aws, "cleared")
    told = archive(document)
    place = f"none/{PLACE}/{document['execution']}"
    assert told == {
        "outcome": "cleared",
        "reason": "severity_none",
        "evidence": f"{place}.json",
        "copied": True,
    }
    assert aws.evidence(f"{place}.jpg") == b"a picture"
    row = aws.frame(document["frame"]["frame_id"])
    assert (row["status"], row["outcome"], row["severity"]) == ("settled", "cleared", "none")
    assert row["evidence"] == f"{place}.json"
    assert row["policy_hash"] == document["verdict"]["policy_hash"]
    assert row["execution"] == document["execution"]
    assert counted() == {"FramesCleared": 1}


def test_the_sidecar_tells_the_whole_story(aws):
    document = scene(aws, "stopped")
    story = json.loads(aws.evidence(archive(document)["evidence"]))
    for slot in ("frame", "analysis", "verdict", "stop", "attempt", "execution"):
        assert story[slot] == document[slot]
    assert (story["outcome"], story["reason"], story["copied"]) == ("stopped", "by_policy", True)
    assert story["archived_at"] == "2026-11-22T08:05:35.000Z"


@pytest.mark.parametrize(
    ("name", "folder", "outcome", "metric"),
    [
        ("cleared", "none", "cleared", "FramesCleared"),
        ("stopped", "critical", "stopped", "FramesStopped"),
        ("reviewed", "high", "reviewed", "FramesReviewed"),
        ("expired", "high", "unscreened", "FramesUnscreened"),
        ("unscreened", "unscreened", "unscreened", "FramesUnscreened"),
        ("already_offline", "high", "stopped", "FramesStopped"),
        ("joined", "high", None, "FramesJoined"),
    ],
)
def test_every_path_ends_in_its_folder_and_its_count(aws, counted, name, folder, outcome, metric):
    document = scene(aws, name)
    told = archive(document)
    assert told["outcome"] == outcome
    channel = document["frame"]["channel"]
    assert told["evidence"].startswith(f"{folder}/{channel}/2026/11/22/")
    assert counted() == {metric: 1}


def test_archiving_again_is_the_same_answer_and_changes_nothing(aws, counted):
    document = scene(aws, "cleared")
    first = archive(document)
    before = aws.evidence(first["evidence"]), aws.rows("frames")
    assert archive(document, NOW.replace(minute=9)) == first
    assert (aws.evidence(first["evidence"]), aws.rows("frames")) == before
    assert counted() == {"FramesCleared": 1}


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("call", [1, 2, 3])
@pytest.mark.parametrize("name", ["cleared", "stopped", "joined", "unscreened"])
def test_a_worker_killed_at_any_call_ends_the_frame_all_the_same(aws, name, call, late):
    document = scene(aws, name)
    with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
        archive(document)
    told = archive(document)
    row = aws.frame(document["frame"]["frame_id"])
    assert row["status"] == ("joined" if name == "joined" else "settled")
    assert row.get("outcome") == told["outcome"]
    assert json.loads(aws.evidence(told["evidence"]))["outcome"] == told["outcome"]


def test_a_frame_that_is_gone_is_archived_without_its_picture(aws):
    document = state("archive/unscreened")
    Ledger("frames").admit(document["frame"], {"status": "started"}, NOW)
    told = archive(document)
    assert (told["outcome"], told["copied"]) == ("unscreened", False)
    assert json.loads(aws.evidence(told["evidence"]))["copied"] is False


@pytest.mark.parametrize(
    ("key", "suffix"),
    [
        ("uploads/a.JPEG", ".jpeg"),
        ("uploads/a.png", ".png"),
        ("uploads/a.html", ".bin"),
        ("uploads/no suffix", ".bin"),
        ("uploads/.jpg/évidence+%20 .svg", ".bin"),
    ],
)
def test_evidence_is_named_by_the_execution_and_never_by_the_key(aws, key, suffix):
    document = state("archive/unscreened")
    document["frame"] |= {"key": key}
    document = stored(aws, document)
    told = archive(document)
    assert told["evidence"] == f"unscreened/uploads/2026/11/22/{document['execution']}.json"
    assert aws.evidence(told["evidence"].removesuffix(".json") + suffix) == b"a picture"


def test_two_attempts_never_meet(aws):
    first = scene(aws, "unscreened")
    told = archive(first)
    Ledger("frames").again(first["frame"]["frame_id"], 1, "settled", NOW)
    name = f"{first['execution']}-2"
    second = state("archive/cleared", frame=first["frame"], attempt=2, execution=name)
    again = archive(second)
    assert again["outcome"] == "cleared"
    assert again["evidence"] != told["evidence"]
    row = aws.frame(first["frame"]["frame_id"])
    assert (row["outcome"], row["attempt"], row["execution"]) == ("cleared", 2, name)


def test_a_late_first_attempt_does_not_settle_the_second(aws):
    document = scene(aws, "unscreened")
    archive(document)
    Ledger("frames").again(document["frame"]["frame_id"], 1, "settled", NOW)
    archive(document)
    assert "outcome" not in aws.frame(document["frame"]["frame_id"])


def test_a_joined_frame_has_no_outcome_of_its_own(aws):
    opener, [joined] = opened(aws, joiners=1)
    archive(joined)
    row = aws.frame(joined["frame"]["frame_id"])
    assert (row["status"], row["reason"]) == ("joined", "joined")
    assert row["review_id"] == opener["review"]["review_id"]
    assert "outcome" not in row
    assert "outcome" not in aws.review(row["review_id"])


def test_the_openers_end_is_the_end_of_all_that_joined(aws, counted):
    opener, joined = opened(aws, joiners=3)
    counted()
    archive(opener | {"decision": decided("allow")})
    row = aws.review(opener["review"]["review_id"])
    assert (row["outcome"], row["outcome_reason"], row["frames"]) == ("reviewed", "allow", 4)
    assert counted() == {"FramesReviewed": 4}
    for document in [*joined, *joined]:
        archive(document)
    assert counted() == {"FramesJoined": 3}


def test_a_session_that_is_on_air_all_the_same_is_told_on_the_review(aws):
    opener, _ = opened(aws)
    ended = state("archive/already_offline")
    live = ended["stop"]["live_session"]
    told = archive(opener | {"decision": decided("stop"), "stop": ended["stop"]})
    assert (told["outcome"], told["reason"]) == ("stopped", "already_offline")
    row = aws.review(opener["review"]["review_id"])
    assert (row["outcome"], row["live_session"]) == ("stopped", live)


@pytest.mark.parametrize("stop", [None, {"status": "already_offline"}])
def test_where_nobody_is_on_air_the_review_tells_of_nobody(aws, stop):
    opener, _ = opened(aws)
    archive(opener | {"decision": decided("stop")} | ({"stop": stop} if stop else {}))
    row = aws.review(opener["review"]["review_id"])
    assert row["outcome"]
    assert not row.get("live_session")


def test_a_stop_too_many_that_nobody_came_for_is_unscreened(aws):
    opener, _ = opened(aws)
    ended = {"decision": decided("stop", "expired"), "stop": {"status": "breaker_open"}}
    told = archive(opener | ended)
    assert (told["outcome"], told["reason"]) == ("unscreened", "breaker_open")


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("call", range(1, 7))
def test_an_opener_killed_at_any_call_ends_its_review_and_counts_once(aws, counted, call, late):
    opener, _ = opened(aws, joiners=2)
    counted()
    document = opener | {"decision": decided("allow", "expired")}
    with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
        archive(document)
    archive(document)
    row = aws.review(opener["review"]["review_id"])
    assert (row["status"], row["outcome"]) == ("expired", "unscreened")
    assert aws.frame(opener["frame"]["frame_id"])["outcome"] == "unscreened"
    settled_and_dead = (call, late) == (6, True)
    assert counted() == ({} if settled_and_dead else {"FramesUnscreened": 3})


def test_a_frame_that_nobody_could_judge_ends_alone_and_leaves_the_review_it_joined_open(aws):
    opener, [joined] = opened(aws, joiners=1)
    told = archive(joined | {"unscreened": state("archive/unscreened")["unscreened"]})
    assert told["outcome"] == "unscreened"
    review = aws.review(opener["review"]["review_id"])
    assert (review["status"], review.get("outcome")) == ("pending", None)


def test_a_review_that_was_never_answered_ends_with_its_execution(aws):
    opener, _ = opened(aws)
    held = state("archive/unscreened")["unscreened"]
    archive(opener | {"unscreened": held})
    row = aws.review(opener["review"]["review_id"])
    assert (row["status"], row["outcome"]) == ("expired", "unscreened")
    assert not {"open", "place"} & set(row)


@pytest.mark.parametrize(
    ("operation", "code"),
    [("CopyObject", "SlowDown"), ("PutObject", "InternalError"), ("UpdateItem", "Throttling")],
)
def test_a_throttle_is_tried_again_by_name(aws, operation, code):
    document = scene(aws, "cleared")
    aws.wire.fails(operation, code)
    with pytest.raises(StoreThrottledError):
        archive(document)
    assert archive(document)["outcome"] == "cleared"


def test_nothing_is_written_into_the_bucket_that_is_watched(aws):
    archive(scene(aws, "stopped"))
    written = [*aws.wire.made("CopyObject"), *aws.wire.made("PutObject")[1:]]
    assert {asked["Bucket"] for asked in written} == {EVIDENCE_BUCKET}
