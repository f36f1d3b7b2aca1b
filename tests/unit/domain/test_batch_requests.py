import pytest

from framewarden.domain import batches
from framewarden.domain.batch_requests import (
    FIELDS,
    Change,
    check_resumable,
    read_change,
    read_request,
)
from framewarden.domain.batch_sources import Source
from framewarden.domain.errors import BatchRefusedError
from tests.unit.scenes import event

ID = "5f0c9a4be1d27730c8aa"
LEAST = {"batch_id": ID, "manifest": "s3://photos/m.jsonl", "by": "ada", "via": "cli"}
BULK = event("start_batch/bulk")["batch"]


def refused(field, value):
    with pytest.raises(BatchRefusedError) as refusal:
        read_request({**LEAST, field: value})
    return str(refusal.value)


def test_the_least_that_is_asked_for():
    asked = read_request(LEAST)
    assert asked.source == Source("manifest", "photos", "m.jsonl", None)
    assert (asked.batch_id, asked.name, asked.by, asked.via) == (ID, "m.jsonl", "ada", "cli")
    assert asked.engine == batches.FRAMEWARDEN
    decided = (asked.adapter, asked.policy, asked.ceiling, asked.lines, asked.min_confidence)
    assert decided == (None,) * 5


def test_all_that_can_be_asked_for():
    all_of_it = BULK | {"name": " Holiday ", "version_id": "v1", "policy": {"name": "p"}}
    asked = read_request(all_of_it | {"ceiling": 500, "lines": 0, "min_confidence": 55})
    assert (asked.name, asked.source.version_id, asked.policy) == ("Holiday", "v1", {"name": "p"})
    assert (asked.ceiling, asked.lines, asked.min_confidence) == (500, 0, 55.0)
    assert (asked.engine, asked.adapter) == (batches.BULK, BULK["adapter"])
    assert asked.account == BULK["account"]


def test_the_base_model_has_a_word_of_its_own():
    assert read_request(LEAST | {"adapter": "base"}).adapter == "base"


@pytest.mark.parametrize("name", sorted(set(FIELDS["batch"]) - LEAST.keys() - {"prefix"}))
def test_null_is_the_same_as_nothing(name):
    assert read_request(LEAST | {name: None}) == read_request(LEAST)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("batch_id", None, "20 hexadecimal digits"),
        ("batch_id", "5F0C9A4BE1D27730C8AA", "20 hexadecimal digits"),
        ("batch_id", "../../policies", "20 hexadecimal digits"),
        ("batch_id", 5, "20 hexadecimal digits"),
        ("name", "", "one line"),
        ("name", "two\nlines", "one line"),
        ("name", "x" * 129, "at most 128"),
        ("name", 7, "one line"),
        ("engine", "bulk", "framewarden, rekognition-bulk, not 'bulk'"),
        ("engine", ["framewarden"], "one of framewarden"),
        ("adapter", "my-adapter", "ARN, 'base' for none"),
        ("adapter", "", "adapter show"),
        ("adapter", "BASE", "ARN"),
        ("adapter", 7, "ARN"),
        ("adapter", ["base"], "ARN"),
        ("policy", "default.yaml", "leave it out"),
        ("ceiling", 0, "at least 1, not 0"),
        ("ceiling", True, "not true"),
        ("ceiling", "500", "not '500'"),
        ("ceiling", 1.5, "not 1.5"),
        ("ceiling", 10**13, "whole number"),
        ("lines", -1, "at least 0"),
        ("min_confidence", -0.1, "from 0 to 100"),
        ("min_confidence", 100.5, "from 0 to 100"),
        ("min_confidence", float("nan"), "from 0 to 100"),
        ("min_confidence", True, "from 0 to 100"),
        ("by", None, "say who"),
        ("by", " ", "one line"),
        ("via", None, "event, cli, desk, not null"),
        ("via", "mail", "not 'mail'"),
        ("account", 5, "one line"),
        ("celing", 5, "no field 'celing' (did you mean 'ceiling'?)"),
        (7, 5, "no field 7"),
    ],
)
def test_what_is_not_understood_is_refused_with_what_may_be_said(field, value, words):
    assert words in refused(field, value)


@pytest.mark.parametrize("asked", [None, "batch", ["batch_id"], 5])
def test_what_is_no_request_is_refused(asked):
    with pytest.raises(BatchRefusedError, match="takes fields: batch_id"):
        read_request(asked)


class TestChanges:
    def test_a_resume_may_raise_the_ceiling(self):
        asked = {"batch_id": ID, "by": "ada"}
        assert read_change("resume", asked) == Change(ID, "ada", None)
        assert read_change("resume", asked | {"ceiling": 5}) == Change(ID, "ada", 5)

    def test_a_cancel_has_no_ceiling(self):
        with pytest.raises(BatchRefusedError, match="cancel has no field 'ceiling'"):
            read_change("cancel", {"batch_id": ID, "by": "ada", "ceiling": 5})

    @pytest.mark.parametrize("kind", ["resume", "cancel"])
    @pytest.mark.parametrize("asked", [{"batch_id": ID}, {"by": "ada"}, {}, None])
    def test_which_and_who_are_always_said(self, kind, asked):
        with pytest.raises(BatchRefusedError):
            read_change(kind, asked)


def row(status, engine=batches.FRAMEWARDEN, lines=None, reserved=10):
    return {
        "batch": ID,
        "status": status,
        "engine": engine,
        "lines": lines,
        "reserved": reserved,
        "ceiling": 10,
    }


class TestResumable:
    @pytest.mark.parametrize("status", [batches.CANCELLED, batches.FAILED])
    def test_what_ended_otherwise_needs_no_more_room(self, status):
        check_resumable(row(status), 10)

    @pytest.mark.parametrize("status", [*batches.LIVE, batches.DONE])
    def test_what_has_not_ended_so_is_refused(self, status):
        with pytest.raises(BatchRefusedError, match=f"is {status}: one that paused"):
            check_resumable(row(status), 10)

    @pytest.mark.parametrize(
        ("paused", "least"),
        [
            (row(batches.PAUSED), 11),
            (row(batches.PAUSED, lines=90), 11),
            (row(batches.PAUSED, batches.BULK, lines=90, reserved=0), 90),
            (row(batches.PAUSED, batches.BULK, reserved=0), 1),
        ],
    )
    def test_what_paused_needs_room_for_the_next_image_or_the_whole_job(self, paused, least):
        check_resumable(paused, least)
        with pytest.raises(BatchRefusedError, match=f"reached its ceiling of 10 .* {least}$"):
            check_resumable(paused, least - 1)
