"""Frames are read as they were judged, from one bucket, and none that is larger than a frame."""

import threading

import pytest
from botocore.exceptions import ClientError

from framewarden.aws.pictures import Pictures
from framewarden.domain.errors import StoreThrottledError
from framewarden.domain.pictures import MOST_BYTES, UnreadableError
from tests.unit.scenes import FRAMES_BUCKET, frame_of
from tests.unit.wire import refused


@pytest.fixture
def pictures(aws):
    return Pictures(FRAMES_BUCKET)


def test_the_very_version_is_read_whatever_came_after(aws, pictures):
    frame = aws.upload(frame_of("open_review/high"), b"first")
    later = aws.upload(frame, b"second")
    assert (pictures.read(frame), pictures.read(later)) == (b"first", b"second")
    aws.client("s3").delete_object(Bucket=FRAMES_BUCKET, Key=frame["key"])
    assert pictures.read(frame) == b"first"


def test_a_frame_without_a_version_is_read_as_it_is(aws, pictures):
    frame = aws.upload(frame_of("open_review/high"), b"first")
    assert pictures.read(frame | {"version_id": None}) == b"first"
    assert pictures.read({"key": frame["key"]}) == b"first"


def test_only_our_own_bucket_is_read(aws, pictures):
    frame = aws.upload(frame_of("open_review/high"), b"first")
    pictures.read(frame | {"bucket": "another"})
    assert {call["Bucket"] for call in aws.wire.made("GetObject")} == {FRAMES_BUCKET}


def test_what_is_gone_says_so(aws, pictures):
    frame = aws.upload(frame_of("open_review/high"))
    place = {"Bucket": FRAMES_BUCKET, "Key": frame["key"]}
    aws.client("s3").delete_object(**place, VersionId=frame["version_id"])
    with pytest.raises(UnreadableError, match=r"^NoSuchVersion$"):
        pictures.read(frame)
    with pytest.raises(UnreadableError, match=r"^NoSuchKey$"):
        pictures.read({"key": "ivs/never.jpg"})


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidObjectState", "KMS.DisabledException"])
def test_what_is_withheld_is_not_shown(aws, pictures, code):
    aws.wire.fails("GetObject", code, status=403)
    with pytest.raises(UnreadableError, match=code):
        pictures.read(frame_of("open_review/high"))


def test_a_throttle_keeps_its_name(aws, pictures):
    aws.wire.fails("GetObject", "SlowDown", status=503)
    with pytest.raises(StoreThrottledError):
        pictures.read(frame_of("open_review/high"))


class Body:
    """An object's bytes, as far as anybody reads them."""

    def __init__(self, error=None):
        self.reads, self.closed, self.error = 0, False, error

    def read(self):
        self.reads += 1
        if self.error:
            raise self.error
        return b"bytes"

    def close(self):
        self.closed = True


@pytest.mark.parametrize(("size", "read"), [(MOST_BYTES, True), (MOST_BYTES + 1, False)])
def test_what_is_larger_than_any_frame_is_not_fetched(aws, pictures, size, read):
    body = Body()
    aws.wire.serves("GetObject", lambda asked: {"ContentLength": size, "Body": body})
    if read:
        assert pictures.read({"key": "a.jpg"}) == b"bytes"
    else:
        with pytest.raises(UnreadableError, match="TooLarge"):
            pictures.read({"key": "a.jpg"})
    assert (body.reads, body.closed) == (int(read), True)


def test_several_are_asked_for_at_once_and_come_in_order(aws, pictures):
    together = threading.Barrier(6, timeout=60)

    def answer(asked):
        together.wait()
        number = int(asked["Key"])
        if number == 2:
            return refused("NoSuchVersion", 404)
        if number == 4:
            return refused("SlowDown", 503)
        return {"ContentLength": 5, "Body": Body()}

    aws.wire.serves("GetObject", answer)
    read = pictures.read_each([{"key": str(number)} for number in range(6)])
    assert [one for one in read if isinstance(one, bytes)] == [b"bytes"] * 4
    assert [(type(read[at]), str(read[at])) for at in (2, 4)] == [
        (UnreadableError, "NoSuchVersion"),
        (UnreadableError, "StoreThrottledError"),
    ]


def test_what_nobody_foresaw_is_no_missing_picture(aws, pictures):
    aws.wire.raises("GetObject", ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        pictures.read_each([{"key": "a.jpg"}])


def test_a_body_that_breaks_off_is_a_throttle(aws, pictures):
    from botocore.exceptions import ResponseStreamingError

    body = Body(ResponseStreamingError(error="broken off"))
    aws.wire.serves("GetObject", lambda asked: {"ContentLength": 5, "Body": body})
    with pytest.raises(StoreThrottledError):
        pictures.read({"key": "a.jpg"})
    assert body.closed


def test_no_error_of_ours_carries_what_it_failed_on(aws, pictures):
    aws.wire.fails("GetObject", "NoSuchKey", status=404)
    with pytest.raises(UnreadableError) as refusal:
        pictures.read({"key": "secret.jpg"})
    assert refusal.value.__suppress_context__
    assert not isinstance(refusal.value, ClientError)
