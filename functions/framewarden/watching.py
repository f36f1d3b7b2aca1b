"""Notice live channels under moderation from which no frames come."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial

from framewarden.aws import ivs, medialive, video
from framewarden.aws.channels import Channels
from framewarden.aws.dynamo import Row
from framewarden.aws.ivs import Session
from framewarden.aws.latest import last_put
from framewarden.domain.times import iso, parse
from framewarden.observability import each

MODERATED = ("framewarden", "moderated")
# A frame is expected every interval; that many may be missing, and an upload takes its time.
INTERVALS = 3
UPLOAD = timedelta(seconds=10)


def watch(
    channels: Channels,
    frames_table: str,
    live: dict[str, Session],
    banned: set[str],
    now: datetime,
) -> int:
    """Note live channels whose frames do not come, forget those whose frames do; return how many.

    Raises
    ------
    StopDeniedError, VideoServiceThrottledError
        What is on air cannot be listed.
    """
    known = {row["channel"]: row for kind in ("watched", "unseen") for row in channels.open(kind)}
    on_air = {one.arn: one for one in _moderated(live) if one.arn not in banned}
    for one in on_air.values():
        each(one.arn, partial(_look, channels, one, known.get(one.arn), frames_table, now))
    for arn in known.keys() - on_air.keys():
        channels.seen(arn)
    return len(channels.open("unseen"))


@dataclass(frozen=True)
class OnAir:
    """A live channel under moderation, and the seconds between its frames; 0 where it has none."""

    arn: str
    session: Session
    interval: Callable[[], float]


def _look(
    channels: Channels, one: OnAir, known: Row | None, frames_table: str, now: datetime
) -> None:
    patience = INTERVALS * timedelta(seconds=one.interval()) + UPLOAD
    last = last_put(frames_table, one.arn)
    if last and now - parse(last) <= patience:
        if known and last > known["since"]:
            channels.seen(one.arn)
        return
    begun, session = one.session.started_at, one.session.session_id
    if begun is None:
        # MediaLive does not say when a channel started: frames are expected from this look on.
        begun = parse(known["since"]) if known else now
    late = now - begun > patience
    if late or (known is None and one.session.started_at is None):
        kind = "unseen" if late else "watched"
        channels.unseen(unseen_row(one.arn, session, "no_frames", last, now, kind))


def under_moderation(
    live: Mapping[str, Session], *, patient: bool = True
) -> Iterator[tuple[str, Session, str]]:
    """Give what is on air under moderation: channel, session, and what records it on IVS.

    `live` is what IVS has on air. Whoever is not `patient` fails at the first throttle.

    Raises
    ------
    StopDeniedError, VideoServiceThrottledError
    """
    for arn, (tags, recording) in ivs.recorded(live, patient=patient).items():
        if MODERATED in tags.items():
            yield arn, live[arn], recording
    for arn, tags in medialive.running(patient=patient).items():
        if MODERATED in tags.items():
            yield arn, Session(medialive.SESSION, None), ""


def _moderated(live: Mapping[str, Session]) -> Iterator[OnAir]:
    """Give the same with the seconds between its frames."""
    for arn, session, recording in under_moderation(live):
        if video.is_medialive(arn):
            yield OnAir(arn, session, partial(medialive.capture_seconds, arn))
        else:
            yield OnAir(arn, session, partial(_thumbnail_seconds, recording))


@cache
def _thumbnail_seconds(recording: str) -> int:
    # A recording configuration cannot be changed, only replaced by another.
    return ivs.thumbnail_seconds(recording) if recording else 0


def is_moderated(arn: str) -> bool:
    """Tell whether an IVS channel is under moderation.

    Raises
    ------
    StopDeniedError, VideoServiceThrottledError
    """
    tags, _ = ivs.recorded([arn]).get(arn, ({}, ""))
    return MODERATED in tags.items()


def unseen_row(
    arn: str, session: str, reason: str, last: str | None, now: datetime, kind: str = "unseen"
) -> Row:
    return {
        "channel": arn,
        "session": session,
        "reason": reason,
        "since": iso(now),
        "last_frame_at": last,
        "open": kind,
    }
