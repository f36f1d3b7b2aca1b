"""The images of a list lie in the order of how sure the model was, and are written once each."""

import pytest

from framewarden.aws import batch_images
from framewarden.aws.batch_images import BatchImages
from framewarden.aws.dynamo import untyped
from framewarden.domain.errors import StoreConflictError
from framewarden.domain.verification import Marks, written

BATCH, RULE = "0123456789abcdef0123", "explicit#odd"
AT = "2026-11-22T08:06:31.000Z"


@pytest.fixture
def images(aws):
    return BatchImages("batches")


def fill(aws, number, **changes):
    names = [f"{at:07d}#{'a' * 16}" for at in range(number)]
    for name in names:
        row = {"batch": f"{BATCH}#{RULE}", "item": f"image#{name}", "key": name, **changes}
        aws.put("batches", row)
    return names


def marked(row, decision="allow", by="Ana"):
    return row, written(row, Marks.made(decision, None), by, by.lower(), AT)


def test_pages_follow_each_other_both_ways(aws, images):
    names = fill(aws, 7)
    rows = images.page(BATCH, RULE, "", 3)
    assert [batch_images.name_of(row) for row in rows] == names[:3]
    assert images.names(BATCH, RULE, names[2], 4)[1:] == names[3:6]
    rows = images.page(BATCH, RULE, names[3], 3)
    assert [batch_images.name_of(row) for row in rows] == names[3:6]
    assert images.before(BATCH, RULE, names[3], 3) == names[0]
    assert images.before(BATCH, RULE, names[2], 3) == names[0]
    assert images.before(BATCH, RULE, names[6], 3) == names[3]
    assert images.before(BATCH, RULE, names[0], 3) is None
    assert images.page(BATCH, "another", "", 3) == []


def test_the_first_undecided_is_found_however_many_were_decided(aws, images):
    names = fill(aws, 5)
    assert images.undecided(BATCH, RULE) == names[0]
    for name in names[:3]:
        images.save(BATCH, RULE, [marked(images.get(BATCH, RULE, name))], {"decided": 1})
    assert images.undecided(BATCH, RULE) == names[3]
    fill(aws, 5, decision="block")
    assert images.undecided(BATCH, RULE) is None


def test_a_long_list_is_read_page_by_page(aws, images):
    names = fill(aws, 30, padding="x" * 100_000)
    found = images.named(BATCH, RULE, [names[0], names[29]])
    assert sorted(found) == [names[0], names[29]]
    assert len(aws.wire.made("Query")) > 1
    assert images.named(BATCH, RULE, ["0000003#" + "b" * 16]) == {}


def test_no_list_is_read_without_end(aws):
    names = fill(aws, 30, padding="x" * 100_000)
    assert BatchImages("batches", pages=1).named(BATCH, RULE, [names[0], names[29]]).keys() == {
        names[0]
    }


def test_saving_writes_images_and_counters_together(aws, images):
    names = fill(aws, 3)
    rows = images.page(BATCH, RULE, "", 60)
    counts = {"decided": 3, "allowed": 3, "tp#It's a label, with # and :": 2}
    assert images.save(BATCH, RULE, [marked(row) for row in rows], counts) is True
    assert len(aws.wire.made("TransactWriteItems")) == 1
    assert images.counters(BATCH) == counts
    assert images.counters(BATCH, RULE) == {"decided": 3, "allowed": 3}
    row = images.get(BATCH, RULE, names[1])
    assert (row["decision"], row["rev"], row["by"]) == ("allow", 1, "Ana")
    assert images.counters("another") == {}


def test_labels_alone_are_counted_of_the_batch(aws, images):
    fill(aws, 1)
    [row] = images.page(BATCH, RULE, "", 1)
    assert images.save(BATCH, RULE, [marked(row, None)], {"fn#Smoking": 1})
    assert images.counters(BATCH) == {"fn#Smoking": 1}
    assert images.counters(BATCH, RULE) == {}
    assert images.save(BATCH, RULE, [marked(images.page(BATCH, RULE, "", 1)[0], None)], {})


def test_what_changed_since_it_was_read_is_not_written_nor_anything_with_it(aws, images):
    names = fill(aws, 2)
    read = images.page(BATCH, RULE, "", 60)
    for by in ("Ben", "Cem"):
        row = images.get(BATCH, RULE, names[0])
        assert images.save(BATCH, RULE, [marked(row, "block", by)], {"decided": 1})
    assert images.save(BATCH, RULE, [marked(row) for row in read], {"decided": 2}) is False
    assert images.get(BATCH, RULE, names[0])["by"] == "Cem"
    assert "by" not in images.get(BATCH, RULE, names[1])
    assert images.counters(BATCH) == {"decided": 2}


def test_an_image_that_is_gone_is_not_made_by_saving_it(aws, images):
    fill(aws, 1)
    [row] = images.page(BATCH, RULE, "", 60)
    assert images.save(BATCH, RULE, [marked(row | {"item": "image#gone"})], {}) is False


def test_a_decision_is_taken_back(aws, images):
    [name] = fill(aws, 1, decision="block", rev=4)
    row = images.get(BATCH, RULE, name)
    assert images.save(BATCH, RULE, [marked(row, None)], {"decided": -1})
    row = images.get(BATCH, RULE, name)
    assert ("decision" in row, row["rev"]) == (False, 5)
    assert images.undecided(BATCH, RULE) == name


def test_an_image_is_found_as_an_example_while_some_label_of_it_is_judged(aws, images):
    def found():
        answer = aws.client("dynamodb").query(
            TableName="batches",
            IndexName="by_example",
            KeyConditionExpression="example = :labels",
            ExpressionAttributeValues={":labels": {"S": "labels"}},
        )
        return [(untyped(item)["at"], untyped(item)["key"]) for item in answer["Items"]]

    def judge(number, judged):
        row = images.get(BATCH, RULE, names[number])
        changed = written(row, Marks.made("allow", judged), "Ana", "ana", AT)
        assert images.save(BATCH, RULE, [(row, changed)], {})

    names = fill(aws, 2, labels=[{"name": "Explicit", "parent": "", "confidence": 61.5}])
    judge(0, {"denied": ["Explicit"]})
    judge(1, None)
    assert found() == [(AT, names[0])]
    judge(0, None)
    assert found() == []
    assert images.get(BATCH, RULE, names[0])["decision"] == "allow"


def test_two_writers_of_one_counter_are_told_to_try_again(aws, images):
    fill(aws, 1)
    [row] = images.page(BATCH, RULE, "", 60)
    reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}]
    aws.wire.fails(
        "TransactWriteItems", "TransactionCanceledException", CancellationReasons=reasons
    )
    with pytest.raises(StoreConflictError):
        images.save(BATCH, RULE, [marked(row)], {"decided": 1})


def test_looks_are_kept_the_latest_first(aws, images):
    [name] = fill(aws, 1)
    for at, account in (("2026-11-22T08:00:00.000Z", "ana"), ("2026-11-22T09:00:00.000Z", "ben")):
        images.look(BATCH, RULE, name, {"at": at, "by": account.title(), "account": account})
    assert [row["by"] for row in images.looks(BATCH, RULE, 10)] == ["Ben", "Ana"]
    assert [row["image"] for row in images.looks(BATCH, RULE, 1)] == [name]
    assert len(images.page(BATCH, RULE, "", 60)) == 1
