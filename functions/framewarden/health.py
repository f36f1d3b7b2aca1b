"""Look at a whole installation: what is well, and what waits for somebody."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from framewarden import settings
from framewarden.aws import adapter_health, attention, ivs
from framewarden.aws.adapter_switch import AdapterSwitch
from framewarden.aws.dynamo import Row
from framewarden.aws.latest import last_put
from framewarden.aws.policies import current_policy
from framewarden.aws.review_queue import ReviewQueue
from framewarden.domain import attention as words
from framewarden.domain import live_adapter, troubles
from framewarden.domain.bans import stands
from framewarden.domain.times import iso
from framewarden.domain.troubles import Trouble
from framewarden.reading import Reading
from framewarden.watching import under_moderation

Document = Mapping[str, Any]

MOST = 1_000
"""What `unscreened` is counted to; more is `1,000+`."""
MOST_LIVE = 50
"""Live channels of which the last frame is looked for, a query each; the rest is counted."""
FEW = 50  # open reviews, as many as a page of the queue
PAGES = 10  # of 100 live streams
# As the queue has them, the most urgent first.
SEVERITIES = ("critical", "high", "medium", "low")
# Seconds: of the function's 28, with time for a part that is slow to fail.
PATIENCE = 12.0


@dataclass(frozen=True)
class LiveChannel:
    """What is on air under moderation; `trouble` says why its frames are missing, or is empty.

    Of a `banned` channel none are expected.
    """

    channel_arn: str
    session: str
    since: str | None
    last_frame_at: str | None
    trouble: str
    banned: bool = False


@dataclass(frozen=True)
class Health:
    """An installation as it stands; a part that could not be read is None, and named in `unknown`.

    `policy` has name and hash, `adapter` is an entry of `domain.live_adapter`. `unscreened` is
    counted as far as `MOST`. `oldest` is the open review with the nearest deadline. The lists hold
    one entry each, with `says`; of the parts in `cut` there is more. `live_more` are live channels
    at which nobody looked.
    """

    place: str
    looked_at: datetime
    policy: Document | None
    adapter: Document | None
    live: list[LiveChannel] | None
    live_more: int
    unscreened: int | None
    dead_letters: int | None
    open_reviews: int | None
    oldest: Document | None
    failed_stops: list[Document] | None
    unseen: list[Document] | None
    bans: list[Document] | None
    undelivered: list[Document] | None
    given_up: list[Document] | None
    troubles: list[Trouble]
    unknown: list[str]
    cut: frozenset[str]

    @property
    def problems(self) -> list[str]:
        """Return what is wrong, each in sentences with its remedy."""
        return [str(trouble) for trouble in self.troubles]

    @property
    def healthy(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.troubles


def look(
    own: settings.HealthPage,
    now: datetime,
    policy: Callable[[], Document] | None = None,
    patience: float = PATIENCE,
) -> Health:
    """Look at an installation; what does not answer is part of what is seen.

    `policy` is for whoever reads the policy in force by another way, and raises what
    `current_policy` raises.
    """
    reading = Reading(patience)
    in_force = reading.part("policy", policy or partial(_policy, own))
    adapter = reading.part("adapter", partial(_adapter, own))
    bans, stops, unseen = (
        reading.rows(name, partial(attention.open_rows, own.channels_table, kind))
        for name, kind in (("bans", "ban"), ("failed_stops", "stop"), ("unseen", "unseen"))
    )
    messages = reading.rows("undelivered", partial(attention.messages, own.outbox_table))
    live, live_more = reading.part("live", partial(_live, own, bans, unseen, now)) or (None, 0)
    number, oldest = reading.part("open_reviews", partial(_reviews, own, now)) or (None, None)
    count = partial(attention.unscreened, own.frames_table, MOST)
    queues = own.intake_dead_letters_url, own.settle_dead_letters_url
    letters = reading.part("dead_letters", partial(attention.dead_letters, queues))
    tried = _entries(messages, words.undelivered_entry)
    given_up = _entries(messages, words.given_up_entry)
    failed = _entries(stops, lambda row: words.stop_entry(row, now))
    missing = _entries(unseen, words.unseen_entry)
    return Health(
        place=own.place_name,
        looked_at=now,
        policy=in_force,
        adapter=adapter,
        live=live,
        live_more=live_more,
        unscreened=reading.part("unscreened", count),
        dead_letters=letters,
        open_reviews=number,
        oldest=oldest,
        failed_stops=failed,
        unseen=missing,
        bans=_entries(bans, lambda row: words.ban_entry(row, now)),
        undelivered=tried,
        given_up=given_up,
        troubles=[
            *troubles.of_stops(failed or ()),
            *troubles.of_unseen(missing or ()),
            *reading.troubles,
            *troubles.of_adapter(adapter),
            *troubles.of_oldest(oldest),
            *troubles.of_dead_letters(letters or 0),
            *troubles.of_given_up(given_up or ()),
        ],
        unknown=reading.unknown,
        cut=frozenset(reading.cut),
    )


def _policy(own: settings.HealthPage) -> Document:
    policy = current_policy(own)
    return {"name": policy.name, "hash": policy.hash}


def _adapter(own: settings.HealthPage) -> Document:
    live = AdapterSwitch(own.adapters_table).read()["live"]
    return live_adapter.entry(live, adapter_health.read(own.adapters_table) if live else None)


def _live(
    own: settings.HealthPage,
    bans: Iterable[Row] | None,
    unseen: Iterable[Row] | None,
    now: datetime,
) -> tuple[list[LiveChannel], int]:
    """Look at what is on air, those first whose frames do not come; return how many more there are.

    Raises
    ------
    StopDeniedError, VideoServiceThrottledError
        What is on air cannot be listed. No retries: the page is asked for again, and IVS's quota is
        for stops.
    """
    missing = {row["channel"]: words.unseen_trouble(row) for row in unseen or ()}
    banned = {row["channel"] for row in bans or () if stands(row, now)}
    on_air = list(under_moderation(ivs.live_sessions(PAGES), patient=False))
    on_air.sort(key=lambda one: (one[0] not in missing, one[0]))
    channels = [
        LiveChannel(
            channel_arn=arn,
            session=session.session_id,
            since=iso(session.started_at) if session.started_at else None,
            last_frame_at=last_put(own.frames_table, arn),
            trouble=missing.pop(arn, ""),
            banned=arn in banned,
        )
        for arn, session, _ in on_air[:MOST_LIVE]
    ]
    return channels, len(on_air) - len(channels)


def _reviews(own: settings.HealthPage, now: datetime) -> tuple[int, Document | None]:
    """Return how many reviews are open, and the one with the nearest deadline.

    Many are counted by each sweep; a few are counted now.
    """
    queue = ReviewQueue(own.reviews_table)
    page = queue.open_page(FEW)
    rows, number = page.rows, len(page.rows)
    if page.after:
        rows = [row for severity in SEVERITIES for row in queue.open_page(1, severity).rows]
        counted = queue.counts() or {}
        number = max(number, sum(counted.get(severity, 0) for severity in SEVERITIES))
    nearest = min(rows, key=lambda row: int(row["deadline"]), default=None)
    return number, words.oldest_entry(nearest, now) if nearest else None


def _entries(
    rows: list[Row] | None, entry: Callable[[Row], Document | None]
) -> list[Document] | None:
    if rows is None:
        return None
    return [found for row in rows if (found := entry(row))]
