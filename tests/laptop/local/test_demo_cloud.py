"""The demo takes down what it brought up, and nothing else, however it ends."""

import signal
from collections.abc import Callable
from typing import Any

import pytest

from local import demo_cloud
from local.demo_cloud import Timing, laptop_cloud, terminable


class FakeCloud:
    """The laptop cloud's life, as the demo drives it."""

    def __init__(self, runs: bool) -> None:
        self.runs = runs
        self.ended_by: list[Any] = []

    def current(self) -> str | None:
        return "cloud" if self.runs else None

    def up(self, port: int | None, progress: Callable[[str], None]) -> str:
        self.runs = True
        return f"cloud on {port}"

    def down(self, progress: Callable[[str], None]) -> bool:
        self.runs = False
        self.ended_by = [signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)]
        return True


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], FakeCloud]:
    def make(runs: bool) -> FakeCloud:
        made = FakeCloud(runs)
        monkeypatch.setattr(demo_cloud, "cloud", made)
        return made

    return make


def test_a_cloud_that_the_demo_started_goes_down_with_it(
    fake: Callable[[bool], FakeCloud],
) -> None:
    made, timing = fake(False), Timing()

    with laptop_cloud(4000, False, timing, print) as running:
        assert made.runs
        assert running == "cloud on 4000"  # type: ignore[comparison-overlap]

    assert not made.runs
    assert timing.seconds["cloud_up"] >= 0


@pytest.mark.parametrize(("runs", "keep"), [(True, False), (False, True)])
def test_a_cloud_that_was_there_or_is_wanted_stays(
    runs: bool, keep: bool, fake: Callable[[bool], FakeCloud]
) -> None:
    made, said = fake(runs), list[str]()

    with laptop_cloud(None, keep, Timing(), said.append):
        pass

    assert made.runs
    assert said == ["The laptop cloud stays up; end it with: framewarden down"]


@pytest.mark.parametrize("ending", [KeyboardInterrupt, RuntimeError])
def test_it_goes_down_after_an_interrupt_or_a_failure_and_a_second_ctrl_c_does_not_matter(
    ending: type[BaseException], fake: Callable[[bool], FakeCloud]
) -> None:
    made = fake(False)
    before = signal.getsignal(signal.SIGINT)

    with pytest.raises(ending), laptop_cloud(None, False, Timing(), print):
        raise ending

    assert not made.runs
    assert made.ended_by == [signal.SIG_IGN, signal.SIG_IGN]
    assert signal.getsignal(signal.SIGINT) is before


def test_kill_ends_the_demo_as_ctrl_c_does() -> None:
    before = signal.getsignal(signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt), terminable():
        signal.raise_signal(signal.SIGTERM)

    assert signal.getsignal(signal.SIGTERM) is before
