"""A batch is started once, whoever asks how often, and whenever the worker dies."""

import json
import re

import pytest

from framewarden import settings, starting
from framewarden.aws.policies import current_document
from framewarden.domain import batches
from framewarden.domain.errors import (
    BatchRefusedError,
    FrameMalformedError,
    PolicyInvalidError,
    PolicyUnavailableError,
    StoreThrottledError,
)
from framewarden.domain.policy import policy_hash
from framewarden.domain.times import iso, parse
from tests.unit import scenes
from tests.unit.batch_rows import BATCH, row
from tests.unit.scenes import BATCHES_BUCKET, EVIDENCE_BUCKET, FRAMES_BUCKET, event
from tests.unit.wire import KilledError

NOW = parse("2026-11-22T09:00:00Z")
LATER = parse("2026-11-22T09:05:00Z")
ASKED = event("start_batch/manifest")["batch"]
UPLOADED = event("start_batch/uploaded_manifest")
UPLOADED_ID = batches.batch_id_of(
    FRAMES_BUCKET, "batches/holiday/manifest.jsonl", "QUpfdndhfd8438MNFDN93jdnJFkdmqnh"
)


def start(now=NOW, **changes):
    return starting.start(ASKED | changes, settings.StartBatch.read(), now)


def start_of_event(document=UPLOADED, now=NOW):
    return starting.start_of_event(document, settings.StartBatch.read(), now)


def resume(now=LATER, **changes):
    asked = {"batch_id": BATCH, "by": "grace", **changes}
    return starting.resume(asked, settings.StartBatch.read(), now)


def cancel(now=LATER):
    return starting.cancel({"batch_id": BATCH, "by": "grace"}, settings.StartBatch.read(), now)


def kept(aws, batch_id=BATCH):
    return aws.row("batches", batch=batch_id, item="batch")


def policy_of(aws, batch_id=BATCH):
    place = {"Bucket": BATCHES_BUCKET, "Key": f"batches/{batch_id}/policy.json"}
    return json.loads(aws.client("s3").get_object(**place)["Body"].read())


def executions(aws):
    """Return what the executions of the machine were started with, by their names."""
    made = aws.wire.made("StartExecution")
    assert {asked["stateMachineArn"] for asked in made} <= {aws.batches}
    return {asked["name"]: json.loads(asked["input"]) for asked in made}


def told(started, status=batches.RUNNING, execution=BATCH):
    return {"batch_id": BATCH, "started": started, "execution": execution, "status": status}


class TestStart:
    def test_a_batch_gets_its_policy_its_row_and_its_execution(self, aws):
        assert start() == told(started=True)
        operations = [call.operation for call in aws.wire.calls]
        last = ["PutObject", "GetItem", "PutItem", "StartExecution", "UpdateItem"]
        assert operations[-5:] == last, "the adapter that is live is read for the row"
        assert executions(aws) == {BATCH: {"batch_id": BATCH, "attempt": 1}}
        key = f"batches/{BATCH}/manifest.jsonl"
        source = {"kind": "manifest", "bucket": BATCHES_BUCKET, "key": key, "version_id": None}
        document = policy_of(aws)
        assert kept(aws) == {
            **row(name="Holiday pictures", source=source, ceiling=500, lines=214),
            "policy_hash": policy_hash(document),
            "policy_name": document["name"],
        }

    def test_what_is_not_said_the_deployment_decides(self, aws):
        only = {"batch_id": BATCH, "prefix": "s3://example-photos/2026/11/"}
        starting.start(only | {"by": "ada", "via": "cli"}, settings.StartBatch.read(), NOW)
        found = kept(aws)
        source = {"kind": "prefix", "bucket": "example-photos", "key": "2026/11/"}
        assert found["source"] == source | {"version_id": None}
        assert (found["name"], found["engine"], found["adapter"]) == ("11", "framewarden", None)
        assert (found["ceiling"], found["min_confidence"], found["lines"]) == (1000, 20, None)

    def test_a_policy_that_comes_along_is_kept_and_is_what_judges(self, aws):
        own = scenes.policy(name="holidays only")
        start(policy=own)
        found = kept(aws)
        assert policy_of(aws) == own
        assert (found["policy_hash"], found["policy_name"]) == (policy_hash(own), "holidays only")
        assert found["policy_source"] == "given"

    def test_a_policy_that_breaks_the_rules_starts_nothing(self, aws):
        with pytest.raises(PolicyInvalidError, match="rules"):
            start(policy={"name": "no rules"})
        assert aws.rows("batches") == []

    def test_without_a_published_policy_nothing_starts(self, aws):
        aws.publish(b"")
        with pytest.raises(PolicyUnavailableError, match="policy publish"):
            start()
        assert aws.rows("batches") == []

    def test_the_published_document_is_the_one_that_was_read(self, aws):
        own = scenes.policy(name="newest")
        aws.publish(own)
        policy, document = current_document(settings.StartBatch.read())
        assert (policy.name, document) == ("newest", own)

    def test_who_asks_twice_is_told_of_the_batch_that_is_there(self, aws):
        start()
        aws.wire.forget()
        assert start(LATER, name="another name") == told(started=False)
        assert kept(aws)["name"] == "Holiday pictures"
        assert executions(aws) == {}
        assert aws.wire.made("PutObject") == []

    def test_one_id_is_not_two_batches(self, aws):
        start()
        with pytest.raises(BatchRefusedError, match=r"is of 'batches/.*give this one another id"):
            start(manifest="s3://example-photos/other.jsonl")

    def test_of_two_at_once_one_starts_it(self, aws):
        aws.wire.before("PutItem", lambda: aws.put("batches", rival))
        key = f"batches/{BATCH}/manifest.jsonl"
        source = {"kind": "manifest", "bucket": BATCHES_BUCKET, "key": key, "version_id": None}
        rival = row(source=source, by="rival")
        assert start() == told(started=False)
        assert kept(aws)["by"] == "rival"

    def test_a_source_that_is_not_allowed_starts_nothing(self, aws):
        with pytest.raises(BatchRefusedError, match="BatchSourceBuckets"):
            start(manifest="s3://somebody-elses/manifest.jsonl")
        with pytest.raises(BatchRefusedError, match="evidence"):
            start(manifest=f"s3://{EVIDENCE_BUCKET}/manifest.jsonl")
        assert aws.wire.calls == []

    def test_somebody_who_cancels_while_it_starts_wins(self, aws):
        def meanwhile():
            aws.put("batches", kept(aws) | {"status": batches.CANCELLING})

        aws.wire.before("StartExecution", meanwhile)
        assert start() == told(started=True, status=batches.CANCELLING)

    def test_a_throttle_is_tried_again(self, aws):
        aws.wire.fails("StartExecution", "ThrottlingException")
        with pytest.raises(StoreThrottledError):
            start()
        assert kept(aws)["status"] == batches.STARTING
        assert start(LATER) == told(started=True)
        assert kept(aws)["started_at"] == iso(NOW)

    def test_what_is_logged_names_no_image_and_nobody(self, aws, logged):
        start(name="private words")
        assert BATCH in logged.getvalue()
        for secret in ("private words", "ada", "manifest.jsonl"):
            assert secret not in logged.getvalue()


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", range(1, 9))
def test_a_worker_killed_at_any_call_leaves_a_batch_that_the_next_try_starts(aws, call, late):
    with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
        start()
    answer = start(LATER)
    assert answer["status"] == kept(aws)["status"] == batches.RUNNING
    assert executions(aws) == {BATCH: {"batch_id": BATCH, "attempt": 1}}
    assert kept(aws)["policy_hash"] == policy_hash(policy_of(aws))


def test_a_start_makes_as_many_calls_as_are_killed(aws):
    start()
    assert len(aws.wire.calls) == 8


class TestEvent:
    def test_a_manifest_below_batches_is_a_batch(self, aws):
        [answer] = start_of_event()
        assert (answer["batch_id"], answer["started"]) == (UPLOADED_ID, True)
        found = kept(aws, UPLOADED_ID)
        assert found["source"] == {
            "kind": "manifest",
            "bucket": FRAMES_BUCKET,
            "key": "batches/holiday/manifest.jsonl",
            "version_id": "QUpfdndhfd8438MNFDN93jdnJFkdmqnh",
        }
        assert (found["via"], found["by"]) == ("event", starting.BY_EVENT)
        assert (found["name"], found["ceiling"]) == ("manifest.jsonl", 1000)
        assert found["engine"] == batches.FRAMEWARDEN

    def test_a_duplicate_starts_nothing_twice(self, aws):
        start_of_event()
        aws.wire.forget()
        [answer] = start_of_event(now=LATER)
        assert (answer["batch_id"], answer["started"]) == (UPLOADED_ID, False)
        assert executions(aws) == {}

    def test_another_version_is_another_batch(self, aws):
        start_of_event()
        newer = json.loads(json.dumps(UPLOADED))
        newer["detail"]["object"]["version-id"] = "newer"
        [answer] = start_of_event(newer)
        assert answer["started"] is True
        assert answer["batch_id"] != UPLOADED_ID

    def test_an_object_without_a_version_is_told_by_its_content_and_moment(self, aws):
        unversioned = json.loads(json.dumps(UPLOADED))
        stored = unversioned["detail"]["object"]
        del stored["version-id"]
        [first] = start_of_event(unversioned)
        stored["sequencer"] += "02"
        [second] = start_of_event(unversioned)
        assert first["batch_id"] != second["batch_id"]
        assert kept(aws, first["batch_id"])["source"]["version_id"] is None

    @pytest.mark.parametrize(
        ("bucket", "key"),
        [
            ("somebody-elses", "batches/holiday/manifest.jsonl"),
            (FRAMES_BUCKET, "uploads/manifest.jsonl"),
            (FRAMES_BUCKET, "batches/holiday/beach.jpg"),
        ],
    )
    def test_an_object_that_is_no_manifest_is_refused(self, aws, bucket, key):
        other = json.loads(json.dumps(UPLOADED))
        other["detail"]["bucket"]["name"] = bucket
        other["detail"]["object"]["key"] = key
        with pytest.raises(FrameMalformedError, match="no manifest"):
            start_of_event(other)

    def test_an_event_of_nothing_is_refused(self, aws):
        with pytest.raises(FrameMalformedError):
            start_of_event({"detail": {}})


class TestResume:
    @pytest.mark.parametrize("status", [batches.CANCELLED, batches.FAILED])
    def test_the_next_attempt_is_started_and_the_last_ones_end_forgotten(self, aws, status):
        ended = {"failure": {"code": "x"}, "pause": {}, "ended_at": iso(NOW), "counts": {}}
        aws.put("batches", row(status=status, attempt=2, execution=f"{BATCH}-2", **ended))
        assert resume() == told(started=True, execution=f"{BATCH}-3")
        found = kept(aws)
        assert not ended.keys() & found.keys()
        assert (found["attempt"], found["ceiling"], found["started_at"]) == (3, 1000, iso(NOW))
        assert (found["resumed_by"], found["resumed_at"]) == ("grace", iso(LATER))
        assert found["by"] == "ada"
        assert executions(aws) == {f"{BATCH}-3": {"batch_id": BATCH, "attempt": 3}}

    def test_what_paused_goes_on_with_a_higher_ceiling_only(self, aws):
        aws.put("batches", row(status=batches.PAUSED, reserved=1000))
        with pytest.raises(BatchRefusedError, match="at least 1,001"):
            resume()
        with pytest.raises(BatchRefusedError, match="at least 1,001"):
            resume(ceiling=1000)
        assert kept(aws)["attempt"] == 1
        assert resume(ceiling=1001)["started"] is True
        assert kept(aws)["ceiling"] == 1001

    def test_a_bulk_job_is_given_room_for_all_its_lines(self, aws):
        aws.put("batches", row(status=batches.PAUSED, engine=batches.BULK, lines=5000))
        with pytest.raises(BatchRefusedError, match="at least 5,000"):
            resume(ceiling=4999)
        assert resume(ceiling=5000)["started"] is True

    @pytest.mark.parametrize("status", [batches.RUNNING, batches.CANCELLING, batches.DONE])
    def test_what_runs_or_is_done_is_not_resumed(self, aws, status):
        aws.put("batches", row(status=status))
        with pytest.raises(BatchRefusedError, match=f"is {status}"):
            resume()
        assert executions(aws) == {}

    def test_there_is_no_such_batch(self, aws):
        with pytest.raises(BatchRefusedError, match=f"no batch {BATCH}"):
            resume()

    def test_of_two_at_once_one_resumes_it(self, aws):
        aws.put("batches", row(status=batches.FAILED))
        aws.wire.before("UpdateItem", resume)
        with pytest.raises(BatchRefusedError, match="somebody else"):
            resume()
        assert list(executions(aws)) == [f"{BATCH}-2"]

    @pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
    @pytest.mark.parametrize("call", range(1, 4))
    def test_a_worker_killed_at_any_call_leaves_one_attempt_more(self, aws, call, late):
        aws.put("batches", row(status=batches.FAILED))
        aws.wire.forget()
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            resume()
        if kept(aws)["status"] != batches.RUNNING:
            resume()
        assert (kept(aws)["status"], kept(aws)["attempt"]) == (batches.RUNNING, 2)
        assert executions(aws) == {f"{BATCH}-2": {"batch_id": BATCH, "attempt": 2}}


class TestCancel:
    def test_what_runs_is_told_to_end(self, aws):
        start()
        assert cancel() == told(started=False, status=batches.CANCELLING)
        found = kept(aws)
        assert (found["cancelled_by"], found["cancelled_at"]) == ("grace", iso(LATER))

    def test_what_never_started_is_ended_by_its_execution(self, aws):
        aws.put("batches", row(status=batches.STARTING))
        assert cancel() == told(started=False, status=batches.CANCELLING)
        assert executions(aws) == {BATCH: {"batch_id": BATCH, "attempt": 1}}

    def test_who_cancels_twice_is_told_the_same(self, aws):
        start()
        assert cancel() == cancel(parse("2026-11-22T10:00:00Z"))
        assert kept(aws)["cancelled_at"] == iso(LATER)
        aws.put("batches", kept(aws) | {"status": batches.CANCELLED})
        assert cancel() == told(started=False, status=batches.CANCELLED)

    @pytest.mark.parametrize("status", [batches.PAUSED, batches.FAILED, batches.DONE])
    def test_what_has_ended_is_not_cancelled(self, aws, status):
        aws.put("batches", row(status=status))
        with pytest.raises(BatchRefusedError, match=f"is {status}: nothing of it runs"):
            cancel()
        assert kept(aws)["status"] == status

    def test_there_is_no_such_batch_to_cancel(self, aws):
        with pytest.raises(BatchRefusedError, match=f"no batch {BATCH}"):
            cancel()

    @pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
    @pytest.mark.parametrize("call", [1, 2])
    def test_a_worker_killed_at_any_call_leaves_one_that_can_be_cancelled(self, aws, call, late):
        aws.put("batches", row(status=batches.STARTING))
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            cancel()
        assert cancel()["status"] == batches.CANCELLING
        assert list(executions(aws)) == [BATCH]


def test_a_refusal_is_one_sentence(aws):
    with pytest.raises(BatchRefusedError) as refusal:
        start(manifest="s3://somebody-elses/manifest.jsonl")
    assert not re.search(r"\.\s|\.$|\n", str(refusal.value))
