"""Run the main job on a laptop: screen a live channel, ask people, stop it and keep it off."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.audit import Audit
from local.broadcast import go_live
from local.demo_cloud import Timing, laptop_cloud, terminable
from local.demo_comeback import Comeback
from local.demo_report import Evidence, broken_promises, document
from local.demo_screening import Screening
from local.demo_show import Show
from local.demo_stage import Performance, channel_name
from local.demo_upload import unreadable
from local.demo_watch import Mailbox, Watcher
from local.encoder import live_stream
from local.errors import OperatorError
from local.laptop.connection import Cloud
from local.laptop.deploy import STACK_NAME, build_and_deploy
from local.laptop.people import demo_people
from local.laptop.warming import MAIN_PATH, warm
from local.player import Put
from local.publish import publish_if_none
from local.target import Target, laptop, running_cloud

# The clip's 55 seconds and the abstract positive.
FRAMES = 56
INTERRUPTED = 130
# A live channel meets warm functions, as with provisioned concurrency.
PATH = (*MAIN_PATH, "OpenReviewFunction", "RequestReviewFunction", "ReconcileFunction")


@dataclass(frozen=True)
class Options:
    """What was asked for at the terminal."""

    once: bool = False
    report: Path | None = None
    speed: float = 10.0
    keep: bool = False
    port: int | None = None


def run(options: Options, show: Show) -> int:
    """Run the demo and return the exit code: 0 where every promise held.

    Raises
    ------
    OperatorError
        It could not be set up, or broke on the way.
    """
    timing = Timing()
    stays = [False]  # the page stays up until Ctrl-C, and then that is how the demo ends
    try:
        with terminable(), laptop_cloud(options.port, options.keep, timing, show.say) as running:
            with timing.of("deploy"):
                target = _deployed(running, show)
            return _perform(running, target, options, show, timing, stays)
    except KeyboardInterrupt:
        if stays[0]:
            return 0
        show.say("Interrupted before the end; start again with: framewarden demo")
        return INTERRUPTED


def _deployed(running: Cloud, show: Show) -> Target:
    build_and_deploy(running, progress=show.say)
    target = laptop()
    warm(running, STACK_NAME, PATH)
    published = publish_if_none(target)
    if published:
        show.say(f"Published policies/default.yaml as version {published.version}")
    demo_people(running_cloud())
    return target


def _perform(
    running: Cloud,
    target: Target,
    options: Options,
    show: Show,
    timing: Timing,
    stays: list[bool],
) -> int:
    """Play, watch, report; return the exit code."""
    with _screening(running, target, options, show) as screening:
        odd = unreadable(target, screening.performance.broadcast.channel.name)
        screening.take(odd)
        with show.progress(FRAMES):
            with timing.of("play"):
                screening.watch_the_play()
            screening.watch_the_rest(answering=options.once)
        comeback = Comeback(target, screening)
        with timing.of("comeback"):
            comeback.play()
            screening.watch_the_rest(answering=options.once)
        report = document(_evidence(target, screening, comeback, odd, timing))
        first = screening.first_verdict_at()
        show.report(report, None if first is None else first - timing.began)
        _write(report, options.report)
        if options.once:
            return _verdict([*broken_promises(report, FRAMES), *screening.unfinished()], show)
        show.desk(target.desk_url, demo_people(running_cloud()))
        show.say("\nThe desk stays up. Ctrl-C ends the demo.")
        stays[0] = True
        screening.watch_on()
    return 0


def _verdict(broken: list[str], show: Show) -> int:
    for sentence in broken:
        show.say(f"Broken promise: {sentence}")
    if not broken:
        show.say("\nEvery promise held.")
    return 1 if broken else 0


@contextmanager
def _screening(running: Cloud, target: Target, options: Options, show: Show) -> Iterator[Screening]:
    """Go live and watch; at the end, whatever happens, stream and player end."""
    name = channel_name()
    mailbox = Mailbox(target, f"{name}-notices")
    mailbox.open()
    broadcast = go_live(running, target, name)
    show.say(f"Channel {name} is live: {broadcast.channel.arn}, stream {broadcast.stream_id}")
    performance = Performance(broadcast, options.speed)
    watcher = Watcher(target, broadcast.channel.arn)
    screening = Screening(target, performance, watcher, mailbox, show)
    try:
        yield screening
    finally:
        screening.performance.halt()
        # Where the cloud is ending too, there may be nobody to tell.
        with suppress(OperatorError, BotoCoreError, ClientError):
            screening.performance.broadcast.end()
            mailbox.close()


def _evidence(
    target: Target, screening: Screening, comeback: Comeback, odd: Put, timing: Timing
) -> Evidence:
    sessions = [performance.session for performance in screening.performances]
    places = [*(session.prefix for session in sessions), odd.key]
    broadcast = screening.performance.broadcast
    name = broadcast.channel.arn.rpartition("/")[2]  # a cloud that was up has other channels too
    return Evidence(
        stack=target.stack,
        puts=screening.puts,
        snapshot=screening.now,
        story=screening.story,
        links=screening.links(),
        unaccounted=sum(_unaccounted(target, place) for place in places),
        sessions=sessions,
        unreadable=odd,
        on_air=live_stream(broadcast.ivs, broadcast.channel.arn),
        notices=[subject for subject in screening.notices if name in subject],
        reconnect=comeback.reconnect,
        reinstated=comeback.reinstated,
        seconds=timing.seconds,
    )


def _unaccounted(target: Target, prefix: str) -> int:
    audit = Audit(target, prefix)
    for _ in audit:
        pass
    return audit.totals()["unaccounted"]


def _write(report: dict[str, Any], file: Path | None) -> None:
    if file is None:
        return
    try:
        file.write_text(json.dumps(report, indent=2) + "\n")
    except OSError as failure:
        raise OperatorError(
            f"{file} cannot be written ({failure.strerror}).", "Give another file to --json."
        ) from failure
