"""An image is claimed by one worker at a time, and what became of it is kept."""

import pytest

from framewarden.aws.batch_lines import BatchLines, Kept
from framewarden.domain.errors import StoreConflictError, StoreThrottledError

NOW = 1_795_000_000.0
ONE, TWO, THREE = ("1" * 64, "2" * 64, "3" * 64)
ANSWER = '{"ModerationLabels": [], "ContentTypes": []}'


@pytest.fixture
def slept():
    return []


@pytest.fixture
def lines(aws, slept):
    def made(by):
        return BatchLines("batches", "b" * 20, by, slept.append)

    return made


def at(*images, start=0):
    return {image: f"{start:015d}#{place:07d}" for place, image in enumerate(images, start=1)}


def test_what_nobody_has_is_claimed_in_one_call(aws, lines):
    assert lines("a").claim(at(ONE, TWO), NOW + 30, NOW) == {}
    assert len(aws.wire.made("TransactWriteItems")) == 1
    row = aws.row("batches", batch=f"{'b' * 20}#{TWO}", item="answer")
    assert (row["at"], row["by"], row["until"]) == (f"{0:015d}#{2:07d}", "a", NOW + 30)
    assert 59 < (row["expires_at"] - NOW) / 86400 < 61


def test_what_somebody_has_is_told_and_the_rest_is_claimed(lines):
    lines("a").claim(at(ONE, THREE), NOW + 30, NOW)
    there = lines("b").claim(at(ONE, TWO, THREE, start=9), NOW + 40, NOW + 10)
    assert set(there) == {ONE, THREE}
    assert there[ONE] == Kept(f"{0:015d}#{1:07d}", by="a", until=NOW + 30)
    assert set(lines("c").claim(at(TWO), NOW + 40, NOW + 20)) == {TWO}


def test_a_claim_that_lapsed_is_taken_over_and_its_owner_cannot_answer(lines):
    lines("a").claim(at(ONE), NOW + 30, NOW)
    assert lines("b").claim(at(ONE), NOW + 60, NOW + 30) != {}
    assert lines("b").claim(at(ONE, start=9), NOW + 61, NOW + 30.001) == {}
    late = Kept(at(ONE)[ONE], text=ANSWER)
    assert lines("a").answer(ONE, late, NOW + 31) is False
    assert lines("a").extend(ONE, at(ONE)[ONE], NOW + 99) is False
    assert lines("b").answer(ONE, Kept(at(ONE, start=9)[ONE], text=ANSWER), NOW + 32)
    [kept] = lines("c").claim(at(ONE), NOW + 999, NOW + 990).values()
    assert (kept.text, kept.by, kept.until) == (ANSWER, "b", None)
    assert kept.at == at(ONE, start=9)[ONE]


def test_an_answer_is_packed_and_so_is_why_there_is_none(aws, lines):
    lines("a").claim(at(ONE, TWO), NOW + 30, NOW)
    assert lines("a").answer(ONE, Kept(at(ONE)[ONE], text=ANSWER * 9), NOW)
    assert lines("a").answer(TWO, Kept("p", code="IMAGE_TOO_LARGE", message="No."), NOW)
    row = aws.row("batches", batch=f"{'b' * 20}#{ONE}", item="answer")
    assert len(bytes(row["answer"])) < 200
    assert "until" not in row
    there = lines("b").claim(at(ONE, TWO), NOW + 999, NOW + 990)
    assert there[ONE].text == ANSWER * 9
    assert (there[TWO].code, there[TWO].message, there[TWO].text) == (
        "IMAGE_TOO_LARGE",
        "No.",
        None,
    )


def test_a_claim_is_extended_and_given_up_but_an_answer_is_not(lines):
    ours = lines("a")
    ours.claim(at(ONE, TWO), NOW + 30, NOW)
    assert ours.extend(ONE, at(ONE)[ONE], NOW + 90)
    assert ours.answer(TWO, Kept("p", text=ANSWER), NOW)
    assert ours.extend(TWO, "p", NOW + 90) is False
    assert set(lines("b").claim(at(ONE), NOW + 80, NOW + 50)) == {ONE}
    ours.release(at(ONE, TWO, THREE))
    assert set(lines("b").claim(at(ONE, TWO, THREE), NOW + 80, NOW + 50)) == {TWO}


def test_a_claim_whose_answer_was_lost_is_ours(aws, lines):
    ours = lines("a")
    ours.claim(at(ONE), NOW + 30, NOW)
    assert ours.claim(at(ONE), NOW + 30, NOW) == {}, "botocore asked again by itself"
    ours.answer(ONE, Kept("p", text=ANSWER), NOW)
    assert set(ours.claim(at(ONE), NOW + 30, NOW)) == {ONE}


def test_lines_that_bring_their_answers_along_note_who_was_first(lines):
    assert lines("a").mark(at(ONE, TWO), NOW) == {}
    there = lines("b").mark(at(TWO, THREE, start=9), NOW)
    assert {image: kept.at for image, kept in there.items()} == {TWO: at(ONE, TWO)[TWO]}
    assert set(lines("b").mark(at(ONE, TWO, THREE), NOW)) == {ONE, TWO, THREE}


def test_what_people_said_of_a_flagged_image_is_not_overwritten(aws, lines):
    rows = [{"batch": "b#rule", "item": f"image#{n}", "n": n} for n in range(30)]
    aws.put("batches", rows[3] | {"decision": "allow"})
    lines("a").flag(rows)
    lines("a").flag(rows)
    lines("a").flag([])
    assert len(aws.rows("batches")) == 30
    assert aws.row("batches", batch="b#rule", item="image#3")["decision"] == "allow"


class TestPatience:
    CONFLICT = ({"Code": "TransactionConflict"}, {"Code": "None"})

    def test_two_workers_that_meet_try_again(self, aws, lines, slept):
        canceled = {"CancellationReasons": [*self.CONFLICT]}
        aws.wire.fails("TransactWriteItems", "TransactionCanceledException", times=2, **canceled)
        assert lines("a").claim(at(ONE, TWO), NOW + 30, NOW) == {}
        assert len(slept) == 2
        assert 0 < slept[0] < 0.3

    def test_but_not_for_ever(self, aws, lines, slept):
        canceled = {"CancellationReasons": [*self.CONFLICT]}
        aws.wire.fails("TransactWriteItems", "TransactionCanceledException", times=6, **canceled)
        with pytest.raises(StoreConflictError):
            lines("a").claim(at(ONE, TWO), NOW + 30, NOW)
        assert sum(slept) < 7

    def test_one_that_is_taken_does_not_hold_up_one_that_is_met(self, aws, lines):
        lines("b").claim(at(ONE), NOW + 30, NOW)
        there = {"Item": {"at": {"S": "p"}, "by": {"S": "b"}, "until": {"N": str(NOW + 30)}}}
        reasons = [{"Code": "ConditionalCheckFailed", **there}, {"Code": "TransactionConflict"}]
        canceled = {"CancellationReasons": reasons}
        aws.wire.fails("TransactWriteItems", "TransactionCanceledException", **canceled)
        assert set(lines("a").claim(at(ONE, TWO), NOW + 30, NOW)) == {ONE}

    def test_an_answer_was_paid_for_and_is_not_given_up_easily(self, aws, lines, slept):
        ours = lines("a")
        ours.claim(at(ONE), NOW + 30, NOW)
        aws.wire.fails("PutItem", "TransactionConflictException", times=3)
        assert ours.answer(ONE, Kept("p", text=ANSWER), NOW)
        assert len(slept) == 3

    def test_a_store_that_has_too_many_is_passed_on_at_last(self, aws, lines):
        aws.wire.fails("PutItem", "ProvisionedThroughputExceededException", times=6)
        with pytest.raises(StoreThrottledError):
            lines("a").answer(ONE, Kept("p", text=ANSWER), NOW)

    @pytest.mark.parametrize("operation", ["PutItem", "TransactWriteItems"])
    def test_a_mistake_of_ours_is_not_tried_again(self, aws, lines, slept, operation):
        aws.wire.fails(operation, "ValidationException")
        with pytest.raises(Exception, match="ValidationException"):
            if operation == "PutItem":
                lines("a").extend(ONE, "p", NOW)
            else:
                lines("a").claim(at(ONE), NOW, NOW)
        assert slept == []
