"""Watch the stack screen the demo's stream, and answer its reviews where nobody else will."""

from collections.abc import Callable
from typing import Protocol

from local.broadcast import GET_STREAM_EVERY_SECONDS, until_no
from local.demo_snapshot import Row, Snapshot, seconds_to_verdict
from local.demo_stage import Performance
from local.demo_story import Event, Story
from local.demo_watch import Mailbox, Watcher
from local.executions import running_names
from local.links import Links
from local.player import Clock, Put
from local.review_link import answer
from local.target import Target

LOOK_EVERY_SECONDS = 0.25
LOOK_SELDOM_SECONDS = 1.0
# From the last put until every frame has its end; workers start cold.
PATIENCE_SECONDS = 120.0
MODERATOR = "framewarden demo"


class Audience(Protocol):
    """Who is told what happens."""

    def event(self, event: Event) -> None:
        """Hear of one event."""

    def advance(self, put: int, judged: int) -> None:
        """Hear how far it is."""


class Screening:
    """A channel's streams on their way through the stack; `now` is what was seen last."""

    def __init__(
        self,
        target: Target,
        performance: Performance,
        watcher: Watcher,
        mailbox: Mailbox,
        audience: Audience,
        clock: Clock | None = None,
    ) -> None:
        self.performance = performance
        self.performances = [performance]
        self.notices: list[str] = []
        self.puts: list[Put] = []
        self.now = Snapshot()
        self.story = Story(self._link)
        self._target, self._watcher, self._mailbox = target, watcher, mailbox
        self._audience, self._clock = audience, clock or Clock()
        self._signed = Links(target)
        self._links: dict[str, str] = {}
        self._answering = False
        self._answered: set[str] = set()
        self._uploaded = 0
        self.is_stopped = self._judging = False
        self._on_air = until_no(
            lambda: not performance.broadcast.is_offline, GET_STREAM_EVERY_SECONDS, self._clock
        )

    def take(self, upload: Put) -> None:
        """Watch a file that belongs to none of the streams until it has its end.

        Beside the streams it would slow their frames down: its functions start cold.
        """
        self.puts.append(upload)
        self.story.uploaded(upload)
        self._uploaded += 1
        self.watch(lambda: self.now.outcome(upload.frame_id) is not None, PATIENCE_SECONDS)

    def watch_the_play(self) -> None:
        """Let the player begin, and watch until the last frame was put."""
        self.performance.start()
        self.watch(lambda: self.performance.has_ended, float("inf"))

    def follow(self, performance: Performance) -> None:
        """Turn to the channel's next stream, and let its player begin."""
        self.performance = performance
        self.performances.append(performance)
        performance.start()

    def watch_the_rest(self, answering: bool) -> None:
        """Watch until every frame has its end, or waits for a person that we do not play."""
        self._answering = answering
        self.watch(self._is_at_rest, PATIENCE_SECONDS)

    def watch_on(self) -> None:
        """Watch until somebody interrupts."""
        self.watch(lambda: False, float("inf"), LOOK_SELDOM_SECONDS)

    def watch(
        self, done: Callable[[], bool], patience: float, pause: float = LOOK_EVERY_SECONDS
    ) -> None:
        """Watch until it is done, and for so many seconds at most."""
        end = self._clock.monotonic() + patience
        while True:
            ended = done()  # asked first: what had happened by then is seen by the look below
            self._look()
            if ended or self._clock.monotonic() > end:
                return
            self._clock.sleep(pause)

    def tell(self, event: Event) -> None:
        """Let the audience hear what the stack's rows do not say."""
        self._audience.event(event)

    def stop_of(self, stream_id: str | None) -> Row | None:
        """Return the verified stop of a stream."""
        stops = (stop for stop in self.now.stops_made if stop.get("stream_id") == stream_id)
        return next(stops, None)

    def links(self) -> dict[str, str]:
        """Return the link of each review: the one of its notice, where that came."""
        return self._links | self._mailbox.links

    def first_verdict_at(self) -> float | None:
        """Return when the first frame was judged, in seconds of the epoch."""
        moments = (self.now.judged_at(put.frame_id) for put in self.puts)
        return min((moment for moment in moments if moment is not None), default=None)

    def unfinished(self) -> list[str]:
        """Return a sentence where executions of these frames still run."""
        running = self._running()
        return [f"{running} executions have not ended."] if running else []

    def _look(self) -> None:
        for put in (put for one in self.performances for put in one.fresh()):
            self.puts.append(put)
            self.story.put(put)
        self.now = self._watcher.look([put.frame_id for put in self.puts])
        for event in self.story.tell(self.now):
            self._audience.event(event)
        for subject in self._mailbox.read():
            self.notices.append(subject)
            self._audience.event(Event("notice", f"notice sent: {subject}"))
        self._tell_offline()
        if self._answering:
            self._answer()
        judged = seconds_to_verdict(self.puts, self.now)
        if judged and not self._judging:
            self._judging = True
            told = f"first verdict {judged[0]:.2f} s after its put"
            self._audience.event(Event("verdict", told))
        self._audience.advance(len(self.puts) - self._uploaded, len(judged))

    def _tell_offline(self) -> None:
        if self.now.stops_made and not self.is_stopped and not self._on_air():
            self.is_stopped = True
            stream = self.performance.broadcast.stream_id
            self._audience.event(Event("offline", f"GetStream says: {stream} is offline"))

    def _answer(self) -> None:
        if any(self._is_under_way(put) for put in self.puts):
            return  # it might join a review, which is answered once
        for review in self.now.reviews.values():
            identity = review["review_id"]
            # Before it has its token nobody waits for the answer yet.
            asked = review["status"] == "pending" and review.get("task_token")
            if asked and identity not in self._answered:
                self._answered.add(identity)
                said = answer(self.links()[identity], "allow", MODERATOR, "answered by --once")
                self._audience.event(Event("decided", f"answered through the link: {said['says']}"))

    def _link(self, review: Row) -> str:
        return self._links.setdefault(review["review_id"], self._signed.url(review))

    def _is_at_rest(self) -> bool:
        now = self.now
        if any(now.outcome(put.frame_id) is None and not self._waits(put) for put in self.puts):
            return False
        if now.stops and not self.is_stopped:
            return False
        return not self._answering or not self._running()

    def _waits(self, put: Put) -> bool:
        """Tell whether a frame waits for a person, whom nobody plays."""
        review_id = str(self.now.frames.get(put.frame_id, {}).get("review_id"))
        review = self.now.reviews.get(review_id, {})
        asked = review.get("status") == "pending" and bool(review.get("task_token"))
        return asked and not self._answering

    def _is_under_way(self, put: Put) -> bool:
        """Tell whether a frame has neither an end nor a review."""
        row = self.now.frames.get(put.frame_id, {})
        return not row.get("review_id") and self.now.outcome(put.frame_id) is None

    def _running(self) -> int:
        ours = {put.frame_id for put in self.puts}
        names = running_names(self._target, 1000)
        return sum(name.partition("-")[0] in ours for name in names)
