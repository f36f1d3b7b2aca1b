"""Build the template with `sam build`, once for the same sources."""

import fcntl
import hashlib
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from local.bytecode import compile_functions
from local.laptop.sam import Sam, overrides

_SKIPPED = {"__pycache__", ".mypy_cache", ".ruff_cache"}
_MATTERS = ("Runtime", "Architecture")  # of the parameters, to a build
_CODE = re.compile(r"^( +CodeUri: )(\w+)$", re.MULTILINE)
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same sources make the same archive


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
        share_code(built)
        stamp.write_text(digest)
    return built


def share_code(built: Path) -> None:
    """Let all functions of a built template deploy from one archive.

    All have one CodeUri, of which `sam build` makes a copy each; `sam deploy` would zip every copy.
    """
    text = built.read_text()
    folders = sorted({match[2] for match in _CODE.finditer(text)})
    if not folders:
        return
    code = built.parent / folders[0]
    with zipfile.ZipFile(built.with_name("code.zip"), "w") as archive:
        for path in sorted(path for path in code.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(str(path.relative_to(code)), _LONG_AGO)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes(), compresslevel=1)
    built.write_text(_CODE.sub(r"\1code.zip", text))


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
