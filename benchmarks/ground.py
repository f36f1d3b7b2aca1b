"""Bring up a laptop cloud of the benchmarks' own, and leave nothing of it behind."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks.comparator import stack
from local import publish
from local.demo_cloud import Timing, laptop_cloud
from local.encoder import Channel
from local.laptop import cloud as laptop
from local.laptop.build import build
from local.laptop.connection import Cloud
from local.laptop.deploy import TEMPLATE, build_and_deploy, defaults
from local.laptop.sam import Sam
from local.policy_file import load
from local.publish import publish_if_none
from local.target import Target, on_cloud

Say = Callable[[str], None]
# A worker reads the policy anew after at most ten seconds (framewarden.aws.policies).
POLICY_SECONDS = 11


@dataclass
class Ground:
    """A running cloud with framewarden on it.

    `timing` has the seconds of `cloud_up`, `build` and `deploy`; `folder` goes when it ends.
    """

    cloud: Cloud
    target: Target
    folder: Path
    timing: Timing
    say: Say

    @cached_property
    def comparator(self) -> tuple[Target, Channel]:
        """Deploy the comparator when it is first needed."""
        self.say("Deploying the comparator")
        return stack.deploy(self.cloud)

    @cached_property
    def code(self) -> Path:
        """Copy what `sam build` made of the functions: somebody's next build may take it away."""
        built = self.cloud.home.build / "sam" / "IntakeFunction"
        return Path(shutil.copytree(built, self.folder / "code"))


@contextmanager
def home(folder: Path) -> Iterator[None]:
    """Let the laptop cloud live in `folder` for a while."""
    before = os.environ.get("FRAMEWARDEN_HOME")
    os.environ["FRAMEWARDEN_HOME"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["FRAMEWARDEN_HOME"]
        else:
            os.environ["FRAMEWARDEN_HOME"] = before


@contextmanager
def ground(say: Say) -> Iterator[Ground]:
    """Bring a cloud up, build and deploy, publish the default policy, and end it all again."""
    folder = Path(tempfile.mkdtemp(prefix="framewarden-benchmarks-"))
    timing = Timing()
    try:
        with home(folder), laptop_cloud(0, False, timing, say) as running:
            with timing.of("build"):
                build(Sam(running), TEMPLATE, running.home.build, defaults(running), say)
            with timing.of("deploy"):
                build_and_deploy(running, progress=say)
                target = on_cloud(laptop.current() or running)
                publish_if_none(target)
            yield Ground(running, target, folder, timing, say)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def policy(ground: Ground, **changes: Any) -> Iterator[None]:
    """Let the default policy with some changes be in force for a while."""
    document = load(publish.DEFAULT)
    publish.publish(ground.target, document | changes)
    time.sleep(POLICY_SECONDS)
    try:
        yield
    finally:
        publish.publish(ground.target, document)
        time.sleep(POLICY_SECONDS)


def patiently(found: Callable[[], object], patience: float, pause: float = 0.05) -> bool:
    """Ask until the answer is true; False where `patience` seconds were not enough."""
    end = time.monotonic() + patience
    while not found():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True
