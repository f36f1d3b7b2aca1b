"""The handlers that start and plan a batch, with the very files that `sam local invoke` takes."""

from importlib import import_module

import pytest

from framewarden.domain import batches
from framewarden.domain.errors import BatchRefusedError, FrameMalformedError
from tests.unit.batch_rows import BATCH, to_plan, to_start
from tests.unit.scenes import event


def start(aws, context, name):
    document = event(f"start_batch/{name}")
    to_start(aws, document)
    return import_module("start_batch.app").lambda_handler(document, context)


def plan(aws, context, name):
    document = event(f"plan_batch/{name}")
    to_plan(aws, document)
    return import_module("plan_batch.app").lambda_handler(document, context)


@pytest.mark.parametrize("name", ["manifest", "prefix", "bulk"])
def test_whoever_asks_is_told_what_was_started(aws, context, name):
    told = {"batch_id": BATCH, "started": True, "execution": BATCH, "status": batches.RUNNING}
    assert start(aws, context, name) == told


def test_an_uploaded_manifest_starts_a_batch(aws, context):
    [answer] = start(aws, context, "uploaded_manifest")
    assert answer["started"] is True
    assert batches.BATCH_ID.fullmatch(answer["batch_id"])


def test_a_batch_is_resumed(aws, context):
    answer = start(aws, context, "resume")
    assert (answer["started"], answer["execution"]) == (True, f"{BATCH}-2")


def test_a_batch_is_cancelled(aws, context):
    answer = start(aws, context, "cancel")
    assert (answer["started"], answer["status"]) == (False, batches.CANCELLING)


def test_what_nobody_may_ask_for_is_refused_by_name(aws, context):
    handler = import_module("start_batch.app").lambda_handler
    with pytest.raises(BatchRefusedError):
        handler({"batch": {}}, context)
    with pytest.raises(FrameMalformedError):
        handler({}, context)


@pytest.mark.parametrize("name", ["manifest", "prefix", "resumed", "answered"])
def test_a_plan_holds_ranges_and_nothing_else(aws, context, name):
    answer = plan(aws, context, name)
    assert answer["next"] == "analyze"
    [[only]] = [one["shards"] for one in answer["shards"]]
    assert set(only) == {"start", "end"}
