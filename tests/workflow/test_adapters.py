"""Train adapters from the command line: the gate, the switch, and what goes wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from framewarden.domain import adapters
from local.verify_samples import CLEAR, LABEL, MISLEADING
from tests.workflow import adapting
from tests.workflow.adapting import Samples, change, command, ended, row, said, steered, switch
from tests.workflow.conftest import Desk, Row

pytestmark = pytest.mark.workflow

# Four of the five numbers of a confusion are counted, and the labels and the threshold are ours.
ERRORS = ("fp", "fn")
ELSEWHERE = "arn:aws:rekognition:eu-west-1:{account}:project/framewarden/version/theirs/1"
FOREIGN = "arn:aws:rekognition:{region}:999999999999:project/framewarden/version/theirs/1"


@pytest.fixture(scope="module")
def clear(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """The clear set, judged, and nothing else that anybody ever judged."""
    adapting.forget_examples(desk)
    made = Samples(desk, CLEAR, tmp_path_factory.mktemp("clear"))
    made.judged()
    return made


@pytest.fixture(scope="module")
def good(desk: Desk, clear: Samples) -> Row:
    """An adapter that was trained on it."""
    return dict(command(desk, "adapter", "train", "--name", "good", "--label", LABEL))


@pytest.fixture(autouse=True)
def the_base_model_is_live(desk: Desk) -> Any:
    yield
    if (switch(desk) or {}).get("live"):
        command(desk, "adapter", "rollback", "--to-base", "--yes")


def of(total: Row) -> int:
    return sum(int(total[name]) for name in ERRORS)


def answered(desk: Desk, found: Row) -> tuple[str | None, str | None, dict[str, float]]:
    """Return which adapter was asked, which answered, and the labels found, from the evidence."""
    analysis = desk.story(desk.ended(found["frame_id"]))["analysis"]
    labels = {one["Name"]: one["Confidence"] for one in analysis["labels"]}
    return analysis["adapter_asked"], analysis["adapter"], labels


def wrong_picture() -> bytes:
    """Return a picture in which the base model finds alcohol, and a person none."""
    _, body = next(adapting.wrong())
    return body


def test_nothing_judged_is_not_ready(desk: Desk) -> None:
    adapting.forget_examples(desk)
    told = command(desk, "adapter", "readiness", code=4)
    assert told["ready"] is False
    assert told["images"] == 0
    assert told["lacks"]
    command(desk, "adapter", "train", "--name", "nothing", code=4)
    assert row(desk, "nothing") == {}


def test_readiness_counts_what_people_said(desk: Desk, clear: Samples) -> None:
    told = command(desk, "adapter", "readiness", "--label", LABEL)
    assert told["ready"] is True
    assert told["training"] == [LABEL]
    assert (told["images"], told["sources"]) == (160, 16)
    assert told["train"] + told["test"] == 160
    assert told["test"] >= 32
    [label] = [one for one in told["labels"] if one["label"] == LABEL]
    counted = {name: label[name] for name in ("false_positives", "false_negatives", "unjudged")}
    assert counted == {"false_positives": 40, "false_negatives": 0, "unjudged": 0}
    assert label["true_positives"] == 64


def test_an_adapter_is_trained_and_passes_the_gate(desk: Desk, good: Row) -> None:
    assert good["status"] == adapters.PASSED
    evaluation = good["evaluation"]
    assert of(evaluation["base"]) >= 4
    assert of(evaluation["adapter"]) < of(evaluation["base"])
    assert evaluation["adapter"]["fn"] <= evaluation["base"]["fn"]
    assert good["gate"]["passed"] is True
    assert {one["threshold"] for one in evaluation["thresholds"]} >= {5, 50, 100}
    # Training is not promoting: what is live is as it was.
    assert not switch(desk).get("live")


def test_no_source_is_on_both_sides(desk: Desk, good: Row) -> None:
    def sources(side: str) -> set[str]:
        key = good["manifests"][side]["key"]
        bucket = desk.target.output("BatchesBucket")
        body = desk.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return {json.loads(line)["source-ref"] for line in body.splitlines()}

    train, test = sources("train"), sources("test")
    assert not train & test
    assert len(train) + len(test) == 160


def test_the_same_decisions_give_the_same_evaluation_to_the_digit(desk: Desk, good: Row) -> None:
    again = command(desk, "adapter", "train", "--name", "good-again", "--label", LABEL)
    assert again["evaluation"] == good["evaluation"]
    assert again["gate"] == good["gate"]
    assert again["live_check"] == good["live_check"]


def test_promoted_it_judges_live_pictures_otherwise_until_it_is_rolled_back(
    desk: Desk, good: Row
) -> None:
    picture = wrong_picture()
    before = adapting.upload(desk, "promote/before.jpg", picture)
    asked, by, labels = answered(desk, before)
    assert (asked, by) == (None, None)
    assert labels[LABEL] > 50
    command(desk, "adapter", "promote", "good", "--yes")
    asked, by, labels = answered(desk, adapting.upload(desk, "promote/after.jpg", picture))
    assert asked == by == good["arn"]
    assert labels.get(LABEL, 0) < 50
    command(desk, "adapter", "rollback", "--yes")
    asked, by, labels = answered(desk, adapting.upload(desk, "promote/back.jpg", picture))
    assert (asked, by) == (None, None)
    assert labels[LABEL] > 50
    acts = [one["act"] for one in command(desk, "adapter", "show")["events"]]
    assert acts[:2] == ["rollback", "promote"]


def test_a_batch_takes_the_live_one_a_named_one_or_the_base_model(
    desk: Desk, clear: Samples, good: Row
) -> None:
    wrong = [sample.file for sample, _ in adapting.wrong()][:10]
    assert found(clear, clear.batch(*wrong)) == {None: 10}
    assert found(clear, clear.batch(*wrong, adapter=good["arn"])) == {good["arn"]: 0}
    command(desk, "adapter", "promote", "good", "--yes")
    assert found(clear, clear.batch(*wrong)) == {good["arn"]: 0}
    assert found(clear, clear.batch(*wrong, adapter="base")) == {None: 10}


def test_batch_run_knows_an_adapter_by_its_name(desk: Desk, good: Row, tmp_path: Path) -> None:
    (tmp_path / "one.jpg").write_bytes(wrong_picture())
    run = ("batch", "run", str(tmp_path), "--yes", "--adapter")
    told = command(desk, *run, "good")
    assert told["adapter"] == good["arn"]
    assert told["counts"]["adapters"] == {good["arn"]: 1}
    assert command(desk, *run, "base")["counts"]["adapters"] == {"base": 1}


def found(clear: Samples, batch_id: str) -> dict[str | None, int]:
    """Return by who answered in how many pictures of a batch alcohol was found."""
    counted: dict[str | None, int] = {}
    for line in clear.batching.results(batch_id):
        answer = line["detect-moderation-labels"]
        by = answer.get("ProjectVersion")
        sure = any(
            one["Name"] == LABEL and one["Confidence"] >= 50 for one in answer["ModerationLabels"]
        )
        counted[by] = counted.get(by, 0) + sure
    return counted


@pytest.mark.parametrize("bulk", [False, True])
def test_an_expired_adapter_is_noticed_and_the_base_model_answers(
    desk: Desk, clear: Samples, good: Row, bulk: bool
) -> None:
    command(desk, "adapter", "promote", "good", "--yes")
    desk.control("adapters", arn=good["arn"], status="EXPIRED")
    try:
        if bulk:
            wrong = [sample.file for sample, _ in adapting.wrong()][:5]
            assert found(clear, clear.batch(*wrong, engine="rekognition-bulk")) == {None: 5}
            return
        asked, by, labels = answered(desk, adapting.upload(desk, "gone.jpg", wrong_picture()))
        assert (asked, by) == (good["arn"], None)
        assert labels[LABEL] > 50
    finally:
        desk.control("adapters", arn=good["arn"], status="TRAINING_COMPLETED")


def test_in_the_shadow_it_judges_nothing_and_its_disagreements_are_listed(
    desk: Desk, good: Row
) -> None:
    command(desk, "adapter", "shadow", "good", "--share", "100")
    try:
        frame = adapting.upload(desk, "shadow.jpg", wrong_picture())
        asked, by, labels = answered(desk, frame)
        assert (asked, by) == (None, None)
        assert labels[LABEL] > 50
        seen = desk.wait(
            lambda: (told := command(desk, "adapter", "show", "good")["shadow"])["frames"] and told,
            "the shadow is counted",
        )
        assert (seen["frames"], seen["disagreed"], seen["missed"]) == (1, 1, 0)
        [apart] = seen["disagreements"]
        assert apart["frame_id"] == frame["frame_id"]
        assert apart["live"][LABEL] > 50
        assert apart["shadow"].get(LABEL, 0) < 50
    finally:
        command(desk, "adapter", "shadow", "--end")
    assert not switch(desk)["shadow"]


class TestRefused:
    """What is refused, and that what is live stays as it is."""

    def test_a_label_outside_the_taxonomy(self, desk: Desk, clear: Samples) -> None:
        done = said(
            desk, "adapter", "train", "--name", "odd", "--label", "Alcohol Beverages", code=1
        )
        assert LABEL in done.stderr
        assert row(desk, "odd") == {}

    def test_a_name_that_is_taken(self, desk: Desk, good: Row) -> None:
        done = said(desk, "adapter", "train", "--name", "good", "--label", LABEL, code=1)
        assert "another name" in done.stderr
        assert row(desk, "good")["attempt"] == 1

    @pytest.mark.parametrize("arn", [ELSEWHERE, FOREIGN])
    def test_an_adapter_of_another_region_or_account(
        self, desk: Desk, clear: Samples, arn: str
    ) -> None:
        named = arn.format(account=desk.cloud.account, region=desk.cloud.region)
        manifest = clear.batching.manifest(*list(clear.refs.values())[:1])
        told = clear.batching.ask(
            batch={
                "batch_id": "a" * 20,
                "manifest": manifest,
                "by": "t",
                "via": "cli",
                "adapter": named,
            }
        )
        assert "adapter train" in told["errorMessage"]

    def test_one_that_nobody_trained(self, desk: Desk) -> None:
        assert "adapter show" in said(desk, "adapter", "promote", "nobody", "--yes", code=1).stderr

    def test_a_roll_back_of_nothing(self, desk: Desk) -> None:
        assert "base model" in said(desk, "adapter", "rollback", "--yes", code=1).stderr


class TestTraining:
    """Trainings that do not end as they should."""

    def test_one_that_fails_says_why_and_can_be_tried_again(
        self, desk: Desk, clear: Samples
    ) -> None:
        train = ("adapter", "train", "--name", "failing", "--label", LABEL)
        with steered(desk, "fails"):
            told = command(desk, *train, code=1)
        assert told["status"] == adapters.FAILED
        assert told["failure"]["message"]
        assert told["failure"]["remedy"]
        told = command(desk, *train)
        assert (told["status"], told["attempt"]) == (adapters.PASSED, 2)

    def test_one_that_never_ends_is_late_and_holds_up_others_until_then(
        self, desk: Desk, clear: Samples
    ) -> None:
        with steered(desk, "never_ends"):
            command(desk, "adapter", "train", "--name", "endless", "--label", LABEL, "--detach")
            desk.wait(
                lambda: row(desk, "endless").get("status") == adapters.TRAINING, "it is trained"
            )
            done = said(desk, "adapter", "train", "--name", "second", "--label", LABEL, code=1)
            assert "endless is being trained already" in done.stderr
            change(desk, "endless", until=1)  # its hours are over
            late = ended(desk, "endless")
            assert late["status"] == adapters.LATE
            assert late["failure"]["remedy"]
        assert not switch(desk).get("live")
        # Asked again, it goes on waiting for the same training.
        told = command(desk, "adapter", "train", "--name", "endless", "--label", LABEL)
        assert (told["status"], told["attempt"]) == (adapters.PASSED, 2)
        assert told["arn"] == late["arn"]

    def test_one_whose_execution_dies_fails_and_lets_go(self, desk: Desk, clear: Samples) -> None:
        with steered(desk, "never_ends"):
            command(desk, "adapter", "train", "--name", "aborted", "--label", LABEL, "--detach")
            desk.wait(
                lambda: row(desk, "aborted").get("status") == adapters.TRAINING, "it is trained"
            )
            machine = desk.target.output("AdapterMachineArn")
            desk.client("stepfunctions").stop_execution(
                executionArn=machine.replace(":stateMachine:", ":execution:")
                + ":"
                + adapters.execution_name("aborted", 1)
            )
            assert ended(desk, "aborted")["status"] == adapters.FAILED
        told = command(desk, "adapter", "train", "--name", "aborted", "--label", LABEL)
        assert (told["status"], told["attempt"]) == (adapters.PASSED, 2)


class TestExamples:
    """Examples that nothing may be trained with: these forget what the tests above judged."""

    def test_one_source_only(self, desk: Desk, clear: Samples) -> None:
        adapting.forget_examples(desk)
        clear.judged(*[file for file in clear.truth if file.startswith("attic/")])
        told = command(desk, "adapter", "readiness", "--label", LABEL, code=4)
        assert told["sources"] == 1
        assert any("source" in one for one in told["lacks"])

    def test_two_people_who_contradict_each_other(self, desk: Desk, clear: Samples) -> None:
        adapting.forget_examples(desk)
        [file, *_] = clear.truth
        clear.judged(file)
        there = clear.truth[file]
        clear.truth[file] = [] if there else [LABEL]
        try:
            clear.judged(file)
        finally:
            clear.truth[file] = there
        told = command(desk, "adapter", "readiness", code=4)
        assert told["left_out"]["counts"] == {"contradiction": 1}
        [one] = told["left_out"]["first"]
        assert one["ref"] == clear.refs[file]
        assert one["where"].startswith("batches/")

    def test_what_is_on_hold_never_enters(self, desk: Desk, clear: Samples) -> None:
        adapting.forget_examples(desk)
        clear.judged()
        ref = next(iter(clear.refs.values()))
        said(desk, "adapter", "hold", ref, "--reason", "a court asked")
        try:
            told = command(desk, "adapter", "readiness", "--label", LABEL)
            assert told["images"] == 159
            assert told["left_out"]["counts"] == {"hold": 1}
        finally:
            said(desk, "adapter", "release", ref)
        assert command(desk, "adapter", "readiness", "--label", LABEL)["images"] == 160

    def test_a_misleading_set_is_refused_by_the_gate(
        self, desk: Desk, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        adapting.forget_examples(desk)
        Samples(desk, MISLEADING, tmp_path_factory.mktemp("misleading")).judged()
        told = command(desk, "adapter", "train", "--name", "bad", "--label", LABEL, code=4)
        assert told["status"] == adapters.REFUSED
        assert told["gate"]["passed"] is False
        assert any("miss" in sentence for sentence in told["gate"]["said"])
        evaluation = told["evaluation"]
        assert of(evaluation["adapter"]) < of(evaluation["base"])
        assert evaluation["adapter"]["fn"] > evaluation["base"]["fn"]
        said(desk, "adapter", "promote", "bad", "--yes", code=1)
        assert not switch(desk).get("live")
