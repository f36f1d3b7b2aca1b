"""Parts of a look: one that does not answer hides none of the others."""

import pytest
from botocore.exceptions import ClientError

from framewarden.domain.errors import (
    PolicyInvalidError,
    PolicyUnavailableError,
    StoreThrottledError,
)
from framewarden.reading import MOST_ROWS, TOO_LATE, Reading

DENIED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "secret"}}, "Query")


def failing(error, cause=None):
    def read(*_):
        raise error from cause

    return read


def test_a_part_is_what_it_reads():
    reading = Reading(9)
    assert reading.part("live", lambda: 7) == 7
    assert (reading.troubles, reading.unknown, reading.cut) == ([], [], set())


@pytest.mark.parametrize(
    ("error", "cause", "named"),
    [
        (DENIED, None, "AccessDeniedException"),
        (StoreThrottledError("x"), DENIED, "AccessDeniedException"),
        (StoreThrottledError("x"), None, "StoreThrottledError"),
        (KeyError("secret"), None, "KeyError"),
        (PolicyUnavailableError("x"), DENIED, "AccessDeniedException"),
    ],
)
def test_whatever_fails_is_unknown_by_the_name_of_what_failed(error, cause, named):
    reading = Reading(9)
    assert reading.part("live", failing(error, cause)) is None
    assert reading.unknown == ["live"]
    assert [one.about["error"] for one in reading.troubles] == [named]
    assert "secret" not in str(reading.troubles)
    assert reading.part("bans", lambda: 7) == 7


@pytest.mark.parametrize(
    "error", [PolicyUnavailableError("none"), PolicyInvalidError([(("rules",), "none")])]
)
def test_a_policy_that_is_not_there_is_known_not_to_be(error):
    reading = Reading(9)
    assert reading.part("policy", failing(error)) is None
    assert reading.unknown == []
    assert [one.entry for one in reading.troubles] == ["policy"]


def test_what_comes_too_late_is_not_begun():
    reading = Reading(0)
    assert reading.part("live", pytest.fail) is None
    assert reading.unknown == ["live"]
    assert TOO_LATE in str(reading.troubles[0])


def test_rows_are_read_as_far_as_a_bound_and_said_to_be_cut():
    reading = Reading(9)
    assert reading.rows("bans", lambda most: ([{"most": most}], False)) == [{"most": MOST_ROWS}]
    assert reading.cut == set()
    assert reading.rows("unseen", lambda most: ([], True)) == []
    assert reading.cut == {"unseen"}
    assert reading.rows("failed_stops", failing(DENIED)) is None
    assert reading.unknown == ["failed_stops"]
