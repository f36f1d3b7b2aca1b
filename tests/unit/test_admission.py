import json
from datetime import UTC, datetime

import pytest

from framewarden import admission, settings
from framewarden.aws.ledger import Ledger
from framewarden.domain.errors import FrameMalformedError, StoreThrottledError
from framewarden.domain.frames import frame_id
from tests.unit.scenes import FRAMES_BUCKET, HOME, event
from tests.unit.wire import KilledError

NOW = datetime(2026, 11, 22, 8, 5, 32, tzinfo=UTC)
THUMBNAIL = event("intake/ivs_thumbnail")
STORED = THUMBNAIL["detail"]["object"]
ID = frame_id(FRAMES_BUCKET, STORED["key"], STORED["version-id"])
RESCAN = event("intake/rescan")["rescan"]


def admit(document=THUMBNAIL):
    return admission.admit_event(document, HOME, settings.Intake.read(), NOW)


def rescan(**changes):
    return admission.rescan(RESCAN | changes, HOME, settings.Intake.read(), NOW)


def end(outcome, attempt=1, status="settled"):
    assert Ledger("frames").settle(ID, attempt, {"status": status, "outcome": outcome})


def inputs(aws):
    return [json.loads(asked["input"]) for asked in aws.wire.made("StartExecution")]


def test_a_frame_is_admitted_and_its_execution_started_under_its_own_name(aws):
    assert admit() == [{"frame_id": ID, "started": True, "execution": ID}]
    assert aws.started() == [ID]
    row = aws.frame(ID)
    assert (row["status"], row["execution"], row["attempt"]) == ("started", ID, 1)
    [told] = inputs(aws)
    assert set(told) == {"frame", "attempt"}
    assert told["frame"]["channel_arn"].endswith("channel/AbCdef1G2hij")


def test_a_duplicate_starts_nothing(aws):
    admit()
    assert admit() == [{"frame_id": ID, "started": False}]
    assert len(inputs(aws)) == 1


def test_a_duplicate_of_a_settled_frame_changes_nothing(aws):
    admit()
    end("cleared")
    assert admit() == [{"frame_id": ID, "started": False}]
    assert aws.frame(ID)["outcome"] == "cleared"


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_worker_killed_at_any_call_is_made_good_by_the_next_delivery(aws, call, after):
    with aws.wire.killed_at(call, after=after), pytest.raises(KilledError):
        admit()
    admit()
    assert aws.started() == [ID]
    assert aws.frame(ID)["status"] == "started"


def test_a_lost_answer_of_start_execution_is_no_second_execution(aws):
    aws.wire.loses("StartExecution")
    with pytest.raises(StoreThrottledError):
        admit()
    assert admit()[0]["execution"] == ID
    assert aws.started() == [ID]


def test_a_late_event_meets_the_name_of_its_closed_execution(aws):
    admit()
    aws.client("stepfunctions").stop_execution(
        executionArn=aws.machine.replace(":stateMachine:", ":execution:") + f":{ID}"
    )
    aws.put("frames", aws.frame(ID) | {"status": "admitted"})
    assert admit() == [{"frame_id": ID, "started": False, "execution": ID}]
    assert aws.frame(ID)["status"] == "started"


def test_two_versions_of_one_key_are_two_frames_in_any_order(aws):
    later = event("intake/ivs_thumbnail")
    later["detail"]["object"] |= {"version-id": "v2", "sequencer": "0066A1B2C3D4E5F999"}
    admit(later)
    admit()
    assert len(aws.started()) == 2


def test_an_execution_that_ended_before_its_row_was_marked_is_left_alone(aws):
    aws.wire.before("UpdateItem", lambda: end("cleared"))
    admit()
    assert aws.frame(ID)["status"] == "settled"


@pytest.mark.parametrize(
    ("scenario", "reason"),
    [
        ("ivs_latest", "duplicate"),
        ("foreign_account", "foreign_account"),
        ("not_a_frame", "not_a_frame"),
    ],
)
def test_what_is_refused_is_settled_with_its_reason_and_counted_once(
    aws, counted, scenario, reason
):
    for _ in range(2):
        [told] = admit(event(f"intake/{scenario}"))
        assert told["skipped"] == reason
    row = aws.frame(told["frame_id"])
    assert (row["status"], row["outcome"], row["reason"]) == ("settled", "skipped", reason)
    assert aws.started() == []
    assert counted()["FramesSkipped"] == 1


@pytest.mark.parametrize("scenario", ["medialive_frame", "upload", "odd_key_eventbridge"])
def test_frames_of_every_source_are_started(aws, scenario):
    [told] = admit(event(f"intake/{scenario}"))
    assert told["started"] is True


def test_an_odd_key_is_one_frame_whichever_event_brings_it(aws):
    admit(event("intake/odd_key_eventbridge"))
    [told] = admit(event("intake/odd_key_notification"))
    assert told["started"] is False
    [only] = inputs(aws)
    assert only["frame"]["key"] == "uploads/red flower+é (1).jpg"


def test_another_buckets_object_is_refused_loudly(aws):
    foreign = event("intake/upload")
    foreign["detail"]["bucket"]["name"] = "somebody-elses"
    with pytest.raises(FrameMalformedError, match="this stack's frames bucket"):
        admit(foreign)
    assert aws.rows("frames") == []


def test_a_rescan_gives_an_unscreened_frame_its_next_attempt(aws):
    admit()
    end("unscreened")
    assert rescan() == {"frame_id": ID, "started": True, "execution": f"{ID}-2"}
    assert aws.started() == [ID, f"{ID}-2"]
    first, second = inputs(aws)
    assert second == first | {"attempt": 2}
    assert aws.frame(ID)["status"] == "started"
    end("unscreened", attempt=2)
    assert rescan()["execution"] == f"{ID}-3"


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", [1, 2, 3, 4])
def test_a_rescan_killed_at_any_call_is_made_good_by_the_next(aws, call, after):
    admit()
    end("unscreened")
    with aws.wire.killed_at(call, after=after), pytest.raises(KilledError):
        rescan()
    rescan()
    assert aws.started() == [ID, f"{ID}-2"]
    assert (aws.frame(ID)["status"], aws.frame(ID)["attempt"]) == ("started", 2)


def test_two_rescans_at_once_start_one_attempt(aws):
    admit()
    end("unscreened")
    aws.wire.before("UpdateItem", rescan)
    assert rescan() == {"frame_id": ID, "started": False, "status": "in_flight"}
    assert aws.started() == [ID, f"{ID}-2"]


def test_a_frame_that_joined_a_review_which_nobody_answered_is_looked_at_again(aws):
    admit()
    Ledger("frames").settle(ID, 1, {"status": "joined", "review_id": "r"})
    assert rescan()["status"] == "in_flight"  # nothing says how its review ended
    assert rescan(outcome="unscreened")["execution"] == f"{ID}-2"
    assert "review_id" not in Ledger("frames").get(ID)


def test_a_rescan_admits_what_no_event_ever_told_of(aws):
    assert rescan()["execution"] == ID
    [told] = inputs(aws)
    assert told["frame"]["put_at"] == RESCAN["put_at"]
    assert told["frame"]["size"] == RESCAN["size"]


def test_a_rescan_starts_what_was_admitted_and_never_started(aws):
    with aws.wire.killed_at(2, after=False), pytest.raises(KilledError):
        admit()
    assert rescan()["execution"] == ID


def test_a_frame_of_unknown_age_is_too_old_to_stop_anything(aws):
    rescan(put_at=None)
    [told] = inputs(aws)
    assert told["frame"]["put_at"].startswith("1970-01-01")


@pytest.mark.parametrize("outcome", ["cleared", "reviewed", "stopped", "skipped"])
def test_a_frame_that_somebody_looked_at_is_not_scanned_again(aws, outcome):
    admit()
    end(outcome)
    assert rescan() == {"frame_id": ID, "started": False, "status": outcome}


def test_a_frame_in_flight_is_not_scanned_again(aws):
    admit()
    assert rescan() == {"frame_id": ID, "started": False, "status": "in_flight"}


def test_a_rescan_of_a_refused_object_is_refused_again(aws):
    key = event("intake/foreign_account")["detail"]["object"]["key"]
    assert rescan(key=key)["skipped"] == "foreign_account"


@pytest.mark.parametrize("missing", [{"bucket": ""}, {"key": None}])
def test_a_rescan_names_its_object(aws, missing):
    with pytest.raises(FrameMalformedError, match="bucket and key"):
        rescan(**missing)


def test_a_rescan_stays_in_this_stacks_bucket(aws):
    with pytest.raises(FrameMalformedError, match="this stack's frames bucket"):
        rescan(bucket="somebody-elses")
