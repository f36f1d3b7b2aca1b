import json

import pytest
from botocore.exceptions import ReadTimeoutError

from framewarden.aws import parameters, policies
from framewarden.aws.policies import current_policy
from framewarden.domain.errors import (
    PolicyInvalidError,
    PolicyUnavailableError,
    StoreThrottledError,
)
from framewarden.settings import PolicySource
from tests.unit.conftest import CONSOLE_URL
from tests.unit.scenes import policy

SOURCE = PolicySource(
    {
        "policy_application": "app1234",
        "policy_environment": "env1234",
        "policy_profile": "prof123",
    }
)


@pytest.fixture
def impatient(monkeypatch):
    """Look at AppConfig at every call."""
    monkeypatch.setattr(policies, "MAX_AGE", 0)


def test_the_published_policy_is_read_and_kept_for_a_moment(aws):
    assert current_policy(SOURCE).name == "default"
    aws.publish(policy())
    assert current_policy(SOURCE).name == "default"
    [session] = aws.wire.made("StartConfigurationSession")
    assert session["ConfigurationProfileIdentifier"] == "prof123"
    assert len(aws.wire.made("GetLatestConfiguration")) == 1


def test_a_new_policy_is_seen_and_an_unchanged_one_is_kept(aws, impatient):
    assert current_policy(SOURCE).name == "default"
    assert current_policy(SOURCE).name == "default"
    aws.publish(policy())
    assert current_policy(SOURCE).name == "unit tests"
    assert len(aws.wire.made("StartConfigurationSession")) == 1


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServerException"])
@pytest.mark.parametrize("operation", ["StartConfigurationSession", "GetLatestConfiguration"])
def test_a_throttle_is_tried_again_and_no_lack_of_a_policy(aws, operation, code):
    aws.wire.fails(operation, code)
    with pytest.raises(StoreThrottledError):
        current_policy(SOURCE)
    assert current_policy(SOURCE).name == "default"


def test_an_answer_that_is_lost_takes_its_token_along_and_a_new_session_begins(aws, impatient):
    current_policy(SOURCE)
    aws.wire.raises("GetLatestConfiguration", ReadTimeoutError(endpoint_url="https://x.invalid"))
    with pytest.raises(StoreThrottledError):
        current_policy(SOURCE)
    assert current_policy(SOURCE).name == "default"
    assert len(aws.wire.made("StartConfigurationSession")) == 2


def test_a_poll_token_that_is_too_old_does_not_blind_the_worker(aws, impatient):
    current_policy(SOURCE)
    aws.wire.fails("GetLatestConfiguration", "BadRequestException")
    assert current_policy(SOURCE).name == "default"
    assert len(aws.wire.made("StartConfigurationSession")) == 2


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "AccessDeniedException"])
def test_a_policy_that_may_not_be_read_is_unavailable(aws, code):
    aws.wire.fails("StartConfigurationSession", code)
    with pytest.raises(PolicyUnavailableError, match=code):
        current_policy(SOURCE)


def test_where_nothing_was_published_there_is_no_policy(aws):
    aws.published.clear()
    with pytest.raises(PolicyUnavailableError, match="framewarden policy publish"):
        current_policy(SOURCE)


@pytest.mark.parametrize("body", [b"\n", b"  "])
def test_an_empty_policy_is_no_policy(aws, body):
    aws.publish(body)
    with pytest.raises(PolicyUnavailableError):
        current_policy(SOURCE)


@pytest.mark.parametrize(
    "body", [b"{", b"\xff\xfe\x00", b"[]", b"{}", json.dumps(policy(rules=[])).encode()]
)
def test_what_breaks_the_rules_is_invalid_and_judges_nothing(aws, body):
    aws.publish(body)
    for _ in range(2):
        with pytest.raises(PolicyInvalidError):
            current_policy(SOURCE)


def test_the_consoles_address_is_kept_for_a_minute_and_has_no_slash_at_its_end(aws):
    url = {"Parameter": {"Value": CONSOLE_URL + "/"}}
    aws.wire.serves("GetParameter", lambda asked: url)
    assert parameters.console_url("/stack/console-url") == CONSOLE_URL
    assert parameters.console_url("/stack/console-url") == CONSOLE_URL
    assert len(aws.wire.made("GetParameter")) == 1


def test_a_throttled_parameter_is_tried_again(aws):
    aws.wire.fails("GetParameter", "ThrottlingException")
    with pytest.raises(StoreThrottledError):
        parameters.console_url("/stack/console-url")
    assert parameters.console_url("/stack/console-url") == CONSOLE_URL
