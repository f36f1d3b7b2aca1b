"""Blurred pictures are drawn in their own proportions, with words for who does not see them."""

import io
import re
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from PIL import Image

from framewarden.blurring import Blurred
from framewarden.console import drawing

AT = datetime(2026, 11, 22, 8, 5, 29, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"


def picture(width=1920, height=1080):
    written = io.BytesIO()
    Image.new("RGB", (40, 22), "red").save(written, "JPEG")
    return Blurred(written.getvalue(), width, height)


def tiles(*pictures):
    return [drawing.Tile(AT + timedelta(seconds=n), one) for n, one in enumerate(pictures)]


def words(tree, tag):
    return ["".join(found.itertext()) for found in tree.iter(SVG + tag)]


@pytest.mark.parametrize(
    ("size", "height"),
    [
        ((1920, 1080), 360),
        ((1080, 1920), 1138),
        ((1, 1), 640),
        ((50_000, 10), 64),
        ((10, 50_000), 6400),
    ],
)
def test_a_frame_keeps_its_proportions_as_far_as_a_page_can_bear(size, height):
    tree = ElementTree.fromstring(drawing.single(picture(*size), AT))
    assert tree.get("viewBox") == f"0 0 640 {height}"
    [image] = tree.iter(SVG + "image")
    assert (image.get("width"), image.get("height")) == ("640", str(height))


def test_a_frame_is_inside_its_own_document_and_says_what_it_is():
    tree = ElementTree.fromstring(drawing.single(picture(), AT))
    [image] = tree.iter(SVG + "image")
    kind, _, inline = image.get("href").partition(",")
    assert kind == "data:image/jpeg;base64"
    assert b64decode(inline, validate=True) == picture().jpeg
    assert words(tree, "title") == ["Blurred: the frame of 2026-11-22 08:05:29 UTC"]
    unknown = ElementTree.fromstring(drawing.single(picture(), None))
    assert words(unknown, "title") == ["Blurred: the frame under review"]


def test_what_scales_it_up_is_smooth_and_opaque_to_its_edges():
    for drawn in (drawing.single(picture(), AT), drawing.strip(tiles(picture()), 1)):
        tree = ElementTree.fromstring(drawn)
        [image], [soft] = tree.iter(SVG + "image"), tree.iter(SVG + "filter")
        assert image.get("filter") == f"url(#{soft.get('id')})"
        [gauss], [alpha] = soft.iter(SVG + "feGaussianBlur"), soft.iter(SVG + "feFuncA")
        assert gauss.get("edgeMode") == "duplicate"
        assert alpha.get("tableValues") == "1 1"


def test_what_cannot_be_shown_says_so_to_everybody():
    tree = ElementTree.fromstring(drawing.single(None, AT))
    assert words(tree, "title") == words(tree, "text") == ["This picture cannot be shown"]
    assert not list(tree.iter(SVG + "image"))
    assert not list(tree.iter(SVG + "filter"))


def test_a_strip_shows_each_frame_with_its_time():
    tree = ElementTree.fromstring(drawing.strip(tiles(picture(), None, picture()), 41))
    assert words(tree, "text") == ["08:05:29", "not shown", "08:05:30", "08:05:31"]
    assert words(tree, "title") == [
        "Blurred: 3 of 41 frames of this incident",
        "The frame of 2026-11-22 08:05:29 UTC",
        "This picture cannot be shown: the frame of 2026-11-22 08:05:30 UTC",
        "The frame of 2026-11-22 08:05:31 UTC",
    ]


def test_the_tiles_of_a_strip_stand_side_by_side():
    portrait, wide = picture(1080, 1920), picture(5000, 100)
    tree = ElementTree.fromstring(drawing.strip(tiles(picture(), None, portrait, wide), 4))
    places = [
        (int(found.get("x")), int(found.get("width")), int(found.get("y")), found.get("height"))
        for group in tree.iter(SVG + "g")
        for found in group
        if found.tag in (SVG + "image", SVG + "rect")
    ]
    widths = [160, 160, 51, 216]
    # Under a narrow one its time needs more room than it does.
    lefts = [4, 168, 332 + (120 - 51) // 2, 456]
    assert places == [(at, width, 4, "90") for at, width in zip(lefts, widths, strict=True)]
    middles = [int(text.get("x")) for text in tree.iter(SVG + "text") if text.text != "not shown"]
    assert middles == [84, 248, 391, 564]
    assert tree.get("viewBox") == "0 0 676 128"


def test_a_drawing_reaches_for_nothing_and_runs_nothing():
    for drawn in (
        drawing.single(picture(), AT),
        drawing.single(None, None),
        drawing.strip(tiles(picture(), None), 2),
    ):
        ElementTree.fromstring(drawn)
        assert not re.search(r"<script|<style|<a\b|\sstyle=|\son\w+=|<!|<\?", drawn)
        assert all(
            link.startswith("data:image/jpeg;base64,") for link in re.findall('href="(.*?)"', drawn)
        )
        assert set(re.findall(r"https?://[^\"]*", drawn)) == {"http://www.w3.org/2000/svg"}
