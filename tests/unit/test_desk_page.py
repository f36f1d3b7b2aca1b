"""The function as it is deployed: its own wiring, on moto and a pool that answers as AWS's."""

import json
import re
from base64 import urlsafe_b64encode
from pathlib import Path
from urllib.parse import urlencode

import pytest

from desk_page import app
from framewarden.domain import links
from tests.unit.conftest import LINK_KEY

PASSWORD, REFRESH = "a-Password-99", "the-refresh-token"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def id_token(**claims):
    said = {"sub": "s-1", "cognito:username": "ana", "name": "Ana", **claims}
    payload = urlsafe_b64encode(json.dumps(said).encode()).decode()
    return f"e30.{payload.rstrip('=')}.c2ln"


@pytest.fixture
def deployed(aws, wire, monkeypatch, context):
    for cached in (app._visitors, app._accounts, app._queue):
        cached.cache_clear()
    monkeypatch.setenv("LINK_MAY", "stop")
    monkeypatch.setenv("DESK_CLIENT_ID", "client-1")
    token = id_token(**{"cognito:groups": ["moderator"]})
    result = {"AuthenticationResult": {"IdToken": token, "RefreshToken": REFRESH}}
    wire.serves("InitiateAuth", lambda asked: result)
    wire.serves("RevokeToken", lambda asked: {})

    def ask(path, method="GET", cookies=(), **form):
        event = {
            "httpMethod": method,
            "path": path,
            "headers": {"host": "127.0.0.1", "cookie": "; ".join(cookies), **FORM},
            "body": urlencode(form),
            "requestContext": {"path": f"/live{path}"},
        }
        return app.lambda_handler(event, context)

    yield ask
    for cached in (app._visitors, app._accounts, app._queue):
        cached.cache_clear()


def cookies_of(reply):
    return [line.partition(";")[0] for line in reply["multiValueHeaders"]["Set-Cookie"]]


def test_somebody_signs_in_looks_at_the_queue_and_signs_out(deployed, aws, wire):
    aws.wire.forget()
    page = deployed("/sign-in")
    nonce = re.search(r'name="nonce" value="([^"]+)"', page["body"]).group(1)
    signed = deployed("/sign-in", "POST", nonce=nonce, username="ana", password=PASSWORD)
    assert signed["statusCode"] == 303
    assert wire.made("InitiateAuth")[0]["ClientId"] == "client-1"
    cookies = cookies_of(signed)
    assert len(cookies) == 2
    queue = deployed("/queue", cookies=cookies)
    assert queue["statusCode"] == 200
    assert "<bdi>Ana</bdi>" in queue["body"]
    head = queue["body"].partition("<main")[0]
    nonce = re.search(r'name="nonce" value="([^"]+)"', head).group(1)
    left = deployed("/sign-out", "POST", cookies=cookies, nonce=nonce)
    assert left["statusCode"] == 303
    assert wire.made("RevokeToken") == [{"Token": REFRESH, "ClientId": "client-1"}]


def test_the_queue_is_shown_to_nobody_who_is_not_signed_in(deployed):
    for path in ("/queue", "/queue/cards"):
        reply = deployed(path)
        assert reply["statusCode"] == 303
        assert "sign-in?next=queue" in reply["multiValueHeaders"]["Location"][0]


def test_the_key_of_links_signs_the_sessions_too(deployed):
    forged = f"__Host-framewarden=e30.{links.sign_session('o' * 64, 'e30')}"
    assert deployed("/queue", cookies=[forged])["statusCode"] == 401
    nonce = links.make_nonce(LINK_KEY, "sign-in", app._visitors().clock())
    assert deployed("/sign-in", "POST", nonce=nonce, username="a")["statusCode"] == 303


def test_a_static_file_needs_neither_table_nor_key_nor_pool(monkeypatch, context):
    for name in ("REVIEWS_TABLE", "LINK_SECRET_ARN", "LINK_MAY", "DESK_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)
    for cached in (app._visitors, app._accounts, app._queue):
        cached.cache_clear()
    event = {"httpMethod": "GET", "path": "/static/desk.css", "requestContext": {}}
    assert app.lambda_handler(event, context)["statusCode"] == 200
    event = {"httpMethod": "GET", "path": "/queue", "requestContext": {}}
    reply = app.lambda_handler(event, context)
    assert reply["statusCode"] == 500
    assert "REVIEWS_TABLE" not in reply["body"]


def test_an_unknown_address_has_a_page(deployed):
    assert deployed("/wp-login.php")["statusCode"] == 404


def test_the_handler_stays_small():
    assert len(Path(app.__file__).read_text(encoding="utf-8").splitlines()) <= 40
