"""Send images through `uploads/` and follow each one to its verdict."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import PurePosixPath

from framewarden.domain.frames import frame_id
from local.audit import of_review
from local.errors import OperatorError
from local.evidence import story
from local.images import Image
from local.links import Links
from local.tables import Row, fetch
from local.target import Target
from local.verdicts import Verdict

# As many images under way as a 5 TPS region of Rekognition serves and a laptop has workers for.
AT_ONCE = 8
KEY_BYTES = 1024
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0


@dataclass(frozen=True)
class Sent:
    """An image that lies in the frames bucket."""

    image: Image
    key: str
    version_id: str
    frame_id: str
    sent_at: float


def upload_key(run: str, name: str) -> str:
    """Choose the key of an image; a name that S3 has no room for is replaced by its digest."""
    spelled = name.encode("utf-8", "surrogateescape")
    key = f"uploads/{run}/{spelled.decode('utf-8', 'replace')}"
    if len(key.encode()) <= KEY_BYTES:
        return key
    suffix = PurePosixPath(name).suffix if len(PurePosixPath(name).suffix) <= 5 else ""
    return f"uploads/{run}/{hashlib.sha256(spelled).hexdigest()}{suffix}"


class Run:
    """One call of `framewarden moderate`.

    `seconds` is how long an image may take from its upload; `clock` and `sleep` are for tests.
    """

    def __init__(
        self,
        target: Target,
        run: str,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.target = target
        self.run = run
        self.seconds = seconds
        self.clock = clock
        self.sleep = sleep
        self.bucket = target.output("FramesBucket")
        # Made before the threads start: making a client is not safe in several at once.
        self.s3 = target.client("s3")
        self.dynamodb = target.client("dynamodb")
        self.links = Links(target)

    def verdicts(self, images: list[Image]) -> Iterator[Verdict]:
        """Send the images, a few at a time, and give each verdict as soon as it is known."""
        queue = iter(images)
        sending: dict[Future[Sent], Image] = {}
        waiting: dict[str, Sent] = {}
        pause = FIRST_PAUSE
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while True:
                for image in islice(queue, AT_ONCE - len(sending) - len(waiting)):
                    sending[pool.submit(self.send, image)] = image
                if not sending and not waiting:
                    return
                arrived = yield from self._arrived(sending, waiting)
                settled = yield from self._settled(waiting)
                pause = FIRST_PAUSE if arrived or settled else min(pause * 1.5, LONGEST_PAUSE)
                if sending or waiting:
                    self.sleep(pause)

    def _arrived(
        self, sending: dict[Future[Sent], Image], waiting: dict[str, Sent]
    ) -> Generator[Verdict, None, bool]:
        done = [future for future in sending if future.done()]
        for future in done:
            image = sending.pop(future)
            failure = future.exception()
            if failure is None:
                sent = future.result()
                waiting[sent.frame_id] = sent
            elif isinstance(failure, OperatorError):
                raise failure
            else:
                yield Verdict(image.name, reason=f"not sent: {failure}")
        return bool(done)

    def _settled(self, waiting: dict[str, Sent]) -> Generator[Verdict, None, bool]:
        rows = fetch(
            self.dynamodb, self.target.output("FramesTable"), "frame_id", waiting, self.sleep
        )
        before = len(waiting)
        for unique, sent in list(waiting.items()):
            verdict = self.verdict(sent, rows.get(unique))
            if verdict is None and self.clock() - sent.sent_at > self.seconds:
                verdict = replace(
                    plain(sent),
                    outcome="in_flight" if unique in rows else "unaccounted",
                    reason=f"no verdict within {self.seconds:g} seconds",
                )
            if verdict is not None:
                del waiting[unique]
                yield verdict
        return len(waiting) < before

    def send(self, image: Image) -> Sent:
        """Put one image under `uploads/`."""
        key = upload_key(self.run, image.name)
        if image.content is not None:
            answer = self.s3.put_object(Bucket=self.bucket, Key=key, Body=image.content)
        elif image.path is None:
            source = {"Bucket": image.bucket, "Key": image.key}
            answer = self.s3.copy_object(Bucket=self.bucket, Key=key, CopySource=source)
        else:
            with image.path.open("rb") as body:
                answer = self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)
        version = answer.get("VersionId")
        if version is None:
            raise OperatorError(
                "The frames bucket is not versioned, so no image can be followed to its verdict.",
                "Deploy framewarden's template there again.",
            )
        return Sent(image, key, version, frame_id(self.bucket, key, version), self.clock())

    def verdict(self, sent: Sent, row: Row | None) -> Verdict | None:
        """Read an image's verdict from its row; None while it is being judged."""
        if row is None:
            return None
        review_id = row.get("review_id")
        told = replace(
            plain(sent),
            severity=row.get("severity"),
            outcome=row.get("outcome") or "in_flight",
            reason=row.get("reason"),
            review_id=review_id,
        )
        if row.get("outcome"):
            kept = story(self.target, row)
            labels = (kept.get("verdict") or {}).get("labels", [])
            return replace(told, labels=labels, **answered(kept.get("analysis") or {}))
        return self._under_review(told, review_id) if review_id else None

    def _under_review(self, told: Verdict, review_id: str) -> Verdict | None:
        table = self.target.output("ReviewsTable")
        review = fetch(self.dynamodb, table, "review_id", [review_id], self.sleep).get(review_id)
        if review is None:
            return None
        told = replace(
            told,
            severity=told.severity or review.get("severity"),
            labels=review.get("labels", []),
            **answered(review),
        )
        if review["status"] == "pending":
            return replace(told, reason="waiting for a decision", url=self.links.url(review))
        outcome, reason = of_review(review)
        return None if outcome == "in_flight" else replace(told, outcome=outcome, reason=reason)


def answered(said: Row) -> Row:
    """Return which adapter answered about an image, and which one was asked."""
    return {name: said.get(name) for name in ("adapter", "adapter_asked")}


def plain(sent: Sent) -> Verdict:
    """Begin the verdict of an image."""
    return Verdict(sent.image.name, sent.key, sent.version_id, sent.frame_id)
