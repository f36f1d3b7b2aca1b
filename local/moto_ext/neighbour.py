"""Reach the emulator of the services that this one does not play, where there is one.

The laptop cloud has one: images lie in its S3, and its EventBridge brings events to their rules.
"""

import os
from threading import Lock
from typing import Any

ENDPOINT = "FRAMEWARDEN_CLOUD_ENDPOINT"
_lock = Lock()
_clients: dict[tuple[str, str, str], Any] = {}


def endpoint() -> str | None:
    """Return the URL at which it answers, None where moto stands alone."""
    return os.environ.get(ENDPOINT) or None


def client(service: str, region: str) -> Any:
    """Make the one client of this process for a service of the neighbour in a region."""
    where = os.environ[ENDPOINT]
    with _lock:
        if (where, service, region) not in _clients:
            _clients[where, service, region] = _made(where, service, region)
        return _clients[where, service, region]


def _made(where: str, service: str, region: str) -> Any:
    import boto3
    from botocore.config import Config

    session: Any = boto3.Session()
    made = session.client(
        service,
        endpoint_url=where,
        region_name=region,
        aws_access_key_id=os.environ.get("FRAMEWARDEN_CLOUD_ACCESS_KEY", "test"),
        aws_secret_access_key=os.environ.get("FRAMEWARDEN_CLOUD_SECRET_KEY", "test"),
        config=Config(
            s3={"addressing_style": "path"},
            max_pool_connections=32,
            connect_timeout=2,
            read_timeout=10,
            retries={"total_max_attempts": 2, "mode": "standard"},
        ),
    )
    if service == "s3":
        # Rekognition reads no bucket of another region; boto3 would follow S3 there.
        made.meta.events.register("before-call.s3", _stay)
    return made


def _stay(params: dict[str, Any], **_: Any) -> None:
    params["context"].setdefault("s3_redirect", {})["redirected"] = True
