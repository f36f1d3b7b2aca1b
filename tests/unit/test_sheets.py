"""A sheet shows the images that its page names and no others, blurred, and is made once."""

import io
import json
import re
from base64 import b64decode
from xml.etree import ElementTree

import pytest
from PIL import Image

from framewarden.blurring import LONGEST
from framewarden.domain import batch_lists, links
from framewarden.sheet_drawing import CELLS, COLUMNS, HEIGHT, WIDTH
from framewarden.sheets import PATIENCE, version_of
from tests.unit.console.browser import ask as send
from tests.unit.console.verify_world import BATCH, KEY, NOW, RULE, List, jpeg
from tests.unit.scenes import BATCHES_BUCKET, SOURCE_BUCKET


@pytest.fixture
def listed(aws):
    return List(aws)


def picture(svg):
    [inline] = re.findall(r"base64,([^\"]+)", svg)
    return Image.open(io.BytesIO(b64decode(inline)))


def middle(svg, at):
    """Return the colour in the middle of a cell."""
    x, y = (at % COLUMNS) * WIDTH + WIDTH // 2, (at // COLUMNS) * HEIGHT + HEIGHT // 2
    return picture(svg).getpixel((x, y))


def sheet_of(page):
    [address] = set(re.findall(r'src="[^"]*/sheet\?([^"]+)"', page.body))
    return dict(pair.split("=") for pair in address.replace("&amp;", "&").split("&"))


def ask(listed, role="moderator", **query):
    return listed.ask(below="sheet", role=role, **query)


class TestDrawing:
    def test_each_image_is_in_the_cell_that_its_page_crops(self, listed):
        listed.image(0, picture=jpeg("red"))
        listed.image(1, picture=jpeg("blue", (180, 320)), bucket=SOURCE_BUCKET, key="b.jpg")
        for at in range(2, 11):
            listed.image(at, picture=jpeg("black"))
        listed.image(11, picture=jpeg("lime"))
        svg = listed.sheets.get(BATCH, RULE, "", "").svg
        assert picture(svg).size == (COLUMNS * WIDTH, CELLS // COLUMNS * HEIGHT)
        assert middle(svg, 0)[0] > 200 > 60 > middle(svg, 0)[2]
        assert middle(svg, 1)[2] > 200
        assert middle(svg, 11)[1] > 200

    def test_less_is_left_of_an_image_than_a_single_one_shows(self, listed):
        noise = Image.effect_noise((1600, 1200), 90).convert("RGB")
        written = io.BytesIO()
        noise.save(written, "JPEG")
        listed.fill(1, picture=written.getvalue())
        cell = picture(listed.sheets.get(BATCH, RULE, "", "").svg).crop((0, 0, WIDTH, HEIGHT))
        levels = [level for level, count in enumerate(cell.convert("L").histogram()) if count]
        inner = cell.convert("L").crop((10, 10, 70, 50)).getextrema()
        assert (LONGEST, len(levels) < 256) == (40, True)
        assert inner[1] - inner[0] < 40, "noise of a picture that large is grey when it is blurred"

    def test_what_cannot_be_shown_is_said_in_its_cell_and_kept_as_such(self, aws, listed, logged):
        listed.image(0, picture=b"no picture")
        listed.image(1)
        listed.image(2, bucket="payroll")
        listed.image(3, key="ivs/a.jpg")
        listed.image(4, picture=jpeg())
        sheet = listed.sheets.get(BATCH, RULE, "", "")
        assert (sheet.whole, sheet.svg.count("not shown")) == (True, 4)
        assert middle(sheet.svg, 4)[0] > 200
        written = logged.getvalue()
        assert written.count("picture not shown") == 4
        assert "NotAllowed" in written
        assert "payroll" not in written
        assert {call["Bucket"] for call in aws.wire.made("GetObject")} <= {
            "example-frames",
            BATCHES_BUCKET,
        }

    def test_a_drawing_is_xml_with_nothing_of_a_key_in_it(self, listed):
        listed.fill(1, key="batches/<script>.jpg", picture=jpeg())
        svg = listed.sheets.get(BATCH, RULE, "", "").svg
        assert ElementTree.fromstring(svg).tag.endswith("svg")
        assert "script" not in svg


class TestKeeping:
    def test_it_is_made_once(self, aws, listed):
        listed.fill(9, picture=jpeg())
        first = listed.sheets.get(BATCH, RULE, "", "")
        aws.wire.forget()
        assert listed.sheets.get(BATCH, RULE, "", "") == first
        assert len(aws.wire.made("GetObject")) == 1
        [kept] = [row["Key"] for row in aws.wire.made("GetObject")]
        version = kept.rpartition("/")[2].removesuffix(".svg")
        aws.wire.forget()
        assert listed.sheets.get(BATCH, RULE, "", version) == first
        assert aws.wire.made("Query") == []

    def test_what_there_was_no_time_for_is_drawn_at_the_next_look(self, aws, listed):
        listed.fill(20, picture=jpeg())
        listed.ticks = iter([0, 0, 1, PATIENCE, 0, 0, 0, 0])
        first = listed.sheets.get(BATCH, RULE, "", "")
        assert (first.whole, first.svg.count("not shown")) == (False, 4)
        aws.wire.forget()
        second = listed.sheets.get(BATCH, RULE, "", "")
        assert (second.whole, second.svg.count("not shown")) == (True, 0)
        read = [call for call in aws.wire.made("GetObject") if call["Bucket"] != BATCHES_BUCKET]
        assert len(read) == 4
        assert middle(second.svg, 0) == middle(first.svg, 0)

    def test_a_throttled_picture_is_asked_for_again(self, aws, listed):
        names = listed.fill(1, picture=jpeg())
        version = version_of(names)
        aws.wire.fails("GetObject", "AccessDenied", times=2)  # none is kept, and none was begun
        aws.wire.fails("GetObject", "SlowDown", status=503)
        assert listed.sheets.get(BATCH, RULE, "", version).whole is False
        assert listed.sheets.get(BATCH, RULE, "", version).whole is True

    def test_a_list_without_images_there_has_none(self, listed):
        assert listed.sheets.get(BATCH, RULE, "", "") is None


class TestAsking:
    def test_the_page_and_its_sheet_name_the_same_images(self, listed):
        names = listed.fill(61, picture=jpeg())
        asked = sheet_of(listed.ask())
        assert asked["v"] == version_of(names[:60])
        reply = ask(listed, v=asked["v"])
        assert (reply.status, reply.headers["Cache-Control"]) == (200, "private, max-age=3600")
        assert reply.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
        assert "sandbox" in reply.headers["Content-Security-Policy"]
        [ahead] = re.findall(r'data-next-sheet="[^"]*v=(\w+)"', listed.ask().body)
        assert ahead == version_of(names[60:])
        assert ask(listed, v=ahead, **{"from": names[60]}).status == 200

    def test_images_that_came_meanwhile_are_in_no_cell_of_another(self, listed):
        listed.fill(2, picture=jpeg())
        asked = sheet_of(listed.ask())
        before = ask(listed, v=asked["v"])
        listed.image(5, key="batches/new.jpg")
        assert ask(listed, v=asked["v"]).body == before.body, "kept, and of the images of its page"
        assert ask(listed, v="0" * 32).status == 404

    def test_without_a_version_it_is_what_the_list_is_now(self, listed):
        listed.fill(1, picture=jpeg())
        assert ask(listed).headers["Cache-Control"] == "private, max-age=300"
        assert ask(listed, v="../../x").status == 200

    def test_what_is_not_whole_is_not_kept_by_a_browser(self, listed):
        listed.fill(1, picture=jpeg())
        listed.ticks = iter([0, PATIENCE])
        assert ask(listed).headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("role", ["moderator", "lead", "engineer", "auditor"])
    def test_everybody_who_works_at_the_desk_sees_it(self, listed, role):
        listed.fill(1, picture=jpeg())
        assert ask(listed, role).status == 200
        assert ask(listed, None).status == 303

    @pytest.mark.parametrize("wrong", [{"rule": "another"}, {"from": "x"}, {"from": "1#../.."}])
    def test_what_is_not_there_is_not_found(self, listed, wrong):
        listed.fill(1, picture=jpeg())
        assert ask(listed, **wrong).status == 404

    def test_what_is_no_batch_is_not_found(self, listed):
        found = send(listed.handler, "GET", "/batches/x/sheet", headers=listed.cookie("lead"))
        assert found.status == 404

    def test_a_links_holder_sees_the_list_that_its_review_asks_about(self, listed):
        listed.fill(1, picture=jpeg())
        listed.fill(1, rule="other", picture=jpeg())
        review_id = listed.ask_people()
        exp = int(NOW.timestamp()) + 90_000
        held = {"review": review_id, "exp": str(exp), "sig": links.sign_link(KEY, review_id, exp)}
        assert ask(listed, None, **held).status == 200
        assert ask(listed, None, **held, rule="other").status == 404
        assert ask(listed, None, **held | {"sig": "forged"}).status == 403
        assert ask(listed, None, **held | {"review": "r2"}).status == 403
        listed.ask_people(channel="uploads")
        assert ask(listed, None, **held).status == 404
        exp_of = links.sign_link(KEY, "gone", exp)
        assert ask(listed, None, **held | {"review": "gone", "sig": exp_of}).status == 404

    def test_a_list_of_that_name_is_of_one_batch(self, listed):
        other = {"batch_id": "f" * 20, "images": 3, "rule": RULE}
        listed.fill(1, picture=jpeg())
        review_id = listed.ask_people(channel=batch_lists.channel_of(other))
        exp = int(NOW.timestamp()) + 90_000
        held = {"review": review_id, "exp": str(exp), "sig": links.sign_link(KEY, review_id, exp)}
        assert ask(listed, None, **held).status == 404


def test_a_sheet_travels_as_text(listed):
    listed.fill(1, picture=jpeg())
    body = ask(listed).body
    assert json.loads(json.dumps(body)) == body
