"""A training that cannot be: what is wrong in its manifests, images and output is said."""

from typing import Any

import pytest

from local.moto_ext.rekognition import ground_truth

from .adapters_made import (
    BUCKET,
    LABEL,
    TEST,
    TRAIN,
    line,
    project,
    put_examples,
    record_answers,
    trained,
)

GOOD = line("images/0.jpg", LABEL)


@pytest.fixture
def project_arn(rekognition: Any, s3: Any) -> str:
    record_answers(12)
    put_examples(s3, 12)
    return project(rekognition)


def why(rekognition: Any, project_arn: str, **changes: Any) -> str:
    told = trained(rekognition, project_arn, **changes)
    assert told["Status"] == "TRAINING_FAILED"
    assert not {"EvaluationResult", "TrainingDataResult"} & set(told)
    return str(told["StatusMessage"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "The manifest file is empty (training)."),
        ("\n\n", "The manifest file is empty (training)."),
        (f"{GOOD}\nno json", "training manifest's line 2 is invalid: The JSON line format"),
        ("[]", "line 1 is invalid: The JSON line is not an object."),
        ("{}", "line 1 is invalid: The source-ref key is missing."),
        ('{"source-ref": "https://x/y"}', "The source-ref value is not s3://bucket/key."),
        ('{"source-ref": "s3://frames/x"}', "has no list of ModerationLabels"),
        (
            '{"source-ref": "s3://frames/x", "content-moderation-groundtruth": []}',
            "has no list of ModerationLabels",
        ),
        (
            '{"source-ref": "s3://frames/x", "content-moderation-groundtruth":'
            ' {"ModerationLabels": ["Alcohol"]}}',
            "The label None is none of taxonomy 7.",
        ),
        (line("a.jpg", "Nudity"), "The label 'Nudity' is none of taxonomy 7."),
        (line("a.jpg", "alcohol"), "The label 'alcohol' is none of taxonomy 7."),
        (
            f"{GOOD}\n{line('a.jpg', bucket='elsewhere')}",
            "images from multiple S3 buckets: frames, and in line 2 elsewhere.",
        ),
        (
            f"{GOOD}\n{line('images/absent.jpg', LABEL)}",
            "The image s3://frames/images/absent.jpg of line 2 is invalid: Unable to get object",
        ),
        (line(TEST, LABEL), "of line 1 is invalid: Request has invalid image format"),
    ],
)
def test_what_is_wrong_in_a_manifest_fails_the_training(
    rekognition: Any, s3: Any, project_arn: str, content: str, said: str
) -> None:
    s3.put_object(Bucket=BUCKET, Key=TRAIN, Body=content.encode())
    assert said in why(rekognition, project_arn)


def test_the_testing_manifest_is_read_as_strictly(
    rekognition: Any, s3: Any, project_arn: str
) -> None:
    s3.put_object(Bucket=BUCKET, Key=TEST, Body=b"{}")
    assert "The testing manifest's line 1 is invalid" in why(rekognition, project_arn)


def test_a_manifest_that_is_not_there(rekognition: Any, s3: Any, project_arn: str) -> None:
    s3.delete_object(Bucket=BUCKET, Key=TRAIN)
    said = why(rekognition, project_arn)
    assert said.startswith("The manifest file extension or contents are invalid: the training")


def test_more_images_than_an_adapter_learns_from(
    rekognition: Any, s3: Any, project_arn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ground_truth, "MOST_IMAGES", 7)
    said = "The manifest file has too many rows (training): 8, at most 7."
    assert why(rekognition, project_arn) == said


def test_no_label_at_all(rekognition: Any, s3: Any, project_arn: str) -> None:
    for name in (TRAIN, TEST):
        s3.put_object(Bucket=BUCKET, Key=name, Body=line("images/0.jpg").encode())
    said = "No image of either manifest has a label to train."
    assert why(rekognition, project_arn) == said


def test_one_image_cannot_be_split(rekognition: Any, s3: Any, project_arn: str) -> None:
    s3.put_object(Bucket=BUCKET, Key=TRAIN, Body=GOOD.encode())
    assert "none is left" in why(rekognition, project_arn, TestingData={"AutoCreate": True})


def test_an_output_bucket_that_is_not_there_fails_before_the_first_image(
    rekognition: Any, s3: Any, project_arn: str
) -> None:
    s3.put_object(Bucket=BUCKET, Key=TRAIN, Body=b"no json")
    output = {"S3Bucket": "absent", "S3KeyPrefix": "x"}
    said = "The output bucket absent cannot be written to."
    assert why(rekognition, project_arn, OutputConfig=output) == said


def test_of_several_bad_images_the_first_is_named(
    rekognition: Any, s3: Any, project_arn: str
) -> None:
    lines = [line(f"images/absent-{number}.jpg", LABEL) for number in range(40)]
    s3.put_object(Bucket=BUCKET, Key=TRAIN, Body="\n".join(lines).encode())
    assert "absent-0.jpg of line 1 " in why(rekognition, project_arn)
