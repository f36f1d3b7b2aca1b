"""Ask Rekognition about a few images at once, each in its turn, and keep every answer."""

import json
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from threading import Event
from typing import Any, Final

from framewarden.aws import analyzer
from framewarden.aws.batch_lines import BatchLines, Kept
from framewarden.domain.errors import (
    AnalyzerThrottledError,
    AnalyzerUnavailableError,
    ImageInvalidError,
    ImageMissingError,
    ImageTooLargeError,
)
from framewarden.timing import Timing

THREADS: Final = 4
CLAIM: Final = 30.0
"""Seconds for which an image is claimed from its turn on: for so long a killed worker is missed."""
SPARE: Final = 10.0
"""Seconds that a claim must still last when its image is asked about: a call takes 8 or less."""
# What a results line of the bulk job has of an answer.
MEMBERS: Final = ("ModerationLabels", "ModerationModelVersion", "ContentTypes", "ProjectVersion")
PASSING: Final = (AnalyzerThrottledError, AnalyzerUnavailableError)
REFUSALS: Final = (ImageInvalidError, ImageTooLargeError, ImageMissingError)


@dataclass(slots=True)
class Image:
    """An image to ask about, and the position of the line that we ask for.

    `until` is when a claim of it lapses, ours or another worker's; `after` when it may be asked
    about again, after so many `tries` in which Rekognition failed. Seconds of the epoch.
    """

    digest: str
    at: str
    bucket: str
    key: str
    until: float = 0.0
    tries: int = 0
    after: float = 0.0


class Unanswered(Enum):
    """Why there is no answer of an image, where it is nobody's failure."""

    LOST = "somebody else claimed it meanwhile"
    LEFT = "it was not asked about: the time is over, or another image's failure ended the work"


Result = Kept | AnalyzerThrottledError | AnalyzerUnavailableError | Unanswered


class Asker:
    """A worker's threads; a context, for they end with it."""

    def __init__(
        self,
        lines: BatchLines,
        timing: Timing,
        adapter: str | None,
        min_confidence: float,
    ) -> None:
        self.lines, self.timing = lines, timing
        self.adapter, self.min_confidence = adapter, min_confidence
        self._pool = ThreadPoolExecutor(max_workers=THREADS)
        self._failed = Event()
        self._refused = Event()
        self._fallbacks: list[str] = []  # by all threads: to append is one step

    def __enter__(self) -> "Asker":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    @property
    def fallbacks(self) -> int:
        """Return how many images the base model answered in the place of the adapter."""
        return len(self._fallbacks)

    def ask(
        self, images: Sequence[Image], begins: float, between: float
    ) -> tuple[list[Result], BaseException | None]:
        """Ask about images that we claimed, the first at `begins`, the others `between` later.

        Return what came of each, and the failure that ended the work, if there is one.
        """
        futures: list[Future[Result]] = [
            self._pool.submit(self._in_turn, image, max(image.after, begins + place * between))
            for place, image in enumerate(images)
        ]
        failures = [future.exception() for future in futures]  # waits for all of them
        results = [
            Unanswered.LEFT if failure else future.result()
            for future, failure in zip(futures, failures, strict=True)
        ]
        return results, next((failure for failure in failures if failure), None)

    def give_up(self, image: Image, code: str, message: str) -> Kept | None:
        """Keep why an image has no answer; None where somebody else claimed it meanwhile."""
        kept = Kept(image.at, code=code, message=message)
        return kept if self.lines.answer(image.digest, kept, self.timing.now()) else None

    def _in_turn(self, image: Image, turn: float) -> Result:
        if (wait := turn - self.timing.now()) > 0 and not self._failed.is_set():
            self.timing.sleep(wait)
        if self._failed.is_set() or self.timing.left() < SPARE:
            return Unanswered.LEFT
        try:
            return self._one(image)
        except PASSING as failure:
            return failure
        except BaseException:
            self._failed.set()
            raise

    def _one(self, image: Image) -> Result:
        now = self.timing.now()
        if image.until - now < SPARE:
            image.until = now + CLAIM
            if not self.lines.extend(image.digest, image.at, image.until):
                return Unanswered.LOST
        try:
            answer = analyzer.detect(
                image.bucket,
                image.key,
                None,
                # One that is gone is asked for no more: each refusal is a call of the quota.
                adapter=None if self._refused.is_set() else self.adapter,
                min_confidence=self.min_confidence,
            )
        except REFUSALS as failure:
            return self.give_up(image, *analyzer.line_code(failure)) or Unanswered.LOST
        if analyzer.is_refused(answer):
            self._refused.set()
        kept = Kept(image.at, text=_text(answer))
        if not self.lines.answer(image.digest, kept, self.timing.now()):
            return Unanswered.LOST
        if analyzer.fell_back(answer, self.adapter):
            self._fallbacks.append(image.digest)
        return kept


def _text(answer: dict[str, Any]) -> str:
    return json.dumps({name: answer[name] for name in MEMBERS if name in answer})
