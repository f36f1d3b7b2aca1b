"""What a ledger row alone says of its frame's latest execution."""

import pytest

from framewarden.domain.frame_rows import execution_of, outcome_of, status_of

ID = "ab" * 32


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ({"status": "admitted"}, "RUNNING"),
        ({"status": "started"}, "RUNNING"),
        ({"status": "joined", "reason": "joined"}, "SUCCEEDED"),
        ({"status": "settled", "outcome": "cleared", "reason": "severity_none"}, "SUCCEEDED"),
        ({"status": "settled", "outcome": "unscreened", "reason": "image_invalid"}, "SUCCEEDED"),
        ({"status": "settled", "outcome": "unscreened", "reason": "execution_failed"}, "FAILED"),
        (
            {"status": "settled", "outcome": "unscreened", "reason": "execution_timed_out"},
            "TIMED_OUT",
        ),
        ({"status": "settled", "outcome": "unscreened", "reason": "execution_aborted"}, "ABORTED"),
        ({"status": "settled", "outcome": "skipped", "reason": "duplicate"}, None),
        ({}, "SUCCEEDED"),
    ],
)
def test_a_row_tells_how_its_execution_stands(row, status):
    assert status_of(row) == status


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ({"status": "settled", "execution": "by-hand"}, "by-hand"),
        ({"status": "started", "attempt": 2}, f"{ID}-2"),
        # Admitted again: the row still names the execution before.
        ({"status": "admitted", "attempt": 3, "execution": f"{ID}-2"}, f"{ID}-3"),
        ({"status": "admitted"}, ID),
        ({}, ID),
        ({"status": "settled", "outcome": "skipped", "attempt": 1}, None),
    ],
)
def test_a_row_tells_the_name_of_its_execution(row, name):
    assert execution_of({"frame_id": ID, **row}) == name


@pytest.mark.parametrize(
    ("row", "review", "attempt", "ended"),
    [
        ({"status": "settled", "outcome": "cleared", "reason": "r"}, None, 1, ("cleared", "r")),
        ({"status": "started"}, None, 1, (None, None)),
        ({"status": "joined", "reason": "joined"}, None, 1, (None, "joined")),
        ({"status": "joined", "reason": "joined"}, {"review_id": "r"}, 1, (None, "joined")),
        (
            {"status": "joined", "reason": "joined"},
            {"outcome": "stopped", "outcome_reason": "by_person"},
            1,
            ("stopped", "by_person"),
        ),
        # The one that opened a review has an outcome of its own.
        (
            {"status": "settled", "outcome": "cleared", "reason": "r"},
            {"outcome": "stopped"},
            1,
            ("cleared", "r"),
        ),
        (
            {"status": "settled", "outcome": "cleared", "reason": "r", "attempt": 3},
            None,
            2,
            ("unscreened", "tried_again"),
        ),
        ({"status": "started", "attempt": 3}, None, 3, (None, None)),
    ],
)
def test_an_attempts_outcome_is_its_own_or_its_reviews(row, review, attempt, ended):
    assert outcome_of(row, review, attempt) == ended
