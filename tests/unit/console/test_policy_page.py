"""A published policy, rule by rule, for whoever asks why a frame was judged as it was."""

import html
import json
import re

import pytest
import yaml

from framewarden.aws.published import Version
from framewarden.console import policy, session
from framewarden.console.inspector import Inspector
from framewarden.console.site import site
from framewarden.console.visitors import Visitors
from tests.unit.console.browser import ask
from tests.unit.console.executions_world import KEY, NOW
from tests.unit.scenes import ROOT

HASH = "ab" * 32
ROW = re.compile(r'<tr id="rule-.*?</tr>', re.S)


class Desk:
    """The page on one version."""

    def __init__(self):
        self.document = yaml.safe_load((ROOT / "policies" / "default.yaml").read_text())
        self.newest, self.asked, self.roles = True, [], ("auditor",)
        visitors = Visitors(self, "stop", lambda refresh: None, lambda: NOW)
        inspector = Inspector(None, visitors, lambda: NOW, "none")
        self.handler = site("execution_page", policy.routes(lambda: inspector, lambda: self))

    def accepted(self):
        return [KEY]

    def refreshed(self):
        return None

    def of_hash(self, wanted):
        self.asked.append(wanted)
        return Version(7, self.document, self.newest) if wanted == HASH else None

    def get(self, of=HASH):
        held = session.Session("s-1", "ana", "Ana", self.roles, int(NOW.timestamp()) + 900)
        cookie = {"Cookie": f"{session.COOKIE}={session.seal(held, KEY)}"} if self.roles else {}
        return ask(self.handler, "GET", f"/policies/{of}", headers=cookie)


@pytest.fixture
def desk():
    return Desk()


def rows(reply):
    found = (re.sub(r"<[^>]+>", " ", row) for row in ROW.findall(reply.body))
    return [" ".join(html.unescape(row).split()) for row in found]


def test_every_rule_is_told_with_what_follows_from_it(desk):
    reply = desk.get()
    assert reply.status == 200
    told = rows(reply)
    assert len(told) == len(desk.document["rules"])
    person = "a person decides within 5 min; if nobody does, the stream is stopped"
    assert told[0] == (
        "explicit-stop Explicit 97 % critical the stream is stopped at once; where nothing may be "
        f"stopped by itself, {person}"
    )
    assert told[1] == (
        "explicit-likely Explicit 80 % high a person decides within 15 min, then a lead within "
        "15 min; if nobody does, the stream goes on, and its frames count as not looked at"
    )
    assert told[3] == "explicit-any Explicit 0 % low archived with its findings; nobody is asked"
    assert "graphic-violence Graphic Violence not animated or illustrated 90 %" in reply.text
    assert "drawn-violence Graphic Violence only animated or illustrated 90 %" in reply.text
    assert '<tr id="rule-explicit-stop">' in reply.body
    assert '<span class="chip critical">critical</span>' in reply.body


def test_the_head_says_which_version_it_is(desk):
    reply = desk.get()
    assert "Policy default, version 7" in reply.text
    assert HASH in reply.text
    assert "the newest version" in reply.text
    desk.newest = False
    assert "an earlier version" in desk.get().text


def test_the_whole_document_is_there_as_it_was_published(desk):
    found = re.search(r"<pre[^>]*>(.*?)</pre>", desk.get().body, re.S)
    assert json.loads(html.unescape(found[1])) == desk.document


def test_a_channels_own_rules_are_told_apart(desk):
    stricter = {"name": "explicit-stop", "label": "Explicit", "min_confidence": 90}
    exempt = {"name": "swimwear-any", "label": "Swimwear or Underwear", "min_confidence": 0}
    desk.document["channels"] = {
        "AbCdef1G2hij": {
            "rules": [stricter | {"severity": "critical"}, exempt | {"severity": "none"}]
        },
        "1234567": {"mode": "observe"},
    }
    reply = desk.get()
    assert "Otherwise on the channel AbCdef1G2hij" in reply.text
    assert "on the channel 1234567" not in reply.text
    *_, own, swimwear = rows(reply)
    assert own.startswith("explicit-stop Explicit 90 % critical")
    assert swimwear.endswith("none archived; the wider rules above it do not count for it")
    anchors = re.findall(r'<tr id="([^"]*)"', reply.body)
    assert len(anchors) == len(set(anchors))
    assert "rule-explicit-stop-of-AbCdef1G2hij" in anchors


def test_a_block_by_default_is_told_of_the_image(desk):
    desk.document["reviews"]["high"]["default"] = "block"
    assert "if nobody does, the image is blocked" in rows(desk.get())[1]


def test_a_version_that_would_be_refused_today_is_shown_as_it_is(desk):
    desk.document = {"name": "<b>old</b>", "rules": "none"}
    reply = desk.get()
    assert reply.status == 200
    assert "framewarden of today would refuse it" in reply.text
    assert "<details open>" in reply.body
    assert rows(reply) == []
    assert "<b>old</b>" not in reply.body
    desk.document = {"rules": []}
    assert desk.get().status == 200


@pytest.mark.parametrize("of", ["cd" * 32, "AB" * 32, "short"])
def test_what_was_never_published_is_told(desk, of):
    reply = desk.get(of)
    assert reply.status == 404
    assert "There is no such policy" in reply.text
    assert desk.asked == ([of] if of == "cd" * 32 else [])


def test_policies_are_for_engineers_and_auditors(desk):
    desk.roles = ("lead",)
    assert desk.get().status == 403
    desk.roles = ()
    assert desk.get().status == 303
    assert desk.asked == []


def test_a_deployed_function_reads_its_own_profile(monkeypatch):
    names = "FRAMES_TABLE REVIEWS_TABLE CHANNELS_TABLE EVIDENCE_BUCKET STATE_MACHINE_ARN"
    names += " ORDER_MACHINE_ARN BATCH_MACHINE_ARN ADAPTER_MACHINE_ARN AWS_CONSOLE"
    names += " LINK_SECRET_ARN DESK_CLIENT_ID"
    for name in names.split():
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("LINK_MAY", "view")
    monkeypatch.setenv("POLICY_APPLICATION", "app1234")
    monkeypatch.setenv("POLICY_PROFILE", "prof123")
    policy._published.cache_clear()
    own = policy._published()
    policy._published.cache_clear()
    assert (own.application, own.profile) == ("app1234", "prof123")
