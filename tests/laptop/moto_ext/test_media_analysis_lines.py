"""Lines of a bulk job's manifest: each accounted for, whatever it holds."""

import json
import tracemalloc
from io import BytesIO
from typing import IO, Any, cast

import pytest

from local.moto_ext.rekognition import manifest, stored
from local.moto_ext.rekognition.manifest import MAX_LINE_BYTES, BadLine, Image
from local.moto_ext.rekognition.results import output

from .media_jobs_made import ALCOHOL, BUCKET, PICTURE, VIOLENCE, lines_of, record_answer, run
from .pictures_made import encoded, plain

DEEP = b"[" * 50_000


def test_bad_lines_are_told_and_the_rest_goes_on(rekognition: Any, s3: Any, client: Any) -> None:
    record_answer()
    far, place = client("s3", "eu-west-1"), {"LocationConstraint": "eu-west-1"}
    far.create_bucket(Bucket="elsewhere", CreateBucketConfiguration=place)
    far.put_object(Bucket="elsewhere", Key="a.jpg", Body=PICTURE)
    for name, body in (
        ("a folder/50%+é #?.jpg", PICTURE),
        ("page.html", b"<html>"),
        ("small.jpg", encoded(plain(size=(20, 20)))),
        ("large.jpg", bytes(stored.MAX_OBJECT_BYTES + 1)),
    ):
        s3.put_object(Bucket=BUCKET, Key=name, Body=body)
    written = [
        json.dumps({"source-ref": f"s3://{BUCKET}/a folder/50%+é #?.jpg", "x": 1}).encode(),
        b'{"source-ref": "s3://frames/absent.jpg"}',
        b'{"source-ref": ',
        b"",
        b'{"source_ref": "s3://frames/absent.jpg"}',
        b'{"source-ref": "s3://frames/page.html"}',
        b'{"source-ref": "s3://frames/small.jpg"}',
        b'{"source-ref": "s3://frames/large.jpg"}',
        b'{"source-ref": "s3://elsewhere/a.jpg"}',
        b'{"source-ref": "https://frames/a.jpg"}',
        '{"source-ref": "s3://frames/a folder/50%+é #?.jpg"}'.encode(),
    ]
    results, summary = run(rekognition, s3, b"\xef\xbb\xbf" + b"\r\n".join(written))
    assert [one["source-ref"] for one in results] == [f"s3://{BUCKET}/a folder/50%+é #?.jpg"] * 2
    assert summary["statistics"] == {
        "total-json-lines": 10,
        "valid-json-lines": 2,
        "invalid-json-lines": 8,
    }
    assert [
        (one["line-number"], one["code"], one.get("source-ref", "").removeprefix("s3://"))
        for one in summary["errors"]
    ] == [
        (2, "INVALID_S3_OBJECT", "frames/absent.jpg"),
        (3, "INVALID_JSON_LINE", ""),
        (5, "MISSING_SOURCE_REF", ""),
        (6, "INVALID_IMAGE_FORMAT", "frames/page.html"),
        (7, "INVALID_PARAMETER", "frames/small.jpg"),
        (8, "IMAGE_TOO_LARGE", "frames/large.jpg"),
        (9, "INVALID_S3_OBJECT", "elsewhere/a.jpg"),
        (10, "INVALID_SOURCE_REF", "https://frames/a.jpg"),
    ]
    assert all(one["message"] for one in summary["errors"])


def test_nothing_but_bad_lines_is_a_result_too(rekognition: Any, s3: Any) -> None:
    results, summary = run(rekognition, s3, b"no\nnor this")
    assert (results, summary["statistics"]["invalid-json-lines"]) == ([], 2)


@pytest.mark.parametrize(
    ("config", "labels"),
    [({}, [VIOLENCE]), ({"MinConfidence": 0}, [VIOLENCE, ALCOHOL]), ({"MinConfidence": 99}, [])],
)
def test_the_confidence_asked_for(
    rekognition: Any, s3: Any, config: dict[str, Any], labels: list[Any]
) -> None:
    record_answer()
    s3.put_object(Bucket=BUCKET, Key="a.jpg", Body=PICTURE)
    wanted = {"DetectModerationLabels": config}
    (result,), _ = run(rekognition, s3, lines_of("a.jpg"), OperationsConfig=wanted)
    assert result["detect-moderation-labels"]["ModerationLabels"] == labels


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"[]", "INVALID_JSON_LINE"),
        (b'"s3://frames/a.jpg"', "INVALID_JSON_LINE"),
        (b'{"source-ref": "s3://frames/\xff"}', "INVALID_JSON_LINE"),
        ('{"source-ref": "s3://frames/a"}'.encode("utf-16"), "INVALID_JSON_LINE"),
        (DEEP, "INVALID_JSON_LINE"),
        (b'{"source-ref": "s3://frames/' + b"a" * MAX_LINE_BYTES + b'"}', "INVALID_JSON_LINE"),
        (b"{}", "MISSING_SOURCE_REF"),
        (b'{"source-ref": null}', "INVALID_SOURCE_REF"),
        (b'{"source-ref": 7}', "INVALID_SOURCE_REF"),
        (b'{"source-ref": "s3://frames"}', "INVALID_SOURCE_REF"),
        (b'{"source-ref": "s3://frames/"}', "INVALID_SOURCE_REF"),
        (b'{"source-ref": "s3:///a.jpg"}', "INVALID_SOURCE_REF"),
        (b'{"source-ref": "frames/a.jpg"}', "INVALID_SOURCE_REF"),
        (b'{"source-ref": "s3://my frames/a.jpg"}', "INVALID_SOURCE_REF"),
        (b'{"source-ref": "s3://frames/' + b"a" * 1025 + b'"}', "INVALID_SOURCE_REF"),
        (b'{"source-ref": "s3://frames/\\ud800.jpg"}', "INVALID_SOURCE_REF"),
    ],
)
def test_what_is_no_line(content: bytes, code: str) -> None:
    bad, good = manifest.lines(BytesIO(content + b"\n" + lines_of("a.jpg")))
    assert isinstance(bad, BadLine)
    assert (bad.number, bad.code) == (1, code)
    assert good == Image(2, "s3://frames/a.jpg", "frames", "a.jpg")


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
@pytest.mark.parametrize("beyond", [-1, 0, 1, 2, MAX_LINE_BYTES, 3 * MAX_LINE_BYTES])
def test_a_line_of_any_length_is_one_line(ending: bytes, beyond: int) -> None:
    long = b" " * (MAX_LINE_BYTES + beyond - 2) + b"{}"
    found = list(manifest.lines(BytesIO(long + ending + lines_of("a.jpg"))))
    assert [line.number for line in found] == [1, 2]


def test_a_long_line_after_a_byte_order_mark_is_too_long() -> None:
    (line,) = manifest.lines(BytesIO(b"\xef\xbb\xbf" + b" " * MAX_LINE_BYTES + b"{}"))
    assert isinstance(line, BadLine)
    assert "exceeds" in line.message


class Endless:
    """A file without an end of a line."""

    def __init__(self, size: int) -> None:
        self.left = size

    def readline(self, limit: int) -> bytes:
        self.left -= (given := min(limit, self.left))
        return b"x" * given


def test_a_line_of_a_gigabyte_takes_no_memory() -> None:
    tracemalloc.start()
    found = list(manifest.lines(cast("IO[bytes]", Endless(1024**3))))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [line.number for line in found] == [1]
    assert peak < 2 * 1024**2


def test_many_lines_take_no_memory() -> None:
    tracemalloc.start()
    with output() as written:
        for number in range(30_000):
            written.refused(BadLine(number, "INVALID_JSON_LINE", "m" * 100, "s3://frames/a"))
            written.answered(Image(number, "s3://frames/a", "frames", "a"), {"x": "y" * 100})
        size = written.summary().tell()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 5 * 1024**2
    assert peak < 6 * 1024**2
