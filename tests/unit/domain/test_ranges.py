"""Every byte of a manifest is in exactly one range, and the ranges fit into the state."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewarden.domain.ranges import MOST, MOST_WITHIN, SHARD, items, within

GIB = 1024**3
SIZES = st.one_of(
    st.integers(0, 3 * SHARD),
    st.integers(SHARD * MOST - 2, SHARD * MOST + 2),
    st.integers(SHARD * MOST, 64 * GIB),
    st.integers(64 * GIB, 4096 * GIB),
)


def cover(ranges, start, end):
    edges = [start, *(each["end"] for each in ranges)]
    assert [each["start"] for each in ranges] == edges[:-1]
    assert edges[-1] == end
    assert all(each["start"] < each["end"] for each in ranges)


@given(SIZES)
def test_the_items_cover_a_manifest_and_fit_into_the_state(size):
    found = items(size)
    assert len(found) <= MOST
    assert len(json.dumps(found)) <= 256 * 1024 / 1.5, "with the rest of the state"
    assert len({next(iter(item)) for item in found}) <= 1, "either ranges or splits"
    parts = [item.get("split") or item["shards"][0] for item in found]
    cover(parts, 0, size)
    assert all("shards" not in item or len(item["shards"]) == 1 for item in found)


@given(SIZES, st.integers(0, MOST - 1))
def test_a_split_is_covered_by_its_own_ranges(size, nth):
    splits = [item["split"] for item in items(size) if "split" in item]
    for split in splits[nth % len(splits) :][:1] if splits else ():
        found = within(split["start"], split["end"])
        cover(found, split["start"], split["end"])
        assert len(found) <= MOST_WITHIN
        assert found == within(split["start"], split["end"]), "a resumed batch has the same ones"


@pytest.mark.parametrize(
    ("size", "kind", "number"),
    [
        (0, None, 0),
        (1, "shards", 1),
        (SHARD, "shards", 1),
        (SHARD + 1, "shards", 2),
        (SHARD * MOST, "shards", MOST),
        (SHARD * MOST + 1, "split", 1001),
        (2 * GIB, "split", 1928),
    ],
)
def test_a_manifest_of_more_than_two_thousand_ranges_comes_in_ranges_of_ranges(size, kind, number):
    found = items(size)
    assert len(found) == number
    assert {name for item in found for name in item} == ({kind} if kind else set())


def test_splits_are_of_equal_size_and_only_the_last_is_smaller():
    widths = {item["split"]["end"] - item["split"]["start"] for item in items(2 * GIB)[:-1]}
    assert len(widths) == 1
    assert widths.pop() % SHARD == 0


def test_ranges_grow_where_five_hundred_of_the_usual_size_are_not_enough():
    found = within(0, SHARD * MOST_WITHIN * 3)
    assert len(found) == MOST_WITHIN
    assert {each["end"] - each["start"] for each in found} == {3 * SHARD}
