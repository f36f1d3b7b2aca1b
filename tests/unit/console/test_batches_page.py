"""The list of batches, and the form by which a lead starts one."""

import re

import pytest

from framewarden.console.problems import Problem
from framewarden.domain.batches import BATCH_ID
from framewarden.domain.errors import BatchRefusedError, PolicyUnavailableError
from tests.unit.console import batches_world as made
from tests.unit.console.batches_world import ID, MANIFEST, BatchWorld

PLACE = f"2026-11-20T08:00:00.000Z@{ID}"


@pytest.fixture
def world():
    return BatchWorld()


class TestList:
    @pytest.mark.parametrize("role", ["moderator", "lead", "engineer", "auditor"])
    def test_everybody_who_is_signed_in_looks(self, world, role):
        world.roles, world.rows = (role,), [made.row()]
        page = world.ask()
        assert page.status == 200
        assert 'data-page="batches"' in page.body
        assert 'aria-current="page">Batches' in page.body
        assert ('id="start"' in page.body) == (role == "lead")
        assert world.ask(method="HEAD").body == ""

    def test_nobody_else_does(self, world):
        world.roles = ()
        page = world.ask()
        assert (page.status, page.headers["Location"]) == (303, "sign-in?next=batches")
        assert world.post().status == 401
        assert world.asked == []

    def test_a_line_says_how_a_batch_stands(self, world):
        world.rows = [
            made.row(lines=1_000, **made.told(4, analyzed=410)),
            made.done(batch="b2" * 10, by="Ana", name=None),
            made.over(
                "failed", batch="c3" * 10, shards=None, analyzed=0, engine="rekognition-bulk"
            ),
        ]
        page = world.ask()
        assert re.findall(r'data-batch="(\w+)" data-status="(\w+)"', page.body) == [
            (ID, "running"),
            ("b2" * 10, "done"),
            ("c3" * 10, "failed"),
        ]
        assert f'<a class="open" href="batches/{ID}"><bdi>autumn</bdi></a>' in page.body
        for said in (
            f"autumn {MANIFEST} ▸ running 430 of 1,000 lines 410 28 12 $0.41 1 min 30 s ago by Lea",
            f"manifest.jsonl {MANIFEST} ✓ done 102 lines 97 7 3 $0.097 1 min 30 s ago by Ana",
            "· Rekognition's bulk job ✕ failed nothing was read 0 $0.00",
        ):
            assert said in page.text
        assert '<progress max="100" value="43"' in page.body

    def test_it_follows_while_something_runs(self, world):
        world.rows = [made.row()]
        page = world.ask()
        main = re.search(r"<main[^>]*>", page.body)[0]
        assert 'data-live="batches?part=live" data-every="5000"' in main
        etag = re.search(r'data-etag="(?:&#34;|&quot;)([0-9a-f]{16})', main)[1]
        assert "static/live.js" in page.body
        world.later(7)
        same = world.live("/batches", f'W/"{etag}"')
        assert (same.status, same.body) == (304, "")
        world.rows = [made.done()]
        fresh = world.live("/batches", f'"{etag}"')
        assert fresh.status == 200
        assert fresh.body.startswith('<div id="live"')
        assert 'data-ended="Nothing runs any more."' in fresh.body
        assert "static/live.js" not in world.ask().body

    def test_it_is_read_page_by_page(self, world):
        world.rows, world.after = [made.row()], PLACE
        page = world.ask(after=PLACE)
        assert world.asked == [("page", PLACE)]
        assert f'id="older" href="batches?after={PLACE}"' in page.body
        assert 'id="newest" href="batches"' in page.body
        assert f'data-live="batches?after={PLACE}&amp;part=live"' in page.body
        world.lost = True
        page = world.ask(after="cut")
        assert 'id="lost"' in page.body
        assert 'id="newest"' not in page.body

    def test_an_empty_list_says_why(self, world):
        world.rows = []
        assert "Nothing was analyzed in a batch yet" in world.ask().text
        assert '<details id="new" open>' in world.ask().body
        assert "This was the end of the list" in world.ask(after=PLACE).text

    def test_markup_is_text(self, world):
        hostile = "<script>alert(1)</script>"
        source = {"kind": "manifest", "bucket": hostile, "key": hostile, "version_id": None}
        world.rows = [made.row("odd", name=hostile, by=hostile, engine=hostile, source=source)]
        page = world.send(action="change", source=hostile, name=hostile, adapter=hostile)
        assert hostile not in page.body
        assert page.text.count(hostile) >= 4
        assert "? odd" in page.text
        assert re.findall(r' style="| on\w+="', page.body) == []


class TestStart:
    def test_what_it_costs_at_most_is_said_before_it_starts(self, world):
        page = world.send(action="check", ceiling="5,000", name="autumn")
        assert page.status == 200
        assert "This costs at most $5.00 At most 5,000 images of" in page.text
        [checked] = [one for one in world.asked if one[0] == "check"]
        assert checked[1]["ceiling"] == 5_000
        assert world.done == []
        shown = page.form("start")
        assert shown["source"] == MANIFEST
        assert world.post(**shown, action="start").status == 303
        [(_, asked, now)] = world.done
        assert now == made.NOW
        assert asked | {"batch_id": ""} == {
            "batch_id": "",
            "name": "autumn",
            "manifest": MANIFEST,
            "engine": "framewarden",
            "ceiling": 5_000,
            "by": "Lea",
            "account": "lea",
            "via": "desk",
        }

    def test_without_a_ceiling_the_deployments_bounds_it(self, world):
        page = world.send(action="check", adapter="arn:x")
        assert "This costs at most $10.00 At most 10,000 images of" in page.text
        assert "an adapter's price is another one" in page.text

    def test_it_can_be_changed_before_it_starts(self, world):
        page = world.send(action="change", ceiling="many", confidence="70", source="s3://b/photos/")
        assert page.status == 200
        assert 'name="source" value="s3://b/photos/"' in page.body
        assert '<details id="new" open>' in page.body
        assert '<details class="whole" open>' in page.body
        assert world.done == []

    def test_a_form_that_is_sent_twice_is_one_batch(self, world):
        fields = {"nonce": world.nonce(), "once": "first"}
        there = [world.send(**fields) for _ in range(2)]
        assert {reply.status for reply in there} == {303}
        [place] = {reply.headers["Location"] for reply in there}
        asked = [one[1]["batch_id"] for one in world.done]
        assert place == f"batches/{asked[0]}"
        assert asked[0] == asked[1]
        assert BATCH_ID.fullmatch(asked[0])
        world.send(**fields | {"once": "second"})
        assert world.done[-1][1]["batch_id"] != asked[0]

    @pytest.mark.parametrize("roles", [("moderator",), ("engineer",), ("auditor",)])
    def test_only_a_lead_starts(self, world, roles):
        world.roles = roles
        page = world.send()
        assert page.status == 403
        assert Problem.LEAD_ONLY.value.title in page.text
        assert world.done == []

    def test_a_form_must_be_ours_and_fresh(self, world):
        old, page = world.nonce(), world.send(nonce="1.x")
        assert (page.status, world.done) == (403, [])
        assert Problem.FORM_FOREIGN.value.title in page.text
        world.later(15 * 60)
        page = world.send(nonce=old, name="kept")
        assert Problem.FORM_OLD.value.title in page.text
        assert 'value="kept"' in page.body
        assert world.send(once="o" * 33).status == 400
        assert world.send(action="burn").status == 400
        elsewhere = world.post(headers={"Origin": "https://else.example"}, nonce=world.nonce())
        assert elsewhere.status == 403
        assert world.done == []

    @pytest.mark.parametrize(
        "refusal",
        [
            BatchRefusedError("the bucket x is not allowed: add it"),
            PolicyUnavailableError("no policy is published: framewarden policy publish FILE"),
        ],
    )
    @pytest.mark.parametrize("action", ["check", "start"])
    def test_a_refusal_says_why_and_keeps_what_was_typed(self, world, refusal, action):
        world.refuses = refusal
        page = world.send(action=action, name="kept")
        assert page.status == 409
        assert f"Nothing was done {str(refusal)[0].upper()}{str(refusal)[1:]}." in page.text
        assert 'value="kept"' in page.body
        assert 'id="confirm"' not in page.body

    def test_what_may_be_read_is_said(self, world):
        assert "may read: example-photos." in world.ask().text
        world.sources = ()
        assert "may read: none; the parameter BatchSourceBuckets names them." in world.ask().text
