"""Serve the pages' few static files; each address carries its content's hash."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from framewarden.console.answer import Answer

FOLDER = Path(__file__).parent / "static"
# Only what is named here is ever read from the disk.
STYLE, SCRIPT = "text/css; charset=utf-8", "text/javascript; charset=utf-8"
KINDS = {
    "desk.css": STYLE,
    "queue.css": STYLE,
    "case.css": STYLE,
    "desk.js": SCRIPT,
    "queue.js": SCRIPT,
    "case.js": SCRIPT,
    "follow.js": SCRIPT,
    "live.js": SCRIPT,
    "executions.css": STYLE,
    "execution.css": STYLE,
    "execution.js": SCRIPT,
    "frame.css": STYLE,
    "health.css": STYLE,
    "batch.css": STYLE,
    "verify.css": STYLE,
    "adapter.css": STYLE,
    "verify.js": SCRIPT,
    "mark.svg": "image/svg+xml",
}
YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Static:
    """One file and its content's hash."""

    text: str
    kind: str
    digest: str


@cache
def static(name: str) -> Static:
    """Read one of the files."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    return Static(text, KINDS[name], hashlib.sha256(text.encode()).hexdigest()[:16])


def address(name: str) -> str:
    """Return a file's address below the stage's root."""
    return f"static/{name}?v={static(name).digest}"


def serve(name: str, if_none_match: str) -> Answer | None:
    """Answer with a file, or that the browser has it; None where there is no such file."""
    if name not in KINDS:
        return None
    file = static(name)
    etag = f'"{file.digest}"'
    headers = {"Cache-Control": f"public, max-age={YEAR}, immutable", "ETag": etag}
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    if etag in known or "*" in known:
        return Answer(304, kind=file.kind, headers=headers)
    return Answer(200, file.text, file.kind, headers)
