"""Ask both models about the last live decisions, one picture after the other, and keep each answer.

Live frames have the same quota: this leaves them most of it, and waits where it is throttled.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from framewarden.aws import analyzer, batch_files
from framewarden.aws.dynamo import Row
from framewarden.domain.errors import (
    AnalysisMalformedError,
    AnalyzerDeniedError,
    AnalyzerThrottledError,
    ImageInvalidError,
    ImageMissingError,
    ImageTooLargeError,
    TransientError,
)
from framewarden.domain.live_checks import Asked, LiveCheck, count, found_in
from framewarden.timing import Timing

PAUSES: Final = (1.0, 2.0, 4.0, 8.0)
"""Seconds to wait after each throttle of one call; after the last the machine waits for us."""
MARGIN: Final = 30.0
"""Seconds left in which no other picture is begun: two calls and their pauses take less."""
EACH: Final = 10
"""Pictures after which what was answered is kept: who is killed asks about no more than these."""

Document = dict[str, Any]


class ListGoneError(Exception):
    """The list of live decisions is gone, or is not the one that was written."""


class _SilentError(Exception):
    """The adapter does not answer: it is refused, or the base model answers in its place."""


REFUSALS: Final = (
    *(ImageInvalidError, ImageTooLargeError, ImageMissingError, AnalysisMalformedError),
    _SilentError,
)
"""What leaves a picture out of the check, and is counted."""


class LiveChecking:
    """One adapter; `keep` writes what was answered, by the place of each in the list."""

    def __init__(
        self, row: Row, bucket: str, timing: Timing, keep: Callable[[Document], object]
    ) -> None:
        self.row, self.bucket, self.timing, self.keep = row, bucket, timing, keep
        self.threshold = float(row["threshold"])
        self.kept: Document = dict(row.get("live_kept") or {})

    def check(self) -> LiveCheck | None:
        """Return how both judge the live decisions; None where there are none.

        Raises
        ------
        AnalyzerThrottledError, AnalyzerUnavailableError
            Try again; what was answered is not asked again.
        AnalyzerDeniedError
            Rekognition refuses us, without any adapter.
        ListGoneError
            Nobody can say what was decided.
        """
        lines = self._lines()
        if not lines:
            return None
        try:
            for place, line in enumerate(lines):
                self._ask(str(place), line["source-ref"])
        except TransientError:
            self.keep(self.kept)
            raise
        asked = [
            Asked(frozenset(line["present"]), frozenset(kept["base"]), frozenset(kept["adapter"]))
            for place, line in enumerate(lines)
            for kept in [self.kept[str(place)]]
            if kept
        ]
        return count(asked, len(lines), self.row["readiness"]["training"], self.threshold)

    def _lines(self) -> list[Document]:
        listed = self.row["manifests"]["live"]
        if not listed["images"]:
            return []
        text = batch_files.read(self.bucket, listed["key"])
        lines = [json.loads(line) for line in (text or b"").splitlines()]
        if len(lines) != listed["images"]:
            raise ListGoneError
        return lines

    def _ask(self, place: str, ref: str) -> None:
        if place in self.kept:
            return
        if self.timing.left() < MARGIN:
            raise AnalyzerThrottledError("the time of one call is over")
        key = ref.removeprefix(f"s3://{self.bucket}/")
        try:
            told = {"base": self._found(key, None), "adapter": self._found(key, self.row["arn"])}
        except REFUSALS:
            told = {}
        self.kept[place] = told
        if len(self.kept) % EACH == 0:
            self.keep(self.kept)

    def _found(self, key: str, adapter: str | None) -> list[str]:
        try:
            answer = self._answer(key, adapter)
        except AnalyzerDeniedError as failure:
            if adapter is None:
                raise
            raise _SilentError from failure
        if analyzer.fell_back(answer, adapter):
            raise _SilentError
        return sorted(found_in(answer, self.threshold))

    def _answer(self, key: str, adapter: str | None) -> Document:
        for pause in PAUSES:
            with suppress(AnalyzerThrottledError):
                return self._detect(key, adapter)
            self.timing.sleep(pause)
        return self._detect(key, adapter)

    def _detect(self, key: str, adapter: str | None) -> Document:
        least = self.threshold
        return analyzer.detect(
            self.bucket, key, None, adapter=adapter, min_confidence=least, instead=False
        )
