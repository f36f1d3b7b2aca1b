"""Only this machine, and only free ports."""

import socket
from collections.abc import Iterator

import pytest

from local.errors import OperatorError
from local.laptop.loopback import HOST, any_free_port, choose_port, is_free, require_loopback

pytestmark = pytest.mark.enable_socket


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:4566",
        "http://127.8.8.8",
        "http://localhost:4566/x",
        "http://LOCALHOST",
        "http://[::1]:4566",
        "http://console.localhost:4566/live",
    ],
)
def test_this_machine_passes(url: str) -> None:
    assert require_loopback(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.us-east-1.amazonaws.com",
        "http://192.168.1.20:4566",
        "http://0.0.0.0:4566",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://user:127.0.0.1@example.com",
        "http://127.0.0.1@example.com",
        "http://2130706433",
        "127.0.0.1:4566",
        "",
    ],
)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(OperatorError, match="not on this machine"):
        require_loopback(url)


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind((HOST, 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_taken_port_is_named_with_the_remedy(taken: int) -> None:
    with pytest.raises(OperatorError, match=rf"Port {taken} .*--port PORT"):
        choose_port(taken, 4566)


def test_a_taken_usual_port_gives_way(taken: int) -> None:
    chosen = choose_port(None, taken)
    assert chosen != taken
    assert is_free(chosen)


def test_a_free_port_is_taken_as_asked() -> None:
    port = any_free_port()
    assert choose_port(port, 4566) == port
    assert choose_port(None, port) == port
    assert choose_port(0, port) > 0
