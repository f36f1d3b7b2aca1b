"""Compile a build twice, and see the same bytes used by an interpreter that may write none."""

import subprocess
import sys
from pathlib import Path

from local.bytecode import compile_functions


def build(folder: Path) -> Path:
    for name, text in (("First", "x = 1"), ("Second", "x = 1"), ("Third", "x = 3")):
        (folder / name / "pkg").mkdir(parents=True)
        (folder / name / "pkg" / "__init__.py").write_text(text)
    (folder / "template.yaml").write_text("Resources: {}")
    return folder


def compiled(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.pyc")}


def test_every_function_gets_the_bytecode_of_its_own_sources(tmp_path: Path) -> None:
    assert compile_functions(build(tmp_path)) == 3
    made = {name.partition("/")[0]: code for name, code in compiled(tmp_path).items()}
    assert made["First"] == made["Second"] != made["Third"]


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    one, other = build(tmp_path / "one"), build(tmp_path / "other")
    compile_functions(one)
    compile_functions(other)
    assert compiled(one) == compiled(other)


def test_an_interpreter_uses_what_was_compiled(tmp_path: Path) -> None:
    compile_functions(build(tmp_path))
    told = subprocess.run(
        [sys.executable, "-v", "-c", "import pkg"],
        cwd=tmp_path / "Third",
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    assert "pkg/__pycache__/__init__.cpython" in told
    assert "matches" in told
