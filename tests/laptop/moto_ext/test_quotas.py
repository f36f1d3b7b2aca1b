"""Quotas: a bucket of calls for each limited operation, account and region."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from local.moto_ext import calls, faults, install, quotas
from local.moto_ext.errors import AwsError

pytestmark = pytest.mark.usefixtures("pass_seconds")


def taken(times: int, operation: str = "StopStream", *where: str) -> int:
    """Count how many of so many calls at once are let through."""
    account, region = where or ("123456789012", "us-east-1")
    granted = 0
    for _ in range(times):
        try:
            quotas.take("ivs", operation, account, region)
            granted += 1
        except AwsError as error:
            assert error.code == "ThrottlingException"
    return granted


def test_five_calls_at_once_and_no_more(aws: None) -> None:
    quotas.change(5)
    assert taken(20) == 5
    quotas.change(5)
    assert taken(20) == 5, "a changed quota begins full"


def test_each_operation_account_and_region_has_its_own(aws: None) -> None:
    quotas.change(5)
    assert taken(6) == 5
    assert taken(6, "GetStream") == 5
    assert taken(6, "StopStream", "123456789012", "eu-west-1") == 5
    assert taken(6, "StopStream", "999999999999", "us-east-1") == 5
    assert taken(60, "ListChannels") == 60


def test_a_refused_call_takes_no_token(aws: None, pass_seconds: Callable[[float], None]) -> None:
    quotas.change(5)
    assert taken(500) == 5
    pass_seconds(0.25)
    assert taken(500) == 1


def test_a_bucket_never_holds_more_than_a_second_of_calls(
    aws: None, pass_seconds: Callable[[float], None]
) -> None:
    quotas.change(5)
    assert taken(1) == 1
    pass_seconds(60)
    assert taken(20) == 5


def test_one_call_in_two_seconds(aws: None) -> None:
    quotas.change(0.5)
    assert taken(3) == 1


def test_a_throttled_call_looks_like_aws_and_is_logged(ivs: Any) -> None:
    quotas.change(0.01)
    ivs.list_streams()
    faults.add("ivs", "ListStreams", "AccessDeniedException")
    with pytest.raises(ClientError) as raised:
        ivs.list_streams()
    assert raised.value.response["Error"]["Code"] == "ThrottlingException"
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert [call.error for call in calls.made("ivs")] == [None, "ThrottlingException"]
    assert len(faults.active()) == 1, "a call that is not let in meets no fault"


def test_nothing_is_limited_in_mock_aws(ivs: Any) -> None:
    assert quotas.current() is None
    for _ in range(7):
        ivs.list_streams()


def test_limits_can_be_lifted(aws: None) -> None:
    quotas.change(5)
    quotas.change(None)
    assert taken(20) == 20


@pytest.mark.parametrize("per_second", [0, -1, float("nan")])
def test_a_quota_is_positive(aws: None, per_second: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        quotas.change(per_second)


@pytest.mark.parametrize(("given", "read"), [("2.5", 2.5), ("none", None)])
def test_the_environment_sets_the_quota(
    monkeypatch: pytest.MonkeyPatch, given: str, read: float | None
) -> None:
    monkeypatch.setenv("FRAMEWARDEN_IVS_CALLS_PER_SECOND", given)
    install()
    with mock_aws():
        assert quotas.current() == read
