"""The pictures of `samples/batch/`: drawn by code, and nothing for a moderator."""

import json
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from local.batch_samples import FOLDER, MANIFEST, PICTURES, write
from local.moto_ext.rekognition import pixels


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples") / "batch"
    write(folder)
    return folder


@pytest.mark.parametrize("name", PICTURES)
def test_each_is_what_the_code_draws(drawn: Path, name: str) -> None:
    with Image.open(drawn / name) as made, Image.open(FOLDER / name) as kept:
        apart = ImageStat.Stat(ImageChops.difference(made.convert("RGB"), kept.convert("RGB")))
    assert max(apart.mean) < 1  # another encoder may round otherwise
    assert (FOLDER / name).stat().st_size < 20_000


def test_the_manifest_names_all_of_them_and_one_to_find(drawn: Path) -> None:
    assert (FOLDER / MANIFEST).read_text() == (drawn / MANIFEST).read_text()
    refs = [json.loads(line)["source-ref"] for line in (FOLDER / MANIFEST).open()]
    assert len(refs) == len(set(refs)) == 13
    scores = {}
    for ref in refs:
        with Image.open(FOLDER / ref) as image:
            scores[ref] = pixels.score(image)
    assert scores.pop("../positive-abstract.png") > 0.9
    assert max(scores.values()) < 0.05
