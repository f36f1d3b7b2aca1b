"""Say which adapter answered about an image, or that the one that was asked did not."""

from collections.abc import Mapping
from typing import Any

from framewarden.domain.adapters import short

Row = Mapping[str, Any]


def adapter_of(said: Row) -> str:
    """Name the adapter that answered; nothing where it was the base model.

    `said` is an analysis or a row that keeps one's `adapter` and `adapter_asked` (ARNs).
    """
    return short(said["adapter"]) if said.get("adapter") else ""


def missed_of(said: Row) -> str:
    """Name the adapter that was asked while the base model answered; nothing of most images."""
    asked = said.get("adapter_asked")
    return short(asked) if asked and not said.get("adapter") else ""


def adapter_words(said: Row) -> str:
    """Word it for people: an adapter's name, or who did not answer; nothing of the base model."""
    missed = missed_of(said)
    return f"{missed} did not answer, the base model did" if missed else adapter_of(said)


def analysed_words(analysis: Row) -> str:
    """Say in a sentence, without its full stop, what analysed an image."""
    model = analysis.get("model_version")
    adapter, missed = adapter_of(analysis), missed_of(analysis)
    said = f"Analysed by model {model}" if model else "Analysed"
    said += f" with the adapter {adapter}" if adapter else ""
    return said + (f", as the adapter {missed} did not answer" if missed else "")
