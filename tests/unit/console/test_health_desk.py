"""The page of health: who may look, what it shows, and how it follows."""

import re

import pytest

from tests.unit.console import health_world
from tests.unit.console.health_world import HealthWorld, health


@pytest.fixture
def world():
    return HealthWorld()


@pytest.mark.parametrize("role", ["engineer", "auditor"])
def test_engineers_and_auditors_look(world, role):
    world.roles = (role,)
    page = world.ask()
    assert page.status == 200
    assert 'data-page="health"' in page.body
    assert '<a href="health" data-key="w"' in page.body
    assert 'aria-current="page">Health' in page.body


@pytest.mark.parametrize("path", ["/health", "/health/live"])
@pytest.mark.parametrize(("roles", "status"), [((), 303), (("moderator", "lead"), 403)])
def test_nobody_else_does(world, path, roles, status):
    world.roles = roles
    assert world.ask(path=path).status == status
    assert world.looks == []


@pytest.mark.parametrize("path", ["/health", "/health/live"])
def test_it_is_only_looked_at(world, path):
    assert world.ask("HEAD", path).status == 200
    assert world.ask("HEAD", path).body == ""
    assert world.ask("POST", path).status == 404


def test_the_page_follows_itself(world):
    page = world.ask()
    main = re.search(r"<main[^>]*>", page.body)[0]
    assert 'data-live="health/live"' in main
    assert 'data-every="5000"' in main
    etag = re.search(r'data-etag="(?:&#34;|&quot;)([0-9a-f]{16})', main)[1]
    assert "static/live.js" in page.body
    assert "data-live-said" in page.body
    world.later(5)
    same = world.live(f'"{etag}"')
    assert (same.status, same.body, same.headers["ETag"]) == (304, "", f'"{etag}"')
    assert world.live(f'W/"{etag}"').status == 304


def test_what_changed_is_sent_alone(world):
    first = world.live()
    assert first.body.startswith('<div id="live" data-now="1795334791" data-says="All is well"')
    assert "<html" not in first.body
    world.later(5)
    world.seen = health(unscreened=3)
    second = world.live(first.headers["ETag"])
    assert second.status == 200
    assert second.headers["ETag"] != first.headers["ETag"]
    assert 'data-title="Nothing is broken, but nobody looked at some frames ·' in second.body


def test_time_alone_changes_nothing(world):
    world.seen = health(live=[health_world.live()], oldest=health_world.oldest(), open_reviews=1)
    first = world.live()
    world.later(60)
    assert world.live(first.headers["ETag"]).status == 304


def test_many_who_look_at_once_cost_one_look(world):
    for _ in range(3):
        world.ask()
        world.live()
        world.later(0.9)
    assert len(world.looks) == 1
    world.later(0.3)
    world.ask()
    assert world.looks == [health_world.NOW, world.now]


def test_what_could_not_be_read_is_logged_by_its_name(world, logged):
    world.seen = health(unread=["live", "bans"])
    world.ask()
    [entry] = [one for one in logged() if one["message"] == "not all was read"]
    assert entry["parts"] == [
        {"part": "live", "error": "ThrottlingException"},
        {"part": "bans", "error": "ThrottlingException"},
    ]
    assert entry["level"] == "WARNING"


def test_a_quiet_look_logs_nothing_more(world, logged):
    world.ask()
    assert [one["message"] for one in logged()] == ["answered"]


def test_markup_is_text(world):
    hostile = "<script>alert(1)</script>"
    world.seen = health(
        place=hostile,
        policy={"name": hostile, "hash": hostile},
        bans=[health_world.ban(by=hostile)],
        given_up=[health_world.message(hostile, hostile, given_up=True)],
        oldest=health_world.oldest(review_id=hostile, severity=hostile, channel=hostile),
        open_reviews=1,
        live=[health_world.live(hostile, trouble=hostile)],
    )
    page = world.ask()
    assert hostile not in page.body
    assert page.text.count(hostile) >= 7
    assert re.findall(r' style="| on\w+="', page.body) == []
