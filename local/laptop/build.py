"""Build the template with `sam build`, once for the same sources."""

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from local.errors import OperatorError

_SKIPPED = {"__pycache__", ".mypy_cache", ".ruff_cache"}


def sam(env: Mapping[str, str], log: Path, *arguments: str, cwd: Path) -> str:
    """Run one `sam` command of this virtual environment and return what it printed.

    Raises
    ------
    OperatorError
        It failed; the message quotes the end of its output, all of which is in `log`.
    """
    program = Path(sys.executable).parent / "sam"
    done = subprocess.run(  # noqa: S603 - the sam that our requirements pin
        [str(program), *arguments],
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    log.write_text(done.stdout)
    if done.returncode:
        ending = "\n".join(done.stdout.rstrip().splitlines()[-25:])
        raise OperatorError(
            f"sam {arguments[0]} failed:\n{ending}\n", f"Its whole output is in {log}"
        )
    return done.stdout


def build(
    template: Path,
    folder: Path,
    env: Mapping[str, str],
    log: Path,
    parameters: Mapping[str, str],
    progress: Callable[[str], None],
) -> Path:
    """Build `template` into `folder`, unless it holds a build of the same sources.

    Returns the built template. Its folder's `digest` file says what was built.
    """
    digest = fingerprint(template, parameters)
    built, stamp = folder / "sam" / "template.yaml", folder / "digest"
    if built.is_file() and stamp.is_file() and stamp.read_text() == digest:
        return built
    progress("Building the functions (sam build)")
    stamp.unlink(missing_ok=True)
    sam(
        env, log, "build", "--template-file", str(template), "--build-dir", str(built.parent),
        "--cached", "--cache-dir", str(folder / "cache"), "--parallel",
        "--parameter-overrides", *overrides(parameters),
        cwd=template.parent,
    )  # fmt: skip
    stamp.write_text(digest)
    return built


def overrides(parameters: Mapping[str, str]) -> list[str]:
    """Write template parameters as sam's command line wants them."""
    return [f"ParameterKey={name},ParameterValue={value}" for name, value in parameters.items()]


def fingerprint(template: Path, parameters: Mapping[str, str]) -> str:
    """Hash all that a build and a deployment are made from."""
    digest = hashlib.sha256(repr(sorted(parameters.items())).encode())
    for path in _sources(template):
        digest.update(f"\n{path.relative_to(template.parent)}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources(template: Path) -> Iterator[Path]:
    """List the template, the definitions and the functions, in a fixed order."""
    yield template
    for name in ("functions", "statemachines"):
        for path in sorted((template.parent / name).rglob("*")):
            if path.is_file() and not _SKIPPED.intersection(path.parts):
                yield path
