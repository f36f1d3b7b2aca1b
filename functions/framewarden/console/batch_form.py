"""Read the forms that start, resume and cancel a batch, and word what a start is bounded by."""

from dataclasses import dataclass
from typing import Any

from framewarden.console.authority import Authority
from framewarden.console.batch_words import dollars
from framewarden.console.posted import once, pairs_of
from framewarden.console.problems import Problem, RefusedError
from framewarden.console.request import Request
from framewarden.domain import adapters, batches, prices
from framewarden.domain.errors import BatchRefusedError

# What the buttons of the form for a new batch do: say what it costs, type again, or start it.
CHECK, CHANGE, START = "check", "change", "start"
# A bucket's and a key's longest names with the scheme; how long a name may be the request says.
SOURCE_LENGTH = 1_100
BODY_BYTES, MOST_FIELDS = 16_384, 30
MOST_DIGITS = 12
FIELDS = ("action", "nonce", "once", "source", "name", "engine", "adapter", "ceiling", "confidence")
SCHEME = "s3://"

NO_SOURCE = (
    "a batch is of a manifest, such as s3://bucket/manifest.jsonl, or of everything below a "
    "folder, such as s3://bucket/photos/ with the slash at its end"
)
NO_CEILING = "a ceiling is a whole number of images, 1 or more"
NO_CONFIDENCE = "the least confidence is a number from 0 to 100"


@dataclass(frozen=True)
class StartForm:
    """What a person typed; a field that was not sent is empty."""

    action: str = CHECK
    nonce: str = ""
    once: str = ""
    source: str = ""
    name: str = ""
    engine: str = batches.FRAMEWARDEN
    adapter: str = ""
    ceiling: str = ""
    confidence: str = ""

    @classmethod
    def of(cls, request: Request) -> "StartForm":
        """Read the form that a request sends.

        Raises
        ------
        RefusedError
            It is no form, is too large, cannot be read, has a field twice, or a strange button.
        """
        sent = once(pairs_of(request, BODY_BYTES, MOST_FIELDS), FIELDS)
        form = cls(**{name: printable(value) for name, value in sent.items()})
        if form.action not in (CHECK, CHANGE, START):
            raise RefusedError(Problem.NOT_OFFERED)
        return form

    def asked(self, batch_id: str, authority: Authority) -> dict[str, Any]:
        """Return what is asked for, as `starting.start` takes it.

        Raises
        ------
        BatchRefusedError
            It cannot be read.
        """
        if not self.source.startswith(SCHEME):
            raise BatchRefusedError(NO_SOURCE)
        asked = {
            "batch_id": batch_id,
            "name": self.name,
            "prefix" if self.source.endswith("/") else "manifest": self.source,
            "engine": self.engine,
            "adapter": self.adapter,
            "ceiling": ceiling_of(self.ceiling),
            "min_confidence": _confidence(self.confidence),
            "by": authority.name,
            "account": authority.account,
            "via": authority.via,
        }
        return {name: value for name, value in asked.items() if value not in (None, "")}


@dataclass(frozen=True)
class OrderForm:
    """What was sent to cancel a batch, or to go on with it."""

    nonce: str = ""
    ceiling: str = ""

    @classmethod
    def of(cls, request: Request) -> "OrderForm":
        """Read the form that a request sends.

        Raises
        ------
        RefusedError
            It is no form, is too large, cannot be read, or has a field twice.
        """
        sent = once(pairs_of(request, BODY_BYTES, MOST_FIELDS), ("nonce", "ceiling"))
        return cls(sent.get("nonce", ""), printable(sent.get("ceiling", "")))


@dataclass(frozen=True)
class Offer:
    """What the form for a new batch says beside its fields."""

    ceiling: int
    most: str
    answers: str
    sources: tuple[str, ...]
    engines: tuple[tuple[str, str], ...]


ENGINES = (
    (batches.FRAMEWARDEN, "framewarden: image by image"),
    (batches.BULK, "Rekognition's bulk job, for accounts that still have it"),
)


def offer_of(form: StartForm, ceiling: int, sources: tuple[str, ...]) -> Offer:
    """Return what a new batch is bounded by; `ceiling` is that of one that names none."""
    try:
        bound = ceiling_of(form.ceiling) or ceiling
    except BatchRefusedError:
        bound = ceiling
    most, answers = dollars(prices.rekognition(bound)), _answers(form.adapter)
    return Offer(bound, most, answers, sources, ENGINES)


def _answers(adapter: str) -> str:
    """Say which model a batch is analyzed with, and what that means for its price."""
    if adapter == adapters.BASE:
        return "Rekognition's own model answers, without an adapter."
    if adapter:
        return f"The adapter {adapters.short(adapter)} answers; an adapter's price is another one."
    return (
        "The adapter that is live when it starts answers, whose price is another one; or "
        "Rekognition's own model, where none is live."
    )


def ceiling_of(text: str) -> int | None:
    """Read a ceiling; None where none is given. Commas between its digits are left out.

    Raises
    ------
    BatchRefusedError
        It is no number of images.
    """
    plain = text.replace(",", "")
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit() and len(plain) <= MOST_DIGITS and int(plain)):
        raise BatchRefusedError(NO_CEILING)
    return int(plain)


def _confidence(text: str) -> float | None:
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        raise BatchRefusedError(NO_CONFIDENCE) from None
    # What is no number at all compares with nothing.
    if not 0 <= number <= 100:
        raise BatchRefusedError(NO_CONFIDENCE)
    return number


def printable(text: str) -> str:
    """Drop what cannot be seen: control characters, and marks that turn the reading order."""
    return "".join(char for char in text if char.isprintable()).strip()
