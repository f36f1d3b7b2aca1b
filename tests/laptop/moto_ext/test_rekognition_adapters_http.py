"""Adapters over HTTP: a thread trains them, and the control endpoint steers them."""

import hashlib
import time
from typing import Any

import pytest

from .adapters_made import (
    BUCKET,
    LABEL,
    asked,
    bottle,
    described,
    labels,
    project,
    put_examples,
)
from .served import Server, serving

pytestmark = pytest.mark.enable_socket


@pytest.fixture(scope="module")
def examples(server: Server) -> Any:
    s3 = server.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    put_examples(s3)
    answers = {
        hashlib.sha256(bottle(number)).hexdigest(): {
            "ModerationLabels": labels(70.0) if number % 4 != 3 else []
        }
        for number in range(60)
    }
    some = dict(list(answers.items())[:30])
    assert server.control("POST", "recorded", some) == (200, {"recorded": 30})
    assert server.control("PATCH", "recorded", answers) == (200, {"recorded": 60})
    assert server.control("PATCH", "recorded", {"x": {}})[0] == 400
    return s3


def ended(rekognition: Any, project_arn: str, name: str = "v1") -> dict[str, Any]:
    for _ in range(300):
        told = described(rekognition, project_arn, name)
        if told["Status"] != "TRAINING_IN_PROGRESS":
            return told
        time.sleep(0.05)
    raise AssertionError(told)


def test_an_adapter_is_trained_behind_the_answer(server: Server, examples: Any) -> None:
    rekognition = server.client("rekognition")
    project_arn = project(rekognition, "behind")
    arn = rekognition.create_project_version(**asked(project_arn))["ProjectVersionArn"]
    assert ended(rekognition, project_arn)["Status"] == "TRAINING_COMPLETED"
    milk = {"Bytes": bottle(5)}
    base = rekognition.detect_moderation_labels(Image=milk)
    assert base["ModerationLabels"][0]["Name"] == LABEL
    answer = rekognition.detect_moderation_labels(Image=milk, ProjectVersion=arn)
    assert (answer["ModerationLabels"], answer["ProjectVersion"]) == ([], arn)
    known = {"arn": arn, "name": "v1", "status": "TRAINING_COMPLETED"}
    assert known in server.control("GET", "adapters")[1]
    expired = {"arn": arn, "status": "EXPIRED"}
    assert server.control("POST", "adapters", expired) == (200, expired)
    answer = rekognition.detect_moderation_labels(Image=milk, ProjectVersion=arn)
    assert "ProjectVersion" not in answer


def test_trainings_fail_and_never_end_when_they_are_to(server: Server, examples: Any) -> None:
    rekognition = server.client("rekognition")
    project_arn = project(rekognition, "steered")
    assert server.control("POST", "adapters", {"training": "fails"})[0] == 200
    rekognition.create_project_version(**asked(project_arn))
    assert ended(rekognition, project_arn)["Status"] == "TRAINING_FAILED"
    server.control("POST", "adapters", {"training": "never_ends"})
    rekognition.create_project_version(**asked(project_arn, VersionName="v2"))
    time.sleep(0.5)
    assert described(rekognition, project_arn, "v2")["Status"] == "TRAINING_IN_PROGRESS"
    server.control("POST", "adapters", {"training": "normal"})
    assert ended(rekognition, project_arn, "v2")["Status"] == "TRAINING_COMPLETED"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"training": "soon"}, 400),
        ({"arn": "x", "status": "RUNNING"}, 400),
        ({"colour": "red"}, 400),
        ({"arn": "x", "status": "EXPIRED"}, 404),
    ],
)
def test_what_cannot_be_steered_over_http(server: Server, body: Any, status: int) -> None:
    assert server.control("POST", "adapters", body)[0] == status


def test_the_server_stops_in_the_middle_of_a_training() -> None:
    with serving() as server:
        s3, rekognition = server.client("s3"), server.client("rekognition")
        s3.create_bucket(Bucket=BUCKET)
        put_examples(s3)
        content = s3.get_object(Bucket=BUCKET, Key="train.jsonl")["Body"].read()
        s3.put_object(Bucket=BUCKET, Key="train.jsonl", Body=(content + b"\n") * 200)
        project_arn = project(rekognition)
        rekognition.create_project_version(**asked(project_arn))
        time.sleep(0.5)
        assert described(rekognition, project_arn)["Status"] == "TRAINING_IN_PROGRESS"
