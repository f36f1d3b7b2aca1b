"""Fence fast tests off from network and account."""

import os
from collections.abc import Iterator

import pytest
from pytest_socket import disable_socket, enable_socket

REGION = "us-east-1"


def pytest_configure(config: pytest.Config) -> None:
    """Let a step that counts nothing be as ordinary here as it is in production."""
    config.addinivalue_line("filterwarnings", "ignore:No application metrics to publish")


@pytest.fixture(autouse=True)
def no_network(request: pytest.FixtureRequest) -> Iterator[None]:
    """Close the door to every test that does not ask for sockets by its marker."""
    if request.node.get_closest_marker("enable_socket"):
        yield
        return
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture(autouse=True)
def no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every way to a real account away."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.setenv(name, REGION)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
