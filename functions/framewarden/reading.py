"""Read one part after another; one that does not answer hides none of the others."""

from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import TypeVar

from botocore.exceptions import ClientError

from framewarden.aws.clients import code_of
from framewarden.aws.dynamo import Row
from framewarden.domain.errors import PolicyInvalidError, PolicyUnavailableError
from framewarden.domain.troubles import Trouble, of_policy, of_unread

T = TypeVar("T")

MOST_ROWS = 200
"""Rows of a kind that are read: the oldest bans, stops and unseen channels, and messages."""
TOO_LATE = "the parts before it took too long"


class Reading:
    """One look; `troubles` are the parts that could not be read, `cut` those with more rows.

    What would begin later than `patience` seconds from now is not begun.
    """

    def __init__(self, patience: float) -> None:
        self.end = monotonic() + patience
        self.troubles: list[Trouble] = []
        self.unknown: list[str] = []
        self.cut: set[str] = set()

    def part(self, name: str, read: Callable[[], T]) -> T | None:
        """Read a part; None where it does not answer, whatever the reason."""
        if monotonic() >= self.end:
            self._unread(name, TOO_LATE)
            return None
        try:
            return read()
        except Exception as failure:
            self._failed(name, failure)
            return None

    def rows(self, name: str, read: Callable[[int], tuple[list[Row], bool]]) -> list[Row] | None:
        """Read rows as far as `MOST_ROWS`, and note whether there are more."""
        rows, more = self.part(name, partial(read, MOST_ROWS)) or (None, False)
        if more:
            self.cut.add(name)
        return rows

    def _failed(self, name: str, failure: Exception) -> None:
        cause = failure.__cause__ or failure
        if isinstance(cause, ClientError):
            self._unread(name, code_of(cause))
        elif isinstance(failure, PolicyUnavailableError | PolicyInvalidError):
            self.troubles.append(of_policy(str(failure)))
        else:
            self._unread(name, type(failure).__name__)

    def _unread(self, name: str, error: str) -> None:
        self.troubles.append(of_unread(name, error))
        self.unknown.append(name)
