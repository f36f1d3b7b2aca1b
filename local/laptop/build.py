"""Build the template with `sam build`, once for the same sources."""

import fcntl
import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from local.bytecode import compile_functions
from local.laptop.sam import Sam, overrides

_SKIPPED = {"__pycache__", ".mypy_cache", ".ruff_cache"}
_MATTERS = ("Runtime", "Architecture")  # of the parameters, to a build


def build(
    sam: Sam,
    template: Path,
    folder: Path,
    parameters: Mapping[str, str],
    progress: Callable[[str], None],
) -> Path:
    """Build `template` into `folder`, unless it holds a build of the same sources.

    Returns the built template. One build at a time: another one in the same folder waits.
    """
    built, stamp = folder / "sam" / "template.yaml", folder / "digest"
    digest = fingerprint(template, {name: parameters[name] for name in _MATTERS})
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if built.is_file() and stamp.is_file() and stamp.read_text() == digest:
            return built
        progress("Building the functions (sam build)")
        stamp.unlink(missing_ok=True)
        sam.run(
            "build", "--template-file", str(template), "--build-dir", str(built.parent),
            "--cached", "--cache-dir", str(folder / "cache"), "--parallel",
            *overrides(parameters), cwd=template.parent,
        )  # fmt: skip
        compile_functions(built.parent)
        stamp.write_text(digest)
    return built


def fingerprint(template: Path, parameters: Mapping[str, str]) -> str:
    """Hash all that a build or a deployment is made from."""
    digest = hashlib.sha256(repr(sorted(parameters.items())).encode())
    for path in _sources(template):
        content = path.read_bytes()
        digest.update(f"\n{path.relative_to(template.parent)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _sources(template: Path) -> Iterator[Path]:
    """List the template, the definitions and the functions, in a fixed order."""
    yield template
    for name in ("functions", "statemachines"):
        for path in sorted((template.parent / name).rglob("*")):
            if path.is_file() and not _SKIPPED.intersection(path.parts):
                yield path
