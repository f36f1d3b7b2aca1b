"""The calls of projects and their versions: what they refuse, and how they list in pages."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.moto_ext import calls
from local.moto_ext.rekognition import steering

from .adapters_made import (
    BUCKET,
    TEST,
    asked,
    data,
    described,
    project,
    put_examples,
    record_answers,
    trained,
)

ABSENT = "arn:aws:rekognition:us-east-1:123456789012:project/absent/1763700000000"
VERSION = "arn:aws:rekognition:us-east-1:123456789012:project/absent/version/v/1763700000000"


def refused(call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as raised:
        call(**params)
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return str(raised.value.response["Error"]["Code"])


@pytest.fixture
def project_arn(rekognition: Any, s3: Any) -> str:
    record_answers(12)
    put_examples(s3, 12)
    return project(rekognition)


def test_projects_are_described_newest_first(rekognition: Any) -> None:
    arns = [project(rekognition, name) for name in ("one", "two", "three")]
    rekognition.create_project(ProjectName="labels")
    moderation = {"Features": ["CONTENT_MODERATION"]}
    first = rekognition.describe_projects(**moderation, MaxResults=2)
    rest = rekognition.describe_projects(**moderation, NextToken=first["NextToken"])
    told = first["ProjectDescriptions"] + rest["ProjectDescriptions"]
    assert [one["ProjectArn"] for one in told] == arns[::-1]
    assert "NextToken" not in rest
    assert told[0]["Status"] == "CREATED"
    assert (told[0]["Feature"], told[0]["AutoUpdate"]) == ("CONTENT_MODERATION", "DISABLED")
    named = rekognition.describe_projects(**moderation, ProjectNames=["two", "absent"])
    assert [one["ProjectArn"] for one in named["ProjectDescriptions"]] == [arns[1]]
    (labels,) = rekognition.describe_projects()["ProjectDescriptions"]
    assert labels["Feature"] == "CUSTOM_LABELS", "what AWS tells of where no feature is named"
    assert "AutoUpdate" not in labels


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"Feature": "CONTENT_MODERATION"}, "InvalidParameterException"),
        ({"AutoUpdate": "ENABLED"}, "InvalidParameterException"),
        ({"Feature": "FACES"}, "ValidationException"),
        ({"ProjectName": "two words"}, "ValidationException"),
        (
            {"ProjectName": "taken", "Feature": "CONTENT_MODERATION", "AutoUpdate": "ENABLED"},
            "ResourceInUseException",
        ),
    ],
)
def test_projects_that_are_not_made(rekognition: Any, given: dict[str, str], error: str) -> None:
    project(rekognition, "taken")
    assert refused(rekognition.create_project, **{"ProjectName": "new", **given}) == error


def test_a_project_is_deleted_when_it_is_empty(rekognition: Any, project_arn: str) -> None:
    arn = trained(rekognition, project_arn)["ProjectVersionArn"]
    delete = rekognition.delete_project
    assert refused(delete, ProjectArn=project_arn) == "ResourceInUseException"
    rekognition.delete_project_version(ProjectVersionArn=arn)
    described(rekognition, project_arn)
    assert delete(ProjectArn=project_arn)["Status"] == "DELETING"
    assert refused(delete, ProjectArn=project_arn) == "ResourceNotFoundException"
    describe = rekognition.describe_project_versions
    assert refused(describe, ProjectArn=project_arn) == "ResourceNotFoundException"
    project(rekognition)


def test_versions_are_described_newest_first(rekognition: Any, project_arn: str) -> None:
    for name in ("v1", "v2", "v3"):
        trained(rekognition, project_arn, VersionName=name)
    describe = rekognition.describe_project_versions
    first = describe(ProjectArn=project_arn, MaxResults=2)
    rest = describe(ProjectArn=project_arn, NextToken=first["NextToken"])
    told = first["ProjectVersionDescriptions"] + rest["ProjectVersionDescriptions"]
    assert [one["ProjectVersionArn"].split("/")[3] for one in told] == ["v3", "v2", "v1"]
    some = describe(ProjectArn=project_arn, VersionNames=["v1", "absent"])
    assert len(some["ProjectVersionDescriptions"]) == 1
    bad = refused(describe, ProjectArn=project_arn, NextToken="x")
    assert bad == "InvalidPaginationTokenException"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"ProjectArn": ABSENT}, "ResourceNotFoundException"),
        ({"TrainingData": None}, "InvalidParameterException"),
        ({"TestingData": None}, "InvalidParameterException"),
        ({"TrainingData": {}}, "InvalidParameterException"),
        ({"TrainingData": {"Assets": [{}]}}, "InvalidParameterException"),
        ({"TestingData": {"Assets": []}}, "InvalidParameterException"),
        ({"TestingData": {"AutoCreate": False}}, "InvalidParameterException"),
        ({"TestingData": {"AutoCreate": True, **data(TEST)}}, "InvalidParameterException"),
        ({"OutputConfig": {"S3KeyPrefix": "x"}}, "InvalidParameterException"),
        ({"VersionName": "two words"}, "ValidationException"),
        ({"VersionDescription": "é"}, "ValidationException"),
        (
            {"FeatureConfig": {"ContentModeration": {"ConfidenceThreshold": 101.0}}},
            "ValidationException",
        ),
    ],
)
def test_trainings_that_do_not_begin(
    rekognition: Any, project_arn: str, changes: dict[str, Any], error: str
) -> None:
    create = rekognition.create_project_version
    assert refused(create, **asked(project_arn, **changes)) == error
    told = rekognition.describe_project_versions(ProjectArn=project_arn)
    assert told["ProjectVersionDescriptions"] == []


def test_a_project_of_custom_labels_trains_no_adapter(rekognition: Any, s3: Any) -> None:
    labels = rekognition.create_project(ProjectName="labels")["ProjectArn"]
    create = rekognition.create_project_version
    assert refused(create, **asked(labels)) == "InvalidParameterException"
    assert refused(create, **asked(labels, FeatureConfig=None)) == "InvalidParameterException"


def test_one_training_at_a_time_and_a_name_once(rekognition: Any, project_arn: str) -> None:
    create = rekognition.create_project_version
    create(**asked(project_arn))
    assert refused(create, **asked(project_arn)) == "ResourceInUseException"
    other = asked(project_arn, VersionName="v2")
    assert refused(create, **other) == "ResourceInUseException"
    described(rekognition, project_arn)
    assert refused(create, **asked(project_arn)) == "ResourceInUseException"
    create(**other)


def test_a_threshold_and_a_prefix_may_be_left_out(rekognition: Any, project_arn: str) -> None:
    told = trained(rekognition, project_arn, FeatureConfig=None, OutputConfig={"S3Bucket": BUCKET})
    assert told["EvaluationResult"]["Summary"]["S3Object"]["Name"] == "v1/evaluation.json"
    assert "FeatureConfig" not in told


def test_what_is_not_there(rekognition: Any, client: Any, project_arn: str) -> None:
    delete = rekognition.delete_project_version
    assert refused(delete, ProjectVersionArn=VERSION) == "ResourceNotFoundException"
    arn = trained(rekognition, project_arn)["ProjectVersionArn"]
    far = client("rekognition", "eu-west-1").detect_moderation_labels
    image = {"Bytes": b"x"}
    assert refused(far, Image=image, ProjectVersion=arn) == "ResourceNotFoundException"
    job = {
        "OperationsConfig": {"DetectModerationLabels": {"ProjectVersion": VERSION}},
        "Input": {"S3Object": {"Bucket": BUCKET, "Name": TEST}},
        "OutputConfig": {"S3Bucket": BUCKET},
    }
    start = rekognition.start_media_analysis_job
    assert refused(start, **job) == "ResourceNotFoundException"
    steering.change(training="never_ends")
    unready = trained(rekognition, project_arn, VersionName="v2")["ProjectVersionArn"]
    job["OperationsConfig"] = {"DetectModerationLabels": {"ProjectVersion": unready}}
    assert refused(start, **job) == "ResourceNotReadyException"


def test_the_log_of_calls_names_what_was_asked_for(rekognition: Any, project_arn: str) -> None:
    rekognition.create_project_version(**asked(project_arn))
    (call,) = calls.made("rekognition", "CreateProjectVersion")
    assert call.params == {"ProjectArn": project_arn, "VersionName": "v1"}
