"""Measure `sam build` from nothing, and again with its cache."""

import time

from benchmarks.ground import Ground
from local.laptop.build import build
from local.laptop.deploy import TEMPLATE, defaults
from local.laptop.sam import Sam


def builds(ground: Ground) -> dict[str, float]:
    """Build in a folder of its own; return the seconds of each time."""
    folder, seconds = ground.folder / "build", {}
    for name in ("cold", "warm"):
        (folder / "digest").unlink(missing_ok=True)  # what says that there is nothing to do
        began = time.monotonic()
        build(Sam(ground.cloud), TEMPLATE, folder, defaults(ground.cloud), ground.say)
        seconds[name] = time.monotonic() - began
    return seconds
