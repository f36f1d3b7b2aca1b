"""The page of a frame: its story for engineers and auditors, whatever is left of it."""

import html
import json
import re

import pytest

from framewarden import archiving
from framewarden.console import frame, session
from framewarden.console.inspector import Inspector
from framewarden.console.site import site
from framewarden.console.visitors import Visitors
from framewarden.domain.frames import execution_name
from tests.unit.console.browser import ask
from tests.unit.scenes import CHANNEL, state
from tests.unit.story_world import (
    FRAME_ID,
    NOW,
    OTHER,
    REVIEW,
    SESSION,
    TOKEN,
    StoryWorld,
    at,
    ban_of,
    review_of,
    row_of,
    stop_of,
)

KEY = "k" * 32
PATH = f"/frames/{FRAME_ID}"
MARKUP = "<img src=x onerror=alert(1)>"


class Desk(StoryWorld):
    """The page on its stores, and whoever looks at it."""

    role = "engineer"
    read = 0

    def accepted(self):
        return [KEY]

    def refreshed(self):
        return None

    @property
    def handler(self):
        visitors = Visitors(self, "stop", lambda refresh: None, lambda: NOW)
        inspector = Inspector(self.read_from, visitors, lambda: NOW, "none")
        return site("execution_page", frame.routes(lambda: inspector, lambda: "evidence-bucket"))

    def read_from(self):
        self.read += 1
        return self.sources

    def get(self, path=PATH, method="GET", role=None, **query):
        until = int(NOW.timestamp()) + 900
        held = session.Session("sub-1", "dana", "Dana", (role or self.role,), until)
        cookie = {"Cookie": f"{session.COOKIE}={session.seal(held, KEY)}"}
        return ask(self.handler, method, path, query, headers=cookie)


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def stopped(desk):
    desk.keeps("archive/stopped", "stopped", "by_policy")
    desk.stops[SESSION], desk.ban = stop_of(), ban_of()
    return desk


@pytest.fixture
def reviewed(desk):
    desk.keeps("archive/reviewed", "reviewed", "allow", row={"review_id": REVIEW})
    desk.reviews[REVIEW] = review_of()
    return desk


def part(reply, name):
    """Return an element of that id as the browser shows it."""
    found = re.search(rf'<(\w+)[^>]* id="{name}".*?</\1>', reply.body, re.S)
    if found is None:
        return None
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0])).strip()


def facts(reply):
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", reply.body, re.S)
    return {name: html.unescape(re.sub(r"<[^>]+>", "", value)) for name, value in pairs}


def test_a_stopped_frame_shows_its_whole_story(stopped):
    reply = stopped.get()
    assert reply.status == 200
    assert re.search(rf'<main[^>]*data-page="frame" data-frame="{FRAME_ID}"', reply.body)
    assert part(reply, "why").startswith("Stopped 0.7 s after the frame: Exposed Female Nipple")
    assert part(reply, "why").endswith("at 97 % .")
    kinds = re.findall(r'<li data-kind="(\w+)"', reply.body)
    assert kinds == [
        *("put", "admitted", "started", "analysed", "judged"),
        *("banned", "stop", "verified", "archived"),
    ]
    assert "+0.7 s 2026-11-22 08:05:31 UTC · 9 min 59 s ago" in reply.text
    assert f'data-now="{int(NOW.timestamp())}"' in reply.body
    assert 'datetime="2026-11-22T08:05:31.700Z"' in reply.body


ADAPTER = "arn:aws:rekognition:us-east-1:111122223333:project/fw/version/v2/1700000000000"


@pytest.mark.parametrize(
    ("answered", "fact", "says"),
    [
        (ADAPTER, "v2", "Analysed by model 7.0 with the adapter v2"),
        (
            None,
            "v2 did not answer, the base model did",
            "Analysed by model 7.0, as the adapter v2 did not answer",
        ),
    ],
)
def test_the_adapter_that_answered_is_a_fact_and_told(desk, answered, fact, says):
    analysis = state("archive/stopped")["analysis"]
    analysis |= {"adapter": answered, "adapter_asked": ADAPTER}
    desk.keeps("archive/stopped", "stopped", "by_policy", analysis=analysis)
    reply = desk.get()
    assert facts(reply)["Adapter"] == fact
    assert says in reply.text
    desk.keeps("archive/stopped", "stopped", "by_policy")
    assert "Adapter" not in facts(desk.get())


def test_the_facts_lead_on(stopped):
    reply = stopped.get()
    shown = facts(reply)
    row = stopped.rows[FRAME_ID]
    assert shown["Key"] == row["key"]
    assert shown["Version"] == row["version_id"]
    assert (shown["Bucket"], shown["Source"]) == ("example-frames", "ivs")
    assert (shown["Outcome"], shown["Severity"]) == ("stopped (by the policy)", "critical")
    assert shown["Policy"] == row["policy_hash"][:12]
    for address in (
        "channels/ivs/AbCdef1G2hij",
        f"policies/{row['policy_hash']}",
        f"executions/moderate/{FRAME_ID}",
    ):
        assert f'href="../{address}"' in reply.body


def test_the_stop_and_its_ban_are_told(stopped):
    assert facts(stopped.get()) | {
        "Stop": "Stopped",
        "By": "policy: explicit-stop",
        "Session": SESSION,
        "Ban": "until somebody reinstates the channel",
    } == facts(stopped.get())
    stopped.ban = ban_of(until=int(NOW.timestamp()) + 60, restops=2)
    shown = facts(stopped.get())
    assert shown["Ban"] == "until 2026-11-22 08:16:31 UTC"
    assert shown["Came back"] == "2 times, and was stopped again"
    stopped.ban = ban_of(status="lifted")
    assert facts(stopped.get())["Ban"] == "not any more"
    stopped.ban = None
    assert facts(stopped.get())["Ban"] == "none that this stop made stands any more"
    stopped.stops[SESSION] = stop_of(status="failed", error="StopDeniedError")
    shown = facts(stopped.get())
    assert shown["Stop"] == "Could not be stopped"
    assert shown["It failed"].startswith("Permission to stop it is missing")
    stopped.stops[SESSION] = stop_of(status="new", by=None)
    assert (facts(stopped.get())["Stop"], facts(stopped.get())["By"]) == ("new", "unknown")


def test_the_attempts_lead_to_their_executions(stopped):
    row = stopped.rows[FRAME_ID]
    row["attempt"] = 3
    stopped.runs(3, "RUNNING", begun=300)
    stopped.runs(2, "FAILED", begun=100)
    reply = stopped.get()
    rows = re.findall(r'<tr data-attempt="(\d)" data-status="(\w*)">', reply.body)
    assert rows == [("3", "RUNNING"), ("2", "FAILED"), ("1", "SUCCEEDED")]
    table = part(reply, "attempts")
    for shown in ("▸ running", "✕ failed", "✓ succeeded", "3.00 s"):
        assert shown in table
    assert f'href="../executions/moderate/{execution_name(FRAME_ID, 3)}"' in reply.body
    assert "Earlier attempts" not in reply.text
    row["attempt"] = 25
    row |= {"status": "admitted"}
    reply = stopped.get()
    assert "Earlier attempts are not looked up here." in reply.text
    assert "○ not started yet" in part(reply, "attempts")
    assert "? forgotten by Step Functions, after 90 days" in part(reply, "attempts")
    assert '<span class="chip"><span aria-hidden="true">○</span> not started yet' in reply.body


def test_an_execution_that_is_forgotten_is_said_to_be(stopped):
    stopped.ran.clear()
    reply = stopped.get(gone=FRAME_ID)
    assert FRAME_ID in part(reply, "gone")
    assert "Step Functions has forgotten this execution" in part(reply, "gone")
    assert "90 days" in part(reply, "gone")
    assert "✓ succeeded" in reply.text


@pytest.mark.parametrize("gone", ["", OTHER, f"{FRAME_ID}-2", MARKUP, "order-" + "0" * 40])
def test_nothing_but_the_frames_own_execution_is_echoed(stopped, gone):
    reply = stopped.get(gone=gone)
    assert reply.status == 200
    assert part(reply, "gone") is None
    assert gone == "" or gone not in reply.body.partition("<main")[2]
    assert 'id="gone"' not in stopped.get().body


def test_a_reviewed_frame_leads_to_its_case(reviewed):
    reply = reviewed.get()
    incident = part(reply, "incident")
    assert "The frame opened the case 431ccd395429fd9045a3, which has 5 frames." in re.sub(
        " ([,.])", r"\1", incident
    )
    assert "Allowed: the stream goes on. Mia, 9 min 26 s ago" in re.sub(" ([,.])", r"\1", incident)
    assert f'href="../reviews/{REVIEW}"' in reply.body
    assert TOKEN not in reply.body


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"status": "pending", "decided_at": None}, "It still waits."),
        ({"status": "expired"}, "Nobody decided in time: the stream goes on"),
        ({"status": "expired", "decision": None}, "Nobody could answer."),
        ({"frames": 1, "via": "link"}, "which has 1 frame."),
        ({"via": "link"}, "via link"),
    ],
)
def test_the_incident_says_how_it_stands(reviewed, changes, says):
    reviewed.reviews[REVIEW] |= changes
    assert says in part(reviewed.get(), "incident")


def test_a_frame_that_joined_says_so(desk):
    slots = {"review": {"review_id": REVIEW, "opener": False}}
    row = {"status": "joined", "review_id": REVIEW}
    desk.keeps("archive/joined", None, "joined", row=row, **slots)
    desk.reviews[REVIEW] = review_of(execution=OTHER, status="pending")
    reply = desk.get()
    assert "The frame joined" in part(reply, "incident")
    assert part(reply, "why").endswith(", which still waits .")
    assert facts(reply)["Outcome"] == "its review's, which waits"


def test_the_evidence_says_where_it_lies(stopped):
    place = f"s3://evidence-bucket/critical/AbCdef1G2hij/2026/11/22/{FRAME_ID}"
    shown = facts(stopped.get())
    assert (shown["Story"], shown["Picture"]) == (f"{place}.json", f"{place}.jpg")
    [story] = stopped.stories.values()
    story["copied"] = False
    assert facts(stopped.get())["Picture"].startswith("Not copied: the picture was gone")
    stopped.stories.clear()
    shown = facts(stopped.get())
    assert shown["Story"].startswith(f"{place}.json It is gone: evidence is kept only as long")
    assert shown["Picture"] == f"{place}.jpg if it was copied; the story that says so is gone."


@pytest.mark.parametrize("key", ["a.jpg", "b.JPEG", "c.png", "d.gif", "e", "f.jpg/"])
def test_the_picture_lies_where_the_archive_puts_it(stopped, key):
    stopped.rows[FRAME_ID]["key"] = key
    ending = facts(stopped.get())["Picture"].rpartition(FRAME_ID)[2]
    assert ending == archiving._suffix(key)


def test_what_was_not_archived_has_no_evidence(desk):
    desk.rows[FRAME_ID] = row_of(state("archive/stopped"), status="started")
    desk.rows[FRAME_ID].pop("evidence")
    desk.runs(1)
    reply = desk.get()
    assert "None yet: a frame's story is kept when its execution ends." in reply.text
    assert facts(reply)["Outcome"] == "none yet"
    assert "▸ running" in reply.text


def test_what_died_says_that_nothing_of_it_was_kept(stopped):
    stopped.rows[FRAME_ID] |= {"outcome": "unscreened", "reason": "execution_failed"}
    stopped.rows[FRAME_ID].pop("evidence")
    assert "None: the frame ended before anything of it was kept." in stopped.get().text


def test_the_name_of_a_rule_is_set_as_code(stopped):
    shown = stopped.get().body
    assert "matched <code>explicit-" in shown
    assert "`" not in shown


def test_what_is_looked_at_again_says_what_is_of_an_earlier_attempt(stopped):
    stopped.rows[FRAME_ID] |= {"attempt": 2, "status": "started"}
    stopped.runs(2, begun=100)
    reply = stopped.get()
    assert facts(reply)["Severity"] == "critical, at an earlier attempt"
    assert 'class="chip critical"' not in reply.body
    assert "Of an earlier attempt: that of the newest is kept" in part(reply, "evidence")
    stopped.rows[FRAME_ID] |= {"severity": None}
    assert facts(stopped.get())["Severity"] == "not judged"
    stopped.rows[FRAME_ID] |= {"status": "settled", "severity": "critical"}
    reply = stopped.get()
    assert 'class="chip critical"' in reply.body
    assert "Of an earlier attempt" not in reply.text


def test_what_was_refused_says_that_nothing_ran(desk):
    row = row_of(state("archive/cleared"), outcome="skipped", reason="second_pipeline")
    for name in ("evidence", "severity", "policy_hash", "version_id", "channel_arn"):
        row.pop(name)
    desk.rows[FRAME_ID] = row
    reply = desk.get()
    assert "○ never started" in reply.text
    assert "None: no execution was started for this frame." in reply.text
    assert "None: nobody looked at this frame, and nothing of it was kept." in reply.text
    assert "channels/" not in reply.body
    shown = facts(reply)
    assert shown["Outcome"] == "skipped (its twin is looked at)"
    assert shown["Version"] == "the bucket keeps no versions"
    assert shown["Severity"] == "not judged"
    assert "Policy" not in shown


def test_markup_in_every_field_is_text(reviewed):
    row = reviewed.rows[FRAME_ID]
    row |= dict.fromkeys(("key", "bucket", "channel", "source", "version_id"), MARKUP)
    row |= {"severity": MARKUP, "policy_hash": MARKUP, "evidence": MARKUP}
    reviewed.stories[MARKUP] = state("archive/reviewed") | {"copied": True}
    match = {"rule": MARKUP, "label": MARKUP, "confidence": MARKUP}
    reviewed.stories[MARKUP]["verdict"]["matched"] = [match]
    reviewed.reviews[REVIEW] |= dict.fromkeys(("by", "via", "decision"), MARKUP)
    reviewed.stops[SESSION] = stop_of(by=MARKUP, status=MARKUP)
    reviewed.ban = ban_of(by=MARKUP)
    reply = reviewed.get()
    assert reply.status == 200
    assert "<img src=x" not in reply.body
    assert "&lt;img src=x" in reply.body


def test_a_moment_before_the_put_is_told_as_such(stopped):
    stopped.stops[SESSION] = stop_of(accepted_at=at(-2), begun_at=at(-3))
    reply = stopped.get()
    assert '<span class="after">-2.0 s</span>' in reply.body


@pytest.mark.parametrize("frame_id", [OTHER, "x", "A" * 64, "0" * 63, "0" * 65, "%3Cscript%3E"])
def test_an_unknown_frame_has_a_page_that_says_so(stopped, frame_id):
    reply = stopped.get(f"/frames/{frame_id}")
    assert reply.status == 404
    assert "There is no such frame" in reply.text
    assert "script" not in reply.body


def test_only_a_frames_id_is_looked_up(stopped):
    stopped.get("/frames/incident%23x")
    assert stopped.calls == []


@pytest.mark.parametrize(("role", "status"), [("auditor", 200), ("lead", 403), ("moderator", 403)])
def test_it_is_for_engineers_and_auditors(stopped, role, status):
    reply = stopped.get(role=role)
    assert reply.status == status
    assert ("This is for engineers and auditors" in reply.text) is (status == 403)
    assert (stopped.read == 0) is (status == 403)


def test_whoever_is_not_signed_in_is_sent_to_do_so_and_back(stopped):
    reply = ask(stopped.handler, "GET", PATH)
    assert (reply.status, reply.headers["Location"]) == (
        303,
        f"../sign-in?next=frames%2F{FRAME_ID}",
    )
    assert stopped.read == 0


def test_it_only_shows(stopped):
    assert stopped.get(method="HEAD").body == ""
    assert stopped.get(method="HEAD").status == 200
    assert stopped.get(method="OPTIONS").headers["Allow"] == "GET, HEAD, OPTIONS"
    for method in ("POST", "PUT", "DELETE"):
        assert stopped.get(method=method).status == 404
    main = stopped.get().body.partition("<main")[2]
    assert "<form" not in main


def test_the_page_is_guarded_and_reaches_for_nothing_outside(reviewed):
    reply = reviewed.get()
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    assert not re.search(r"<script>|<style|\sstyle=|\son\w+=", reply.body)
    assert not re.search(r'(?:href|src|action)="(?:/|https?:)', reply.body)


def test_the_log_holds_the_frames_id_and_no_more(reviewed, logged):
    reviewed.get(gone="secret-name")
    entries = [entry for entry in logged() if entry["message"] == "answered"]
    [entry] = entries
    assert (entry["route"], entry["status"]) == ("/frames/<frame_id>", 200)
    assert entry["frame_id"] == FRAME_ID
    for secret in ("secret", "Mia", "thumb42", TOKEN, CHANNEL):
        assert secret not in json.dumps(entries)


class TestALists:
    KEY = "batches/5f0c2d9a7be14c3386d1/rules/a%20b.jsonl"

    @pytest.fixture
    def desk(self, reviewed):
        listed = {"source": "batch", "key": self.KEY, "channel": "batches"}
        reviewed.rows[FRAME_ID] |= listed
        reviewed.rows[FRAME_ID].pop("channel_arn")
        reviewed.reviews[REVIEW] |= {
            "channel_arn": None,
            "channel": "batches/5f0c2d9a7be14c3386d1/214/a b",
            "decision": "block",
        }
        for story in reviewed.stories.values():
            story["frame"] |= listed | {"channel_arn": None}
        return reviewed

    def test_it_is_told_as_a_list_with_the_ways_to_its_images(self, desk):
        reply = desk.get()
        assert reply.status == 200
        assert "List a b batch 5f0c2d9a7be14c3386d1" in reply.text
        assert '<a href="../batches/5f0c2d9a7be14c3386d1">' in reply.body
        grid = "../batches/5f0c2d9a7be14c3386d1/verify?rule=a%20b"
        assert f'<a id="grid" href="{grid}">' in reply.body
        assert "Listed by its batch in" in reply.text
        assert facts(reply)["Source"] == "batch"

    def test_its_case_is_where_the_record_is(self, desk):
        reply = desk.get()
        assert f'<a href="../reviews/{REVIEW}?record=all">' in reply.body
        assert "Blocked: the images that nobody decided must not be shown." in reply.text
        assert "which has" not in part(reply, "incident")

    def test_its_evidence_is_the_list(self, desk):
        assert facts(desk.get())["List"].endswith(archiving._suffix(self.KEY))
        assert archiving._suffix(self.KEY) == ".jsonl"
