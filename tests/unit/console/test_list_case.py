"""The case of a batch's list: its grid for whoever is signed in, the facts for a link's holder."""

import json

import pytest

from tests.unit.console.queue_world import Queue
from tests.unit.console.queue_world import row as index_row

ID = "5f0c2d9a7be14c3386d1"
RULE = "explicit & more"
BATCH = {"batch_id": ID, "rule": RULE, "images": 214, "list": {"bucket": "b", "key": "k"}}
KEY = f"batches/{ID}/rules/explicit%20%26%20more.jsonl"
GRID = f"../batches/{ID}/verify?rule=explicit%20%26%20more"
SHEET = f"batches/{ID}/sheet?rule=explicit%20%26%20more"
LIST = {
    "batch": BATCH,
    "channel": f"batches/{ID}/214/{RULE}",
    "channel_arn": None,
    "source": "batch",
    "frame": {"frame_id": "f", "bucket": "example-batches", "key": KEY, "version_id": "v"},
    "frames": 1,
    "samples": [{"key": KEY, "version_id": "v", "at": "2026-11-22T08:05:29Z", "confidence": 92.3}],
    "default": "block",
}


@pytest.fixture
def listed(world):
    world.add(**LIST)
    return world


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("role", ["moderator", "lead", "engineer", "auditor"])
@pytest.mark.parametrize("status", ["pending", "decided", "expired"])
def test_whoever_is_signed_in_is_sent_to_the_grid_however_it_stands(world, status, role, method):
    world.add(**LIST, status=status)
    reply = world.signed_in(role).get(method=method)
    assert (reply.status, reply.headers["Location"]) == (303, GRID)
    assert world.untouched


def test_the_record_stays_on_the_cases_own_page(listed):
    page = listed.signed_in("moderator").get(query={"record": "all"})
    assert page.status == 200
    assert f'<a class="button" id="grid" href="{GRID.replace("&", "&amp;")}"' in page.body
    assert f'<a id="batch" href="../batches/{ID}">' in page.body
    assert 'href="../reviews/r1?record=all">look again</a>' in page.body
    assert f'<img id="blurred" src="../{SHEET}"' in page.body
    assert page.decisions == ["allow", "block"]


def test_the_script_of_a_page_is_told_how_it_stands(listed):
    reply = listed.signed_in("moderator").get(headers={"Accept": "application/json"})
    assert (reply.status, json.loads(reply.body)["state"]) == (200, "open")


def test_a_links_holder_sees_the_facts_and_what_can_be_decided(listed):
    page = listed.get()
    assert page.status == 200
    for shown in (
        "Exposed Female Nipple 92.3 % on 214 images of batch 5f0c2d9a",
        "In the surest of the images. Each has labels of its own.",
        f"Batch {ID}",
        "Rule explicit & more",
        "Images 214",
        f"List {KEY}",
        "Listed 1 min 2 s ago",
        "the images that nobody decided are blocked",
        "those that somebody decided stay as they are",
        "Allow the rest The images of the list that nobody decided may be shown.",
        "Block the rest The images of the list that nobody decided must not be shown.",
    ):
        assert shown in page.text, shown
    assert page.decisions == ["allow", "block"]
    query = listed.query()
    carried = f"&amp;review=r1&amp;exp={query['exp']}&amp;sig={query['sig']}"
    assert f'<img id="blurred" src="../{SHEET}{carried}"' in page.body
    assert '<a id="grid" href="../sign-in?next=reviews/r1">' in page.body
    assert GRID not in page.body


def test_a_list_has_no_single_picture_frame_or_label_to_judge(listed):
    page = listed.get()
    for gone in ('id="reveal"', "/blurred?v=", 'name="label.0"', 'name="add"', "1 frame", "Taken"):
        assert gone not in page.body, gone
    assert listed.signed_in("moderator").act("/reveal").status == 404
    assert listed.untouched


@pytest.mark.parametrize("decision", ["allow", "block"])
def test_a_link_decides_about_the_rest(listed, decision):
    reply = listed.press(decision)
    assert reply.status == 303
    [(review_id, chosen, _)] = listed.decided
    assert (review_id, chosen) == ("r1", decision)
    stands = listed.get().text
    done = {"allow": "Allowed: the images that nobody decided may be shown."}
    done["block"] = "Blocked: the images that nobody decided must not be shown."
    assert done[decision] in stands
    assert "each image can still be decided, and corrected" in stands


def test_the_grid_decides_about_the_rest_and_is_come_back_to(listed):
    person = listed.signed_in("moderator")
    reply = person.post(nonce=person.nonce(), decision="block", rung="0")
    assert (reply.status, reply.headers["Location"]) == (303, "../reviews/r1")
    assert person.get().headers["Location"] == GRID
    stands = person.get(query={"record": "all"})
    assert "Decided: Block the rest" in stands.text
    assert f'<a href="{GRID}">On the grid</a>' in stands.body


def test_what_is_said_of_labels_there_is_not_kept(listed):
    person = listed.signed_in("moderator")
    labels = {"label.0": "confirm", "label.0.name": "Exposed Female Nipple", "add": "Weapons"}
    person.post(nonce=person.nonce(), decision="block", rung="0", **labels)
    assert listed.decided[0][2]["labels"] is None


def test_a_decision_that_is_refused_is_told_on_the_cases_page(listed):
    reply = listed.signed_in("auditor").act("", decision="block", rung="0")
    assert reply.status == 403
    assert "Your role does not do this" in reply.text
    assert listed.decided == []


def test_a_note_is_kept_and_read_where_the_record_is(listed):
    person = listed.signed_in("moderator")
    reply = person.act("/notes", note="ask Ben")
    assert (reply.status, reply.headers["Location"]) == (303, "../../reviews/r1?record=all#record")
    assert listed.told[0][:2] == ("note", "ask Ben")


def test_what_nobody_could_judge_says_so_of_the_list(world):
    unjudged = {"labels": [], "matched": [], "category": "unscreened", "reason": "policy_missing"}
    world.add(**LIST, **unjudged)
    assert "Nobody has looked at this list yet" in world.get().text


class TestTheQueue:
    def row(self, **changes):
        named = {"channel": LIST["channel"], "channel_arn": None, "frames": 1, "default": "block"}
        return index_row(**named | changes)

    def test_a_card_shows_the_sheet_and_how_many_images(self):
        page = Queue().add(self.row()).ask()
        assert "214 images of batch 5f0c2d9a, matched by explicit & more, asked" in page.text
        assert f'<img class="sheet" src="{SHEET}" alt=""' in page.body
        assert "the images that nobody decided are blocked" in page.text
        assert "/strip" not in page.body
        assert "1 frame" not in page.text

    def test_other_cards_have_their_strip(self):
        page = Queue().add(index_row("r2")).ask()
        assert "reviews/r2/strip" in page.body
        assert "/sheet" not in page.body

    def test_lists_are_found_by_their_batch(self):
        queue = Queue().add(self.row(), index_row("r2"))
        assert 'data-review="r2"' not in queue.ask(channel=ID).body
        assert 'data-review="r1"' in queue.ask(channel=ID).body
        assert 'data-review="r1"' in queue.ask(channel="batches").body

    def test_markup_in_a_rules_name_is_text(self):
        rule = "<img src=x onerror=alert(1)>"
        page = Queue().add(self.row(channel=f"batches/{ID}/2/{rule}")).ask()
        assert "<img src=x" not in page.body
