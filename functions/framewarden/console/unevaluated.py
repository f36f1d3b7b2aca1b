"""Say what nobody and nothing looked for; what is not in this list may still be wrong."""

from collections.abc import Mapping
from typing import Any

from framewarden.domain import taxonomy
from framewarden.domain.incidents import UNCATEGORISED

Row = Mapping[str, Any]

# A model that reports the taxonomy's own major version looks for all of its labels.
MAJOR = taxonomy.VERSION.partition(".")[0]
SOUND = "sound and speech"
WRITING = "writing in the picture: it is seen, not read"
UNNAMED = "nobody knows what was looked for: the model did not say which one it is"
BETWEEN = "what happened between two frames: only stills are looked at"


def unevaluated(row: Row) -> tuple[str, ...]:
    """List what was not evaluated: as the row says, or else as its model's version does."""
    named = row.get("not_evaluated")
    if named:
        return tuple(map(str, named)) if isinstance(named, list | tuple) else (str(named),)
    if row.get("category") == UNCATEGORISED:
        return ("anything at all: this frame could not be analysed",)
    never = (SOUND, WRITING, BETWEEN) if row.get("channel_arn") else (WRITING,)
    model = str(row.get("model_version") or "")
    if model.partition(".")[0] == MAJOR:
        return never
    if not model:
        return (UNNAMED, *never)
    found = {_category(label) for label in row.get("labels") or ()}
    others = (name for name in taxonomy.CATEGORIES if name not in found)
    return (f"not known to be looked for by this model ({model}): {'; '.join(others)}", *never)


def _category(label: Row) -> str:
    name = str(label["name"])
    return (name, *taxonomy.ancestors(name))[-1]
