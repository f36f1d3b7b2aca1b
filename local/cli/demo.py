"""`framewarden demo` and `play`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from local.cli.options import JsonOption, RegionOption, StackOption, target_of
from local.cli.output import emit_json, say


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(demo)
    app.command()(play)


def demo(
    once: Annotated[
        bool,
        typer.Option(
            "--once",
            help="Answer the reviews through their links, end, and exit 1 if a promise broke.",
        ),
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", dir_okay=False, help="Write the report as JSON."),
    ] = None,
    speed: Annotated[
        float, typer.Option(help="How many times faster than life the clip is played.")
    ] = 10.0,
    keep: Annotated[
        bool, typer.Option("--keep/--no-keep", help="Leave the laptop cloud up at the end.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option("--port", min=0, max=65535, help="The port of 127.0.0.1; 0 takes any."),
    ] = None,
) -> None:
    """Play a film clip as a live channel through the whole stack, on this laptop."""
    from local.demo import Options, run
    from local.demo_show import Show
    from local.player import pace

    # What cannot work is refused before anything starts.
    pace(1.0, speed)
    if report and not report.absolute().parent.is_dir():
        raise typer.BadParameter(f"the folder of {report} does not exist.", param_hint="--json")
    code = run(Options(once, report, speed, keep, port), Show())
    if code:
        raise typer.Exit(code)


def play(
    source: Annotated[
        Path, typer.Argument(metavar="VIDEO_OR_FOLDER", help="A video, or a folder of images.")
    ],
    channel: Annotated[
        str, typer.Option(metavar="NAME", help="Name, id or ARN; the laptop makes a new name's.")
    ],
    interval: Annotated[float, typer.Option(help="Seconds of the source between frames.")] = 1.0,
    speed: Annotated[float, typer.Option(help="How many times faster than life.")] = 1.0,
    reconnect: Annotated[
        bool, typer.Option("--reconnect", help="Come back after a stop, as encoders do (laptop).")
    ] = False,
    retry_every: Annotated[
        float, typer.Option(metavar="SECONDS", help="How often --reconnect tries.")
    ] = 2.0,
    give_up_after: Annotated[
        float, typer.Option(metavar="SECONDS", help="How long --reconnect tries in a row.")
    ] = 60.0,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Play a video or a folder of images as the frames of a live channel."""
    from local.broadcast import go_live, join
    from local.footage import frames
    from local.laptop import cloud
    from local.player import pace
    from local.sending import Retry, send

    if reconnect and stack:
        raise typer.BadParameter(
            "only on the laptop cloud, which plays the broadcaster too; leave out --stack.",
            param_hint="--reconnect",
        )
    retry = Retry(retry_every, give_up_after) if reconnect else None
    pace(interval, speed)
    pictures = frames(source, interval)  # a bad source is refused before the channel goes live
    target = target_of(stack, region)
    running = cloud.current() if target.is_laptop else None
    broadcast = go_live(running, target, channel) if running else join(target, channel)
    told = send(broadcast, pictures, interval=interval, speed=speed, say=say, retry=retry)
    if json_:
        emit_json(told)
