"""The function as it is deployed: its own wiring, on moto."""

import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from framewarden.domain import links
from framewarden.domain.times import iso
from picture_page import app
from tests.unit.conftest import LINK_KEY
from tests.unit.console.verify_world import BATCH, RULE, List
from tests.unit.scenes import (
    ACCOUNT,
    BATCHES_BUCKET,
    CHANNEL,
    FRAMES_BUCKET,
    REGION,
    ROOT,
    another,
    state,
)

CONTEXT = SimpleNamespace(
    aws_request_id="req-42",
    function_name="picture_page",
    invoked_function_arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:picture_page",
)


@pytest.fixture
def deployed(aws, monkeypatch):
    monkeypatch.setenv("LINK_MAY", "stop")
    monkeypatch.setenv("DESK_CLIENT_ID", "client")
    for cached in (app._desk, app._sheets, app._sheet_desk):
        cached.cache_clear()
    yield aws
    for cached in (app._desk, app._sheets, app._sheet_desk):
        cached.cache_clear()


def ask(path, sig=None, **query):
    exp = int((datetime.now(UTC) + timedelta(hours=25)).timestamp())
    sig = sig or links.sign_link(LINK_KEY, "r1", exp)
    event = {
        "httpMethod": "GET",
        "path": path,
        "headers": {"host": "127.0.0.1"},
        "queryStringParameters": {"exp": str(exp), "sig": sig, **query},
        "requestContext": {"path": f"/live{path}"},
    }
    return app.lambda_handler(event, CONTEXT)


def picture(colour):
    written = io.BytesIO()
    Image.new("RGB", (640, 360), colour).save(written, "JPEG")
    return written.getvalue()


def store(aws):
    """Put two frames of a channel, and a review of the first."""
    high = state("open_review/high")
    frames = [aws.upload(one["frame"], picture("red")) for one in (high, another(high, 43))]
    now = iso(datetime.now(UTC))
    samples = [{"key": one["key"], "version_id": one["version_id"], "at": now} for one in frames]
    review = {"review_id": "r1", "status": "pending", "channel_arn": CHANNEL, "frame": frames[0]}
    aws.put("reviews", review | {"frames": 2, "samples": samples})
    for frame in frames:
        aws.put("frames", frame)
    aws.wire.forget()
    return frames


def test_frames_come_blurred_from_the_bucket(deployed):
    frames = store(deployed)
    for reply in (
        ask("/reviews/r1/blurred"),
        ask("/reviews/r1/blurred", frame=frames[1]["frame_id"]),
        ask("/reviews/r1/strip"),
    ):
        assert reply["statusCode"] == 200
        assert reply["multiValueHeaders"]["Content-Type"] == ["image/svg+xml; charset=utf-8"]
        assert "data:image/jpeg;base64," in reply["body"]
        assert json.loads(json.dumps(reply))["body"] == reply["body"]
        assert reply["isBase64Encoded"] is False
    read = deployed.wire.made("GetObject")
    assert len(read) == 4
    assert {call["Bucket"] for call in read} == {FRAMES_BUCKET}
    assert {call["VersionId"] for call in read} == {frame["version_id"] for frame in frames}
    assert {call.operation for call in deployed.wire.calls} <= {
        "GetSecretValue",
        "GetItem",
        "GetObject",
    }


def test_a_version_that_was_deleted_is_drawn_as_missing(deployed):
    first, _ = store(deployed)
    place = {"Bucket": FRAMES_BUCKET, "Key": first["key"], "VersionId": first["version_id"]}
    deployed.client("s3").delete_object(**place)
    assert "This picture cannot be shown" in ask("/reviews/r1/blurred")["body"]
    strip = ask("/reviews/r1/strip")["body"]
    assert (strip.count("<image "), strip.count("not shown")) == (1, 1)


def test_a_sheet_comes_from_the_bucket_and_is_kept_there(deployed):
    listed = List(deployed)
    listed.fill(2, picture=picture("red"))
    review_id = listed.ask_people()
    exp = int((datetime.now(UTC) + timedelta(hours=25)).timestamp())
    asked = {"rule": RULE, "review": review_id, "exp": str(exp)}
    sig = links.sign_link(LINK_KEY, review_id, exp)
    deployed.wire.forget()
    for _ in range(2):
        reply = ask(f"/batches/{BATCH}/sheet", sig, **asked)
        assert reply["statusCode"] == 200
        assert "data:image/jpeg;base64," in reply["body"]
    [kept] = deployed.wire.made("PutObject")
    assert kept["Key"].startswith(f"batches/{BATCH}/sheets/")
    assert kept["Bucket"] == BATCHES_BUCKET


def test_a_bad_link_reads_nothing(deployed):
    store(deployed)
    assert ask("/reviews/r1/blurred", sig="forged")["statusCode"] == 403
    assert {call.operation for call in deployed.wire.calls} == {"GetSecretValue"}


def test_what_is_no_review_has_no_picture(deployed):
    assert ask("/reviews/r1/strip")["statusCode"] == 404
    deployed.put("reviews", {"review_id": "r1", "critical": 4})
    for what in ("strip", "blurred"):
        assert ask(f"/reviews/r1/{what}")["statusCode"] == 404


def test_a_function_without_its_variables_says_nothing_about_them(deployed, monkeypatch):
    monkeypatch.delenv("FRAMES_BUCKET")
    reply = ask("/reviews/r1/blurred")
    assert reply["statusCode"] == 500
    assert "FRAMES_BUCKET" not in reply["body"]


def test_pillow_is_loaded_with_the_first_picture_and_not_with_the_function():
    check = "import sys; from picture_page import app; sys.exit('PIL' in sys.modules)"
    folder = ROOT / "functions"
    assert subprocess.run([sys.executable, "-c", check], cwd=folder, check=False).returncode == 0


def test_nothing_else_of_the_functions_names_pillow():
    naming = [path.name for path in (ROOT / "functions").rglob("*.py") if "PIL" in path.read_text()]
    assert sorted(naming) == ["blurring.py", "sheet_drawing.py"]


def test_the_handler_stays_small():
    assert len(Path(app.__file__).read_text(encoding="utf-8").splitlines()) <= 40
