import copy
import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from framewarden import admission, settings
from framewarden.aws.ledger import Ledger
from framewarden.domain.errors import FrameMalformedError, StoreThrottledError
from framewarden.domain.frames import frame_id
from framewarden.domain.medialive_keys import FoldersInvalidError
from framewarden.domain.times import iso, parse
from tests.unit.scenes import CHANNEL, FRAMES_BUCKET, HOME, MEDIALIVE, event
from tests.unit.wire import KilledError

NOW = datetime(2026, 11, 22, 8, 5, 32, tzinfo=UTC)
THUMBNAIL = event("intake/ivs_thumbnail")
STORED = THUMBNAIL["detail"]["object"]
ID = frame_id(FRAMES_BUCKET, STORED["key"], STORED["version-id"])
RESCAN = event("intake/rescan")["rescan"]
FOLDERS = "studio-a=1234567/0,studio-a-backup=1234567/1"


def own(folders=FOLDERS):
    return settings.Intake.read(os.environ | {"MEDIALIVE_FOLDERS": folders})


def admit(document=THUMBNAIL, now=NOW):
    return admission.admit_event(document, HOME, own(), now)


def rescan(now=NOW, **changes):
    return admission.rescan(RESCAN | changes, HOME, own(), now)


def end(outcome, attempt=1, status="settled"):
    assert Ledger("frames").settle(ID, attempt, {"status": status, "outcome": outcome})


def killed_before_its_start(aws, document=THUMBNAIL, call=3):
    """Leave a frame behind as `admitted`."""
    with aws.wire.killed_at(call, after=False), pytest.raises(KilledError):
        admit(document)
    assert "admitted" in [row.get("status") for row in aws.rows("frames")]


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


def test_every_row_is_found_by_its_day_whatever_became_of_it(aws):
    admit(now=NOW + timedelta(days=1))
    admit(event("intake/foreign_account"))
    days = {row["status"]: (row["day"], row["put_at"][:10]) for row in aws.rows("frames")}
    assert days == dict.fromkeys(("started", "settled"), ("2026-11-22", "2026-11-22"))


def test_the_next_attempt_is_admitted_when_it_is_asked_for(aws):
    admit()
    end("unscreened")
    assert aws.frame(ID)["unscreened"] == "frame"
    later = NOW + timedelta(minutes=5)
    assert rescan(later)["started"] is True
    row = aws.frame(ID)
    assert (row["attempt"], row["admitted_at"]) == (2, iso(later))
    assert row["put_at"] == RESCAN["put_at"], "the frame is as old as before"
    assert "unscreened" not in row


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
@pytest.mark.parametrize("call", [1, 2, 3, 4])
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


def test_a_ledger_that_refuses_us_is_no_reason_to_drop_a_frame(aws):
    aws.wire.fails("PutItem", "AccessDeniedException")
    with pytest.raises(ClientError):
        admit()
    assert admit()[0]["started"] is True


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


@pytest.mark.parametrize(
    "scenario",
    ["medialive_frame", "medialive_folder", "second_pipeline", "upload", "odd_key_eventbridge"],
)
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
    killed_before_its_start(aws)
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


class TestStandingStop:
    """A stop that stands spares its session's frames a look; nothing else does."""

    def ban(self, aws, channel=CHANNEL, **changes):
        row = {
            "channel": channel,
            "item": "ban",
            "status": "standing",
            "until": None,
            "session": "st-1",
            "session_started_at": "2026-11-22T08:00:00.400Z",
            "recording": "j8Z9O91ndcVs",
            "stopped_at": "2026-11-22T08:05:30.500Z",
        }
        aws.put("channels", row | changes)

    def test_a_later_frame_of_a_stopped_session_is_skipped_and_counted_once(self, aws, counted):
        self.ban(aws)
        for _ in range(2):
            assert admit() == [{"frame_id": ID, "skipped": "stream_already_stopped"}]
        row = aws.frame(ID)
        assert (row["status"], row["outcome"]) == ("settled", "skipped")
        assert row["reason"] == "stream_already_stopped"
        assert row["settled_at"] == iso(NOW)
        assert aws.started() == []
        assert counted()["FramesSkipped"] == 1

    def test_it_costs_one_read_of_one_row(self, aws):
        self.ban(aws)
        aws.wire.forget()
        admit()
        [read] = aws.wire.made("GetItem")
        assert read["Key"] == {"channel": {"S": CHANNEL}, "item": {"S": "ban"}}
        assert not read.get("ConsistentRead")

    def test_a_still_asks_nobody(self, aws):
        admit(event("intake/upload"))
        assert aws.wire.made("GetItem") == []

    @pytest.mark.parametrize(
        "changes",
        [
            {"status": "lifted"},
            {"stopped_at": None},
            {"failed_at": "2026-11-22T08:05:31.000Z"},
            {"channel": CHANNEL + "2"},
            {"item": "stop#st-1"},
            {"recording": "another"},
        ],
    )
    def test_a_frame_that_no_stop_covers_is_looked_at(self, aws, changes):
        self.ban(aws, **changes)
        assert admit()[0]["started"] is True

    def test_once_it_is_lifted_frames_are_looked_at_again(self, aws):
        self.ban(aws)
        admit()
        self.ban(aws, status="lifted")
        later = copy.deepcopy(THUMBNAIL)
        later["detail"]["object"] |= {"version-id": "v2"}
        assert admit(later)[0]["started"] is True
        assert admit() == [{"frame_id": ID, "skipped": "stream_already_stopped"}]

    def test_a_medialive_channel_is_asked_for_by_its_arn(self, aws):
        self.ban(aws, MEDIALIVE, recording="20261122T080500", session_started_at=None)
        for scenario in ("medialive_frame", "medialive_folder", "second_pipeline"):
            [told] = admit(event(f"intake/{scenario}"))
            assert told["skipped"] == "stream_already_stopped"
        assert not [row for row in aws.rows("frames") if row["frame_id"].startswith("pair#")]

    def test_a_duplicate_of_a_frame_that_was_started_changes_nothing(self, aws, counted):
        admit()
        self.ban(aws)
        before = aws.frame(ID)
        assert admit() == [{"frame_id": ID, "started": False}]
        assert aws.frame(ID) == before
        assert "FramesSkipped" not in counted()
        end("cleared")
        assert admit() == [{"frame_id": ID, "started": False}]

    def test_a_frame_that_was_admitted_and_not_started_is_started_whatever_was_stopped(self, aws):
        killed_before_its_start(aws)
        self.ban(aws)
        assert admit() == [{"frame_id": ID, "started": True, "execution": ID}]
        assert aws.started() == [ID]
        assert aws.frame(ID)["status"] == "started"

    def test_so_is_the_next_attempt_of_one(self, aws):
        admit()
        end("unscreened")
        self.ban(aws)
        with aws.wire.killed_at(3, after=False), pytest.raises(KilledError):
            rescan()
        assert aws.frame(ID)["status"] == "admitted"
        assert admit()[0]["execution"] == f"{ID}-2"

    @pytest.mark.parametrize("after", [False, True])
    @pytest.mark.parametrize("call", [1, 2])
    def test_a_worker_killed_at_any_call_skips_it_all_the_same(self, aws, call, after):
        self.ban(aws)
        with aws.wire.killed_at(call, after=after), pytest.raises(KilledError):
            admit()
        assert admit() == [{"frame_id": ID, "skipped": "stream_already_stopped"}]

    @pytest.mark.parametrize(
        ("code", "name"),
        [
            ("AccessDeniedException", "ClientError"),
            ("ThrottlingException", "StoreThrottledError"),
            ("ResourceNotFoundException", "ResourceNotFoundException"),
        ],
    )
    def test_a_ban_that_cannot_be_read_keeps_nobody_from_looking(self, aws, logged, code, name):
        self.ban(aws)
        aws.wire.fails("GetItem", code)
        assert admit()[0]["started"] is True
        [line] = [json.loads(told) for told in logged.getvalue().splitlines() if "ban" in told]
        assert (line["message"], line["error"]) == ("ban not read", name)

    def test_neither_does_a_row_that_makes_no_sense(self, aws):
        self.ban(aws, stopped_at="soon", recording=None)
        assert admit()[0]["started"] is True

    def test_a_frame_that_nobody_was_told_of_is_skipped_when_it_is_found(self, aws):
        self.ban(aws)
        assert rescan()["skipped"] == "stream_already_stopped"
        assert rescan() == {"frame_id": ID, "started": False, "status": "skipped"}


class TestSecondPipeline:
    """A standard channel writes every picture twice, and one of the two is looked at."""

    def copies(
        self, number="00042", version="", put_at="2026-11-22T08:05:31Z", dt="-20261122T080500"
    ):
        made = []
        for pipeline in (0, 1):
            document = event("intake/second_pipeline") | {"time": put_at}
            stored = document["detail"]["object"]
            stored["key"] = f"medialive/1234567/{pipeline}/frame{dt}.{number}.jpg"
            stored["version-id"] = f"{pipeline}-{number}{version}"
            made.append(document)
        return made

    def told(self, *documents):
        return [
            "started" if told.get("started") else told.get("skipped", "told before")
            for document in documents
            for told in admit(document)
        ]

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_whichever_copy_comes_first_is_looked_at_and_the_other_skipped(
        self, aws, counted, order
    ):
        first, second = (self.copies()[place] for place in order)
        assert self.told(first, second) == ["started", "second_pipeline"]
        assert self.told(second, first, second) == [
            "second_pipeline",
            "told before",
            "second_pipeline",
        ]
        [only] = inputs(aws)
        assert only["frame"]["key"] == first["detail"]["object"]["key"]
        skipped = [row for row in aws.rows("frames") if row.get("outcome") == "skipped"]
        assert [row["reason"] for row in skipped] == ["second_pipeline"]
        assert counted()["FramesSkipped"] == 1

    def test_two_folders_of_one_channel_are_its_pipelines(self, aws):
        first = event("intake/medialive_folder")
        backup = copy.deepcopy(first)
        stored = backup["detail"]["object"]
        stored["key"] = stored["key"].replace("studio-a", "studio-a-backup")
        assert self.told(first, backup) == ["started", "second_pipeline"]
        assert self.told(event("intake/second_pipeline")) == ["second_pipeline"]

    def test_the_copy_is_looked_at_where_the_other_pipeline_failed(self, aws):
        (zero, _), (_, one), (_, last) = (
            self.copies(number) for number in ("00042", "00043", "1" * 6)
        )
        assert self.told(zero, one, last) == ["started"] * 3

    def test_a_claim_is_one_small_row_that_goes_within_a_day(self, aws):
        first, second = self.copies()
        self.told(first, second)
        [claim] = [row for row in aws.rows("frames") if row["frame_id"].startswith("pair#")]
        [only] = inputs(aws)
        assert claim["holder"] == only["frame"]["frame_id"]
        assert claim["expires_at"] == int(NOW.timestamp()) + 86_400
        assert not {"status", "bucket", "key", "channel_arn", "put_at"} & set(claim)

    def test_a_counter_that_began_anew_is_another_picture(self, aws):
        told = self.told(*self.copies(dt=""))
        told += self.told(*self.copies(dt="", version="b", put_at="2026-11-22T08:10:32Z"))
        assert told == ["started", "second_pipeline"] * 2

    def test_one_that_began_anew_at_once_is_looked_at_too(self, aws):
        self.told(*self.copies(dt=""))
        again = self.copies(dt="", version="b", put_at="2026-11-22T08:06:31Z")
        assert self.told(*again) == ["started", "second_pipeline"]

    def test_a_picture_of_before_that_comes_late_is_looked_at(self, aws):
        zero, _ = self.copies(dt="", put_at="2026-11-22T09:05:31Z")
        _, before = self.copies(dt="", version="b")
        assert self.told(zero, before) == ["started", "started"]

    @pytest.mark.parametrize("after", [False, True])
    @pytest.mark.parametrize("call", range(1, 6))
    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_a_worker_killed_at_any_call_has_exactly_one_copy_looked_at(
        self, aws, order, call, after
    ):
        first, second = (self.copies()[place] for place in order)
        with aws.wire.killed_at(call, after=after), pytest.raises(KilledError):
            admit(first)
        told = self.told(second)
        self.told(first)
        claimed = (call, after) > (2, False)
        assert told == ["second_pipeline" if claimed else "started"]
        assert len(aws.started()) == 1
        assert sorted(row["status"] for row in aws.rows("frames") if "status" in row) == [
            "settled",
            "started",
        ]

    @pytest.mark.parametrize("after", [False, True])
    @pytest.mark.parametrize("call", [1, 2, 3])
    def test_a_worker_killed_while_it_skips_skips_it_all_the_same(self, aws, call, after):
        first, second = self.copies()
        self.told(first)
        with aws.wire.killed_at(call, after=after), pytest.raises(KilledError):
            admit(second)
        assert self.told(second) == ["second_pipeline"]

    def test_of_two_copies_at_once_one_is_looked_at(self, aws):
        first, second = self.copies()
        rival = []
        aws.wire.before("PutItem", lambda: rival.extend(self.told(second)))
        assert self.told(first) == ["second_pipeline"]
        assert rival == ["started"]

    def test_a_copy_that_was_admitted_and_not_started_is_started_whoever_claims_now(self, aws):
        first, _ = self.copies()
        killed_before_its_start(aws, first, call=4)
        [claim] = [row for row in aws.rows("frames") if row["frame_id"].startswith("pair#")]
        aws.put("frames", claim | {"pipeline": 1, "holder": "another"})
        assert self.told(first) == ["started"]

    def test_a_claim_that_is_throttled_is_tried_again(self, aws):
        first, second = self.copies()
        aws.wire.fails("PutItem", "ThrottlingException")
        with pytest.raises(StoreThrottledError):
            admit(first)
        assert self.told(first, second) == ["started", "second_pipeline"]

    def test_a_frame_of_no_pipeline_claims_nothing(self, aws):
        admit(event("intake/medialive_frame"))
        admit()
        assert len(aws.rows("frames")) == 2


class TestFolders:
    def test_folders_that_nobody_can_follow_stop_the_first_event_and_say_what_to_write(self, aws):
        for document in (THUMBNAIL, event("intake/medialive_folder")):
            with pytest.raises(FoldersInvalidError, match="write folder=channel id"):
                admission.admit_event(document, HOME, own("studio a=1"), NOW)
        with pytest.raises(FoldersInvalidError):
            admission.rescan(RESCAN, HOME, own("studio a=1"), NOW)
        assert aws.rows("frames") == []

    def test_a_folder_that_nobody_named_holds_no_frames(self, aws):
        [told] = admission.admit_event(event("intake/medialive_folder"), HOME, own("none"), NOW)
        assert told["skipped"] == "not_a_frame"

    def test_an_unscreened_frame_of_a_folder_is_looked_at_again(self, aws):
        [told] = admit(event("intake/medialive_folder"))
        stored = event("intake/medialive_folder")["detail"]["object"]
        Ledger("frames").settle(told["frame_id"], 1, {"status": "settled", "outcome": "unscreened"})
        again = rescan(key=stored["key"], version_id=stored["version-id"])
        assert again["execution"] == f"{told['frame_id']}-2"
        assert inputs(aws)[1]["frame"]["channel_arn"] == MEDIALIVE


def test_a_still_has_no_channel_in_the_ledger_and_a_frame_has(aws):
    admit()
    assert aws.frame(ID)["channel_arn"] == CHANNEL
    for scenario in ("upload", "foreign_account", "not_a_frame"):
        [told] = admit(event(f"intake/{scenario}"))
        assert "channel_arn" not in aws.frame(told["frame_id"])
        assert parse(aws.frame(told["frame_id"])["put_at"])
