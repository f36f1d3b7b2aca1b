from urllib.parse import parse_qs, urlsplit

import pytest

from framewarden.aws import frame_links
from framewarden.aws.frame_links import FrameLinks
from framewarden.domain.errors import StoreThrottledError
from tests.unit.scenes import FRAMES_BUCKET

FRAME = {"bucket": "frames", "key": "ivs/a b/+%.jpg", "version_id": "v/1+", "frame_id": "f"}


@pytest.fixture(autouse=True)
def account(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    frame_links._signer.cache_clear()
    yield
    frame_links._signer.cache_clear()


def test_the_address_is_good_for_a_minute_and_for_one_version_as_a_picture():
    address = urlsplit(FrameLinks("frames").url(FRAME))
    asked = parse_qs(address.query)
    assert address.path == "/ivs/a%20b/%2B%25.jpg"
    assert asked["versionId"] == ["v/1+"]
    assert asked["X-Amz-Expires"] == ["60"]
    assert asked["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert asked["response-content-type"] == ["image/jpeg"]
    assert asked["response-cache-control"] == ["no-store"]


def test_the_address_is_the_regions_own_so_that_nothing_redirects_it():
    address = urlsplit(FrameLinks("frames").url(FRAME))
    assert (address.scheme, address.netloc) == ("https", "frames.s3.eu-central-1.amazonaws.com")


def test_on_a_loopback_endpoint_the_bucket_stands_in_the_path(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    address = urlsplit(FrameLinks("frames").url(FRAME))
    assert (address.netloc, address.path[:8]) == ("127.0.0.1:4566", "/frames/")


def test_a_frame_without_a_version_is_asked_for_as_it_is():
    address = FrameLinks("frames").url(FRAME | {"version_id": None, "key": "uploads/x.PNG"})
    asked = parse_qs(urlsplit(address).query)
    assert "versionId" not in asked
    assert asked["response-content-type"] == ["image/png"]


def test_nothing_is_lent_from_another_bucket():
    assert FrameLinks("frames").url(FRAME | {"bucket": "payroll"}) is None


def test_a_frame_that_lies_there_is_told_from_one_that_does_not(aws):
    body = {"Bucket": FRAMES_BUCKET, "Key": "ivs/a.jpg", "Body": b"a picture"}
    version = aws.client("s3").put_object(**body)["VersionId"]
    frame = {"bucket": FRAMES_BUCKET, "key": "ivs/a.jpg", "version_id": version}
    links = FrameLinks(FRAMES_BUCKET)
    assert links.lies_there(frame)
    assert links.lies_there(frame | {"version_id": None})
    assert not links.lies_there(frame | {"key": "ivs/b.jpg"})
    assert not links.lies_there(frame | {"version_id": "gone"})
    aws.client("s3").delete_object(Bucket=FRAMES_BUCKET, Key="ivs/a.jpg", VersionId=version)
    assert not links.lies_there(frame)
    aws.client("s3").put_object(Bucket=FRAMES_BUCKET, Key="ivs/empty.jpg", Body=b"")
    assert not links.lies_there(frame | {"key": "ivs/empty.jpg", "version_id": None})
    asked = aws.wire.made("GetObject")
    assert {one["Range"] for one in asked} == {"bytes=0-0"}
    assert not links.lies_there(frame | {"bucket": "payroll"})
    assert len(aws.wire.made("GetObject")) == len(asked), "another bucket is not even asked"


def test_a_frame_that_may_not_be_read_is_none(aws):
    aws.wire.fails("GetObject", "AccessDenied", status=403)
    assert not FrameLinks("frames").lies_there(FRAME)


def test_a_bucket_that_does_not_answer_is_no_missing_frame(aws):
    aws.wire.fails("GetObject", "SlowDown", times=2, status=503)
    with pytest.raises(StoreThrottledError):
        FrameLinks("frames").lies_there(FRAME)
