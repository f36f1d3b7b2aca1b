"""The page of one batch: who may do what with it, how it follows, and its files."""

import re
from dataclasses import replace

import pytest

from framewarden.batchwork import Seen
from framewarden.console.problems import Problem
from framewarden.console.way_back import way_back
from framewarden.domain.errors import BatchRefusedError
from tests.unit.console import batches_world as made
from tests.unit.console.batches_world import ID, SAVED, BatchWorld

RUNNING = Seen(made.row(), [made.part()])
PAUSED = Seen(made.over("paused", pause={"reason": "ceiling"}))


@pytest.fixture
def world():
    return BatchWorld(seen=RUNNING)


@pytest.mark.parametrize("role", ["moderator", "lead", "engineer", "auditor"])
def test_everybody_who_is_signed_in_looks(world, role):
    world.roles = (role,)
    page = world.show()
    assert page.status == 200
    assert world.asked == [("look", ID)]
    assert 'aria-current="page">Batches' in page.body
    assert ('id="cancel"' in page.body) == (role == "lead")
    assert ("A lead may cancel it." in page.text) == (role != "lead")
    assert ('data-link="execution"' in page.body) == (role in ("engineer", "auditor"))


@pytest.mark.parametrize("path", [f"/batches/{ID}", f"/batches/{ID}/files/results.jsonl"])
def test_nobody_else_does(world, path):
    world.roles = ()
    page = world.ask(path)
    assert page.status == 303
    assert "sign-in" in page.headers["Location"]
    assert world.ask(path, "HEAD").status == 303
    for order in ("cancel", "resume"):
        assert world.order(order).status == 401
    assert world.asked == []


def test_signing_in_leads_back_here(world):
    world.roles = ()
    assert world.show().headers["Location"] == f"../sign-in?next=batches%2F{ID}"
    for ours in ("batches", f"batches/{ID}", f"batches/{ID}/verify?rule=explicit-high&from=a"):
        assert way_back(ours) == ours
    for other in ("batches/", "batches/x", f"batches/{ID}/cancel", f"batches/{ID}//else.example"):
        assert way_back(other) == "queue"


def test_what_is_not_there_has_a_page(world):
    world.seen = None
    page = world.show()
    assert page.status == 404
    assert "There is no such batch" in page.text
    assert world.live().status == 404


class TestFollowing:
    def test_a_batch_that_runs_is_followed(self, world):
        page = world.show()
        main = re.search(r"<main[^>]*>", page.body)[0]
        assert f'data-live="../batches/{ID}?part=live" data-every="3000"' in main
        etag = re.search(r'data-etag="(?:&#34;|&quot;)([0-9a-f]{16})', main)[1]
        assert "static/live.js" in page.body
        world.later(9)
        same = world.live(etag=f'W/"{etag}"')
        assert (same.status, same.body, same.headers["ETag"]) == (304, "", f'"{etag}"')

    def test_what_changed_is_sent_alone(self, world):
        first = world.live()
        assert first.body.startswith('<div id="live"')
        assert f'action="../batches/{ID}/cancel"' in first.body
        assert "data-ended" not in first.body
        world.seen = replace(RUNNING, row=made.row(analyzed=60))
        second = world.live(etag=first.headers["ETag"])
        assert second.status == 200
        world.seen = Seen(made.done())
        last = world.live(etag=second.headers["ETag"])
        assert 'data-ended="It is done."' in last.body
        assert 'id="cancel"' not in last.body

    def test_its_form_stays_fresh(self, world):
        first = world.live()
        world.later(301)
        assert world.live(etag=first.headers["ETag"]).status == 200

    def test_one_that_stopped_is_followed_until_its_results_are_there(self, world):
        assert "static/live.js" in world.show(Seen(made.row("paused"))).body
        assert "static/live.js" not in world.show(PAUSED).body

    def test_one_that_has_ended_is_not(self, world):
        page = world.show(Seen(made.done()))
        assert "static/live.js" not in page.body
        assert "data-live=" not in page.body


class TestOrders:
    @pytest.mark.parametrize("status", ["starting", "running"])
    def test_a_lead_cancels(self, world, status):
        page = world.show(Seen(made.row(status)))
        reply = world.post(f"/batches/{ID}/cancel", **page.form("cancel"))
        assert (reply.status, reply.headers["Location"]) == (303, f"../../batches/{ID}")
        assert world.done == [("cancel", ID, "Lea", made.NOW)]

    @pytest.mark.parametrize("status", ["paused", "cancelled", "failed"])
    @pytest.mark.parametrize(("typed", "ceiling"), [("", None), ("2,000", 2_000)])
    def test_a_lead_goes_on(self, world, status, typed, ceiling):
        page = world.show(Seen(made.over(status)))
        assert 'placeholder="1,000"' in page.body
        fields = page.form("resume") | {"ceiling": typed}
        reply = world.post(f"/batches/{ID}/resume", **fields)
        assert reply.status == 303
        assert world.done == [("resume", ID, ceiling, "Lea", made.NOW)]

    @pytest.mark.parametrize("status", ["cancelling", "done"])
    def test_there_is_nothing_to_order_of_others(self, world, status):
        row = made.done() if status == "done" else made.row(status)
        page = world.show(Seen(row))
        assert page.form("cancel") == page.form("resume") == {}
        assert "A lead may" not in page.text

    @pytest.mark.parametrize("order", ["cancel", "resume"])
    def test_nobody_else_orders(self, world, order):
        world.roles = ("moderator", "engineer")
        page = world.order(order)
        assert page.status == 403
        assert Problem.LEAD_ONLY.value.title in page.text
        assert world.done == []

    @pytest.mark.parametrize("order", ["cancel", "resume"])
    def test_a_form_must_be_ours(self, world, order):
        assert world.order(order, nonce=world.nonce()).status == 403
        assert world.order(order, headers={"Origin": "https://else.example"}).status == 403
        assert world.order(order, headers={"Content-Type": "application/json"}).status == 415
        assert world.done == []

    def test_a_refusal_says_why_and_keeps_what_was_typed(self, world):
        world.seen = PAUSED
        world.refuses = BatchRefusedError("its ceiling of 1,000 images is reached: name more")
        page = world.order("resume", ceiling="900")
        assert page.status == 409
        assert "Nothing was done Its ceiling of 1,000 images is reached: name more." in page.text
        assert 'value="900"' in page.body

    def test_a_ceiling_that_is_none_is_refused_here(self, world):
        world.seen = PAUSED
        page = world.order("resume", ceiling="many")
        assert page.status == 409
        assert "A ceiling is a whole number of images, 1 or more." in page.text
        assert world.done == []


class TestFiles:
    def test_a_file_is_lent_for_a_minute(self, world):
        world.roles = ("auditor",)
        reply = world.ask(f"/batches/{ID}/files/results.jsonl")
        assert (reply.status, reply.headers["Location"]) == (303, SAVED)
        assert world.asked == [("file", ID, "results.jsonl")]

    def test_one_that_is_not_there_has_a_page(self, world):
        world.saved = None
        page = world.ask(f"/batches/{ID}/files/results.jsonl")
        assert page.status == 404
        assert "There is no such file" in page.text
