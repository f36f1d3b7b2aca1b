"""The function of adapters as it is deployed: its own wiring, on moto."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest

from adapter_page import app
from framewarden import adapterwork
from framewarden.adapterwork import Adapterwork
from framewarden.console import session
from framewarden.domain.errors import AdapterRefusedError
from framewarden.settings import AdapterPage
from tests.unit.conftest import LINK_KEY
from tests.unit.console import adapters_world as made
from tests.unit.console.adapters_world import DRINKS, NAME, OTHER
from tests.unit.scenes import ACCOUNT, REGION, ROOT
from tests.unit.template_calls import refused

FORM = {"content-type": "application/x-www-form-urlencoded"}
NOW = made.NOW


@pytest.fixture
def deployed(aws):
    forget()
    yield aws
    assert refused("AdapterPageFunction", unfolded(aws.wire.calls)) == set()
    forget()


def unfolded(calls):
    """Give the calls that IAM looks at: of a transaction each of its writes."""
    for call in calls:
        if call.operation != "TransactWriteItems":
            yield call
        for write in call.asked.get("TransactItems", ()):
            [(kind, asked)] = write.items()
            yield replace(call, operation=f"{kind}Item", asked=asked)


def forget():
    for kept in (app._desk, app._work):
        kept.cache_clear()


@pytest.fixture
def work(deployed):
    return Adapterwork(AdapterPage.read())


def ask(path="/adapters", role="lead", method="GET", form=None, **query):
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
        function_name="adapter_page",
        invoked_function_arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:adapter_page",
    )
    return app.lambda_handler(event, context)


def live(aws, **changes):
    """Turn the switch, as if a lead had."""
    aws.put("adapters", {"kind": "switch", "item": "live", **made.switch(**changes)})


class TestLooking:
    def test_one_look_reads_what_the_page_shows(self, deployed):
        shadow = made.used(OTHER, share=10)
        live(deployed, live=NAME, stack=[None], shadow=shadow)
        deployed.put("adapters", made.row())
        deployed.put("adapters", made.event())
        deployed.put("adapters", {"kind": f"shadow#{OTHER}", "item": "counts", "frames": 7})
        page = ask()
        assert page["statusCode"] == 200
        for said in ('data-live-model="v2"', f'data-adapter="{NAME}"', "about 7 live frames"):
            assert said in page["body"]
        assert ask(part="live")["body"].startswith('<div id="live"')

    def test_one_adapter_is_read_with_its_shadow(self, deployed):
        live(deployed)
        deployed.put("adapters", made.row())
        kind = f"shadow#{NAME}"
        deployed.put("adapters", {"kind": kind, "item": "counts", "frames": 7, "disagreed": 1})
        deployed.put("adapters", made.disagreement() | {"kind": kind, "item": "frame#a"})
        page = ask(f"/adapters/{NAME}", "auditor")
        assert f'data-frame="{made.FRAME}"' in page["body"]

    def test_one_that_is_not_trained_has_no_shadow_to_read(self, deployed):
        deployed.put("adapters", made.row("training"))
        deployed.wire.forget()
        assert ask(f"/adapters/{NAME}")["statusCode"] == 200
        reads = [call for call in deployed.wire.calls if call.service == "dynamodb"]
        assert len(reads) == 2

    @pytest.mark.parametrize("name", ["gone", "V2", "..%2f", "base..", "a" * 61])
    def test_what_is_no_adapter_has_a_page(self, deployed, name):
        assert ask(f"/adapters/{name}")["statusCode"] == 404

    def test_looking_changes_nothing(self, deployed):
        deployed.put("adapters", made.row())
        deployed.wire.forget()
        for path in ("/adapters", f"/adapters/{NAME}"):
            for method in ("GET", "HEAD", "OPTIONS"):
                ask(path, method=method)
        changing = ("PutItem", "UpdateItem", "DeleteItem", "StartExecution", "TransactWriteItems")
        assert deployed.wire.calls
        assert not any(deployed.wire.made(operation) for operation in changing)


class TestWork:
    """What the pages do is what the use cases do; how those refuse is their own tests' matter."""

    def test_examples_are_read_at_a_threshold(self, work):
        assert work.readiness(None, None)["threshold"] == 50
        assert work.readiness(60.0, [DRINKS])["threshold"] == 60
        assert not work.readiness(None, None)["ready"]

    def test_a_training_is_checked_and_then_started(self, work, deployed):
        asked = {"by": "Lea", "labels": [DRINKS]}
        name = work.check(asked, NOW)
        assert name == "v2026-11-22-080631"
        assert deployed.rows("adapters") == []
        assert work.start(asked | {"name": name}, NOW) == name
        [started] = deployed.wire.made("StartExecution")
        assert json.loads(started["input"])["adapter"] == name
        assert work.check(asked | {"name": name}, NOW) == name
        with pytest.raises(AdapterRefusedError, match="one training at a time"):
            work.check(asked | {"name": "v9"}, NOW)

    def test_a_name_that_is_taken_is_told_at_once(self, work, deployed):
        deployed.put("adapters", made.row())
        with pytest.raises(AdapterRefusedError, match="already, and it is trained"):
            work.check({"by": "Lea", "name": NAME}, NOW)
        deployed.put("adapters", made.row("late"))
        assert work.check({"by": "Lea", "name": NAME}, NOW) == NAME

    def test_a_roll_back_leaves_what_was_seen_live(self, work, deployed):
        live(deployed, live=NAME, stack=[None, OTHER])
        for _ in range(2):  # a form that is sent twice
            work.roll_back(NAME, "Lea", "lea", NOW, to_base=False)
        assert deployed.row("adapters", kind="switch", item="live")["live"]["name"] == OTHER
        work.roll_back(OTHER, "Lea", "lea", NOW, to_base=True)
        assert deployed.row("adapters", kind="switch", item="live")["live"] is None

    def test_only_what_there_is_is_promoted_or_tried(self, work, deployed):
        for act in (
            lambda: work.promote("gone", "Lea", "lea", NOW),
            lambda: work.shadow("gone", 10.0, "Lea", "lea", NOW),
        ):
            with pytest.raises(AdapterRefusedError):
                act()
        assert deployed.row("adapters", kind="switch", item="live") is None

    def test_a_shadow_ends(self, work, deployed):
        live(deployed, shadow=made.used(share=10))
        work.shadow(NAME, None, "Lea", "lea", NOW)
        assert deployed.row("adapters", kind="switch", item="live")["shadow"] is None


class TestWiring:
    def test_a_stranger_costs_no_look(self, deployed):
        for path in ("/adapters", f"/adapters/{NAME}"):
            assert ask(path, role="")["statusCode"] == 303
            assert ask(path, role="moderator")["statusCode"] == 403
        assert [call for call in deployed.wire.calls if call.service == "dynamodb"] == []

    def test_a_strangers_address_loads_no_more_than_it_needs(self):
        check = (
            "import sys; from adapter_page import app; "
            "sys.exit(any(name in sys.modules for name in ('boto3', 'jinja2', "
            f"'{adapterwork.__name__}', 'framewarden.console.adapters_view')))"
        )
        done = subprocess.run(
            [sys.executable, "-c", check], cwd=ROOT, env={"PYTHONPATH": "functions"}, check=False
        )
        assert done.returncode == 0

    def test_the_handler_stays_small(self):
        assert len(Path(app.__file__).read_text(encoding="utf-8").splitlines()) <= 40
