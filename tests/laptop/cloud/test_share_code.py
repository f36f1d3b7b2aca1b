"""One archive for all functions of a build."""

import zipfile
from pathlib import Path

from local.laptop.build import share_code

TEMPLATE = """Resources:
  Analyze:
    Properties:
      CodeUri: Analyze
  Machine:
    Properties:
      DefinitionUri: ../machine.asl.json
  Classify:
    Properties:
      CodeUri: Classify
"""


def built(folder: Path) -> Path:
    for name in ("Analyze", "Classify"):
        (folder / name / "framewarden").mkdir(parents=True)
        (folder / name / "framewarden" / "one.py").write_text("ONE = 1\n")
    template = folder / "template.yaml"
    template.write_text(TEMPLATE)
    return template


def test_all_functions_deploy_from_one_archive(tmp_path: Path) -> None:
    template = built(tmp_path)
    share_code(template)
    assert template.read_text().count("      CodeUri: code.zip\n") == 2
    assert "DefinitionUri: ../machine.asl.json" in template.read_text()
    with zipfile.ZipFile(tmp_path / "code.zip") as archive:
        assert archive.namelist() == ["framewarden/one.py"]
        assert archive.read("framewarden/one.py") == b"ONE = 1\n"


def test_the_same_sources_make_the_same_archive(tmp_path: Path) -> None:
    for name in ("first", "second"):
        share_code(built(tmp_path / name))
    first, second = (tmp_path / name / "code.zip" for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()


def test_a_template_without_functions_stays_as_it_is(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text("Resources: {}\n")
    share_code(template)
    assert template.read_text() == "Resources: {}\n"
    assert not (tmp_path / "code.zip").exists()
