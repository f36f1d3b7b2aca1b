"""Put every hostile thing in front of the running machine: each ends in a named outcome."""

import io
import struct
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from local.audit import Audit
from local.review_link import answer
from tests.workflow.conftest import Desk

pytestmark = pytest.mark.workflow


def encoded(kind: str, picture: Image.Image, **how: object) -> bytes:
    body = io.BytesIO()
    picture.save(body, kind, **how)
    return body.getvalue()


def noise(width: int = 200, height: int = 120) -> Image.Image:
    return Image.effect_noise((width, height), 50).convert("RGB")


def bomb() -> bytes:
    """Return a PNG of 900 megapixels in a few bytes: only its header is honest."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(100_000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def rotated() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded("JPEG", noise(), exif=exif)


def animated() -> bytes:
    return encoded("GIF", noise(), save_all=True, append_images=[noise()])


HOSTILE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "text": (lambda: b"not a picture", "unscreened", "image_invalid"),
    "empty": (lambda: b"", "unscreened", "image_invalid"),
    "truncated": (lambda: encoded("JPEG", noise())[:900], "unscreened", "image_invalid"),
    "bomb": (bomb, "unscreened", "image_too_large"),
    "16-mb": (
        lambda: encoded("JPEG", noise()) + bytes(16 * 1024 * 1024),
        "unscreened",
        "image_too_large",
    ),
    "20-px": (lambda: encoded("PNG", noise(20, 20)), "unscreened", "image_invalid"),
    "animated-gif": (animated, "unscreened", "image_invalid"),
    "cmyk": (lambda: encoded("JPEG", noise().convert("CMYK")), "cleared", "severity_none"),
    "rotated": (rotated, "cleared", "severity_none"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_each_ends_in_a_named_outcome_with_a_reason(desk: Desk, name: str) -> None:
    make, outcome, reason = HOSTILE[name]
    row = desk.ended(desk.upload(f"hostile/{name}", make()))
    assert (row["outcome"], row["reason"]) == (outcome, reason)


KEYS = {
    "spaces": "a picture of  two.jpg",
    "plus": "a+b%2B%20c.jpg",
    "percent": "100%.jpg",
    "unicode": "été 😀 ‏עברית.jpg",
    "markup": "<script>alert(1)</script>&amp;.jpg",
    "long": "l" * 1_000 + ".jpg",
}


@pytest.mark.parametrize("name", KEYS)
def test_every_key_is_read_as_it_is_written(desk: Desk, name: str) -> None:
    key = KEYS[name][: 1_000 - len("uploads/")]
    row = desk.ended(desk.upload(key, desk.pictures.clean()))
    assert (row["key"], row["outcome"]) == (f"uploads/{key}", "cleared")


def test_a_frame_that_is_gone_before_it_is_looked_at_is_unscreened(desk: Desk) -> None:
    channel = desk.channel("gone")
    channel.go_live()
    # Analyze is throttled once, which leaves time to take the picture away.
    desk.fault("rekognition", "DetectModerationLabels", error="ThrottlingException", times=3)
    frame = channel.show(desk.pictures.clean())
    row = desk.wait(lambda: desk.frame(frame), "the frame is admitted")
    desk.client("s3").delete_object(
        Bucket=row["bucket"], Key=row["key"], VersionId=row["version_id"]
    )
    row = desk.ended(frame)
    assert (row["outcome"], row["reason"]) == ("unscreened", "image_missing")


def test_a_key_of_another_account_aims_no_stop(desk: Desk) -> None:
    channel = desk.channel("forged")
    channel.go_live()
    channel.forge_account("999999999999")
    row = desk.ended(channel.show(desk.pictures.critical()))
    assert (row["outcome"], row["reason"]) == ("skipped", "foreign_account")
    assert channel.live()


def test_a_late_frame_is_judged_and_stops_nothing(desk: Desk) -> None:
    channel = desk.channel("late")
    channel.go_live()
    put = desk.unseen(channel, desk.pictures.critical())
    desk.deliver(put, datetime.now(UTC) - timedelta(hours=1))
    review = desk.asked(put["frame_id"])
    assert review["severity"] == "critical"
    assert channel.live()
    answer(desk.link(review), "allow", "Ada", "too late to matter")
    assert desk.story(desk.ended(put["frame_id"]))["verdict"]["stale"] is True


def test_a_frame_of_an_earlier_session_does_not_stop_the_next(desk: Desk) -> None:
    channel, before = desk.channel("next-session"), datetime.now(UTC) - timedelta(seconds=20)
    channel.go_live()
    put = desk.unseen(channel, desk.pictures.critical())
    desk.deliver(put, before)
    review = desk.asked(put["frame_id"])
    assert channel.live()
    answer(desk.link(review), "allow", "Ada", "")
    assert desk.ended(put["frame_id"])["outcome"] == "reviewed"


def test_duplicated_and_reordered_events_start_one_execution(desk: Desk) -> None:
    channel, now = desk.channel("duplicates"), datetime.now(UTC)
    channel.go_live()
    first, second = (desk.unseen(channel, desk.pictures.clean()) for _ in range(2))
    answers = [desk.deliver(put, now)[0] for put in (second, first, second, first, second)]
    assert [one["started"] for one in answers] == [True, True, False, False, False]
    assert {desk.ended(put["frame_id"])["outcome"] for put in (first, second)} == {"cleared"}


def test_the_audit_accounts_for_every_object_that_was_put(desk: Desk) -> None:
    audit = Audit(desk.target)
    frames = list(audit)
    totals = audit.totals()
    assert len(frames) == totals["objects"]
    assert totals["unaccounted"] == 0
    ends = ("cleared", "reviewed", "stopped", "skipped", "unscreened", "in_flight")
    assert sum(totals[end] for end in ends) == totals["objects"]
