"""Make examples, projects and adapters for the tests."""

import hashlib
import json
from functools import cache
from typing import Any

from PIL import Image, ImageDraw

from local.moto_ext.rekognition import recorded

from .pictures_made import encoded

BUCKET = "frames"
LABEL, PARENT = "Alcoholic Beverages", "Alcohol"
WINE, MILK = (120, 25, 40), (240, 236, 224)
TRAIN, TEST = "train.jsonl", "test.jsonl"


def labels(confidence: float) -> list[dict[str, Any]]:
    """Return what the base model says of a bottle."""
    return [
        {"Name": LABEL, "ParentName": PARENT, "TaxonomyLevel": 2, "Confidence": confidence},
        {"Name": PARENT, "ParentName": "", "TaxonomyLevel": 1, "Confidence": confidence},
    ]


@cache
def bottle(number: int) -> bytes:
    """Draw a bottle: of wine where the number is even, of milk where it is odd."""
    shade = 90 + number * 7 % 120
    picture = Image.new("RGB", (96, 96), (shade, shade, 255 - shade))
    left = 10 + number * 13 % 50
    ImageDraw.Draw(picture).rectangle((left, 20, left + 26, 90), fill=MILK if number % 2 else WINE)
    return encoded(picture, quality=88)


def record_answers(pictures: int = 60) -> None:
    """Let the base model take every second bottle of milk for alcohol, and miss no wine."""
    answers = {}
    for number in range(pictures):
        found = labels(70.0 + number % 25) if number % 4 != 3 else []
        digest = hashlib.sha256(bottle(number)).hexdigest()
        answers[digest] = {"ModerationLabels": found}
    recorded.use(answers)


def line(name: str, *present: str, bucket: str = BUCKET) -> str:
    """Return a line of a manifest in the ground-truth format."""
    truth = {"ModerationLabels": [{"Name": label} for label in present]}
    ref = f"s3://{bucket}/{name}"
    return json.dumps({"source-ref": ref, "content-moderation-groundtruth": truth})


def put_examples(s3: Any, pictures: int = 60, of: tuple[int, ...] = (0, 1, 2, 3)) -> None:
    """Put bottles into the bucket, and the manifests: a third of them is for testing.

    `of` every four bottles these are taken.
    """
    lines: dict[str, list[str]] = {TRAIN: [], TEST: []}
    for number in (one for one in range(pictures) if one % 4 in of):
        name = f"images/{number}.jpg"
        s3.put_object(Bucket=BUCKET, Key=name, Body=bottle(number))
        present = () if number % 2 else (LABEL,)
        lines[TEST if number % 6 > 3 else TRAIN].append(line(name, *present))
    for name, content in lines.items():
        s3.put_object(Bucket=BUCKET, Key=name, Body="\n".join(content).encode())


def data(name: str) -> dict[str, Any]:
    """Return what CreateProjectVersion takes for a manifest in the bucket."""
    return {"Assets": [{"GroundTruthManifest": {"S3Object": {"Bucket": BUCKET, "Name": name}}}]}


def project(rekognition: Any, name: str = "moderation") -> str:
    """Make a project for adapters."""
    made = rekognition.create_project(
        ProjectName=name, Feature="CONTENT_MODERATION", AutoUpdate="DISABLED"
    )
    return str(made["ProjectArn"])


def asked(project_arn: str, **changes: Any) -> dict[str, Any]:
    """Return what CreateProjectVersion is asked for."""
    given = {
        "ProjectArn": project_arn,
        "VersionName": "v1",
        "OutputConfig": {"S3Bucket": BUCKET, "S3KeyPrefix": "adapters/v1"},
        "TrainingData": data(TRAIN),
        "TestingData": data(TEST),
        "FeatureConfig": {"ContentModeration": {"ConfidenceThreshold": 50.0}},
        **changes,
    }
    return {name: value for name, value in given.items() if value is not None}


def described(rekognition: Any, project_arn: str, name: str = "v1") -> dict[str, Any]:
    """Describe one adapter."""
    told = rekognition.describe_project_versions(ProjectArn=project_arn, VersionNames=[name])
    (version,) = told["ProjectVersionDescriptions"]
    return dict(version)


def trained(rekognition: Any, project_arn: str, **changes: Any) -> dict[str, Any]:
    """Train an adapter to its end, and describe it."""
    given = asked(project_arn, **changes)
    rekognition.create_project_version(**given)
    assert described(rekognition, project_arn, given["VersionName"])["Status"] == (
        "TRAINING_IN_PROGRESS"
    )
    return described(rekognition, project_arn, given["VersionName"])


def read(s3: Any, where: dict[str, Any]) -> list[dict[str, Any]]:
    """Read the lines of a file that a training left."""
    named = where["S3Object"]
    body = s3.get_object(Bucket=named["Bucket"], Key=named["Name"])["Body"].read()
    return [json.loads(each) for each in body.decode().splitlines()]
