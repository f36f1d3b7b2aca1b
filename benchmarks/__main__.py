"""Run the benchmarks: `python -m benchmarks`, or `make bench`."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from rich.console import Console

from benchmarks import (
    adapter,
    batch,
    building,
    cold,
    desk,
    inspecting,
    keeping,
    latency,
    machine,
    report,
    screening,
    stopping,
)
from benchmarks.figures import Section, broken
from benchmarks.ground import Ground, ground
from local.cli.output import say
from local.demo_cloud import terminable
from local.errors import OperatorError

USUAL = ("memory", "setup", "latency", "stop", "keep", "desk", "inspect", "cold")
NAMES = (*USUAL, "batch", "adapter")
PIPE_COLUMNS = 160
INTERRUPTED = 130
Measure = Callable[[argparse.Namespace], Generator[Section, None, None]]
EPILOG = """Exit code 1 says that a bar is broken, 2 that a benchmark could not be run. Everything
happens on a laptop cloud of its own, which is gone at the end. All of them take about 9 minutes,
without `batch`, which takes longer than the others together, and `adapter`: those two are run by
--only batch adapter."""


def main(arguments: Sequence[str] | None = None, measure: Measure | None = None) -> int:
    """Run what was asked for, and return the exit code."""
    given = parser().parse_args(arguments)
    if given.json and not given.json.parent.is_dir():
        parser().error(f"there is no folder {given.json.parent} for --json")
    terminal = Console(width=None if sys.stdout.isatty() else PIPE_COLUMNS, highlight=False)
    began, found = time.monotonic(), machine.machine()
    terminal.print(machine.line(found), markup=False)
    sections: list[Section] = []
    try:
        with terminable(), closing((measure or measured)(given)) as found_sections:
            for section in found_sections:
                report.show(section, terminal)
                sections.append(section)
    except KeyboardInterrupt:
        say("Interrupted; the laptop cloud of the benchmarks is gone.")
        return INTERRUPTED
    except (OperatorError, TimeoutError) as failure:
        say(f"The benchmarks could not be run: {failure}")
        return 2
    report.conclude(sections, terminal)
    if given.json:
        report.write(given.json, report.document(found, sections, time.monotonic() - began))
    return 1 if broken(sections) and not given.no_fail else 0


def measured(given: argparse.Namespace) -> Generator[Section, None, None]:
    """Give the section of each benchmark as soon as it is there."""
    wanted = given.only or USUAL
    with ExitStack() as after:
        folder = Path(after.enter_context(tempfile.TemporaryDirectory(prefix="framewarden-cold-")))
        with ground(say) as place:
            code = cold.copied(place.code, folder)
            yield from _on_cloud(place, given, wanted)
        if "cold" in wanted:  # when the cloud is gone, and nothing else runs
            yield cold.run(code, given.starts, say)


def _on_cloud(place: Ground, given: argparse.Namespace, wanted: Sequence[str]) -> Iterator[Section]:
    if "memory" in wanted or "setup" in wanted:
        demo = screening.play(place)  # first: the cloud is fresh
        if "memory" in wanted:
            yield demo.memory
        if "setup" in wanted:
            builds = building.builds(place) if given.only else {}
            yield screening.setup(place, demo, builds)
    if "latency" in wanted:
        yield latency.run(place, given.seconds)
    if "stop" in wanted:
        yield stopping.run(place, given.turns)
    if "keep" in wanted:
        yield keeping.run(place, given.turns, given.flood)
    if "desk" in wanted:  # late: its reviews stay
        yield desk.run(place)
    if "inspect" in wanted:  # last: so do its executions
        yield inspecting.run(place)
    if "batch" in wanted:  # after all others: it deploys anew, and its objects stay
        yield batch.run(place, given.images, given.lines)
    if "adapter" in wanted:  # so does this one
        yield adapter.run(place, given.examples)


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    made = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure framewarden.", epilog=EPILOG
    )
    made.add_argument(
        "--only",
        nargs="+",
        choices=NAMES,
        metavar="NAME",
        help=f"some of: {', '.join(NAMES)} (setup alone also builds from nothing)",
    )
    made.add_argument("--json", type=Path, metavar="FILE", help="write every figure to FILE")
    made.add_argument(
        "--seconds", type=_positive, default=60, help="of latency, at each rate (default: 60)"
    )
    made.add_argument("--turns", type=_positive, default=15, help="of stop, each (default: 15)")
    made.add_argument(
        "--flood", type=_positive, default=10_000, help="frames of keep (default: 10000)"
    )
    made.add_argument("--starts", type=_positive, default=7, help="of cold, each (default: 7)")
    made.add_argument("--images", type=_positive, default=10_000, help="of batch (default: 10000)")
    made.add_argument(
        "--lines", type=_positive, default=batch.MANY, help="of batch's memory (default: 100000)"
    )
    made.add_argument(
        "--examples", type=_positive, default=10_000, help="of adapter (default: 10000)"
    )
    made.add_argument("--no-fail", action="store_true", help="exit 0 though a bar is broken")
    return made


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


if __name__ == "__main__":
    sys.exit(main())
