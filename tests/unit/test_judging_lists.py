"""A list of a batch on its way through `moderate`: judged by the batch's policy, kept as a list."""

import json

import pytest

from archive.app import lambda_handler as archive
from classify.app import lambda_handler as classify
from framewarden.aws.batch_policies import policy_of
from framewarden.domain.policy import policy_hash
from framewarden.domain.times import iso
from tests.unit.ending_world import BATCH, LIKELY, NOW, POLICY, STOP, complete, end
from tests.unit.scenes import EVIDENCE_BUCKET


@pytest.fixture
def lists(aws):
    policy_of.cache_clear()
    complete()
    end()
    given = [json.loads(call["input"]) for call in aws.wire.made("StartExecution")]
    yield {one["batch"]["rule"]: {"state": one, "execution": BATCH} for one in given}
    policy_of.cache_clear()


@pytest.mark.parametrize(("rule", "severity"), [(STOP, "critical"), (LIKELY, "high")])
def test_a_list_is_judged_by_the_policy_of_its_batch(aws, context, lists, rule, severity):
    aws.publish(POLICY | {"name": "published since", "rules": POLICY["rules"][:1]})
    verdict = classify(lists[rule], context)
    assert verdict["matched"][0]["rule"] == rule
    assert (verdict["severity"], verdict["policy_hash"]) == (severity, policy_hash(POLICY))
    assert (verdict["may_stop"], verdict["would_stop"]) == (False, False)
    assert aws.wire.made("GetLatestConfiguration") == []


def test_a_list_is_archived_as_a_list(aws, context, lists):
    document = lists[LIKELY]
    decision = {"decision": "block", "status": "decided", "by": "Ada", "decided_at": iso(NOW)}
    document["state"] |= {"verdict": classify(document, context), "decision": decision}
    told = archive(document, context)
    assert (told["outcome"], told["copied"]) == ("reviewed", True)
    place = told["evidence"].removesuffix(".json")
    assert place.startswith("high/batches/2026/11/22/")
    found = aws.client("s3").get_object(Bucket=EVIDENCE_BUCKET, Key=f"{place}.jsonl")
    assert len(found["Body"].read().splitlines()) == 2
