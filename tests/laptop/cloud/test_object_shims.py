"""How a version of an object is read: the emulator's fault, and its cure.

The `…_fault` test fails once ministack has mended the fault: then delete its shim.
"""

from typing import Any

import ministack.services.s3 as s3
import pytest

from local.laptop.shims import objects

BODY = b"0123456789"


@pytest.fixture
def version() -> Any:
    s3._create_bucket("ranges", b"", {})
    s3._bucket_versioning["ranges"] = "Enabled"
    _, told, _ = s3._put_object("ranges", "key", BODY, {})
    yield told["x-amz-version-id"]
    s3.reset()


def read(version: str, wanted: str, key: str = "key") -> Any:
    headers = {"range": wanted} if wanted else {}
    return s3._get_object("ranges", key, headers, {"versionId": [version]})


def test_a_range_of_a_version_is_the_whole_of_it_fault(version: str) -> None:
    status, _, body = read(version, "bytes=4-5")
    assert (status, body) == (200, BODY)


@pytest.mark.parametrize(
    ("wanted", "part", "told"),
    [
        ("bytes=4-5", b"45", "bytes 4-5/10"),
        ("bytes=8-", b"89", "bytes 8-9/10"),
        ("bytes=0-0", b"0", "bytes 0-0/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
    ],
)
def test_a_range_of_a_version_is_that_range(
    version: str, wanted: str, part: bytes, told: str
) -> None:
    objects.versions_are_read_in_ranges()
    status, headers, body = read(version, wanted)
    assert (status, body) == (206, part)
    assert headers["Content-Range"] == told
    assert headers["Content-Length"] == str(len(part))
    assert not [name for name in headers if "checksum" in name.lower()]


def test_a_range_behind_the_end_is_refused(version: str) -> None:
    objects.versions_are_read_in_ranges()
    status, headers, _ = read(version, "bytes=10-")
    assert (status, headers["Content-Range"]) == (416, "bytes */10")


def test_the_rest_is_answered_as_before(version: str) -> None:
    objects.versions_are_read_in_ranges()
    assert read(version, "")[::2] == (200, BODY)
    assert read(version, "bytes=4-5", "nothing")[0] == 404
    assert s3._get_object("ranges", "key", {"range": "bytes=1-2"}, {})[::2] == (206, b"12")
