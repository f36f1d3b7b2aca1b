"""Claims, notes and reveals: by whom, and never without the record."""

import json
from datetime import timedelta

import pytest

from framewarden.domain import links
from framewarden.domain.errors import StoreThrottledError

JSON = {"Accept": "application/json"}
FORMS = [
    ("/claim", {"action": "claim"}),
    ("/notes", {"note": "x"}),
    ("/reveal", {}),
    ("", {"decision": "allow"}),
]


@pytest.mark.parametrize(("below", "fields"), FORMS)
def test_a_form_needs_a_fresh_nonce_of_this_page_and_this_person(world, below, fields):
    world.add()
    world.add(review_id="r2")
    ana, bea = world.signed_in("lead"), world.signed_in("lead", account="bea")
    nonces = {
        "none": None,
        "another person's": bea.get().fields["nonce"],
        "another review's": ana.get("r2").fields["nonce"],
        "a link's": world.get().fields["nonce"],
        "sign-out's": links.make_nonce(world.KEY, "sign-out|ana", world.now),
        "old": links.make_nonce(world.KEY, "r1|ana", world.now - timedelta(minutes=15)),
    }
    for of, nonce in nonces.items():
        sent = {"nonce": nonce} if nonce else {}
        reply = ana.post(below=below, **sent, **fields)
        assert reply.status == 403, of
        words = "open for too long" if of == "old" else "did not come from this page"
        assert words in reply.text
        assert links.verify_nonce([world.KEY], "r1|ana", reply.fields["nonce"], world.now) is None
    assert world.untouched


@pytest.mark.parametrize(("below", "fields"), FORMS)
@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_another_origins_form_does_nothing(world, below, fields, origin):
    world.add()
    reply = world.signed_in("lead").act(below, headers={"Origin": origin}, **fields)
    assert (reply.status, "came from another site" in reply.text) == (403, True)
    assert world.untouched


@pytest.mark.parametrize(("below", "fields"), FORMS)
def test_a_huge_body_or_no_form_does_nothing(world, below, fields):
    world.add()
    person = world.signed_in("lead")
    for reply, status in (
        (person.act(below, **fields | {"note": "x" * 2_000_000}), 413),
        (person.act(below, headers={"Content-Type": "application/json"}, **fields), 415),
    ):
        assert reply.status == status
        assert "xxxx" not in reply.body
    assert world.untouched


@pytest.mark.parametrize(
    ("role", "below", "status"),
    [
        ("auditor", "/claim", 403),
        ("auditor", "/notes", 403),
        ("auditor", "/reveal", 200),
        ("engineer", "/claim", 403),
        ("engineer", "/notes", 403),
        ("engineer", "/reveal", 403),
        ("moderator", "/claim", 303),
        ("moderator", "/notes", 303),
        ("moderator", "/reveal", 200),
    ],
)
def test_each_role_does_what_it_may(world, role, below, status):
    world.add()
    person = world.signed_in(role)
    reply = person.act(below, action="claim", note="x")
    assert reply.status == status
    assert ("Your role does not do this" in reply.text) == (status == 403)
    assert (f'action="../reviews/r1{below}"' in person.get().body) == (status != 403)
    assert bool(world.claims or world.told) == (status != 403)


@pytest.mark.parametrize("below", ["/claim", "/notes"])
def test_a_link_keeps_no_note_and_claims_nothing(world, below):
    world.add()
    nonce = world.get().fields["nonce"]
    reply = world.post(below=below, nonce=nonce, action="claim", note="x")
    assert (reply.status, "A link does not do this" in reply.text) == (403, True)
    world.now += timedelta(seconds=241)
    reply = world.post(below=below, nonce=nonce, action="claim", note="x")
    assert (reply.status, "This link only looks now" in reply.text) == (403, True)
    assert world.untouched


class TestNotes:
    def test_a_note_is_kept_under_ones_own_name(self, world):
        world.add()
        reply = world.signed_in("moderator", name="Ana Ruiz").act("/notes", note=" one\r\ntwo ")
        assert (reply.status, reply.headers["Location"]) == (303, "../../reviews/r1#record")
        who = {"by": "Ana Ruiz", "account": "ana", "via": "desk", "now": world.now}
        assert world.told == [("note", "one\ntwo", who)]

    @pytest.mark.parametrize("note", ["", "  \r\n ", "\u202e"])
    def test_an_empty_note_is_none(self, world, note):
        world.add()
        reply = world.signed_in("moderator").act("/notes", note=note)
        assert (reply.status, "There is no note" in reply.text) == (400, True)
        assert world.told == []

    def test_a_note_of_two_thousand_characters_is_kept_and_a_longer_one_is_not(self, world):
        world.add()
        person = world.signed_in("moderator")
        assert person.act("/notes", note="🦊" * 2000).status == 303
        reply = person.act("/notes", note="x" * 2001)
        assert (reply.status, "2,000 characters" in reply.text) == (413, True)
        assert len(world.told) == 1

    def test_what_a_full_record_refuses_is_still_in_the_form(self, world):
        world.add()
        world.is_full = True
        reply = world.signed_in("moderator").act("/notes", note="kept <b>")
        assert (reply.status, "The record of this case is full" in reply.text) == (409, True)
        assert "\nkept &lt;b&gt;</textarea>" in reply.body
        assert reply.body.count("kept &lt;b&gt;") == 1, "in its own form and in no other"


class TestReveals:
    def test_the_record_says_so_before_the_picture_has_an_address(self, world):
        row = world.add()
        person = world.signed_in("auditor", name="Ana Ruiz")
        reply = person.act("/reveal")
        assert reply.status == 200
        assert world.told == [
            ("reveal", {"by": "Ana Ruiz", "account": "ana", "via": "desk", "now": world.now})
        ]
        assert world.pictured == [(row["frame"], 1)], "told first, lent second"
        assert f'<img id="original" src="{world.picture_at}"' in reply.body
        policy = reply.headers["Content-Security-Policy"]
        assert "img-src 'self' https://frames.s3.us-east-1.amazonaws.com;" in policy
        assert 'id="blurred"' not in reply.body
        assert 'href="../../reviews/r1" data-key="v"' in reply.body
        assert "amazonaws" not in str(person.get())

    def test_a_link_reveals_under_no_name(self, world):
        world.add()
        nonce = world.get().fields["nonce"]
        assert world.post(below="/reveal", nonce=nonce).status == 200
        [(_, who)] = world.told
        assert (who["by"], who["account"], who["via"]) == ("unnamed", None, "link")

    @pytest.mark.parametrize("bad", ["full", "store", "gone"])
    def test_what_cannot_be_recorded_or_found_is_not_shown(self, world, bad):
        world.add()
        person = world.signed_in("moderator")
        page = person.get()
        world.is_full, world.lies = bad == "full", bad != "gone"
        if bad == "store":
            world.reveal = fails
        reply = person.post(below="/reveal", nonce=page.fields["nonce"])
        status, words = {
            "full": (409, "The record of this case is full"),
            "store": (500, "Something failed on our side"),
            "gone": (404, "This picture cannot be shown"),
        }[bad]
        assert (reply.status, words in reply.text) == (status, True)
        assert "amazonaws" not in f"{reply.body}{reply.headers}"
        assert world.told == world.pictured == []

    def test_the_forms_of_the_page_with_the_picture_work(self, world):
        world.add()
        person = world.signed_in("moderator")
        page = person.act("/reveal")
        assert page.decisions == ["allow", "stop"]
        assert person.post(**page.fields, decision="allow").status == 303

    def test_a_page_with_the_picture_stays_until_it_was_looked_at(self, world):
        world.add(status="decided", decision="stop", by="Bea", decided_at=world.at(-1))
        person = world.signed_in("moderator")
        assert "Refresh" in person.get().headers
        assert "Refresh" not in person.act("/reveal").headers


def fails(*_, **__):
    raise StoreThrottledError("no detail")


class TestClaims:
    @pytest.mark.parametrize(
        ("action", "role", "forced"),
        [
            ("claim", "moderator", False),
            ("takeover", "moderator", False),
            ("claim", "lead", False),
            ("takeover", "lead", True),
            ("keep", "lead", False),
            ("release", "lead", False),
        ],
    )
    def test_only_a_lead_takes_over_by_force(self, world, action, role, forced):
        world.add()
        reply = world.signed_in(role).act("/claim", action=action)
        assert (reply.status, reply.headers["Location"]) == (303, "../../reviews/r1")
        assert world.claims == [(action, "ana", forced)]

    def test_what_somebody_else_works_on_is_not_claimed(self, world):
        world.add(claimed_by="bea", claimed_name="Bea", claimed_until=world.second + 60)
        reply = world.signed_in("moderator").act("/claim", action="takeover")
        assert (reply.status, "Somebody else is working on this" in reply.text) == (409, True)
        assert world.rows["r1"]["claimed_by"] == "bea"
        assert world.signed_in("lead").act("/claim", action="takeover").status == 303
        assert world.rows["r1"]["claimed_by"] == "ana"

    def test_what_has_been_decided_is_nobodys_any_more(self, world):
        world.add()
        person = world.signed_in("moderator")
        nonce = person.get().fields["nonce"]
        world.rows["r1"] |= {"status": "decided", "decision": "allow"}
        reply = person.post(below="/claim", nonce=nonce, action="keep")
        assert (reply.status, "The case is not yours any more" in reply.text) == (409, True)

    @pytest.mark.parametrize("action", ["", "CLAIM", "stop"])
    def test_what_is_no_action_is_not_offered(self, world, action):
        world.add()
        reply = world.signed_in("lead").act("/claim", action=action)
        assert (reply.status, "That is not offered here" in reply.text) == (400, True)
        assert world.claims == []

    def test_a_full_record_takes_no_claim(self, world):
        world.add()
        world.is_full = True
        assert world.signed_in("lead").act("/claim", action="claim").status == 409


class TestHeartbeat:
    def test_a_script_is_told_how_the_claim_stands_and_gets_a_fresh_nonce(self, world):
        world.add()
        person = world.signed_in("moderator")
        nonce = person.get().fields["nonce"]
        world.now += timedelta(seconds=30)
        reply = person.post(below="/claim", headers=JSON, nonce=nonce, action="keep")
        assert (reply.status, reply.headers["Content-Type"][:16]) == (200, "application/json")
        told = json.loads(reply.body)
        fresh = told.pop("nonce")
        assert told == {
            "held": True,
            "until": world.second + 120,
            "name": "Ana",
            "state": "open",
            "rung": 0,
            "frames": 2,
            "severity": "high",
        }
        assert fresh != nonce
        assert person.post(decision="allow", nonce=fresh).status == 303

    def test_a_script_is_told_who_has_the_case_instead(self, world):
        world.add(claimed_by="bea", claimed_name="Bea", claimed_until=world.second + 60)
        reply = world.signed_in("moderator").act("/claim", headers=JSON, action="keep")
        told = json.loads(reply.body)
        assert (told["held"], told["name"], told["until"]) == (False, "Bea", world.second + 60)

    def test_a_script_is_told_what_was_refused(self, world):
        world.add()
        reply = world.signed_in("moderator").post(below="/claim", headers=JSON, action="keep")
        told = json.loads(reply.body)
        assert (reply.status, told["problem"]) == (403, "That form did not come from this page")
        assert (told["held"], told["until"], told["name"]) == (False, None, "")

    def test_a_script_may_look_without_keeping_anything(self, world):
        row = world.add()
        for person in (world, world.signed_in("auditor")):
            told = json.loads(person.get(headers=JSON).body)
            assert (told["state"], told["held"]) == ("open", False)
        row |= {"status": "expired"}
        assert json.loads(world.get(headers=JSON).body)["state"] == "expired"
        assert world.untouched


def test_looking_changes_nothing_whoever_looks_and_however(world):
    world.add()
    lead = world.signed_in("lead")
    for method in ("GET", "HEAD", "OPTIONS"):
        for below in ("", "/around", "/claim", "/notes", "/reveal"):
            assert lead.get(below=below, method=method).status in (200, 204, 404)
            world.ask(method, f"/reviews/r1{below}", world.query())
    assert world.untouched
    assert world.rows["r1"] == world.review()
