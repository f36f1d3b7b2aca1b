import boto3
import pytest
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.exceptions import ClientError
from moto import mock_aws

from framewarden.aws import clients, link_keys
from framewarden.aws.link_keys import LinkKeys
from framewarden.domain.errors import StoreThrottledError

OLD, NEW, NEWEST = "a" * 32, "b" * 32, "c" * 32


class Ticks:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def ticks():
    return Ticks()


@pytest.fixture
def secrets(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        clients.client.cache_clear()
        link_keys.link_keys.cache_clear()
        yield boto3.client("secretsmanager")
    clients.client.cache_clear()
    link_keys.link_keys.cache_clear()


@pytest.fixture
def secret(secrets):
    return secrets.create_secret(Name="links", SecretString=OLD)["ARN"]


def test_a_secret_that_was_never_rotated_has_one_key(secret):
    assert link_keys.keys(secret) == [OLD]


def test_a_rotated_secret_has_two_keys_the_current_one_first(secrets, secret):
    secrets.put_secret_value(SecretId=secret, SecretString=NEW)
    assert link_keys.keys(secret) == [NEW, OLD]


def test_keys_are_cached_until_somebody_asks_for_them_afresh(secrets, secret, ticks):
    keys = LinkKeys(secret, ticks)
    assert keys.accepted() == [OLD]
    secrets.put_secret_value(SecretId=secret, SecretString=NEW)
    assert keys.accepted() == [OLD]
    assert keys.refreshed() is None, "they were fetched a moment ago"
    ticks.now += 11
    assert keys.refreshed() == [NEW, OLD]
    assert keys.accepted() == [NEW, OLD]


def test_wrong_signatures_do_not_make_us_ask_again_and_again(secrets, secret, ticks):
    keys = LinkKeys(secret, ticks)
    keys.accepted()
    ticks.now += 11
    assert keys.refreshed() == [OLD]
    secrets.put_secret_value(SecretId=secret, SecretString=NEWEST)
    ticks.now += 9
    assert keys.refreshed() is None


def test_a_worker_has_one_cache_for_each_secret(secret):
    assert link_keys.link_keys(secret) is link_keys.link_keys(secret)


def test_a_missing_secret_is_an_error_and_never_an_empty_key(secrets):
    with pytest.raises(GetParameterError):
        link_keys.keys("arn:aws:secretsmanager:us-east-1:123456789012:secret:none")


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServiceError"])
def test_a_throttle_keeps_its_name(secret, monkeypatch, code):
    class Throttled:
        def get_secret_value(self, **_):
            raise ClientError({"Error": {"Code": code}}, "GetSecretValue")

    monkeypatch.setattr(link_keys, "client", lambda service: Throttled())
    with pytest.raises(StoreThrottledError):
        LinkKeys(secret).accepted()


def test_a_denied_look_at_the_previous_key_is_no_missing_key(secret, monkeypatch):
    class Denied:
        def get_secret_value(self, **asked):
            if asked["VersionStage"] == "AWSCURRENT":
                return {"SecretString": OLD}
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue")

    monkeypatch.setattr(link_keys, "client", lambda service: Denied())
    with pytest.raises(GetParameterError):
        LinkKeys(secret).accepted()


def test_a_secret_has_no_path(ticks):
    with pytest.raises(GetParameterError):
        link_keys._BothStages(ticks).get_multiple("path")
