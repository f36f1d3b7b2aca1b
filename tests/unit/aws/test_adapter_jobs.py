"""Trainings of Rekognition: started once for each order, and known again."""

from dataclasses import replace

import pytest
from moto.rekognition.models import rekognition_backends

from framewarden.aws import adapter_jobs
from framewarden.aws.adapter_jobs import Order, TrainingBusyError, TrainingRefusedError
from framewarden.domain.errors import (
    AnalyzerDeniedError,
    AnalyzerThrottledError,
    AnalyzerUnavailableError,
)
from tests.unit.adapter_rows import PROJECT, arn_of
from tests.unit.scenes import ACCOUNT, BATCHES_BUCKET, REGION
from tests.unit.wire import refused

ORDER = Order(
    project=PROJECT,
    name="v1",
    description="framewarden adapter-v1-1, ordered 2026-11-22T09:00:00.000Z",
    bucket=BATCHES_BUCKET,
    train="adapters/v1/train.jsonl",
    test="adapters/v1/test.jsonl",
    output_prefix="adapters/v1/output",
    threshold=50.0,
)


@pytest.fixture(autouse=True)
def projects(aws):
    rekognition_backends[ACCOUNT][REGION].reset()


def tells(aws, *versions):
    aws.wire.serves(
        "DescribeProjectVersions", lambda asked: {"ProjectVersionDescriptions": list(versions)}
    )


class TestProject:
    def test_it_is_made_once(self, aws):
        first = adapter_jobs.project_of("framewarden")
        assert adapter_jobs.project_of("framewarden") == first
        asked = aws.wire.made("CreateProject")[0]
        assert asked == {
            "ProjectName": "framewarden",
            "Feature": "CONTENT_MODERATION",
            "AutoUpdate": "DISABLED",
        }

    def test_one_of_custom_labels_is_not_taken(self, aws):
        aws.client("rekognition").create_project(ProjectName="framewarden")
        with pytest.raises(TrainingRefusedError) as refusal:
            adapter_jobs.project_of("framewarden")
        assert refusal.value.code == adapter_jobs.FOREIGN_PROJECT

    @pytest.mark.parametrize("told", [[], [{"Status": "DELETING"}], [{"Status": "CREATING"}]])
    def test_one_that_is_made_or_deleted_is_waited_for(self, aws, told):
        aws.wire.fails("CreateProject", "ResourceInUseException")
        aws.wire.serves("DescribeProjects", lambda asked: {"ProjectDescriptions": told})
        with pytest.raises(TrainingBusyError):
            adapter_jobs.project_of("framewarden")

    def test_a_refusal_keeps_its_code_and_its_words(self, aws):
        aws.wire.fails("CreateProject", "AccessDeniedException")
        with pytest.raises(TrainingRefusedError, match="injected") as refusal:
            adapter_jobs.project_of("framewarden")
        assert refusal.value.code == "AccessDeniedException"

    def test_who_may_not_look_for_it_is_denied(self, aws):
        aws.wire.fails("CreateProject", "ResourceInUseException")
        aws.wire.fails("DescribeProjects", "AccessDeniedException")
        with pytest.raises(AnalyzerDeniedError):
            adapter_jobs.project_of("framewarden")


class TestStart:
    def test_a_training_is_asked_for_as_the_guide_says(self, aws):
        aws.wire.serves("CreateProjectVersion", lambda asked: {"ProjectVersionArn": "arn"})
        assert adapter_jobs.start(ORDER) == "arn"
        [asked] = aws.wire.made("CreateProjectVersion")

        def manifest(name):
            stored = {"Bucket": BATCHES_BUCKET, "Name": f"adapters/v1/{name}.jsonl"}
            return {"Assets": [{"GroundTruthManifest": {"S3Object": stored}}]}

        assert asked == {
            "ProjectArn": PROJECT,
            "VersionName": "v1",
            "VersionDescription": ORDER.description,
            "OutputConfig": {"S3Bucket": BATCHES_BUCKET, "S3KeyPrefix": "adapters/v1/output"},
            "TrainingData": manifest("train"),
            "TestingData": manifest("test"),
            "FeatureConfig": {"ContentModeration": {"ConfidenceThreshold": 50.0}},
        }

    def test_the_same_order_twice_is_one_training(self, aws):
        order = replace(ORDER, project=adapter_jobs.project_of("framewarden"))
        aws.client("s3").put_object(Bucket=BATCHES_BUCKET, Key=ORDER.train, Body=b"")
        assert adapter_jobs.start(order) == adapter_jobs.start(order)
        with pytest.raises(TrainingRefusedError) as refusal:
            adapter_jobs.start(replace(order, description="from another life of the stack"))
        assert refusal.value.code == adapter_jobs.FOREIGN_VERSION

    @pytest.mark.parametrize("code", ["ResourceInUseException", "LimitExceededException"])
    def test_while_another_one_runs_it_waits(self, aws, code):
        aws.wire.fails("CreateProjectVersion", code)
        tells(aws)
        with pytest.raises(TrainingBusyError):
            adapter_jobs.start(ORDER)

    def test_a_refusal_keeps_its_code(self, aws):
        aws.wire.fails("CreateProjectVersion", "ServiceQuotaExceededException")
        with pytest.raises(TrainingRefusedError) as refusal:
            adapter_jobs.start(ORDER)
        assert refusal.value.code == "ServiceQuotaExceededException"


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("ThrottlingException", 400, AnalyzerThrottledError),
        ("InternalServerError", 500, AnalyzerUnavailableError),
        ("SomethingNew", 503, AnalyzerUnavailableError),
    ],
)
@pytest.mark.parametrize("operation", ["CreateProject", "CreateProjectVersion"])
def test_what_passes_is_tried_again(aws, operation, code, status, error):
    aws.wire.fails(operation, code, status=status)
    with pytest.raises(error):
        adapter_jobs.start(ORDER) if "Version" in operation else adapter_jobs.project_of("p")


class TestDescribe:
    def test_a_version_is_told_as_it_is(self, aws):
        tells(aws, {"ProjectVersionArn": arn_of("v1"), "Status": "TRAINING_COMPLETED"})
        assert adapter_jobs.describe(PROJECT, arn_of("v1"))["Status"] == "TRAINING_COMPLETED"
        [asked] = aws.wire.made("DescribeProjectVersions")
        assert asked == {"ProjectArn": PROJECT, "VersionNames": ["v1"]}

    def test_another_one_of_its_name_is_none(self, aws):
        tells(aws, {"ProjectVersionArn": arn_of("v1", account="444455556666")})
        assert adapter_jobs.describe(PROJECT, arn_of("v1")) is None

    def test_one_that_is_gone_is_none(self, aws):
        aws.wire.serves(
            "DescribeProjectVersions", lambda asked: refused("ResourceNotFoundException")
        )
        assert adapter_jobs.describe(PROJECT, arn_of("v1")) is None

    def test_what_names_no_version_is_none(self, aws):
        assert adapter_jobs.describe(PROJECT, "v1") is None
        assert aws.wire.made("DescribeProjectVersions") == []

    @pytest.mark.parametrize("code", ["AccessDeniedException", "InvalidParameterException"])
    def test_who_may_not_ask_is_denied(self, aws, code):
        aws.wire.fails("DescribeProjectVersions", code)
        with pytest.raises(AnalyzerDeniedError):
            adapter_jobs.describe(PROJECT, arn_of("v1"))

    def test_what_nobody_foresaw_passes_as_it_is(self, aws):
        from botocore.exceptions import ClientError

        aws.wire.fails("DescribeProjectVersions", "SomethingNew")
        with pytest.raises(ClientError):
            adapter_jobs.describe(PROJECT, arn_of("v1"))
