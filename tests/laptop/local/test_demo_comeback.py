"""The encoder comes back, the ban stops it again, and a reinstated channel stays on air."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from demo_rows import ARN, BEGAN, ban, frames, put, restop, stop_by
from screening_fakes import FakeAudience, FakeClock, FakeLinks, FakeMailbox
from stream_fakes import LOCKED_OUT

from framewarden.domain.times import iso
from local import demo_comeback, demo_screening
from local.channel_link import Placed, Wish
from local.demo_comeback import ON_AIR_AGAIN, UNTIL_STOPPED, Comeback, through_the_page
from local.demo_screening import Screening
from local.demo_snapshot import Row, Snapshot
from local.encoder import Channel
from local.footage import Frame
from local.player import Put

FILM = [put(55)]
# Seconds from a stream's start to its verified stop.
VERIFIED = 2.0


@dataclass
class World:
    """The stack and the channel: what stops, bans and reinstates do.

    `strikes` seconds after a stream of the banned channel began it is stopped, where it ever is;
    a moment later that is verified, and a reinstate takes its time too.
    """

    clock: FakeClock
    strikes: float | None = 1.0
    is_reinstating: bool = True
    revoked: bool = False
    is_banned: bool = True
    live: str | None = None
    lifted_at: float | None = None
    began: float = 0.0
    streams: int = 1
    stops: dict[str, Row] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    def go_on(self) -> None:
        """Let the time that has passed do its work."""
        late = self.strikes is not None and self.clock.now - self.began >= self.strikes
        if self.live and self.is_banned and late:
            self.stops[self.live] = restop(self.live, status="stopping", stopped_at=None)
            self.live = None
        for stop in self.stops.values():
            if stop["status"] == "stopping" and self.clock.now - self.began >= VERIFIED:
                at = datetime.fromtimestamp(BEGAN + self.began + VERIFIED, UTC)
                stop.update(status="stopped", stopped_at=iso(at))
        if self.lifted_at is not None and self.clock.now >= self.lifted_at:
            self.is_banned = False

    def look(self, frame_ids: Iterable[str]) -> Snapshot:
        self.go_on()
        rows = {one: {"status": "settled", "outcome": "cleared"} for one in frame_ids}
        status = "standing" if self.is_banned else "lifted"
        known = frames((FILM[0], {"status": "settled", "outcome": "stopped"}))
        standing = ban(status=status, lifted_by="Lea (lead)")
        return Snapshot(rows | known, {}, list(self.stops.values()), standing)

    def reinstate(self, target: object, channel_arn: str) -> dict[str, Any]:
        self.asked.append(channel_arn)
        self.lifted_at = self.clock.now + 2.0 if self.is_reinstating else None
        return {"says": "Reinstated", "url": "http://127.0.0.1/channels/ivs/A", "by": "Lea (lead)"}


@dataclass
class Broadcast:
    """One stream of the world's channel."""

    world: World
    stream_id: str

    channel = Channel(ARN, "stage", {})

    @property
    def is_offline(self) -> bool:
        return self.world.live != self.stream_id

    def end(self) -> None:
        self.world.ended.append(self.stream_id)
        self.world.live = None if self.world.live == self.stream_id else self.world.live

    def reconnect(self) -> "Broadcast":
        world = self.world
        if world.revoked:
            raise LOCKED_OUT
        world.streams += 1
        world.live, world.began = f"st-{world.streams}", world.clock.now
        return Broadcast(world, world.live)


class Performance:
    """A player that puts a picture at each look while its stream runs."""

    def __init__(self, broadcast: Broadcast, speed: float, pictures: Iterable[Frame]) -> None:
        self.broadcast, self._pictures = broadcast, iter(pictures)
        self.has_ended = self.went_offline = self.halted = False
        self.numbers: list[int] = []

    def start(self) -> None: ...

    def halt(self) -> None:
        self.halted = True

    def fresh(self) -> list[Put]:
        self.broadcast.world.go_on()
        if self.has_ended:
            return []
        picture = next(self._pictures, None)
        self.went_offline = picture is not None and self.broadcast.is_offline
        self.has_ended = picture is None or self.went_offline
        if picture is None or self.went_offline:
            return []
        self.numbers.append(picture.number)
        return [put(picture.number, f"ivs/{self.broadcast.stream_id}")]


@dataclass
class Scene:
    """A comeback on stage."""

    world: World
    comeback: Comeback
    screening: Screening
    audience: FakeAudience

    @property
    def told(self) -> list[str]:
        return [event.text for event in self.audience.events]


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(demo_screening, "Links", FakeLinks)
    monkeypatch.setattr(demo_comeback, "Performance", Performance)
    clock, audience = FakeClock(), FakeAudience()
    world = World(clock)
    film = Performance(Broadcast(world, "st-1"), 1.0, [])
    film.has_ended = True
    anything: Any = film
    mailbox: Any = FakeMailbox()
    made = Screening(None, anything, world, mailbox, audience, clock)  # type: ignore[arg-type]
    world.stops["st-1"] = stop_by(FILM[0])
    clock.now = 20.0
    comeback = Comeback(None, made, world.reinstate, clock)  # type: ignore[arg-type]
    made.watch(lambda: True, 1.0)
    return Scene(world, comeback, made, audience)


def test_a_reconnect_is_stopped_again_and_a_reinstated_channel_stays_on_air(scene: Scene) -> None:
    scene.comeback.play()

    assert scene.comeback.reconnect == {"stream_id": "st-2", "stopped_after_seconds": 2.0}
    assert scene.comeback.reinstated == {"by": "Lea (lead)", "live_again": True}
    assert scene.world.asked == [ARN]
    assert [line for line in scene.told if "st-2" in line or "st-3" in line] == [
        "reconnected as st-2, stopped again 2.00 s after its Stream Start",
        "GetStream says: st-3 is live",
    ]
    ordered = next(event for event in scene.audience.events if "orders reinstate" in event.text)
    assert ordered.text.startswith("Lea (lead) signs in and orders reinstate")
    assert ordered.text.endswith("on the channel's page: Reinstated")
    assert ordered.link == "http://127.0.0.1/channels/ivs/A"
    assert "ban lifted by Lea (lead)" in scene.told


def test_the_encoder_ends_each_session_and_is_off_at_the_end(scene: Scene) -> None:
    scene.comeback.play()

    assert scene.world.ended == ["st-1", "st-2", "st-3"]
    assert scene.world.live is None
    film, again, back = scene.screening.performances
    assert (film.halted, again.halted) == (True, True)  # type: ignore[attr-defined]
    assert back.numbers == list(range(ON_AIR_AGAIN))  # type: ignore[attr-defined]
    assert again.numbers[0] == 0  # type: ignore[attr-defined]
    assert len(scene.screening.puts) == len(again.numbers) + ON_AIR_AGAIN  # type: ignore[attr-defined]


def test_a_reconnect_that_nobody_stops_is_not_reinstated(scene: Scene) -> None:
    scene.world.strikes = None

    scene.comeback.play()

    assert scene.comeback.reconnect == {"stream_id": "st-2", "stopped_after_seconds": None}
    assert scene.comeback.reinstated is None
    assert not scene.world.asked
    assert len(scene.screening.performances[-1].numbers) == UNTIL_STOPPED  # type: ignore[attr-defined]


def test_a_reinstate_that_does_nothing_shows(scene: Scene) -> None:
    scene.world.is_reinstating = False

    scene.comeback.play()

    assert scene.comeback.reinstated == {"by": "Lea (lead)", "live_again": False}
    assert scene.world.live is None
    scene.screening.watch(lambda: False, VERIFIED)
    assert "reconnected as st-3, stopped again 2.00 s after its Stream Start" in scene.told


def test_who_is_locked_out_does_not_come_back(scene: Scene) -> None:
    scene.world.revoked = True

    scene.comeback.play()

    assert scene.comeback.reconnect is None
    assert scene.told[-1] == "Locked out: the stream key was revoked."


def test_without_a_stop_there_is_nothing_to_come_back_from(scene: Scene) -> None:
    scene.screening.is_stopped = False

    scene.comeback.play()

    assert (scene.comeback.reconnect, scene.world.streams) == (None, 1)


class Visit:
    """A browser that remembers who signed in."""

    signed_in: ClassVar[list[tuple[str, str, str]]] = []

    def __init__(self, base: str) -> None:
        self.base = base

    def sign_in(self, account: str, password: str) -> None:
        self.signed_in.append((self.base, account, password))


def test_the_demo_s_lead_reinstates_by_signing_in(monkeypatch: pytest.MonkeyPatch) -> None:
    placed: list[tuple[str, Wish, Any]] = []

    def place(url: str, wish: Wish, fetch: Any) -> Placed:
        placed.append((url, wish, fetch))
        return Placed("order-1", "Under way")

    people = {"lead": {"account": "lead", "name": "Lea (lead)", "password": "secret"}}
    monkeypatch.setattr(demo_comeback, "DeskVisit", Visit)
    monkeypatch.setattr(demo_comeback, "running_cloud", lambda: people)
    monkeypatch.setattr(demo_comeback, "person_of", lambda cloud, role: cloud[role])
    monkeypatch.setattr(demo_comeback, "place", place)
    target: Any = SimpleNamespace(console_url="http://127.0.0.1/live")

    said = through_the_page(target, ARN)

    assert Visit.signed_in == [("http://127.0.0.1/live", "lead", "secret")]
    [(url, wish, fetch)] = placed
    assert isinstance(fetch, Visit)
    assert (wish.action, wish.session) == ("reinstate", None)
    assert url == f"http://127.0.0.1/live/channels/ivs/{ARN.rpartition('/')[2]}"
    assert said == {"says": "Under way", "url": url, "by": "Lea (lead)"}
