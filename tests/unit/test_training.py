"""An adapter's training: started once, asked about until it ends, is late, or fails."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from moto.rekognition.models import rekognition_backends

from framewarden import training
from framewarden.domain import adapters
from framewarden.domain.errors import (
    AnalyzerDeniedError,
    AnalyzerThrottledError,
    AnalyzerUnavailableError,
)
from tests.unit import training_world as world
from tests.unit.adapter_rows import PROJECT, arn_of
from tests.unit.scenes import ACCOUNT, BATCHES_BUCKET, REGION, state
from tests.unit.training_world import NAME, NOW
from tests.unit.wire import KilledError

RUNNING = {"status": "running", "wait_seconds": 2}
FAILED, LATE = {"status": "failed", "wait_seconds": 0}, {"status": "late", "wait_seconds": 0}
TRAINED = {"status": "trained", "wait_seconds": 0}


@pytest.fixture
def collected(aws):
    rekognition_backends[ACCOUNT][REGION].reset()
    world.known(aws, adapters.TRAINING, **world.collected())
    aws.wire.forget()


def follow(now=NOW, **changes):
    started = state("follow_training/started") | changes
    return training.follow(started, world.own().follow, now)


def after(**length):
    return NOW + timedelta(**length)


def tells(aws, status, **more):
    arn = world.adapter(aws).get("arn") or arn_of(NAME)
    told = {"ProjectVersionArn": arn, "Status": status, **more}
    aws.wire.serves("DescribeProjectVersions", lambda asked: {"ProjectVersionDescriptions": [told]})


def begun(aws, **changes):
    more = world.trained(rekognition_status="TRAINING_IN_PROGRESS", evaluation_at=None)
    world.known(aws, adapters.TRAINING, **(more | changes))


EVALUATED = {"Summary": {"S3Object": {"Bucket": BATCHES_BUCKET, "Name": "where/it/says.json"}}}


class TestStarting:
    def test_a_training_is_started_and_kept(self, aws, collected):
        assert follow() == RUNNING
        row = world.adapter(aws)
        assert row["arn"].startswith(row["project"].rpartition("/")[0] + f"/version/{NAME}/")
        assert row["rekognition_status"] == "TRAINING_IN_PROGRESS"
        assert row["training_since"] == "2026-11-22T09:00:00.000Z"
        [asked] = aws.wire.made("CreateProjectVersion")
        assert asked["VersionName"] == NAME
        manifest = asked["TestingData"]["Assets"][0]["GroundTruthManifest"]["S3Object"]
        assert manifest == {
            "Bucket": BATCHES_BUCKET,
            "Name": row["manifests"]["test"]["key"],
        }
        assert asked["OutputConfig"]["S3KeyPrefix"] == f"adapters/{NAME}/output"
        assert asked["VersionDescription"] == (
            f"framewarden adapter-{NAME}-1, ordered 2026-11-22T09:00:00.000Z"
        )

    def test_a_later_attempt_has_a_version_of_its_own(self, aws, collected):
        world.known(aws, adapters.TRAINING, **world.collected(attempt=2))
        assert follow(attempt=2) == RUNNING
        [asked] = aws.wire.made("CreateProjectVersion")
        assert asked["VersionName"] == f"{NAME}_2"

    @pytest.mark.parametrize("call", range(2, 6))
    @pytest.mark.parametrize("after_it", [False, True])
    def test_whoever_is_killed_has_started_one_training_or_none(
        self, aws, collected, call, after_it
    ):
        with aws.wire.killed_at(call, after=after_it), suppress(KilledError):
            follow()
        assert follow(after(seconds=2))["status"] in ("running", "failed")
        told = aws.client("rekognition").describe_project_versions(
            ProjectArn=world.adapter(aws)["project"]
        )
        [version] = told["ProjectVersionDescriptions"]
        assert version["ProjectVersionArn"] == world.adapter(aws)["arn"]

    @pytest.mark.parametrize("operation", ["CreateProject", "CreateProjectVersion"])
    def test_a_lost_answer_is_no_second_training(self, aws, collected, operation):
        aws.wire.loses(operation)
        with pytest.raises(AnalyzerUnavailableError):
            follow()
        assert follow()["status"] == "running"
        assert world.adapter(aws)["arn"]

    def test_while_another_one_trains_it_waits_and_then_begins(self, aws, collected):
        rekognition = aws.client("rekognition")
        project = rekognition.create_project(
            ProjectName="framewarden", Feature="CONTENT_MODERATION", AutoUpdate="DISABLED"
        )["ProjectArn"]
        aws.wire.fails("CreateProjectVersion", "ResourceInUseException", times=2)
        assert follow(after(seconds=20))["wait_seconds"] == 5
        assert "arn" not in world.adapter(aws)
        assert follow(after(hours=2))["wait_seconds"] == 120
        assert follow(after(hours=3))["status"] == "running"
        row = world.adapter(aws)
        assert (row["project"], row["training_since"]) == (project, "2026-11-22T12:00:00.000Z")

    def test_one_that_never_could_begin_is_late(self, aws, collected):
        aws.wire.fails("CreateProjectVersion", "LimitExceededException")
        assert follow(after(hours=23))["status"] == "running"
        aws.wire.forget()
        assert follow(after(hours=24)) == LATE
        assert aws.wire.made("CreateProject") == []

    @pytest.mark.parametrize(
        ("operation", "code", "said"),
        [
            ("CreateProject", "AccessDeniedException", "no new accounts"),
            ("CreateProject", "LimitExceededException", "delete-project`"),
            ("CreateProjectVersion", "InvalidParameterException", "Mend what it says"),
            ("CreateProjectVersion", "ServiceQuotaExceededException", "delete-project-version"),
            ("CreateProjectVersion", "ResourceNotFoundException", "tries again"),
        ],
    )
    def test_a_refusal_is_kept_with_its_remedy(self, aws, collected, operation, code, said):
        aws.wire.fails(operation, code)
        assert follow() == FAILED
        failure = world.adapter(aws)["failure"]
        assert failure["code"] == code
        assert failure["message"].endswith("Rekognition says: injected")
        assert said in failure["remedy"]
        aws.wire.forget()
        assert follow() == FAILED
        assert aws.wire.made("CreateProject") == []

    def test_a_throttle_is_tried_again(self, aws, collected):
        aws.wire.fails("CreateProjectVersion", "ThrottlingException")
        with pytest.raises(AnalyzerThrottledError):
            follow()

    def test_a_name_of_another_life_of_the_stack_is_not_taken_for_ours(self, aws, collected):
        aws.wire.fails("CreateProjectVersion", "ResourceInUseException")
        tells(aws, "TRAINING_COMPLETED", VersionDescription="something else")
        assert follow() == FAILED
        row = world.adapter(aws)
        assert row["failure"]["code"] == "FOREIGN_VERSION"
        assert "another name" in row["failure"]["remedy"]
        assert "arn" not in row


class TestAsking:
    def test_it_is_asked_until_it_is_trained(self, aws, collected):
        begun(aws)
        tells(aws, "TRAINING_IN_PROGRESS")
        waits = [follow(after(seconds=at))["wait_seconds"] for at in (0, 8, 60, 600)]
        assert waits == [2, 2, 15, 120]
        ended = datetime(2026, 11, 22, 9, 40, tzinfo=UTC)
        tells(
            aws,
            "TRAINING_COMPLETED",
            EvaluationResult=EVALUATED,
            TrainingEndTimestamp=ended,
            BillableTrainingTimeInSeconds=2100,
        )
        assert follow(after(hours=1)) == TRAINED
        row = world.adapter(aws)
        assert row["evaluation_at"] == {"bucket": BATCHES_BUCKET, "key": "where/it/says.json"}
        assert row["trained_at"] == "2026-11-22T09:40:00.000Z"
        assert row["billable_seconds"] == 2100
        assert row["rekognition_status"] == "TRAINING_COMPLETED"
        assert follow(after(hours=2)) == TRAINED
        [asked] = {str(call) for call in aws.wire.made("DescribeProjectVersions")}
        assert PROJECT in asked

    def test_a_status_is_written_once(self, aws, collected):
        begun(aws)
        tells(aws, "TRAINING_IN_PROGRESS")
        aws.wire.forget()
        follow()
        assert aws.wire.made("UpdateItem") == []

    def test_one_that_is_deprecated_by_now_answers_still(self, aws, collected):
        begun(aws)
        tells(aws, "DEPRECATED", EvaluationResult=EVALUATED)
        assert follow() == TRAINED
        assert world.adapter(aws)["trained_at"] == "2026-11-22T09:00:00.000Z"

    def test_a_training_that_fails_says_why_and_where_more_is_said(self, aws, collected):
        begun(aws)
        summary = {"S3Object": {"Bucket": BATCHES_BUCKET, "Name": "adapters/summary.json"}}
        tells(aws, "TRAINING_FAILED", StatusMessage="Too few images.", ManifestSummary=summary)
        assert follow() == FAILED
        row = world.adapter(aws)
        assert row["rekognition_status"] == "TRAINING_FAILED"
        assert row["failure"]["message"].endswith("Rekognition says: Too few images.")
        assert "s3://example-batches/adapters/summary.json" in row["failure"]["remedy"]
        assert f"adapter train --name {NAME}" in row["failure"]["remedy"]

    @pytest.mark.parametrize("status", ["DELETING", "EXPIRED"])
    def test_one_that_goes_away_has_failed(self, aws, collected, status):
        begun(aws)
        tells(aws, status)
        assert follow() == FAILED
        assert world.adapter(aws)["failure"]["code"] == status

    def test_so_has_one_that_rekognition_does_not_know(self, aws, collected):
        begun(aws)
        aws.wire.fails("DescribeProjectVersions", "ResourceNotFoundException")
        assert follow() == FAILED
        row = world.adapter(aws)
        assert (row["failure"]["code"], row["rekognition_status"]) == ("GONE", "GONE")

    @pytest.mark.parametrize("told", [{}, {"Summary": {}}, {"Summary": {"S3Object": {}}}])
    def test_so_has_one_without_an_evaluation(self, aws, collected, told):
        begun(aws)
        tells(aws, "TRAINING_COMPLETED", EvaluationResult=told)
        assert follow() == FAILED
        assert world.adapter(aws)["failure"]["code"] == "NO_EVALUATION"

    def test_one_that_never_ends_is_late_and_can_be_gone_on_with(self, aws, collected):
        begun(aws)
        tells(aws, "TRAINING_IN_PROGRESS")
        assert follow(after(hours=23, minutes=59))["status"] == "running"
        assert follow(after(hours=24)) == LATE
        row = world.adapter(aws)
        assert (row["arn"], row.get("failure")) == (arn_of(NAME), None)
        tells(aws, "TRAINING_COMPLETED", EvaluationResult=EVALUATED)
        assert follow(after(hours=24, seconds=1)) == TRAINED

    def test_who_may_not_ask_is_told_by_name(self, aws, collected):
        begun(aws)
        aws.wire.fails("DescribeProjectVersions", "AccessDeniedException")
        with pytest.raises(AnalyzerDeniedError):
            follow()


class TestEnded:
    @pytest.mark.parametrize("status", [*adapters.ENDED, adapters.COLLECTING])
    def test_one_that_somebody_ended_is_followed_no_more(self, aws, collected, status):
        world.known(aws, status, **world.collected())
        assert follow() == FAILED
        assert aws.wire.made("CreateProject") == []

    def test_neither_is_one_that_another_attempt_has(self, aws, collected):
        world.known(aws, adapters.TRAINING, **world.collected(attempt=2))
        assert follow() == FAILED

    def test_neither_is_one_that_is_gone(self, aws):
        assert follow() == FAILED

    def test_one_that_is_ended_while_it_is_asked_about_stays_ended(self, aws, collected):
        begun(aws, rekognition_status="TRAINING_COMPLETED")
        told = {"ProjectVersionArn": arn_of(NAME), "Status": "TRAINING_COMPLETED"}

        def answer(asked):
            world.known(aws, adapters.FAILED, **world.trained(evaluation_at=None))
            return {"ProjectVersionDescriptions": [told | {"EvaluationResult": EVALUATED}]}

        aws.wire.serves("DescribeProjectVersions", answer)
        assert follow() == FAILED
        assert world.adapter(aws)["evaluation_at"] is None
