"""moto with the extension, and clients whose every answer is compared with botocore's model."""

from collections.abc import Callable, Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.model import OperationModel
from moto import mock_aws

from local.moto_ext import install, quotas
from local.moto_ext.ivs import models as ivs_models
from local.moto_ext.medialive import channels, schedule

from .answers import assert_modelled
from .served import Server, serving

REGION = "us-east-1"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("CLOUD_ENDPOINT", "RECORDED_ANSWERS", "IVS_CALLS_PER_SECOND"):
        monkeypatch.delenv(f"FRAMEWARDEN_{name}", raising=False)
    monkeypatch.delenv("MOTO_ACCOUNT_ID", raising=False)
    for name in ("FRAMEWARDEN_STREAM_STOP_SECONDS", "FRAMEWARDEN_MEDIALIVE_SECONDS"):
        monkeypatch.setenv(name, "0")
    install()
    with mock_aws():
        yield


@pytest.fixture
def pass_seconds(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Stop the clock of quotas and delays, which goes on only by what is passed."""
    moment = [0.0]
    stopped = SimpleNamespace(monotonic=lambda: moment[0])
    for module in (quotas, ivs_models, channels, schedule):
        monkeypatch.setattr(module, "time", stopped)

    def passing(seconds: float) -> None:
        moment[0] += seconds

    return passing


@cache
def _made(service: str, region: str) -> Any:
    """Make each client once: loading a service's model takes longer than most tests here."""
    made = boto3.Session("testing", "testing").client(
        service, region_name=region, config=Config(retries={"total_max_attempts": 1})
    )
    if service != "s3":
        made.meta.events.register("after-call", _watch)
    return made


def _watch(http_response: Any, parsed: dict[str, Any], model: OperationModel, **_: Any) -> None:
    if http_response.status_code < 300:
        assert_modelled(model, http_response.status_code, http_response.content, parsed)


@pytest.fixture
def client(aws: None) -> Callable[..., Any]:
    def make(service: str, region: str = REGION) -> Any:
        return _made(service, region)

    return make


@pytest.fixture
def ivs(client: Callable[..., Any]) -> Any:
    return client("ivs")


@pytest.fixture
def chat(client: Callable[..., Any]) -> Any:
    return client("ivschat")


@pytest.fixture
def medialive(client: Callable[..., Any]) -> Any:
    return client("medialive")


@pytest.fixture
def rekognition(client: Callable[..., Any]) -> Any:
    return client("rekognition")


@pytest.fixture
def s3(client: Callable[..., Any]) -> Any:
    s3 = client("s3")
    s3.create_bucket(Bucket="frames")
    return s3


@pytest.fixture
def channel_arn(ivs: Any) -> str:
    made = ivs.create_channel(name="studio", tags={"framewarden": "moderated"})
    return str(made["channel"]["arn"])


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running
