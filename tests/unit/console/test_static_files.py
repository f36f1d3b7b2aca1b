import re

import pytest

from framewarden.console import static_files
from framewarden.console.static_files import FOLDER, KINDS, address, static
from tests.unit.console.desk_world import DeskWorld


@pytest.fixture
def desk():
    return DeskWorld()


def test_a_file_is_kept_for_a_year_at_an_address_of_its_own(desk):
    reply = desk.ask("GET", "/static/desk.css")
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "text/css; charset=utf-8"
    assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert reply.headers["ETag"] == f'"{static("desk.css").digest}"'
    assert address("desk.css") == f"static/desk.css?v={static('desk.css').digest}"


def test_a_browser_that_has_the_file_gets_none(desk):
    etag = desk.ask("GET", "/static/desk.css").headers["ETag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        reply = desk.ask("GET", "/static/desk.css", headers={"If-None-Match": known})
        assert (reply.status, reply.body, reply.headers["ETag"]) == (304, "", etag)
    assert desk.ask("GET", "/static/desk.css", headers={"If-None-Match": '"x"'}).status == 200


def test_only_named_files_are_served(desk):
    for name in ("review.html", "..", "../site.py", "%2e%2e%2fsite.py", "DESK.CSS"):
        assert desk.ask("GET", f"/static/{name}").status == 404


def test_every_file_of_the_folder_is_served_and_small():
    assert {path.name for path in FOLDER.iterdir()} == set(KINDS)
    assert sum(len(static(name).text.encode()) for name in KINDS) < 100_000


def test_the_style_reaches_for_nothing_outside():
    assert not re.search(r"url\(|@import", static("desk.css").text)
    assert static_files.static("desk.css") is static_files.static("desk.css")


def luminance(colour):
    full = colour if len(colour) == 6 else "".join(digit * 2 for digit in colour)
    parts = (int(full[at : at + 2], 16) / 255 for at in (0, 2, 4))
    linear = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_text_has_the_contrast_of_wcag_aa_by_day_and_by_night():
    blocks = re.findall(r":root \{(.*?)\}", static("desk.css").text, re.S)
    palettes = [dict(re.findall(r"--([\w-]+): #(\w+)", block)) for block in blocks]
    assert len(palettes) == 2
    for colours in palettes:
        for surface in ("ground", "card"):
            for text in ("ink", "quiet", "link"):
                assert contrast(colours[text], colours[surface]) >= 4.5
            for edge in ("edge", "focus"):
                assert contrast(colours[edge], colours[surface]) >= 3
        assert contrast(colours["danger-ink"], colours["danger"]) >= 4.5
        assert contrast(colours["ink"], colours["warm"]) >= 4.5


def test_chips_are_readable():
    chips = re.findall(
        r"\.chip\.\w+ \{ background: #(\w+); color: #(\w+); \}", static("desk.css").text
    )
    assert len(chips) == 3
    assert all(contrast(*chip) >= 4.5 for chip in chips)
