"""A batch is analyzed with one adapter from its first image to its last, whatever goes live."""

from datetime import timedelta

import pytest

from framewarden import settings, starting
from framewarden.batchwork import Batchwork
from framewarden.domain import batches
from framewarden.domain.errors import BatchRefusedError, StoreThrottledError
from framewarden.domain.times import parse
from tests.unit import template_calls
from tests.unit.adapter_rows import adapter, arn_of, turned
from tests.unit.batch_rows import BATCH
from tests.unit.scenes import event

NOW = parse("2026-11-22T09:00:00Z")
LATER = NOW + timedelta(minutes=5)
ASKED = event("start_batch/manifest")["batch"]


def start(**changes):
    return starting.start(ASKED | changes, settings.StartBatch.read(), NOW)


def kept(aws):
    rows = [row for row in aws.rows("batches") if row["item"] == "batch"]
    return [row["adapter"] for row in rows]


class TestChoice:
    def test_where_nobody_says_it_is_the_live_one(self, aws):
        turned(aws, live=adapter(aws, "v1"))
        aws.wire.forget()
        start()
        assert kept(aws) == [arn_of("v1")]
        assert template_calls.refused("StartBatchFunction", aws.wire.calls) == set()

    def test_or_the_base_model_where_none_is_live(self, aws):
        start()
        assert kept(aws) == [None]

    def test_the_base_model_can_be_asked_for(self, aws):
        turned(aws, live=adapter(aws, "v1"))
        start(adapter="base")
        assert kept(aws) == [None]

    def test_and_so_can_another_adapter(self, aws):
        turned(aws, live=adapter(aws, "v1"))
        start(adapter=arn_of("v2"))
        assert kept(aws) == [arn_of("v2")]

    def test_an_uploaded_manifest_takes_the_live_one(self, aws):
        turned(aws, live=adapter(aws, "v1"))
        uploaded = event("start_batch/uploaded_manifest")
        starting.start_of_event(uploaded, settings.StartBatch.read(), NOW)
        assert kept(aws) == [arn_of("v1")]

    def test_a_switch_that_cannot_be_read_starts_nothing_by_guess(self, aws):
        aws.wire.before("GetItem", lambda: None)  # that of the batch
        aws.wire.fails("GetItem", "InternalServerError", status=500)
        with pytest.raises(StoreThrottledError):
            start()
        assert kept(aws) == []
        assert start()["started"] is True


class TestOneToItsEnd:
    def test_a_promotion_changes_no_batch_that_is_there(self, aws):
        turned(aws, live=adapter(aws, "v1"))
        start()
        turned(aws, live=adapter(aws, "v2"))
        assert start()["started"] is False
        aws.put("batches", aws.row("batches", batch=BATCH, item="batch") | {"status": "failed"})
        asked = {"batch_id": BATCH, "by": "grace"}
        answer = starting.resume(asked, settings.StartBatch.read(), LATER)
        assert answer["status"] == batches.RUNNING
        assert kept(aws) == [arn_of("v1")]

    def test_of_two_who_start_it_the_first_ones_is_kept(self, aws):
        turned(aws, live=adapter(aws, "v1"))
        aws.wire.before("PutItem", lambda: start(adapter="base"))
        start()
        assert kept(aws) == [None]


@pytest.mark.parametrize(
    ("arn", "words"),
    [
        (arn_of("v1", region="eu-west-1"), "is in eu-west-1.*cannot be copied"),
        (arn_of("v1", account="444455556666"), "belongs to the account 444455556666"),
    ],
)
class TestElsewhere:
    def test_an_adapter_of_another_place_starts_nothing(self, aws, arn, words):
        with pytest.raises(BatchRefusedError, match=words):
            start(adapter=arn)
        assert aws.rows("batches") == []

    def test_and_the_page_says_so_before(self, aws, arn, words):
        work = Batchwork(settings.BatchPage.read())
        work.check(ASKED | {"adapter": arn_of("v1")})
        with pytest.raises(BatchRefusedError, match=words):
            work.check(ASKED | {"adapter": arn})
