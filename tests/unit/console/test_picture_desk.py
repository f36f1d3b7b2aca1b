"""The pictures of a review are blurred, of its own channel, and shown to nobody else."""

import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from PIL import Image

from framewarden.console import session
from framewarden.console.picture import PictureDesk, routes
from framewarden.console.site import site
from framewarden.console.visitors import Visitors
from framewarden.domain import links
from framewarden.domain.errors import StoreThrottledError
from framewarden.domain.pictures import UnreadableError
from framewarden.domain.times import iso
from tests.unit.console.browser import ask

NOW = datetime(2026, 11, 22, 8, 6, 31, tzinfo=UTC)
KEY = "k" * 32
CHANNEL = "arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij"
SVG = "{http://www.w3.org/2000/svg}"
OWN, NEAR = "a" * 64, "b" * 64


def jpeg(colour="red", size=(320, 180)):
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, "JPEG")
    return written.getvalue()


def frame(frame_id=OWN, **changes):
    return {
        "frame_id": frame_id,
        "bucket": "frames",
        "key": f"ivs/{frame_id[:4]}.jpg",
        "version_id": "v",
        "channel_arn": CHANNEL,
        "put_at": iso(NOW - timedelta(seconds=62)),
        **changes,
    }


def sample(number, **changes):
    at = iso(NOW - timedelta(seconds=62 - number))
    return {"key": f"ivs/{number}.jpg", "version_id": "v", "at": at, "confidence": 92, **changes}


@dataclass
class Gallery:
    """Everything outside the pictures, as fakes that record."""

    bucket: str = "frames"
    rows: dict = field(default_factory=dict)
    ledger: dict = field(default_factory=dict)
    objects: dict = field(default_factory=dict)
    read_keys: list = field(default_factory=list)
    link_may: str = "view"
    now: datetime = NOW

    def __post_init__(self):
        visitors = Visitors(self, self.link_may, lambda refresh: None, lambda: self.now)
        desk = PictureDesk(visitors, self.rows.get, self.ledger.get, self)
        self.handler = site("picture_page", routes(lambda: desk))

    def accepted(self):
        return [KEY]

    def refreshed(self):
        return None

    def read(self, place):
        self.read_keys.append((place["key"], place["version_id"]))
        found = self.objects.get(place["key"], jpeg())
        if isinstance(found, Exception):
            raise found
        return found

    def read_each(self, places):
        return [self.tried(place) for place in places]

    def tried(self, place):
        try:
            return self.read(place)
        except UnreadableError as failure:
            return failure

    def add(self, samples=2, **changes):
        self.rows["r1"] = {
            "review_id": "r1",
            "status": "pending",
            "channel_arn": CHANNEL,
            "frame": frame(),
            "frames": 41,
            "samples": [sample(number) for number in range(samples)],
            **changes,
        }

    def link(self, review="r1", life=90_000, key=KEY):
        exp = int(NOW.timestamp()) + life
        return {"exp": str(exp), "sig": links.sign_link(key, review, exp)}

    def get(self, what="blurred", query=None, headers=None, method="GET", **more):
        query = self.link() if query is None else query
        return ask(self.handler, method, f"/reviews/r1/{what}", query | more, headers=headers)

    def cookie(self, *roles, key=KEY):
        held = session.Session("sub", "dana", "Dana", roles, int(NOW.timestamp()) + 60)
        return {"Cookie": f"{session.COOKIE}={session.seal(held, key)}"}


@pytest.fixture
def gallery():
    gallery = Gallery()
    gallery.add()
    return gallery


def titles(reply):
    return [title.text for title in ElementTree.fromstring(reply.body).iter(SVG + "title")]


def tile_count(reply):
    return len(list(ElementTree.fromstring(reply.body).iter(SVG + "image")))


def test_the_frame_under_review_is_shown_blurred(gallery):
    reply = gallery.get()
    assert (reply.status, reply.headers["Content-Type"]) == (200, "image/svg+xml; charset=utf-8")
    assert titles(reply) == ["Blurred: the frame of 2026-11-22 08:05:29 UTC"]
    assert gallery.read_keys == [("ivs/aaaa.jpg", "v")]


def test_a_frame_of_an_unknown_moment_is_shown_too(gallery):
    gallery.add(frame=frame(put_at=None))
    assert titles(gallery.get()) == ["Blurred: the frame under review"]


def test_a_moment_of_another_zone_is_told_in_utc(gallery):
    gallery.add(frame=frame(put_at="2026-11-22T10:05:29+02:00"))
    assert titles(gallery.get()) == ["Blurred: the frame of 2026-11-22 08:05:29 UTC"]


def test_another_frame_of_the_same_channel_is_shown(gallery):
    gallery.ledger[NEAR] = frame(NEAR, version_id="w")
    assert gallery.get(frame=NEAR).status == 200
    assert gallery.get(frame=OWN).status == 200
    assert gallery.read_keys == [("ivs/bbbb.jpg", "w"), ("ivs/aaaa.jpg", "v")]


@pytest.mark.parametrize(
    "other",
    [
        frame(NEAR, channel_arn=CHANNEL.replace("hij", "xyz")),
        frame(NEAR, channel_arn=None),
        {name: value for name, value in frame(NEAR).items() if name != "channel_arn"},
        frame(NEAR, bucket="another"),
        None,
    ],
)
def test_a_frame_of_anything_else_is_not_shown(gallery, other):
    gallery.ledger[NEAR] = other
    reply = gallery.get(frame=NEAR)
    assert reply.status == 404
    assert "This picture cannot be shown" in reply.text
    assert reply.headers["Cache-Control"] == "no-store"
    assert gallery.read_keys == []


@pytest.mark.parametrize("channel", [{"channel_arn": None}, {"channel_arn": ""}])
def test_a_still_has_no_neighbours(gallery, channel):
    """No still is of another's channel, although neither of them has one."""
    gallery.add(**channel)
    gallery.ledger[NEAR] = frame(NEAR, **channel)
    assert gallery.get(frame=NEAR).status == 404
    assert gallery.get().status == 200


@pytest.mark.parametrize(
    "frame_id", ["pair#1", "a" * 63, NEAR + "\n", NEAR.upper(), "<script>", "é"]
)
def test_what_is_no_frames_id_is_not_even_looked_for(gallery, frame_id):
    gallery.ledger[frame_id] = frame(NEAR)
    reply = gallery.get(frame=frame_id)
    assert reply.status == 404
    assert "<script>" not in reply.body


@pytest.mark.parametrize("what", ["blurred", "strip"])
def test_frames_of_another_bucket_are_not_read(gallery, what):
    gallery.add(frame=frame(bucket="another"))
    assert gallery.get(what).status == 404
    assert gallery.read_keys == []


@pytest.mark.parametrize("what", ["blurred", "strip"])
def test_a_review_that_is_not_stored_has_no_pictures(gallery, what):
    del gallery.rows["r1"]
    reply = gallery.get(what)
    assert reply.status == 404
    assert "There is no such review" in reply.text


@pytest.mark.parametrize(
    "found",
    [b"", b"GIF89a", jpeg()[:200], UnreadableError("NoSuchVersion"), UnreadableError("TooLarge")],
)
def test_what_cannot_be_shown_is_drawn_as_such_and_not_kept(gallery, logged, found):
    gallery.objects["ivs/aaaa.jpg"] = found
    reply = gallery.get()
    assert (reply.status, titles(reply)) == (200, ["This picture cannot be shown"])
    assert reply.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert reply.headers["Cache-Control"] == "no-store"
    [warning] = [entry for entry in logged() if entry["level"] == "WARNING"]
    assert warning["review_id"] == "r1"
    assert warning["error"].isidentifier()
    assert "ivs/" not in json.dumps(warning)


def test_a_store_that_fails_is_no_missing_picture(gallery):
    gallery.objects["ivs/aaaa.jpg"] = StoreThrottledError("secret")
    reply = gallery.get()
    assert reply.status == 500
    assert "secret" not in reply.body


def test_a_strip_shows_six_frames_from_the_first_to_the_last(gallery):
    gallery.add(samples=12)
    reply = gallery.get("strip")
    assert [key for key, _ in gallery.read_keys] == [f"ivs/{n}.jpg" for n in (0, 2, 4, 6, 8, 11)]
    assert tile_count(reply) == 6
    assert titles(reply)[:2] == [
        "Blurred: 6 of 41 frames of this incident",
        "The frame of 2026-11-22 08:05:29 UTC",
    ]


def test_a_frame_that_fails_leaves_the_others_of_a_strip(gallery, logged):
    gallery.add(samples=4)
    gallery.objects |= {"ivs/1.jpg": UnreadableError("NoSuchVersion"), "ivs/2.jpg": b"no picture"}
    reply = gallery.get("strip")
    assert (reply.status, tile_count(reply)) == (200, 2)
    assert reply.body.count("not shown") == 2
    assert reply.headers["Cache-Control"] == "no-store"
    errors = [entry["error"] for entry in logged() if entry["level"] == "WARNING"]
    assert errors == ["NoSuchVersion", "UnidentifiedImageError"]


@pytest.mark.parametrize(
    ("what", "status", "seconds"),
    [
        ("blurred", "pending", 3600),
        ("blurred", "decided", 3600),
        ("strip", "pending", 300),
        ("strip", "decided", 3600),
        ("strip", "expired", 3600),
    ],
)
def test_a_browser_keeps_what_will_not_change(gallery, what, status, seconds):
    gallery.add(status=status)
    assert gallery.get(what).headers["Cache-Control"] == f"private, max-age={seconds}"


@pytest.mark.parametrize("what", ["blurred", "strip"])
def test_a_picture_opened_for_itself_is_shut_in(gallery, what):
    policy = gallery.get(what).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert "sandbox" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize("what", ["blurred", "strip"])
def test_nothing_that_came_with_a_key_is_in_a_picture(gallery, what):
    markup = "ivs/<script>alert(1)</script>\"'.jpg"
    gallery.add(frame=frame(key=markup), samples=0)
    gallery.rows["r1"]["samples"] = [sample(0, key=markup)]
    reply = gallery.get(what)
    assert reply.status == 200
    assert "script" not in reply.body
    assert gallery.read_keys == [(markup, "v")]


@pytest.mark.parametrize("what", ["blurred", "strip"])
@pytest.mark.parametrize("role", ["moderator", "lead", "engineer", "auditor"])
def test_everybody_who_works_at_the_desk_sees_them(gallery, what, role):
    assert gallery.get(what, {}, gallery.cookie(role)).status == 200


@pytest.mark.parametrize("what", ["blurred", "strip"])
@pytest.mark.parametrize("life", [90_000, 60])
def test_a_links_holder_sees_them_and_on_its_last_day_too(gallery, what, life):
    assert gallery.get(what, gallery.link(life=life)).status == 200


@pytest.mark.parametrize("what", ["blurred", "strip"])
def test_nobody_else_sees_anything(gallery, what):
    good = gallery.link()
    for query, status in (
        ({}, 303),
        ({"exp": good["exp"]}, 403),
        (good | {"sig": good["sig"][:-1]}, 403),
        (good | {"exp": "9" * 10}, 403),
        (gallery.link("r2"), 403),
        (gallery.link(key="x" * 32), 403),
        (gallery.link(life=0), 410),
    ):
        reply = gallery.get(what, query)
        assert reply.status == status
        assert reply.headers["Cache-Control"] == "no-store"
    assert gallery.get(what, {}, gallery.cookie("lead", key="x" * 32)).status == 401
    assert gallery.get(what, {}, gallery.cookie("stranger")).status == 403
    assert gallery.read_keys == []


@pytest.mark.parametrize("what", ["blurred", "strip"])
def test_looking_is_all_that_can_be_done(gallery, what):
    assert gallery.get(what, method="OPTIONS").headers["Allow"] == "GET, HEAD, OPTIONS"
    assert gallery.get(what, method="POST").status == 404
    got, headed = gallery.get(what), gallery.get(what, method="HEAD")
    assert (headed.status, headed.headers, headed.body) == (got.status, got.headers, "")
