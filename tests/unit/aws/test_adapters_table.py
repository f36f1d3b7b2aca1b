"""The table of adapters is read to its end, and one training holds its lock."""

from framewarden.aws.adapters import Adapters
from framewarden.aws.dynamo import typed, untyped
from tests.unit.conftest import Aws

NOW, LATER = 1_000, 5_000
ROW = {"status": "collecting", "attempt": 1, "started_at": "2026-11-22T08:00:00.000Z"}


def test_every_page_is_read(aws: Aws) -> None:
    refs = [f"s3://example-frames/{number}.jpg" for number in range(3)]
    pages = {
        None: {"Items": [typed({"kind": "hold", "item": refs[0]})], "LastEvaluatedKey": {}},
        refs[0]: {"Items": [typed({"kind": "hold", "item": ref}) for ref in refs[1:]]},
    }
    pages[None]["LastEvaluatedKey"] = typed({"kind": "hold", "item": refs[0]})

    def answer(asked: dict) -> dict:
        start = asked.get("ExclusiveStartKey")
        return pages[untyped(start)["item"] if start else None]

    aws.wire.serves("Query", answer)
    assert [row["item"] for row in Adapters("adapters").holds()] == refs


def test_a_lock_is_one_trainings_until_it_lapses(aws: Aws) -> None:
    store = Adapters("adapters")
    assert store.create("v1", ROW, NOW, LATER)
    assert store.training(NOW) == "v1"
    assert not store.create("v2", ROW, NOW, LATER)
    store.release("v2")
    assert store.training(NOW) == "v1"
    assert store.training(LATER) is None
    assert store.create("v2", ROW, LATER, LATER + 1)


def test_the_latest_begun_comes_first(aws: Aws) -> None:
    store = Adapters("adapters")
    for number in (1, 3, 2):
        row = ROW | {"started_at": f"2026-11-2{number}T08:00:00.000Z"}
        assert store.create(f"v{number}", row, NOW, LATER)
        store.release(f"v{number}")
    assert [row["item"] for row in store.all()] == ["v3", "v2", "v1"]
