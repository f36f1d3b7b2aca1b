"""Read a policy document field by field and collect every fault on the way."""

from collections.abc import Iterable, Sequence
from typing import Final

from framewarden.domain.durations import FORMS, format_duration, parse_duration
from framewarden.domain.taxonomy import nearest

WEEK: Final = 7 * 86_400
LONGEST_NAME: Final = 128

Path = tuple[str | int, ...]
Problem = tuple[Path, str]


def shown(value: object) -> str:
    """Return a value as an error message may quote it: short, whatever it is."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    if isinstance(value, float) or (isinstance(value, int) and abs(value) < 10**18):
        return repr(value)
    return {type(None): "null", dict: "a mapping", list: "a list"}.get(type(value), "that")


def any_of(words: Iterable[str]) -> str:
    """Return the allowed words as a message lists them."""
    return ", ".join(words)


def closest(word: str, words: Iterable[str], cutoff: float = 0.6) -> str:
    """Return ` (did you mean 'x'?)`, or nothing where no word is near."""
    near = nearest(word, words, cutoff)
    return f" (did you mean {near!r}?)" if near else ""


class Section:
    """One mapping of the document; reading a field never raises, it notes what is wrong."""

    def __init__(
        self, value: object, path: Path, problems: list[Problem], keys: Sequence[str] | None
    ) -> None:
        """Take a mapping and note keys that are none of `keys` (None: any text is a key)."""
        self.path = path
        self.problems = problems
        self.is_mapping = isinstance(value, dict)
        self.fields: dict[str, object] = {}
        if not isinstance(value, dict):
            wanted = f" with {any_of(keys)}" if keys else ""
            self.note((), f"must be a mapping{wanted}, not {shown(value)}")
            return
        for key, field in value.items():
            if not isinstance(key, str):
                place = key if isinstance(key, int) else shown(key)
                self.note((place,), f"a key is text: put {shown(key)} in quotes")
            elif keys is not None and key not in keys:
                hint = closest(key, keys)
                self.note((key,), f"unknown key {shown(key)}{hint}; allowed: {any_of(keys)}")
            else:
                self.fields[key] = field

    def note(self, below: Path, message: str) -> None:
        """Add a fault of this section or of something below it."""
        self.problems.append(((*self.path, *below), message))

    def has(self, key: str) -> bool:
        """Say whether the field is there, valid or not."""
        return key in self.fields

    def require(self, key: str, what: str) -> bool:
        """Say whether the field is there, and note it as missing if not."""
        if self.is_mapping and not self.has(key):
            self.note((key,), f"missing: {what}")
        return self.has(key)

    def text(self, key: str) -> str:
        """Read a required name."""
        if not self.require(key, "a name"):
            return ""
        value = self.fields[key]
        if not isinstance(value, str):
            self.note((key,), f"must be text, not {shown(value)}: put it in quotes")
        elif not value.strip() or not value.isprintable() or len(value) > LONGEST_NAME:
            self.note((key,), f"must be 1 to {LONGEST_NAME} printable characters")
        else:
            return value.strip()
        return ""

    def choice(self, key: str, words: Sequence[str], default: str | None = None) -> str:
        """Read one of some words; without a default the field is required."""
        fallback = words[0] if default is None else default
        if default is not None and not self.has(key):
            return fallback
        if not self.require(key, f"one of {any_of(words)}"):
            return fallback
        value = self.fields[key]
        if isinstance(value, str) and value in words:
            return value
        hint = closest(value, words) if isinstance(value, str) else ""
        self.note((key,), f"must be one of {any_of(words)}, not {shown(value)}{hint}")
        return fallback

    def percentage(self, key: str) -> float:
        """Read a required number from 0 to 100."""
        if not self.require(key, "a number from 0 to 100"):
            return 0.0
        value = self.fields[key]
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100:
            return float(value)
        self.note((key,), f"must be a number from 0 to 100, not {shown(value)}")
        return 0.0

    def whole(self, key: str, least: int, most: int, default: int) -> int:
        """Read a whole number within bounds."""
        value = self.fields.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.note((key,), f"must be a whole number from {least} to {most}, not {shown(value)}")
        return default

    def flag(self, key: str, default: bool) -> bool:
        """Read a true or false."""
        value = self.fields.get(key, default)
        if isinstance(value, bool):
            return value
        self.note((key,), f"must be true or false, not {shown(value)}")
        return default

    def duration(self, key: str, default: int | None) -> int:
        """Read 1 second to 7 days, in seconds; without a default the field is required."""
        if default is not None and not self.has(key):
            return default
        if not self.require(key, f"a duration ({FORMS})"):
            return 1
        value = self.fields[key]
        try:
            seconds = parse_duration(value)
        except ValueError:
            self.note((key,), f"must be a duration ({FORMS}), not {shown(value)}")
            return default or 1
        if not 1 <= seconds <= WEEK:
            self.note((key,), f"must be 1s to {format_duration(WEEK)}, not {shown(value)}")
            return default or 1
        return seconds

    def section(self, key: str, keys: Sequence[str] | None) -> "Section":
        """Read a mapping below this one; a missing one is empty."""
        return Section(self.fields.get(key, {}), (*self.path, key), self.problems, keys)

    def sections(self, key: str, keys: Sequence[str]) -> list["Section"]:
        """Read a list of mappings, which may not be empty."""
        value = self.fields.get(key)
        if not isinstance(value, list) or not value:
            self.note((key,), f"must be a list of at least one, not {_empty_or(value)}")
            return []
        return [
            Section(item, (*self.path, key, place), self.problems, keys)
            for place, item in enumerate(value)
        ]


def _empty_or(value: object) -> str:
    return "an empty list" if isinstance(value, list) else shown(value)
