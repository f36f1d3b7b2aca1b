"""Judge whether an adapter is better than the base model, so that a person may promote it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from framewarden.domain.evaluations import Comparison, Evaluation
from framewarden.domain.live_checks import LiveCheck


@dataclass(frozen=True, slots=True)
class Errors:
    """How often each model was wrong: what it found wrongly, and what it missed."""

    base: int
    adapter: int


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether an adapter may be promoted, and why, in sentences."""

    passed: bool
    said: tuple[str, ...]
    test: Errors
    live: Errors | None

    def document(self) -> dict[str, Any]:
        """Return what an adapter's row keeps of it."""
        return {
            "passed": self.passed,
            "said": list(self.said),
            "test": {"base": self.test.base, "adapter": self.test.adapter},
            "live": {"base": self.live.base, "adapter": self.live.adapter} if self.live else None,
        }


def judge(evaluation: Evaluation, live: LiveCheck | None, labels: Iterable[str]) -> Gate:
    """Let an adapter pass that makes fewer errors, and misses none of its labels more often.

    Both hold on the test pictures and on the last live decisions; where there are none of these,
    that is said. `labels` are those that were trained: each must have been evaluated.
    """
    said = [_counted(f"On {_pictures(evaluation.images, 'test picture')}", evaluation.asked)]
    against = _against("test pictures", evaluation.asked)
    against += [
        f"Its evaluation says nothing of {label}: nobody knows whether it misses that more often."
        for label in sorted(set(labels) - evaluation.asked.labels.keys())
    ]
    if live is None:
        said.append("It was checked on no live decision: none is left that it did not learn from.")
    else:
        answered = live.images - live.missed
        where = _pictures(answered, "live decision")
        said.append(_counted(f"On the last {where}", live.comparison))
        against += _unanswered(live)
        against += _against("live decisions", live.comparison, may_tie=True)
    return Gate(
        passed=not against,
        said=(*said, *against, *(["It may be promoted."] if not against else [])),
        test=_errors(evaluation.asked),
        live=_errors(live.comparison) if live else None,
    )


def _against(where: str, compared: Comparison, *, may_tie: bool = False) -> list[str]:
    """Say what speaks against an adapter; where the base model errs nowhere, it may tie."""
    errors = _errors(compared)
    none = may_tie and errors.base == errors.adapter == 0
    said = []
    if errors.adapter >= errors.base and not none:
        said.append(f"It does not make fewer errors than the base model on the {where}.")
    for label, pair in compared.labels.items():
        if pair.adapter.fn > pair.base.fn:
            said.append(
                f"It misses {label} more often on the {where}: {_times(pair.adapter.fn)}, and the "
                f"base model {_times(pair.base.fn)}."
            )
    return said


def _unanswered(live: LiveCheck) -> list[str]:
    """Say where too few live decisions were asked about: a tenth is the most that may be missed."""
    if live.missed * 10 <= live.images:
        return []
    return [
        f"Of the last {_pictures(live.images, 'live decision')}, {live.missed:,} could not be "
        "asked about, more than a tenth."
    ]


def _counted(where: str, compared: Comparison) -> str:
    errors = _errors(compared)
    made = f"{errors.adapter:,} error" + ("" if errors.adapter == 1 else "s")
    return f"{where} it makes {made}, and the base model {errors.base:,}."


def _errors(compared: Comparison) -> Errors:
    return Errors(compared.whole.base.errors, compared.whole.adapter.errors)


def _pictures(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _times(number: int) -> str:
    return "never" if number == 0 else "once" if number == 1 else f"{number:,} times"
