"""Show the demo at a terminal: progress, one line per event, and a table at the end."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from local.cli.output import console, printable
from local.demo_story import Event

STYLES = {
    "review": "bold yellow",
    "joined": "yellow",
    "stop": "bold red",
    "offline": "bold red",
    "ban": "bold red",
    "live": "green",
    "decided": "green",
    "unscreened": "bold magenta",
    "skipped": "magenta",
    "notice": "cyan",
}


class Show:
    """Prose of the demo, on stderr; nothing that a key or a label says is taken for markup."""

    def __init__(self, terminal: Console | None = None) -> None:
        self._console = terminal or console(sys.stderr)
        self._progress: Progress | None = None
        self._put: TaskID | None = None
        self._judged: TaskID | None = None

    def say(self, text: str) -> None:
        """Write one line."""
        self._console.print(Text(printable(text)), soft_wrap=True)

    def event(self, event: Event) -> None:
        """Write one event, and its link on a line of its own."""
        self._console.print(
            Text(f"  {printable(event.text)}", style=STYLES.get(event.kind, "")), soft_wrap=True
        )
        if event.link:
            self.say(f"    {event.link}")

    @contextmanager
    def progress(self, total: int) -> Iterator[None]:
        """Keep two bars at the foot of the terminal; nothing of them goes into a file or pipe."""
        columns = (TextColumn("{task.description:>8}"), BarColumn(), MofNCompleteColumn())
        bars = Progress(
            *columns,
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        with bars:
            self._progress = bars
            self._put = bars.add_task("put", total=total)
            self._judged = bars.add_task("judged", total=total)
            try:
                yield
            finally:
                self._progress = None

    def advance(self, put: int, judged: int) -> None:
        """Move the bars."""
        if self._progress and self._put is not None and self._judged is not None:
            self._progress.update(self._put, completed=put)
            self._progress.update(self._judged, completed=judged)

    def desk(self, url: str, people: Iterable[dict[str, str]]) -> None:
        """Write where people sign in, and as whom one may here."""
        self.say(f"\nSign in at {url} as")
        for person in people:
            self.say(f"  {person['account']:<10} {person['password']}")

    def report(self, report: dict[str, Any], first_verdict: float | None) -> None:
        """Write the table of outcomes and latencies, and where to look."""
        table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
        table.add_column("frames")
        table.add_column("", justify="right")
        for name, number in report["frames"].items():
            table.add_row(name, str(number))
            for reason, share in report["skipped"].items() if name == "skipped" else ():
                table.add_row(f"  {reason}", str(share))
        waiting = sum(not review["decision"] for review in report["reviews"])
        if waiting:
            table.add_row("reviews that wait for you", str(waiting))
        self._console.print()
        self._console.print(table)
        self._console.print()
        for line in (
            *_latencies(report),
            *_comeback(report),
            *_seconds(report, first_verdict),
            *_places(report),
        ):
            self.say(line)


def _latencies(report: dict[str, Any]) -> Iterator[str]:
    for name, spread in report["latency_seconds"].items():
        if spread["p50"] is not None:
            words = name.replace("_", " ")
            yield f"{words}: p50 {spread['p50']:.2f} s, p95 {spread['p95']:.2f} s"


def _comeback(report: dict[str, Any]) -> Iterator[str]:
    reconnect, reinstated = report["reconnect"], report["reinstated"]
    if reconnect and reconnect["stopped_after_seconds"] is not None:
        yield f"reconnect to stop: {reconnect['stopped_after_seconds']:.2f} s"
    if reinstated:
        end = "stayed on air" if reinstated["live_again"] else "did not stay on air"
        yield f"reinstated by {reinstated['by']}: the channel {end}"


def _seconds(report: dict[str, Any], first_verdict: float | None) -> Iterator[str]:
    seconds = report["seconds"]
    told = f"cloud up {seconds['cloud_up']:.1f} s, deployed in {seconds['deploy']:.1f} s"
    if first_verdict is not None:
        told += f", first verdict {first_verdict:.1f} s after the start"
    yield f"{told}, played in {seconds['play']:.1f} s"


def _places(report: dict[str, Any]) -> Iterator[str]:
    yield ""
    desk = report["stack"]["console_url"]
    yield f"desk        {desk}/queue"
    yield f"            {desk}/executions"
    for review in report["reviews"]:
        if review["url"]:
            yield f"review      {review['url']}"
    yield "ledger      framewarden audit"
    shown = [f"show {stop['frame_id']}" for stop in report["stops"] if stop["frame_id"]]
    yield f"executions  framewarden executions {shown[0] if shown else 'list'}"
    yield f"evidence    s3://{report['stack']['evidence_bucket']}"
