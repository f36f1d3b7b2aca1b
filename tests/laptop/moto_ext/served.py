"""The extension in a process of its own, as the laptop cloud runs it."""

import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from .answers import assert_modelled

REPOSITORY = Path(__file__).parents[3]


@dataclass(frozen=True)
class Server:
    """The running server."""

    process: "subprocess.Popen[str]"
    url: str
    session: boto3.Session

    def client(self, service: str) -> Any:
        """Make a client as the laptop cloud's functions do."""
        made = self.session.client(
            service,
            region_name="us-east-1",
            endpoint_url=self.url,
            config=Config(inject_host_prefix=False, retries={"total_max_attempts": 1}),
        )
        if service != "s3":
            made.meta.events.register("after-call", self._watch)
        return made

    def _watch(self, http_response: Any, parsed: Any, model: Any, **_: Any) -> None:
        if http_response.status_code < 300:
            assert_modelled(model, http_response.status_code, http_response.content, parsed)

    def control(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send a request to the control endpoint."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_framewarden/{path}", data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


@contextmanager
def serving() -> Iterator[Server]:
    """Serve until the end of the block, and end without a complaint."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "local.moto_ext.server", "--port", str(port)],
        env={
            "PYTHONPATH": str(REPOSITORY),
            "FRAMEWARDEN_CLOUD_ENDPOINT": url,
            "FRAMEWARDEN_MEDIALIVE_SECONDS": "0",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == f"moto extension ready on {url}\n"
    yield Server(process, url, boto3.Session("AKIATESTTESTTESTTEST", "secret", "token"))
    process.send_signal(signal.SIGTERM)
    _, complaints = process.communicate(timeout=10)
    assert (process.returncode, complaints) == (0, ""), (process.returncode, complaints)
