"""Take images of a range to ask about: claimed, so that nobody else does, and below the ceiling."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from framewarden.asking import CLAIM, Image
from framewarden.aws.batch_lines import BatchLines, Kept
from framewarden.aws.batch_puts import MOST
from framewarden.aws.batch_store import Batches
from framewarden.aws.dynamo import Row
from framewarden.domain import batches
from framewarden.timing import Timing

LOOK_AGAIN: Final = 2.0
"""Seconds between two looks at what other workers have claimed."""


class Taking:
    """The images of a range, by how far they are.

    `kept` is what is known of those that are done, by digest; `held` are claimed by us and within
    the ceiling. `answered` were paid for and are not told to the batch yet.
    """

    def __init__(self, batch: Row, store: Batches, lines: BatchLines, timing: Timing) -> None:
        self.kept: dict[str, Kept] = {}
        self.held: list[Image] = []
        self.answered = 0
        self.is_full = False  # the ceiling is reached
        self._batch, self._id = batch, str(batch["batch"])
        self._store, self._lines, self._timing = store, lines, timing
        self._fresh: deque[Image] = deque()
        self._others: list[Image] = []  # claimed by other workers
        self._claimed: list[Image] = []  # by us, perhaps, and not held yet

    def __bool__(self) -> bool:
        """Say whether there is something left to do."""
        return bool(self._fresh or self.held or self._others)

    def add(self, images: Iterable[Image]) -> None:
        """Note images that nothing is known of, or nothing any more."""
        self._fresh.extend(images)

    def fill(self, turns: int, ahead: float) -> bool:
        """Hold as many images as there are turns; False where the batch is stopped.

        `ahead` is the seconds until the first turn.
        """
        wanted = min(turns - len(self.held), MOST, len(self._fresh))
        if self.is_full or wanted < 1:
            return True
        some = self._claimed = [self._fresh.popleft() for _ in range(wanted)]
        now = self._timing.now()
        until = now + ahead + CLAIM
        there = self._lines.claim({image.digest: image.at for image in some}, until, now)
        self._claimed = []
        for image in some:
            kept = there.get(image.digest)
            if kept is None:
                image.until = until
                self._claimed.append(image)
            elif kept.until is None:
                self.kept[image.digest] = kept
            else:
                image.until = kept.until
                self._others.append(image)
        return not self._claimed or self._reserve()

    def _reserve(self) -> bool:
        """Hold of what was claimed as much as the ceiling has room for."""
        claimed, ceiling = self._claimed, int(self._batch["ceiling"])
        some = claimed
        if not self._store.reserve(self._id, len(claimed), ceiling, self.answered):
            row = self._store.get(self._id)
            if row is None or not is_running(row, self._batch["attempt"]):
                return False
            some = claimed[: max(0, ceiling - int(row["reserved"]))]
            if some and not self._store.reserve(self._id, len(some), ceiling, self.answered):
                some = []  # another worker was faster
        self.answered = 0 if some else self.answered
        self.held += some
        self._claimed = claimed[len(some) :]
        if self._claimed:
            self.is_full = True
            self._release(self._claimed)
            self._fresh.extendleft(reversed(self._claimed))
            self._claimed = []
        return True

    def wait(self) -> None:
        """Look again, in a moment, at what other workers have claimed."""
        if self._others and not self._fresh:
            lapses = min(image.until for image in self._others) - self._timing.now()
            self._timing.sleep(max(0.1, min(lapses, LOOK_AGAIN)))
            self._fresh.extend(self._others)
            self._others.clear()

    def pause(self) -> None:
        """Let the batch pause at its ceiling, unless somebody ended it otherwise."""
        changes = {"status": batches.PAUSED, "pause": {"reason": "ceiling"}}
        only, attempt = [batches.RUNNING], self._batch["attempt"]
        self._store.change(self._id, changes, only=only, attempt=attempt)

    def give_back(self) -> None:
        """Leave what is not answered to whoever comes next, and tell of what is."""
        self._release([*self._claimed, *self.held])
        told = {"reserved": -len(self.held), "analyzed": self.answered}
        if any(told.values()):
            self._store.tell(self._id, told)
        self.held, self._claimed, self.answered = [], [], 0

    def _release(self, images: Sequence[Image]) -> None:
        for first in range(0, len(images), MOST):
            some = images[first : first + MOST]
            self._lines.release({image.digest: image.at for image in some})


def is_running(batch: Row, attempt: int) -> bool:
    """Say whether a batch is under way, in this attempt."""
    return bool(batch["status"] == batches.RUNNING and batch["attempt"] == attempt)
