"""How long the model has looked at pictures, summed over threads and shown over HTTP."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from typing import Any

import pytest

from local.moto_ext.errors import AwsError
from local.moto_ext.rekognition import pictures, pixels, recorded

from .pictures_made import POSITIVE, encoded, plain
from .served import Server


def spent(before: pixels.Inference) -> list[float]:
    now = pixels.inference()
    return [late - early for early, late in zip(astuple(before), astuple(now), strict=True)]


def test_each_picture_is_counted_with_its_seconds() -> None:
    pixels.score(pictures.open_picture(encoded(plain())))  # the model is loaded
    before = pixels.inference()
    pixels.score(pictures.open_picture(POSITIVE.read_bytes()))
    images, cpu, wall, decoding = spent(before)
    assert images == 1
    assert 0 < cpu < 5
    assert 0 < wall < 10
    assert 0 < decoding < 5


def test_no_thread_loses_what_another_counts() -> None:
    before = pixels.inference()
    data = encoded(plain())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: pixels.score(pictures.open_picture(data)), range(12)))
    assert spent(before)[0] == 12


def test_what_the_model_did_not_look_at_is_not_counted(rekognition: Any) -> None:
    before = pixels.inference()
    picture = encoded(plain(size=(70, 70)))
    recorded.use({hashlib.sha256(picture).hexdigest(): {"ModerationLabels": []}})
    rekognition.detect_moderation_labels(Image={"Bytes": picture})
    with pytest.raises(AwsError):
        pixels.score(pictures.open_picture(POSITIVE.read_bytes()[:20_000]))
    assert pixels.inference() == before


@pytest.mark.enable_socket
def test_it_is_told_over_http(server: Server) -> None:
    _, before = server.control("GET", "inference")
    server.client("rekognition").detect_moderation_labels(Image={"Bytes": encoded(plain())})
    status, told = server.control("GET", "inference")
    assert status == 200
    assert set(told) == {"images", "cpu_seconds", "wall_seconds", "decode_cpu_seconds"}
    assert told["images"] == before["images"] + 1
    assert told["cpu_seconds"] > before["cpu_seconds"]


@pytest.mark.enable_socket
def test_answers_are_recorded_over_http(server: Server) -> None:
    picture = encoded(plain(size=(71, 71)))
    digest = hashlib.sha256(picture).hexdigest()
    label = {"Name": "Violence", "ParentName": "", "TaxonomyLevel": 1, "Confidence": 91.5}
    answers = {digest: {"ModerationLabels": [label]}}
    assert server.control("POST", "recorded", answers) == (200, {"recorded": 1})
    _, before = server.control("GET", "inference")
    rekognition = server.client("rekognition")
    told = rekognition.detect_moderation_labels(Image={"Bytes": picture})
    assert told["ModerationLabels"] == [label]
    assert server.control("GET", "inference") == (200, before)
    assert server.control("POST", "recorded", {digest: {"ModerationLabels": 5}})[0] == 400
    assert server.control("POST", "recorded", {}) == (200, {"recorded": 0})
