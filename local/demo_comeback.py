"""Let the stopped encoder come back: the ban stops it again, until a lead reinstates it."""

from collections.abc import Callable, Iterator
from typing import Any

from framewarden.console.channel_address import path_of
from local.channel_link import Wish, place
from local.demo_screening import Screening
from local.demo_stage import Performance, clean
from local.demo_story import Event
from local.desk_visit import DeskVisit
from local.encoder import KeyRevokedError
from local.footage import Frame
from local.laptop.people import person_of
from local.player import Clock
from local.sending import Reel
from local.target import Target, running_cloud

Document = dict[str, Any]
# (target, channel ARN) -> what the page said, the page's address, and who ordered
Reinstate = Callable[[Target, str], Document]

# Pictures a second while the demo waits for something else.
SPEED = 2.0
# Ten seconds for the ban to strike, which promises five.
UNTIL_STOPPED = 20
# Three and a half seconds on air.
ON_AIR_AGAIN = 8
PATIENCE_SECONDS = 20.0


def through_the_page(target: Target, channel_arn: str) -> Document:
    """Reinstate a channel as a lead does, which no link can: sign in, and use its page's form."""
    lead, visit = person_of(running_cloud(), "lead"), DeskVisit(target.console_url)
    visit.sign_in(lead["account"], lead["password"])
    url = f"{visit.base}/{path_of(channel_arn)}"
    placed = place(url, Wish("reinstate", lead["name"], "the demo's last act"), visit)
    return {"says": placed.says, "url": url, "by": lead["name"]}


class Comeback:
    """The demo's second act; `reconnect` and `reinstated` say how it went, None where it did not.

    The encoder comes back when it is told to, not every two seconds: one reconnect shows enough.
    """

    def __init__(
        self,
        target: Target,
        screening: Screening,
        reinstate: Reinstate = through_the_page,
        clock: Clock | None = None,
    ) -> None:
        self.reconnect: Document | None = None
        self.reinstated: Document | None = None
        self._target, self._screening = target, screening
        self._reinstate, self._clock = reinstate, clock or Clock()

    def play(self) -> None:
        """Come back twice: while the ban stands, and after it was lifted."""
        if not self._screening.is_stopped:
            return  # what is still on air cannot come back
        reel = clean()
        try:
            if self._is_stopped_again(reel):
                self._return(reel)
        except KeyRevokedError as refusal:
            self._screening.tell(Event("stop", refusal.message))

    def _is_stopped_again(self, reel: Reel) -> bool:
        performance = self._go_live(reel.session(UNTIL_STOPPED))
        screening, stream = self._screening, performance.broadcast.stream_id
        screening.watch(
            lambda: (
                performance.has_ended
                and (not performance.went_offline or screening.stop_of(stream) is not None)
            ),
            PATIENCE_SECONDS,
        )
        stop = screening.stop_of(stream)
        seconds = screening.story.seconds_on_air(stop) if stop else None
        self.reconnect = {
            "stream_id": stream,
            "stopped_after_seconds": None if seconds is None else round(seconds, 3),
        }
        return stop is not None

    def _return(self, reel: Reel) -> None:
        screening = self._screening
        arn = screening.performance.broadcast.channel.arn
        said = self._reinstate(self._target, arn)
        told = f"{said['by']} signs in and orders reinstate on the channel's page: {said['says']}"
        screening.tell(Event("decided", told, said["url"]))
        screening.watch(lambda: not screening.now.is_banned, PATIENCE_SECONDS)
        performance = self._go_live(reel.session(ON_AIR_AGAIN))
        screening.watch(lambda: performance.has_ended, PATIENCE_SECONDS)
        broadcast = performance.broadcast
        is_live = not performance.went_offline and not broadcast.is_offline
        if is_live:
            screening.tell(Event("live", f"GetStream says: {broadcast.stream_id} is live"))
        broadcast.end()
        self.reinstated = {"by": said["by"], "live_again": is_live}

    def _go_live(self, pictures: Iterator[Frame]) -> Performance:
        """Reconnect with the key that the encoder has, and play while the stream runs."""
        before = self._screening.performance
        before.halt()
        before.broadcast.end()
        began = self._clock.time()
        broadcast = before.broadcast.reconnect()
        self._screening.story.reconnected(str(broadcast.stream_id), began)
        performance = Performance(broadcast, SPEED, pictures)
        self._screening.follow(performance)
        return performance
