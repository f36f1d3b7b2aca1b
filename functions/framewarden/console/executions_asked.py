"""Read which executions somebody wants to see, and address the others from there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from framewarden.aws.executions import Executions
from framewarden.aws.frame_search import Span
from framewarden.domain import pasted
from framewarden.domain.frames import Home
from framewarden.looking import ADAPTER, BATCH, MODERATE, ORDER
from framewarden.meaning import Meant, channel_arn, elsewhere, meant
from framewarden.wanted import Wanted

ALL, UNSCREENED = "all", "unscreened"
STATUSES = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")
MACHINES = (MODERATE, ORDER, BATCH, ADAPTER)
LONGEST_CHANNEL, LONGEST_MOMENT = 200, 40
LEAST, MOST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)

NO_CHANNEL = (
    "What the channel's field has is no channel: IVS calls one by 12 letters and digits, MediaLive "
    "by a number, and an ARN will do. Stills have none; search them by key or by time."
)
NO_MOMENT = "{which} cannot be read as a moment: write it like 2026-11-22T08:05, in UTC."
BACKWARDS = "“From” is after “to”, so nothing lies between them: change one of the two."
TOO_MANY = "The box and the channel name two things; what is in the box was searched for."
TIMELESS = "From and to narrow a channel; one object's or review's frames are all shown."


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see, as their address says it.

    `means` is what the one box means, `faults` why nothing can be searched for, `asides` what was
    left aside; `when` is None where no time was given.
    """

    machine: str = MODERATE
    status: str = ALL
    q: str = ""
    channel: str = ""
    start: str = ""
    end: str = ""
    after: str | None = None
    means: Meant | None = None
    arn: str | None = None
    when: Span | None = None
    faults: tuple[str, ...] = ()
    asides: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: Mapping[str, str], executions: Executions, home: Home) -> "Asked":
        """Read an address's query; what cannot be read is a fault, and never an error."""
        status, q = query.get("status", ""), query.get("q", "").strip()
        channel = query.get("channel", "").strip()[:LONGEST_CHANNEL]
        start, end = (query.get(name, "").strip()[:LONGEST_MOMENT] for name in ("from", "to"))
        means = meant(q, executions, home) if q else None
        arn, no_channel = _channel(channel, home)
        when, no_time = _span(start, end)
        says = (means.says if means else "", no_channel, no_time)
        listed = _machine(query.get("machine", ""), means, searches=bool(channel or start or end))
        return cls(
            machine=listed,
            status=status if status in statuses(listed) else ALL,
            q=q[: pasted.LONGEST],
            channel=channel,
            start=start,
            end=end,
            after=query.get("after") or None,
            means=means,
            arn=arn,
            when=when,
            faults=tuple(filter(None, says)),
            asides=tuple(_asides(means, channel, when)),
        )

    @property
    def wanted(self) -> Wanted:
        """Return what to look for; one box goes before the channel."""
        box = self.means.wanted if self.means else None
        searched = box or Wanted(channel_arn=self.arn)
        return Wanted(
            machine=self.machine,
            status=self.status if self.status in STATUSES else None,
            key=searched.key,
            review_id=searched.review_id,
            channel_arn=searched.channel_arn,
            unscreened=self.status == UNSCREENED,
            when=None if searched.key or searched.review_id else self.when,
            after=self.after,
        )

    @property
    def searches(self) -> bool:
        """Tell whether something was typed into the form."""
        return bool(self.q or self.channel or self.start or self.end)

    def address(self, **changes: str | None) -> str:
        """Return the address of what differs from this, from its beginning."""
        own = {
            "machine": self.machine if self.machine != MODERATE else "",
            "status": self.status if self.status != ALL else "",
            "q": self.q,
            "channel": self.channel,
            "from": self.start,
            "to": self.end,
        }
        given = {name: value for name, value in {**own, **changes}.items() if value}
        return f"executions?{urlencode(given)}" if given else "executions"


def statuses(machine: str) -> tuple[str, ...]:
    """Return what a machine's executions can be narrowed to; only frames can be unscreened."""
    return (ALL, *STATUSES, UNSCREENED) if machine == MODERATE else (ALL, *STATUSES)


def _machine(named: str, means: Meant | None, *, searches: bool) -> str:
    """Return whose executions are shown: frames, and what is searched for, are the first one's."""
    if means and means.wanted:
        return means.wanted.machine
    return named if named in MACHINES and not searches else MODERATE


def _channel(text: str, home: Home) -> tuple[str | None, str]:
    """Return the ARN of the channel that was typed, and what is wrong with it."""
    if not text:
        return None, ""
    arn = channel_arn(pasted.read(text), home)
    return arn, elsewhere(arn, home, "channel") if arn else NO_CHANNEL


def _span(start: str, end: str) -> tuple[Span | None, str]:
    """Return the span that was typed, and what is wrong with it; its last minute is in it."""
    if not (start or end):
        return None, ""
    try:
        first = _moment(start) if start else LEAST
    except ValueError:
        return None, NO_MOMENT.format(which="“From”")
    try:
        last = _moment(end) + _lasts(end) if end else MOST
    except ValueError:
        return None, NO_MOMENT.format(which="“To”")
    return (None, BACKWARDS) if first > last else (Span(first, last), "")


def _moment(text: str) -> datetime:
    """Read a moment, in UTC where it names no zone.

    Raises
    ------
    ValueError
        It is none, or none between 1970 and 9999.
    """
    read = datetime.fromisoformat(text)
    moment = read if read.tzinfo else read.replace(tzinfo=UTC)
    if not LEAST <= moment <= MOST:
        raise ValueError("no moment that anything was put at")
    return moment.astimezone(UTC)


def _lasts(text: str) -> timedelta:
    """Return how long what was typed lasts: a day, a minute, or a second, but for a millisecond."""
    parts = text.count(":")
    whole = timedelta(days=1) if not parts else timedelta(minutes=1 if parts == 1 else 0)
    return (whole or timedelta(seconds=1)) - timedelta(milliseconds=1)


def _asides(means: Meant | None, channel: str, when: Span | None) -> list[str]:
    box = means.wanted if means else None
    asides = [TOO_MANY] if means and channel else []
    return asides + ([TIMELESS] if when and box and (box.key or box.review_id) else [])
