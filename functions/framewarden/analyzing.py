"""Have the images of a range analyzed, each once, at the pace that all batches share."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

from framewarden.asking import Asker, Image, Result, Unanswered
from framewarden.aws.batch_lines import Kept
from framewarden.aws.pace_row import PaceRow
from framewarden.domain.errors import (
    AnalyzerThrottledError,
    AnalyzerUnavailableError,
    FramewardenError,
)
from framewarden.taking import Taking
from framewarden.timing import Timing

DONE: Final = "done"
UNFINISHED: Final = "unfinished"
STOPPED: Final = "stopped"
MARGIN: Final = 20.0
"""Seconds left in which nothing new is taken: what is under way ends, and parts are written."""
IN_A_ROW: Final = 20
"""Images that Rekognition did not answer in a row: a longer pause than ours is the machine's."""
MOST_TRIES: Final = 5
"""Failures inside of Rekognition after which they are taken to be the image's."""
FIRST_PAUSE: Final = 1.0
"""Seconds until an image is asked about again where Rekognition failed inside; then twice that."""

FAILED_INSIDE: Final = ("INTERNAL_SERVER_ERROR", "Rekognition failed inside, again and again.")


class Analyzing:
    """One worker at work on the images of one range; it counts what it did itself."""

    def __init__(self, taking: Taking, asker: Asker, pace: PaceRow, timing: Timing) -> None:
        self.paid = self.throttles = self.refused = 0
        self._taking, self._asker, self._pace, self._timing = taking, asker, pace, timing
        self._in_a_row = 0

    def run(self, images: Iterable[Image]) -> str:
        """Return `done` where all are answered; `unfinished`, or `stopped` with the batch.

        Raises
        ------
        AnalyzerThrottledError, AnalyzerUnavailableError
            Rekognition did not answer for a while; try again later.
        AnalyzerDeniedError
            It refuses us, whatever the image.
        StoreThrottledError, StoreConflictError
            Try again.
        """
        self._taking.add(images)
        status = DONE
        try:
            if self._taking:
                self._pace.look()
            while status == DONE and self._taking:
                status = self._round()
        except Exception:  # whoever is killed gives nothing back either
            with suppress(FramewardenError):
                self._taking.give_back()
            raise
        if status != DONE:
            self._taking.give_back()
        return status

    def _round(self) -> str:
        if self._timing.left() < MARGIN:
            return UNFINISHED
        taking, now = self._taking, self._timing.now()
        turns = self._pace.turns(now)
        if not taking.fill(turns, self._pace.ahead(now)):
            return STOPPED
        if taking.held:
            return self._ask(turns)
        if taking.is_full:
            taking.pause()
            return STOPPED
        taking.wait()
        return DONE

    def _ask(self, turns: int) -> str:
        taking, now = self._taking, self._timing.now()
        chunk = taking.held[:turns]
        begins, between = self._pace.take(len(chunk), now)
        room = self._timing.left() - MARGIN
        if begins - now > room:
            # A call that ended at once would be followed by the next, and that by another.
            self._timing.sleep(max(0.0, room))
            return UNFINISHED
        results, failure = self._asker.ask(chunk, begins, between)
        taking.held = taking.held[len(chunk) :]
        last = self._note(chunk, results)
        if failure:
            raise failure
        if last and self._in_a_row >= IN_A_ROW:
            raise last
        return DONE

    def _note(
        self, chunk: Sequence[Image], results: Sequence[Result]
    ) -> AnalyzerThrottledError | AnalyzerUnavailableError | None:
        """Note what came of each image; return the last failure of Rekognition."""
        throttles, last = self.throttles, None
        for image, result in zip(chunk, results, strict=True):
            if isinstance(result, Kept):
                self._in_a_row = 0
                self._keep(image, result)
            elif result is Unanswered.LOST:
                self._taking.add([image])
            elif result is Unanswered.LEFT:
                self._taking.held.append(image)
            else:
                last = result
                self._fail(image, result)
        if self.throttles > throttles:
            self._pace.throttled(self._timing.now())
        return last

    def _keep(self, image: Image, kept: Kept) -> None:
        self._taking.kept[image.digest] = kept
        if kept.text is None:
            self.refused += 1
        else:
            self._taking.answered += 1
            self.paid += 1

    def _fail(self, image: Image, why: AnalyzerThrottledError | AnalyzerUnavailableError) -> None:
        self._in_a_row += 1
        if isinstance(why, AnalyzerThrottledError):
            self.throttles += 1
        else:
            image.after = self._timing.now() + FIRST_PAUSE * 2**image.tries
            image.tries += 1
        if image.tries < MOST_TRIES or self._in_a_row >= IN_A_ROW:
            self._taking.held.append(image)
        elif kept := self._asker.give_up(image, *FAILED_INSIDE):
            self._keep(image, kept)
        else:
            self._taking.add([image])
