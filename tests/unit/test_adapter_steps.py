"""The three steps of a training after each other, with a Rekognition that really trains."""

import json
from hashlib import sha256

import pytest
from moto.rekognition.models import rekognition_backends

from framewarden import adapting, collecting, gating, training
from framewarden.domain import adapters
from local.moto_ext.rekognition import recorded, steering
from tests.unit import training_world as world
from tests.unit.scenes import ACCOUNT, REGION
from tests.unit.training_world import NOW

ASKED = {"by": "ada", "name": "v1", "labels": ["Smoking"]}


@pytest.fixture(autouse=True)
def base_model(aws):
    """Let the base model find smoking in every picture: half of them show none."""
    rekognition_backends[ACCOUNT][REGION].reset()
    found = {"Name": "Smoking", "ParentName": "Drugs & Tobacco Paraphernalia & Use"}
    found |= {"TaxonomyLevel": 3, "Confidence": 90.0}
    drawn = [world.picture(*world.drawn(number)) for number in range(80)]
    recorded.use({sha256(one).hexdigest(): {"ModerationLabels": [found]} for one in drawn})


def trained(aws, **asked):
    """Go through the machine's states, and return how the adapter's execution ended."""
    own = world.own()
    told = adapting.start(ASKED | asked, own.adapting, NOW)
    state = {"adapter": told["adapter"], "attempt": told["attempt"]}
    state |= {"execution": told["execution"]}
    state["collected"] = collecting.collect(state, own.collect, NOW)
    if state["collected"]["next"] == "train":
        for _ in range(10):
            state["training"] = training.follow(state, own.follow, NOW)
            if state["training"]["status"] != "running":
                break
    state["finished"] = gating.finish(state, own.finish, NOW, world.Clock().timing())
    json.dumps(state)
    return state["finished"]["status"]


def test_what_people_said_becomes_an_adapter_that_is_judged(aws):
    world.examples(aws)
    assert trained(aws) == adapters.PASSED
    row = world.adapter(aws, "v1")
    assert row["rekognition_status"] == adapters.COMPLETED
    assert row["evaluation"]["images"] == row["manifests"]["test"]["images"]
    assert [label["label"] for label in row["evaluation"]["labels"]] == ["Smoking"]
    assert row["gate"]["test"]["base"] == 10
    assert len(row["evaluation"]["thresholds"]) == 20
    assert world.lock(aws) is None


def test_the_same_decisions_are_judged_alike(aws):
    world.examples(aws)
    trained(aws)
    trained(aws, name="v2")
    first, second = (world.adapter(aws, name) for name in ("v1", "v2"))
    assert first["evaluation"] == second["evaluation"]
    assert first["gate"] == second["gate"]


def test_too_few_examples_are_not_trained(aws):
    world.examples(aws, sources=2)
    assert trained(aws) == adapters.NOT_READY
    assert aws.wire.made("CreateProject") == []
    world.examples(aws)
    assert trained(aws) in adapters.TRAINED
    assert world.adapter(aws, "v1")["attempt"] == 2


def test_a_training_that_fails_is_tried_again_under_its_name(aws):
    world.examples(aws)
    steering.change(training="fails")
    assert trained(aws) == adapters.FAILED
    row = world.adapter(aws, "v1")
    assert row["failure"]["code"] == "TRAINING_FAILED"
    steering.change(training="normal")
    assert trained(aws) in adapters.TRAINED
    assert "_2/" in world.adapter(aws, "v1")["arn"]
