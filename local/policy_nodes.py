"""Turn the nodes of a YAML text into a plain document, and remember the line of each."""

import re
from typing import Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from framewarden.domain.policy_document import shown

MOST_VALUES: Final = 100_000
"""An alias repeats what it stands for: a few lines can ask for billions of values."""

Place = tuple[str | int, ...]
Lines = dict[Place, int]

_TAG: Final = "tag:yaml.org,2002:"
_MERGE: Final = _TAG + "merge"
_NO_KEY: Final = object()


class _Loader(yaml.SafeLoader):
    """Tell numbers, booleans and text apart by YAML 1.2's core schema, not by PyYAML's 1.1."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


for _kind, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("merge", r"<<", "<"),
):
    _Loader.add_implicit_resolver(_TAG + _kind, re.compile(f"^(?:{_pattern})$"), list(_first))


def compose(text: str) -> Node | None:
    """Return the root node of a YAML text, None for an empty one.

    Raises
    ------
    yaml.YAMLError
        The text is not YAML, or more than one document.
    """
    return yaml.compose(text, Loader=_Loader)


class NodeReader:
    """Read one document; `lines` holds the line of every place, `faults` what YAML lets pass."""

    def __init__(self) -> None:
        self.lines: Lines = {}
        self.faults: list[tuple[int, str]] = []
        self._open: set[int] = set()
        self._values = 0

    def read(self, node: Node | None) -> object:
        """Return the document below a root node."""
        return self._value(node, ()) if node else None

    def _value(self, node: Node, place: Place) -> object:
        self.lines.setdefault(place, _line(node))
        self._values += 1
        if self._values > MOST_VALUES:
            if self._values == MOST_VALUES + 1:
                self._refuse(node, f"aliases that unfold to more than {MOST_VALUES:,} values")
            return None
        if id(node) in self._open:
            self._refuse(node, "an anchor that contains itself")
            return None
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        self._open.add(id(node))
        try:
            if isinstance(node, MappingNode):
                return self._mapping(node, place)
            return [self._value(item, (*place, n)) for n, item in enumerate(node.value)]
        finally:
            self._open.remove(id(node))

    def _mapping(self, node: MappingNode, place: Place) -> dict[object, object]:
        own: dict[object, object] = {}
        first: dict[object, int] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key is _NO_KEY:
                continue
            if key in first:
                said = f"the key {key!r} comes twice, first on line {first[key]}"
                self.faults.append((_line(key_node), said))
                continue
            first[key] = _line(key_node)
            below = (*place, key if isinstance(key, str | int) else shown(key))
            self.lines.setdefault(below, _line(key_node))
            own[key] = self._value(value_node, below)
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                for source in self._sources(value_node, place):
                    own = {**source, **own}
        return own

    def _key(self, node: Node) -> object:
        """Return a key, or `_NO_KEY` where there is nothing to enter: a merge, a whole list."""
        if isinstance(node, ScalarNode):
            return _NO_KEY if node.tag == _MERGE else self._scalar(node)
        self._refuse(node, "a key that is a list or a mapping")
        return _NO_KEY

    def _sources(self, node: Node, place: Place) -> list[dict[object, object]]:
        """Return the mappings that `<<` brings in; the first of them counts."""
        nodes = node.value if isinstance(node, SequenceNode) else [node]
        read = [self._value(source, place) for source in nodes]
        if not all(isinstance(source, dict) for source in read):
            self._refuse(node, "<< takes a mapping, or a list of mappings")
        return [source for source in read if isinstance(source, dict)]

    def _scalar(self, node: ScalarNode) -> object:
        """Return text, a number, a boolean or nothing."""
        kind, text = node.tag.removeprefix(_TAG), str(node.value)
        if kind in ("int", "float"):
            return self._number(node, int if kind == "int" else float)
        if kind in ("bool", "null"):
            return text.lower() == "true" if kind == "bool" else None
        if kind not in ("str", "merge"):
            self._refuse(node, f"a kind of value that no policy has: {node.tag}")
        # JSON writes a character beyond the first 65,536 as two escapes, which YAML leaves apart.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _number(self, node: ScalarNode, kind: type[int] | type[float]) -> int | float | None:
        try:
            return kind(node.value)
        except ValueError:  # `!!int x`, or more digits than Python reads
            self._refuse(node, "not a number, or one of more digits than a policy needs")
            return None

    def _refuse(self, node: Node, message: str) -> None:
        self.faults.append((_line(node), message))


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1
