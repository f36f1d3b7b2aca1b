"""Buckets of another region: the neighbour's S3 redirects to them, Rekognition does not go."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any

import pytest

from local.moto_ext.errors import AwsError
from local.moto_ext.rekognition import stored
from local.moto_ext.rekognition.objects import Objects

pytestmark = pytest.mark.enable_socket
HOME = "eu-west-1"
OBJECT = {"Bucket": "frames", "Name": "a.jpg"}


class Regional(BaseHTTPRequestHandler):
    """S3 whose every bucket is at home in one region."""

    def do_GET(self) -> None:
        here = f"/{HOME}/s3/" in self.headers["Authorization"]
        body = b"image" if here else b"<Error><Code>PermanentRedirect</Code></Error>"
        self.send_response(200 if here else 301)
        self.send_header("x-amz-bucket-region", HOME)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Write nothing."""


@pytest.fixture(autouse=True)
def s3_of_one_region(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Regional)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    where = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("FRAMEWARDEN_CLOUD_ENDPOINT", where)
    yield
    server.shutdown()
    server.server_close()


def ways(region: str) -> list[Any]:
    objects, account = Objects("000000000000", region), "000000000000"
    return [
        lambda: stored.read_object("frames", "a.jpg", None, account=account, region=region),
        lambda: objects.require(OBJECT),
        lambda: objects.require_bucket("frames"),
        lambda: objects.download(OBJECT, BytesIO()),
    ]


@pytest.mark.parametrize("way", range(4))
def test_a_bucket_is_reached_from_its_own_region_only(way: int) -> None:
    ways(HOME)[way]()
    with pytest.raises(AwsError) as refused:
        ways("us-east-1")[way]()
    assert refused.value.code == "InvalidS3ObjectException"
