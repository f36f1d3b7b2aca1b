"""Which published version of the policy has the content that a verdict names."""

import io
import json

import pytest
from botocore.exceptions import ClientError

from framewarden.aws import published
from framewarden.aws.published import Published, Version
from framewarden.domain.errors import StoreThrottledError
from framewarden.domain.policy import policy_hash
from tests.unit.wire import refused

POLICY = Published("app1234", "prof123")


def document(number):
    return {"name": f"policy {number}"}


@pytest.fixture
def versions(wire):
    """Serve versions as AppConfig does; what is in the dict is what is there."""
    published._read.cache_clear()
    there = {number: json.dumps(document(number)).encode() for number in (1, 2, 3)}

    def listed(asked):
        assert asked["ApplicationId"] == "app1234"
        assert asked["ConfigurationProfileId"] == "prof123"
        start, size = int(asked.get("NextToken", 0)), asked["MaxResults"]
        numbers = sorted(there, reverse=True)[start : start + size]
        items = [{"VersionNumber": number} for number in numbers]
        more = {"NextToken": str(start + size)} if len(there) > start + size else {}
        return {"Items": items} | more

    def given(asked):
        content = there.get(asked["VersionNumber"])
        return (
            refused("ResourceNotFoundException")
            if content is None
            else {"Content": io.BytesIO(content)}
        )

    wire.serves("ListHostedConfigurationVersions", listed)
    wire.serves("GetHostedConfigurationVersion", given)
    yield there
    published._read.cache_clear()


def read(wire):
    return [asked["VersionNumber"] for asked in wire.made("GetHostedConfigurationVersion")]


def test_a_version_is_found_by_its_contents_hash_the_newest_first(wire, versions):
    assert POLICY.of_hash(policy_hash(document(2))) == Version(2, document(2), newest=False)
    assert read(wire) == [3, 2]
    assert POLICY.of_hash(policy_hash(document(3))) == Version(3, document(3), newest=True)
    assert POLICY.of_hash("0" * 64) is None
    assert read(wire) == [3, 2, 1], "each is read once by a worker"


def test_of_two_versions_alike_the_newest_is_told(versions):
    versions[9] = json.dumps(document(1), indent=7).encode()
    assert POLICY.of_hash(policy_hash(document(1))) == Version(9, document(1), newest=True)


@pytest.mark.parametrize("content", [b"not JSON", b"[1]", b'{"a": NaN}', b"\xff", None])
def test_what_is_no_policy_is_passed_over(versions, content, wire):
    if content is None:  # deleted since it was listed
        wire.serves("ListHostedConfigurationVersions", lambda _: {"Items": [{"VersionNumber": 7}]})
        assert POLICY.of_hash(policy_hash(document(1))) is None
    else:
        versions[7] = content
        assert POLICY.of_hash(policy_hash(document(1))) == Version(1, document(1), newest=False)


def test_no_more_than_fifty_are_compared(wire, versions):
    versions |= {number: json.dumps(document(number)).encode() for number in range(4, 121)}
    assert POLICY.of_hash(policy_hash(document(1))) is None
    assert read(wire) == list(range(120, 70, -1))
    assert len(wire.made("ListHostedConfigurationVersions")) == 3
    versions |= dict.fromkeys(range(121, 900), b"{}")
    wire.forget()
    POLICY.of_hash("0" * 64)
    assert len(wire.made("ListHostedConfigurationVersions")) == 4


def test_nothing_published_is_nothing_found(versions):
    versions.clear()
    assert POLICY.of_hash("0" * 64) is None


def test_what_cannot_be_read_just_now_is_not_remembered(wire, versions):
    wire.fails("GetHostedConfigurationVersion", "ThrottlingException")
    with pytest.raises(StoreThrottledError):
        POLICY.of_hash(policy_hash(document(3)))
    wire.fails("GetHostedConfigurationVersion", "AccessDeniedException")
    with pytest.raises(ClientError):
        POLICY.of_hash(policy_hash(document(3)))
    assert POLICY.of_hash(policy_hash(document(3))).number == 3
