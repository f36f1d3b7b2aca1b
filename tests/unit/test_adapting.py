"""Starting a training: once for its name, one at a time, and never by accident."""

from contextlib import suppress
from datetime import timedelta

import pytest
from moto.stepfunctions.models import stepfunctions_backends

from framewarden import adapting
from framewarden.aws.adapters import Adapters
from framewarden.domain import adapters
from framewarden.domain.errors import AdapterRefusedError, StoreConflictError
from tests.unit import training_world as world
from tests.unit.adapter_rows import arn_of
from tests.unit.scenes import ACCOUNT, REGION
from tests.unit.training_world import NAME, NOW
from tests.unit.wire import KilledError


def start(now=NOW, **asked):
    return adapting.start({"by": "ada"} | asked, world.own().adapting, now)


def executions(aws):
    machines = stepfunctions_backends[ACCOUNT][REGION].state_machines
    [machine] = [machine for machine in machines if machine.arn == aws.adapters]
    return [execution.name for execution in machine.executions]


def after(**length):
    return NOW + timedelta(**length)


class TestFirst:
    def test_row_and_execution_and_answer(self, aws):
        told = start(account="ada@", labels=["smoking"], threshold=40, hours=3)
        assert told == {
            "adapter": NAME,
            "attempt": 1,
            "execution": f"adapter-{NAME}-1",
            "status": "collecting",
            "started": True,
        }
        assert executions(aws) == [f"adapter-{NAME}-1"]
        assert world.adapter(aws) == {
            "kind": "adapter",
            "item": NAME,
            "status": "collecting",
            "attempt": 1,
            "execution": f"adapter-{NAME}-1",
            "by": "ada",
            "account": "ada@",
            "started_at": "2026-11-22T09:00:00.000Z",
            "labels": ["Smoking"],
            "threshold": 40,
            "hours": 3,
            "until": int(NOW.timestamp()) + 3 * 3600,
        }
        [asked] = aws.wire.made("StartExecution")
        assert asked["input"] == f'{{"adapter": "{NAME}", "attempt": 1}}'
        assert world.lock(aws) == NAME

    def test_the_switch_is_not_touched(self, aws):
        start()
        assert aws.row("adapters", kind="switch", item="live") is None

    def test_the_same_request_twice_is_one_training(self, aws):
        start(name="v1")
        told = start(now=after(seconds=5), name="v1")
        assert (told["attempt"], told["adapter"]) == (1, "v1")
        assert executions(aws) == ["adapter-v1-1"]

    def test_two_at_the_same_moment_are_one(self, aws):
        aws.wire.before("TransactWriteItems", lambda: start(name="v1"))
        assert start(name="v1")["attempt"] == 1
        assert executions(aws) == ["adapter-v1-1"]

    def test_two_names_at_the_same_moment_are_one_training(self, aws):
        aws.wire.before("TransactWriteItems", lambda: start(name="v2"))
        with pytest.raises(AdapterRefusedError, match="somebody else"):
            start(name="v1")
        assert executions(aws) == ["adapter-v2-1"]

    @pytest.mark.parametrize("call", range(1, 8))
    @pytest.mark.parametrize("after_it", [False, True])
    @pytest.mark.parametrize("named", [{"name": "v1"}, {}])
    def test_whoever_dies_on_the_way_is_started_by_the_same_request(
        self, aws, call, after_it, named
    ):
        with aws.wire.killed_at(call, after=after_it), suppress(KilledError):
            start(**named)
        try:
            start(now=after(seconds=5), **named)
        except AdapterRefusedError as refusal:
            assert "being trained already" in str(refusal)  # it was not dead at all
        assert len(executions(aws)) == 1
        rows = [row for row in aws.rows("adapters") if row["kind"] == "adapter"]
        assert [row["execution"] for row in rows] == executions(aws)


class TestBusy:
    def test_another_name_is_told_which_one_is_trained_and_how_to_follow_it(self, aws):
        start(name="v1")
        with pytest.raises(AdapterRefusedError, match=r"v1 is being.*adapter show v1 --follow"):
            start(now=after(seconds=5), name="v2")

    def test_so_is_who_asks_for_something_else_under_its_name(self, aws):
        start(name="v1")
        with pytest.raises(AdapterRefusedError, match="v1 is being trained"):
            start(name="v1", threshold=70)

    def test_one_that_trains_is_not_started_for_others(self, aws):
        world.known(aws, adapters.TRAINING)
        with pytest.raises(AdapterRefusedError, match="being trained"):
            start(name="v2")
        assert executions(aws) == []

    def test_who_asks_for_other_labels_starts_the_dead_one_and_is_told(self, aws):
        world.known(aws, adapters.COLLECTING)
        with pytest.raises(AdapterRefusedError, match="being trained"):
            start(now=after(seconds=5), labels=["Smoking"])
        assert executions(aws) == [f"adapter-{NAME}-1"]

    @pytest.mark.parametrize("status", adapters.ENDED)
    def test_a_lock_that_an_ended_one_left_is_taken_away(self, aws, status):
        world.known(aws, status)
        assert start(name="v2")["started"] is True
        assert world.lock(aws) == "v2"

    def test_so_is_one_of_nobody(self, aws):
        world.known(aws)
        aws.client("dynamodb").delete_item(
            TableName="adapters", Key={"kind": {"S": "adapter"}, "item": {"S": NAME}}
        )
        assert start(name="v2")["started"] is True


class TestAgain:
    @pytest.mark.parametrize("status", adapters.TRAINED)
    def test_a_trained_ones_name_is_taken(self, aws, status):
        world.known(aws, status)
        with pytest.raises(AdapterRefusedError, match=r"another\s+name|one another name"):
            start(name=NAME)
        assert executions(aws) == []

    @pytest.mark.parametrize("status", adapters.AGAIN)
    def test_what_came_to_nothing_has_a_next_attempt(self, aws, status):
        failure = {"code": "LATE", "message": "m", "remedy": "r"}
        world.known(aws, status, failure=failure, ended_at="2026-11-22T08:00:00.000Z")
        told = start(now=after(hours=2), name=NAME, threshold=70)
        assert (told["attempt"], told["execution"]) == (2, f"adapter-{NAME}-2")
        row = world.adapter(aws)
        assert (row["status"], row["threshold"]) == ("collecting", 70)
        assert "failure" not in row
        assert "ended_at" not in row
        assert executions(aws) == [f"adapter-{NAME}-2"]
        assert world.lock(aws) == NAME

    def test_a_training_that_may_still_end_is_gone_on_with(self, aws):
        more = world.trained(rekognition_status="TRAINING_IN_PROGRESS")
        world.known(aws, adapters.LATE, **more)
        start(now=after(hours=30), name=NAME)
        row = world.adapter(aws)
        assert (row["arn"], row["manifests"]) == (arn_of(NAME), more["manifests"])

    @pytest.mark.parametrize(
        ("status", "asked"),
        [
            ("TRAINING_FAILED", {}),
            ("DELETING", {}),
            ("EXPIRED", {}),
            ("GONE", {}),
            ("TRAINING_IN_PROGRESS", {"labels": ["Alcohol"]}),
        ],
    )
    def test_one_of_which_nothing_comes_is_not(self, aws, status, asked):
        world.known(aws, adapters.FAILED, **world.trained(rekognition_status=status))
        start(now=after(hours=30), name=NAME, **asked)
        row = world.adapter(aws)
        fields = ("arn", "manifests", "readiness", "rekognition_status", "evaluation_at")
        assert [row[field] for field in fields] == [None] * 5

    def test_one_that_nobody_ended_is_dead_an_hour_after_its_time(self, aws):
        world.known(aws, adapters.TRAINING)
        told = start(now=after(hours=24, minutes=59), name=NAME)
        assert told["attempt"] == 1
        assert start(now=after(hours=25), name=NAME)["attempt"] == 2

    def test_whoever_is_faster_wins(self, aws):
        world.known(aws, adapters.FAILED)
        Adapters("adapters").release(NAME)
        aws.wire.before("TransactWriteItems", lambda: start(name="v2"))
        with pytest.raises(AdapterRefusedError, match="somebody else"):
            start(name=NAME)
        assert world.adapter(aws)["attempt"] == 1

    def test_a_conflict_is_tried_again(self, aws):
        aws.wire.fails(
            "TransactWriteItems",
            "TransactionCanceledException",
            CancellationReasons=[{"Code": "TransactionConflict"}],
        )
        with pytest.raises(StoreConflictError):
            start()
        assert start()["started"] is True


def test_what_is_not_understood_is_refused(aws):
    with pytest.raises(AdapterRefusedError):
        start(name="V 1")
    assert aws.rows("adapters") == []
