"""What people say of an image is counted once, corrected, and kept with who said it."""

import pytest

from framewarden.domain.verification import (
    HISTORY,
    Agreement,
    Marks,
    agreement,
    change,
    label_counts,
    rev_of,
    written,
)

JUDGED = {"confirmed": ["Explicit"], "denied": ["Weapons"], "added": ["Smoking"]}
BLOCKED = Marks.made("block", JUDGED)


def test_an_image_that_nobody_looked_at_has_no_marks():
    assert Marks.of({"labels": [{"name": "Explicit"}]}) == Marks()
    assert Marks().counted == {}


def test_marks_are_what_a_row_keeps_of_them():
    row = written({}, BLOCKED, "Ana", "ana", "2026-11-22T08:06:31.000Z")
    assert Marks.of(row) == BLOCKED
    assert (row["by"], row["account"], row["rev"]) == ("Ana", "ana", 1)


def test_marks_are_counted_by_decision_and_label():
    assert BLOCKED.counted == {
        "decided": 1,
        "blocked": 1,
        "tp#Explicit": 1,
        "fp#Weapons": 1,
        "fn#Smoking": 1,
    }


def test_a_correction_takes_back_what_it_replaces():
    allowed = Marks.made("allow", {"denied": ["Explicit", "Weapons"]})
    assert change(BLOCKED, allowed) == {
        "blocked": -1,
        "allowed": 1,
        "tp#Explicit": -1,
        "fp#Explicit": 1,
        "fn#Smoking": -1,
    }
    assert change(BLOCKED, BLOCKED) == {}
    assert change(BLOCKED, Marks())["decided"] == -1


@pytest.mark.parametrize(
    ("decision", "judged", "example"),
    [
        ("allow", None, None),
        (None, {"confirmed": ["Explicit"]}, "labels"),
        ("block", {"denied": ["Explicit"]}, "labels"),
        ("block", {"added": ["Smoking"]}, "labels"),
        (None, {"confirmed": [], "denied": [], "added": []}, None),
    ],
)
def test_an_image_is_an_example_while_some_label_is_judged(decision, judged, example):
    marks = Marks.made(decision, judged)
    assert written({}, marks, "Ana", "ana", "then")["example"] == example


def test_a_row_keeps_who_decided_before_but_not_without_end():
    row = {}
    for number in range(HISTORY + 5):
        row |= written(row, Marks.made("allow", None), f"p{number}", None, f"at {number}")
    assert rev_of(row) == HISTORY + 5
    assert [one["by"] for one in row["history"]] == [f"p{n}" for n in range(5, HISTORY + 5)]
    assert row["history"][-1]["decision"] == "allow"


@pytest.mark.parametrize("row", [{}, {"rev": None}, {"rev": 0}])
def test_an_image_that_nobody_wrote_has_revision_0(row):
    assert rev_of(row) == 0


def test_agreement_is_the_share_that_both_saw():
    counted = label_counts(JUDGED) + label_counts({"confirmed": ["Explicit"] * 2})
    rows = agreement({**counted, "fp#Explicit": 1, "decided": 9, "tp#Gone": 0})
    assert [(row.label, row.tp, row.fp, row.fn) for row in rows] == [
        ("Explicit", 3, 1, 0),
        ("Smoking", 0, 0, 1),
        ("Weapons", 0, 1, 0),
    ]
    assert [row.agreement for row in rows] == [0.75, 0, 0]


def test_where_nobody_said_anything_there_is_no_agreement():
    assert Agreement("Explicit", 0, 0, 0).agreement is None
