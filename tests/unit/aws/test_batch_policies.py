import json

import pytest

from framewarden.aws import batch_files
from framewarden.aws.batch_policies import policy_of
from framewarden.domain.errors import PolicyInvalidError, PolicyUnavailableError
from tests.unit.scenes import BATCHES_BUCKET, policy

KEY = "batches/{}/policy.json"


@pytest.fixture(autouse=True)
def fresh():
    policy_of.cache_clear()
    yield
    policy_of.cache_clear()


def kept(batch, raw):
    batch_files.put(BATCHES_BUCKET, KEY.format(batch), raw)


def test_a_worker_reads_a_batchs_policy_once(aws):
    kept("one", json.dumps(policy(name="of one")).encode())
    kept("two", json.dumps(policy(name="of two")).encode())
    names = [policy_of(BATCHES_BUCKET, batch).name for batch in ("one", "two", "one")]
    assert names == ["of one", "of two", "of one"]
    assert len(aws.wire.made("GetObject")) == 2


def test_a_policy_that_is_gone_judges_nothing(aws):
    with pytest.raises(PolicyUnavailableError, match="batch none"):
        policy_of(BATCHES_BUCKET, "none")


@pytest.mark.parametrize("raw", [b"{", b"{}", b'{"name": "without rules"}'])
def test_what_is_no_policy_judges_nothing(aws, raw):
    kept("odd", raw)
    with pytest.raises(PolicyInvalidError):
        policy_of(BATCHES_BUCKET, "odd")
