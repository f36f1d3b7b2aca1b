"""Read a policy file, YAML or JSON, and say on which line each of its faults is.

YAML is read by the plain rules of YAML 1.2: `NO` and `yes` are text, `1e2` is a number, `010` is
ten and `5:00` is text. A key that comes twice is refused; anchors and `<<` may be used.
"""

import codecs
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from framewarden.domain.errors import PolicyInvalidError
from framewarden.domain.policy import parse_policy
from local.policy_nodes import Lines, NodeReader, Place, compose

LARGEST: Final = 1_000_000
"""Bytes. A rule for each label and a hundred channels come to less than a tenth of it."""


@dataclass(frozen=True, order=True)
class Problem:
    """A fault of a policy file; line 0 is the file as a whole."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"


class PolicyFileError(Exception):
    """A policy file that cannot be used; `problems` holds everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def check(path: Path | str) -> list[Problem]:
    """Return every problem of a policy file, in the order of its lines; none if it is valid."""
    return _read(Path(path))[1]


def load(path: Path | str) -> dict[str, Any]:
    """Return the document of a valid policy file, as it is published.

    Raises
    ------
    PolicyFileError
        With every problem of the file.
    """
    document, problems = _read(Path(path))
    if problems or not isinstance(document, dict):
        raise PolicyFileError(problems)
    return document


def _read(path: Path) -> tuple[object, list[Problem]]:
    file = str(path)
    try:
        document, lines, faults = _document(path)
    except _UnreadableError as unreadable:
        return None, [Problem(file, unreadable.line, str(unreadable))]
    problems = [Problem(file, line, message) for line, message in faults]
    try:
        parse_policy(document)
    except PolicyInvalidError as invalid:
        for place, message in invalid.problems:
            said = f"{_dotted(place)}: {message}" if place else message
            problems.append(Problem(file, _line(place, lines), said))
    return document, sorted(problems, key=lambda problem: problem.line)


class _UnreadableError(Exception):
    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


def _document(path: Path) -> tuple[object, Lines, list[tuple[int, str]]]:
    text = _text(path)
    if path.suffix.lower() == ".json":
        text = _checked_json(text)
    try:
        reader = NodeReader()
        return reader.read(compose(text)), reader.lines, reader.faults
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = ": ".join(filter(None, (error.context, error.problem)))
        raise _UnreadableError(f"not YAML: {said}", mark.line + 1 if mark else 0) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _UnreadableError("a control character, which YAML does not allow", line) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise _UnreadableError("nested too deeply to be a policy") from error


def _text(path: Path) -> str:
    try:
        if path.is_dir():
            raise _UnreadableError("this is a folder: name a policy file in it")
        if not path.exists():
            raise _UnreadableError("there is no such file")
        if not path.is_file():
            raise _UnreadableError("this is not a file")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise _UnreadableError(f"cannot be read: {error.strerror}") from error
    if len(content) > LARGEST:
        raise _UnreadableError(f"larger than {LARGEST // 1000} kB, which no policy is")
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _UnreadableError("not a text file: it is not in UTF-8", line) from error


def _checked_json(text: str) -> str:
    """Hold JSON to its own grammar, and return it as YAML would have it: without tabs."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise _UnreadableError(f"not JSON: {error.msg}", error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise _UnreadableError("not JSON that a policy can be") from error
    return text.replace("\t", " ")


def _dotted(place: Place) -> str:
    words = (f"[{step}]" if isinstance(step, int) else f".{step:.60}" for step in place)
    return "".join(words).removeprefix(".")


def _line(place: Place, lines: Lines) -> int:
    """Return the line of a place, or of the nearest thing around it that the file has."""
    for length in range(len(place), 0, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return lines.get((), 1)
