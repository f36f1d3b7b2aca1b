import pytest

from framewarden.aws import adapter_health
from framewarden.domain.errors import StoreThrottledError

HEALTH = {"arn": "arn-1", "status": "TRAINING_COMPLETED", "checked_at": "2026-11-22T08:00:00.000Z"}


def test_nobody_has_looked_yet(aws):
    assert adapter_health.read("adapters") is None


def test_the_last_look_is_kept_whole_and_apart_from_the_switch(aws):
    adapter_health.keep("adapters", HEALTH | {"deprecated_at": "2026-11-21T08:00:00.000Z"})
    adapter_health.keep("adapters", HEALTH)
    assert adapter_health.read("adapters") == HEALTH | {"kind": "health", "item": "live"}
    assert [row["kind"] for row in aws.rows("adapters")] == ["health"]


def test_a_store_that_fails_is_named(aws):
    aws.wire.fails("GetItem", "ThrottlingException")
    with pytest.raises(StoreThrottledError):
        adapter_health.read("adapters")
    aws.wire.fails("PutItem", "ThrottlingException")
    with pytest.raises(StoreThrottledError):
        adapter_health.keep("adapters", HEALTH)
