"""The function of batches as it is deployed: its own wiring, on moto."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from batch_page import app
from framewarden.batchwork import LIMIT, LISTS, RANGES
from framewarden.console import session
from framewarden.domain import batch_counts, batches
from framewarden.domain.times import iso
from tests.unit.conftest import LINK_KEY
from tests.unit.console.batches_world import ID, MANIFEST, done, listed, part, row
from tests.unit.scenes import ACCOUNT, BATCHES_BUCKET, REGION, ROOT
from tests.unit.template_calls import refused

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def deployed(aws):
    forget()
    yield aws
    assert refused("BatchPageFunction", aws.wire.calls) == set()
    forget()


def forget():
    for kept in (app._desk, app._work, app._verifying):
        kept.cache_clear()


def ask(path="/batches", role="lead", method="GET", form=None, **query):
    until = int((datetime.now(UTC) + timedelta(minutes=5)).timestamp())
    held = session.Session("sub-1", "lea", "Lea", (role,), until)
    cookie = {"cookie": f"{session.COOKIE}={session.seal(held, LINK_KEY)}"} if role else {}
    event = {
        "httpMethod": method,
        "path": path,
        "headers": {"host": "127.0.0.1"} | cookie | (FORM if form else {}),
        "queryStringParameters": query,
        "requestContext": {"path": f"/live{path}"},
        "body": urlencode(form or {}),
    }
    context = SimpleNamespace(
        aws_request_id="req-42",
        function_name="batch_page",
        invoked_function_arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:batch_page",
    )
    return app.lambda_handler(event, context)


def press(page, path="/batches", **typed):
    """Send the form of a page."""
    main = page["body"].partition("<main")[2]
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', main)
    fields = {name: unescape(value) for name, value in hidden}
    return ask(path, method="POST", form=fields | typed)


def stored(aws, count, **changes):
    """Store batches of which each started a second after the one before."""
    for at in range(count):
        moment = iso(datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=at))
        aws.put("batches", row(batch=f"{at:020x}", name=f"n{at}", started_at=moment, **changes))


def shown(page):
    return re.findall(r'data-batch="(\w+)"', page["body"])


class TestList:
    def test_the_newest_come_first_page_by_page(self, deployed):
        stored(deployed, LIMIT + 2)
        first = ask()
        assert shown(first) == [f"{at:020x}" for at in reversed(range(2, LIMIT + 2))]
        [older] = re.findall(r'id="older" href="batches\?after=([^"]+)"', first["body"])
        assert shown(ask(after=older)) == [f"{at:020x}" for at in (1, 0)]

    @pytest.mark.parametrize("after", ["cut", f"2026-11-20T00:00:00.000Z@{'z' * 20}"])
    def test_an_address_that_was_cut_shows_the_beginning(self, deployed, after):
        stored(deployed, 1)
        page = ask(after=after)
        assert shown(page) == [f"{0:020x}"]
        assert 'id="lost"' in page["body"]

    def test_looking_changes_nothing(self, deployed):
        stored(deployed, 1)
        deployed.put("batches", done())
        deployed.wire.forget()
        for path in ("/batches", f"/batches/{ID}", f"/batches/{ID}/files/results.jsonl"):
            for method in ("GET", "HEAD", "OPTIONS"):
                ask(path, method=method)
        changing = ("PutItem", "UpdateItem", "DeleteItem", "StartExecution", "PutObject")
        assert deployed.wire.calls
        assert not any(deployed.wire.made(operation) for operation in changing)


class TestOne:
    def test_while_it_runs_its_ranges_are_read(self, deployed):
        deployed.put("batches", row(shards=RANGES + 5))
        for at in range(RANGES + 2):
            few = batch_counts.empty() | {"by_severity": {"none": 1}}
            deployed.put("batches", part(at * 100, counts=few))
        page = ask(f"/batches/{ID}")
        assert f"those of {RANGES} ranges only." in page["body"]
        assert f"<span>{RANGES}</span>" in page["body"]
        # None of the rest is asked for.
        assert len(deployed.wire.made("GetItem")) == 1

    def test_when_it_is_done_what_people_do_is_read(self, deployed):
        deployed.put("batches", done())
        for at in range(LISTS + 2):
            deployed.put("batches", listed(f"rule-{at:02}", review_id=f"r{at}"))
        review = {"review_id": "r1", "status": "decided", "outcome": "reviewed"}
        deployed.put("reviews", review | {"outcome_reason": "block", "task_token": "TOKEN"})
        labels = {"item": "labels", "tp#Alcohol": 2, "decided": 2, "blocked": 1}
        for batch in (ID, f"{ID}#rule-03", "live"):
            deployed.put("batches", labels | {"batch": batch})
        deployed.wire.forget()
        page = ask(f"/batches/{ID}", "moderator")
        assert page["body"].count('data-judged="Alcohol"') == 2
        assert ">reviewed (block" in page["body"]
        assert "2 (1 blocked)" in page["body"]
        assert "TOKEN" not in page["body"]
        read = [asked["TableName"] for asked in deployed.wire.made("GetItem")]
        assert read.count("reviews") == LISTS

    @pytest.mark.parametrize("batch_id", ["nothing", "..%2f", "0" * 20])
    def test_what_is_no_batch_has_a_page(self, deployed, batch_id):
        assert ask(f"/batches/{batch_id}")["statusCode"] == 404
        assert ask(f"/batches/{batch_id}/files/results.jsonl")["statusCode"] == 404


class TestOrders:
    def test_a_lead_starts_a_batch_after_its_price(self, deployed):
        priced = press(ask(), source=MANIFEST, ceiling="700", action="check")
        assert "This costs at most $0.70" in priced["body"]
        assert deployed.rows("batches") == []
        replies = [press(priced, action="start") for _ in range(2)]
        assert {reply["statusCode"] for reply in replies} == {303}
        [batch] = deployed.rows("batches")
        assert (batch["status"], batch["ceiling"], batch["by"]) == ("running", 700, "Lea")
        assert (batch["via"], batch["account"]) == ("desk", "lea")
        location = replies[0]["multiValueHeaders"]["Location"][0]
        assert location == f"batches/{batch['batch']}"
        [started] = deployed.wire.made("StartExecution")
        assert json.loads(started["input"]) == {"batch_id": batch["batch"], "attempt": 1}

    @pytest.mark.parametrize("action", ["check", "start"])
    @pytest.mark.parametrize("source", ["s3://example-evidence/x/", "s3://else/m.jsonl"])
    def test_what_may_not_be_analyzed_is_refused_before_its_price(self, deployed, source, action):
        page = press(ask(), source=source, action=action)
        assert page["statusCode"] == 409
        assert "Nothing was done" in page["body"]
        assert deployed.rows("batches") == []

    def test_a_lead_cancels_and_goes_on(self, deployed):
        deployed.put("batches", row())
        path = f"/batches/{ID}"
        assert press(ask(path), f"{path}/cancel")["statusCode"] == 303
        batch = deployed.row("batches", batch=ID, item="batch")
        assert (batch["status"], batch["cancelled_by"]) == ("cancelling", "Lea")
        deployed.put("batches", batch | {"status": "cancelled"})
        assert press(ask(path), f"{path}/resume", ceiling="2,000")["statusCode"] == 303
        batch = deployed.row("batches", batch=ID, item="batch")
        assert (batch["status"], batch["attempt"], batch["ceiling"]) == ("running", 2, 2_000)
        deployed.put("batches", batch | {"status": "failed"})
        assert press(ask(path), f"{path}/resume")["statusCode"] == 303
        assert deployed.row("batches", batch=ID, item="batch")["ceiling"] == 2_000


class TestFiles:
    def test_a_file_that_is_there_is_lent(self, deployed):
        deployed.put("batches", done())
        key = batches.place(ID, batches.RESULTS)
        deployed.client("s3").put_object(Bucket=BATCHES_BUCKET, Key=key, Body=b"{}")
        reply = ask(f"/batches/{ID}/files/results.jsonl", "auditor")
        assert reply["statusCode"] == 303
        address = urlsplit(reply["multiValueHeaders"]["Location"][0])
        asked = {name: value[0] for name, value in parse_qs(address.query).items()}
        assert address.path.endswith(f"/{key}")
        assert asked["X-Amz-Expires"] == "60"
        saved = f'attachment; filename="{ID}-results.jsonl"'
        assert asked["response-content-disposition"] == saved

    @pytest.mark.parametrize("name", ["results.jsonl", "parts", "..%2fpolicy.json"])
    def test_no_other_is(self, deployed, name):
        deployed.put("batches", done())
        assert ask(f"/batches/{ID}/files/{name}")["statusCode"] == 404


class TestWiring:
    def test_a_stranger_costs_no_look(self, deployed):
        for path in ("/batches", f"/batches/{ID}", f"/batches/{ID}/verify"):
            assert ask(path, role="")["statusCode"] == 303
        assert deployed.wire.calls == []

    def test_a_strangers_address_loads_no_more_than_it_needs(self):
        check = (
            "import sys; from batch_page import app; "
            "sys.exit(any(name in sys.modules for name in ('boto3', 'jinja2', "
            "'framewarden.batchwork', 'framewarden.verifying', 'framewarden.console.batch_view')))"
        )
        done = subprocess.run(
            [sys.executable, "-c", check], cwd=ROOT, env={"PYTHONPATH": "functions"}, check=False
        )
        assert done.returncode == 0

    def test_a_screen_of_a_list_is_served_too(self, deployed):
        assert ask(f"/batches/{ID}/verify", rule="none")["statusCode"] == 404

    def test_the_handler_stays_small(self):
        assert len(Path(app.__file__).read_text(encoding="utf-8").splitlines()) <= 40
