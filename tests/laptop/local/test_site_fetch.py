"""Pages are fetched as a browser asks for them: its headers, its cookies, no redirect followed."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from local.errors import OperatorError
from local.site import fetch_page

pytestmark = pytest.mark.enable_socket


class Served:
    """A site on this machine that remembers the requests."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], str]] = []
        self.status, self.headers = 200, list[tuple[str, str]]()
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                served.asked.append((self.command, self.path, headers, body))
                self.send_response(served.status)
                for name, value in [*served.headers, ("Content-Length", "2")]:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(b"ok")

            do_POST = do_GET  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def served() -> Iterator[Served]:
    made = Served()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def test_a_form_names_its_origin_and_a_redirect_is_an_answer(served: Served) -> None:
    served.status, served.headers = 303, [("Location", "queue")]
    page = fetch_page("POST", f"{served.origin}/sign-in", {"name": "a b", "note": "é&"})
    assert (page.status, page.location, page.text) == (303, "queue", "ok")
    [(method, path, headers, body)] = served.asked
    assert (method, path, body) == ("POST", "/sign-in", "name=a+b&note=%C3%A9%26")
    assert headers["origin"] == served.origin
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert "cookie" not in headers


def test_cookies_go_out_as_they_are_held_and_come_back_one_by_one(served: Served) -> None:
    kept = "Max-Age=43200; Path=/; HttpOnly; Secure; SameSite=Lax"
    served.headers = [
        ("Set-Cookie", f"__Host-framewarden=a.b-c_d; {kept}"),
        ("Set-Cookie", "__Host-framewarden-refresh=; Max-Age=0; Path=/; Secure"),
    ]
    page = fetch_page("GET", served.origin, None, {"one": "1", "two": "x.y"})
    assert served.asked[0][2]["cookie"] == "one=1; two=x.y"
    assert page.cookies == {"__Host-framewarden": "a.b-c_d", "__Host-framewarden-refresh": ""}
    assert fetch_page("GET", served.origin, None, {}).status == 200
    assert "cookie" not in served.asked[1][2]


def test_a_refusal_is_a_page_too(served: Served) -> None:
    served.status = 403
    assert fetch_page("GET", served.origin, None).status == 403


def test_a_site_that_is_not_there_is_put_in_words() -> None:
    with pytest.raises(OperatorError, match="does not answer"):
        fetch_page("GET", "http://127.0.0.1:9/live", None)
