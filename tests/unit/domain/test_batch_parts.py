from framewarden.domain import batch_counts
from framewarden.domain.batch_parts import Parts


def row(start, end, lines, **counts):
    return {"start": start, "end": end, "counts": batch_counts.empty() | {"lines": lines} | counts}


def test_ranges_cover_a_manifest_when_none_lacks():
    parts = Parts([row(0, 10, 2), row(10, 30, 3)])
    assert (parts.cover(30), parts.cover(31), parts.whole, len(parts)) == (True, False, True, 2)
    assert not Parts([row(0, 10, 2), row(20, 30, 3)]).cover(30)
    assert not Parts([row(10, 30, 3)]).cover(30)
    assert (Parts().cover(0), Parts().cover(1)) == (True, False)


def test_lines_are_numbered_as_far_as_every_range_before_is_counted():
    parts = Parts([row(0, 10, 2), row(10, 30, 3), row(40, 50, 1)])
    assert [parts.number(0, 1), parts.number(10, 1), parts.number(10, 3)] == [1, 3, 5]
    assert [parts.number(40, 1), parts.number(35, 1), parts.number(99, 1)] == [None] * 3


def test_files_are_read_where_there_is_something_in_them():
    parts = Parts(
        [
            row(0, 10, 2, valid=2) | {"bytes": 77},
            row(10, 20, 1, invalid=1, valid=0),
            row(20, 30, 2, valid=2, repeated=1, invalid=1, by_rule={"r": 1}),
        ]
    )
    assert list(parts.having("results")) == [(0, 77), (20, 0)]
    assert parts.troubled() == [10, 20]
    assert parts.has("errors", 10)
    assert not parts.has("repeats", 10)
    assert not parts.has("repeats", 30)
    assert list(parts.flagged_by("r")) == [20]
    assert list(parts.flagged_by("none")) == []
