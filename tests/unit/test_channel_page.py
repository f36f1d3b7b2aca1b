"""The function as it is deployed: its own wiring, on moto."""

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode

import pytest

from channel_page import app
from framewarden.console import session
from framewarden.domain import links
from framewarden.domain.times import iso, parse
from tests.unit.conftest import LINK_KEY
from tests.unit.scenes import ACCOUNT, CHANNEL, REGION

PATH = "/channels/ivs/" + CHANNEL.rpartition("/")[2]
FORM = {"host": "127.0.0.1", "content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def deployed(aws, monkeypatch):
    monkeypatch.setenv("LINK_MAY", "stop")
    monkeypatch.setenv("DESK_CLIENT_ID", "client")
    app._desk.cache_clear()
    yield aws
    app._desk.cache_clear()


def context(account=ACCOUNT):
    return SimpleNamespace(
        aws_request_id="req-42",
        function_name="channel_page",
        invoked_function_arn=f"arn:aws:lambda:{REGION}:{account}:function:channel_page",
    )


def ask(method="GET", form=None, path=PATH, account=ACCOUNT, cookie=None, **more):
    exp = int((datetime.now(UTC) + timedelta(hours=25)).timestamp())
    sig = links.sign_channel(LINK_KEY, CHANNEL, exp)
    event = {
        "httpMethod": method,
        "path": path,
        "headers": FORM | (cookie or {}),
        "body": urlencode(form or {}),
        "queryStringParameters": {"exp": str(exp), "sig": sig, **more},
        "requestContext": {"path": f"/live{path}"},
    }
    return app.lambda_handler(event, context(account))


def press(page, action, asked=None, **typed):
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page["body"])
    fields = {name: unescape(value) for name, value in hidden}
    return ask("POST", fields | {"action": action, **typed}, **(asked or {}))


def test_a_signed_link_shows_the_channel_and_its_form_places_one_order(deployed):
    session = deployed.go_live(datetime.now(UTC) - timedelta(minutes=2))
    page = ask()
    assert page["statusCode"] == 200
    assert "On air now" in page["body"]
    assert session in page["body"]
    replies = [press(page, "stop", name="Ana", note="by hand") for _ in range(2)]
    assert [reply["statusCode"] for reply in replies] == [303, 303]
    [order] = deployed.ordered()
    assert parse(order.pop("at")) > datetime.now(UTC) - timedelta(minutes=1)
    assert order == {
        "action": "stop",
        "channel_arn": CHANNEL,
        "channel": CHANNEL.rpartition("/")[2],
        "session": session,
        "by": "Ana",
        "via": "link",
        "note": "by hand",
    }


def test_the_page_waits_for_the_orders_act(deployed):
    deployed.go_live()
    reply = press(ask(), "ban", name="Ana")
    location = reply["multiValueHeaders"]["Location"][0]
    watched = {name: value[0] for name, value in parse_qs(location.partition("?")[2]).items()}
    watched = {name: watched[name] for name in ("order", "placed")}
    waiting = ask(**watched)
    assert waiting["multiValueHeaders"]["Refresh"] == ["2"]
    moment = iso(datetime.now(UTC))
    act = {"channel": CHANNEL, "item": f"act#{moment}#{watched['order']}", "action": "ban"}
    act |= {"by": "Ana", "via": "link", "note": "", "at": moment, "status": "done"}
    act |= {"execution": watched["order"], "result": "stopped", "error": None, "session": None}
    deployed.put("channels", act)
    done = ask(**watched)
    assert "Refresh" not in done["multiValueHeaders"]
    assert "Your order was carried out" in done["body"]


def test_looking_starts_nothing(deployed):
    deployed.go_live()
    for method in ("GET", "HEAD", "OPTIONS"):
        ask(method)
    assert deployed.ordered() == []
    changing = ("PutItem", "UpdateItem", "DeleteItem", "StopStream", "StartExecution")
    assert not any(deployed.wire.made(operation) for operation in changing)


def test_a_channel_that_ivs_does_not_know_has_a_page(deployed):
    reply = ask()
    assert reply["statusCode"] == 404
    assert "There is no such channel" in reply["body"]


def test_a_video_service_that_fails_does_not_break_the_page(deployed):
    deployed.go_live()
    deployed.wire.fails("GetStream", "AccessDeniedException", status=403)
    page = ask()
    assert page["statusCode"] == 200
    assert "Nobody knows what is on air" in page["body"]
    assert press(page, "ban")["statusCode"] == 303
    assert deployed.ordered()[0]["session"] is None


def test_another_accounts_channel_cannot_be_expressed(deployed):
    assert ask(account="444455556666")["statusCode"] == 403


def test_a_function_without_its_variables_says_nothing_about_them(deployed, monkeypatch):
    monkeypatch.delenv("CHANNELS_TABLE")
    reply = ask()
    assert reply["statusCode"] == 500
    assert "CHANNELS_TABLE" not in reply["body"]


def test_somebody_signed_in_needs_no_link_and_orders_in_their_own_name(deployed):
    deployed.go_live()
    until = int((datetime.now(UTC) + timedelta(minutes=5)).timestamp())
    held = session.Session("sub-1", "dana", "Dana", ("lead",), until)
    cookie = {"cookie": f"{session.COOKIE}={session.seal(held, LINK_KEY)}"}
    asked = {"cookie": cookie, "exp": "", "sig": ""}
    page = ask(**asked)
    assert page["statusCode"] == 200
    assert press(page, "ban", asked)["statusCode"] == 303
    assert (deployed.ordered()[0]["by"], deployed.ordered()[0]["via"]) == ("Dana", "desk")


def test_a_stranger_makes_neither_tables_nor_pages(deployed):
    assert ask(exp="", sig="")["statusCode"] == 303
    assert deployed.wire.calls == []


def test_an_answer_is_json_and_its_body_is_text(deployed):
    reply = ask()
    assert json.loads(json.dumps(reply))["body"] == reply["body"]
    assert reply["isBase64Encoded"] is False


def test_the_handler_stays_small():
    assert len(Path(app.__file__).read_text(encoding="utf-8").splitlines()) <= 40
