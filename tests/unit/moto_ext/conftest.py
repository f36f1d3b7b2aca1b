"""moto with the extension, the clients that talk to it, and a watch on every answer."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.model import OperationModel
from moto import mock_aws

from local.moto_ext import install

REGION = "us-east-1"


@dataclass(frozen=True)
class Answer:
    """One successful answer as it was on the wire and as botocore read it."""

    operation: OperationModel
    status: int
    body: dict[str, Any]
    parsed: dict[str, Any]


ANSWERS: list[Answer] = []


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("FRAMEWARDEN_S3_ENDPOINT", "FRAMEWARDEN_RECORDED_ANSWERS", "MOTO_ACCOUNT_ID"):
        monkeypatch.delenv(name, raising=False)
    for name in ("FRAMEWARDEN_STREAM_STOP_SECONDS", "FRAMEWARDEN_MEDIALIVE_SECONDS"):
        monkeypatch.setenv(name, "0")
    install()
    with mock_aws():
        yield


@pytest.fixture
def client(aws: None) -> Callable[[str], Any]:
    def make(service: str, region: str = REGION) -> Any:
        one_try = Config(retries={"total_max_attempts": 1})
        made = boto3.client(service, region_name=region, config=one_try)
        made.meta.events.register("after-call", _keep)
        return made

    return make


def _keep(http_response: Any, parsed: dict[str, Any], model: OperationModel, **_: Any) -> None:
    if http_response.status_code < 300 and model.service_model.service_name != "s3":
        body = json.loads(http_response.content) if http_response.content else {}
        answer = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
        ANSWERS.append(Answer(model, http_response.status_code, body, answer))


@pytest.fixture
def ivs(client: Callable[[str], Any]) -> Any:
    return client("ivs")


@pytest.fixture
def chat(client: Callable[[str], Any]) -> Any:
    return client("ivschat")


@pytest.fixture
def medialive(client: Callable[[str], Any]) -> Any:
    return client("medialive")


@pytest.fixture
def rekognition(client: Callable[[str], Any]) -> Any:
    return client("rekognition")


@pytest.fixture
def s3(client: Callable[[str], Any]) -> Any:
    s3 = client("s3")
    s3.create_bucket(Bucket="frames")
    return s3


@pytest.fixture
def channel_arn(ivs: Any) -> str:
    made = ivs.create_channel(name="studio", tags={"framewarden": "moderated"})
    return str(made["channel"]["arn"])
