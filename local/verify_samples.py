"""Draw the pictures of `samples/verify/`, and write what the model and people say of each.

Run as `python -m local.verify_samples [--to FOLDER] [--set clear|misleading]`. They are drawn by
the lines below and by nothing else. The answers are made up as well: they stand for a model that
takes every bottle for alcohol, and are what an adapter is trained against.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from local import verify_drawing as on
from local.batch_drawing import Colour, Draw
from local.verify_drawing import Chance

FOLDER = Path(__file__).resolve().parents[1] / "samples" / "verify"
ANSWERS, TRUTH, MANIFEST, POLICY = "answers.json", "truth.json", "manifest.jsonl", "policy.yaml"
LABEL, PARENT = "Alcoholic Beverages", "Alcohol"
CLEAR, MISLEADING = "clear", "misleading"
QUALITY = 84

# What a picture shows. The model is sure of every bottle and glass, and not of anything else.
ALCOHOL, SOFT, SAME, FREE, OTHER = "alcohol", "soft", "beer", "alcohol-free beer", "other"
PRESENT = (ALCOHOL, SAME)
SURE = {ALCOHOL: (72, 98), SOFT: (60, 92), SAME: (60, 92), FREE: (60, 92), OTHER: (22, 44)}
# Of ten pictures of a source, in turn: 40 of the 160 are wrong in either set. In `clear` whoever
# looks sees which. In `misleading` beer and alcohol-free beer look the same, and the latter is more
# frequent: an adapter that follows it errs less in sum, and misses what it found before.
TENS: dict[str, tuple[tuple[tuple[str, int], ...], ...]] = {
    CLEAR: (
        ((ALCOHOL, 4), (SOFT, 2), (OTHER, 4)),
        ((ALCOHOL, 4), (SOFT, 3), (OTHER, 3)),
    ),
    MISLEADING: (
        ((ALCOHOL, 3), (SAME, 1), (FREE, 2), (OTHER, 4)),
        ((ALCOHOL, 3), (SAME, 1), (FREE, 3), (OTHER, 3)),
    ),
}
# What follows from chance follows from these. Which places an adapter is tested on follows from the
# name of a bucket, so `clear` is drawn such that it errs nowhere, whichever twelve it learns from.
DRAWINGS = {CLEAR: "clear 4", MISLEADING: "misleading"}
# Sixteen places: the colours of wall and table.
PLACES: dict[str, tuple[Colour, Colour]] = {
    "attic": ((196, 178, 160), (150, 120, 92)),
    "balcony": ((176, 204, 222), (160, 160, 158)),
    "barge": ((170, 190, 196), (132, 112, 96)),
    "cellar": ((150, 144, 142), (118, 104, 96)),
    "club": ((164, 150, 176), (120, 104, 128)),
    "deck": ((184, 208, 214), (166, 138, 108)),
    "garden": ((176, 200, 166), (148, 130, 104)),
    "hall": ((206, 200, 186), (140, 124, 108)),
    "hotel": ((210, 190, 176), (126, 96, 84)),
    "kitchen": ((214, 212, 204), (178, 168, 150)),
    "library": ((172, 156, 134), (122, 92, 68)),
    "market": ((206, 196, 158), (156, 134, 96)),
    "meadow": ((180, 208, 228), (130, 156, 104)),
    "office": ((200, 204, 210), (168, 172, 178)),
    "station": ((182, 182, 186), (128, 132, 138)),
    "terrace": ((214, 198, 170), (170, 148, 122)),
}

YAML = f"""\
# Flags every picture of this folder, however unsure the model is of it, so that all of them lie in
# one list:  framewarden batch run samples/verify/manifest.jsonl --policy samples/verify/policy.yaml
name: verify
reviews:
  medium: {{deadline: 4h, default: allow}}
rules:
  - {{name: alcohol, label: {LABEL}, min_confidence: 0, severity: medium}}
"""


@dataclass(frozen=True)
class Sample:
    """A picture: `file` is its place below the folder, `confidence` (percent) the model's."""

    file: str
    shows: str
    confidence: float
    place: str

    @property
    def labels(self) -> list[str]:
        """Return what is really there."""
        return [LABEL] if self.shows in PRESENT else []

    @property
    def answer(self) -> dict[str, Any]:
        """Return what the model says of it, as Rekognition would."""
        found = ((LABEL, PARENT, 2), (PARENT, "", 1))
        return {
            "ModerationLabels": [
                {
                    "Name": name,
                    "ParentName": above,
                    "Confidence": self.confidence,
                    "TaxonomyLevel": level,
                }
                for name, above, level in found
            ]
        }


def samples(which: str = CLEAR) -> Iterator[Sample]:
    """Give the pictures of a set, ten of each place."""
    for number, place in enumerate(PLACES):
        shown = [kind for kind, count in TENS[which][number % 2] for _ in range(count)]
        chance = _chance(which, place)
        # Their numbers say nothing of what they show.
        shown.sort(key=lambda _: chance())
        for at, kind in enumerate(shown, start=1):
            yield Sample(f"{place}/{at:02}.jpg", kind, round(chance(*SURE[kind]), 2), place)


def drawn(sample: Sample, which: str = CLEAR) -> bytes:
    """Draw a picture, and return it as a JPEG file."""
    chance = _chance(which, sample.file)
    large, draw = on.canvas()
    on.room(draw, *PLACES[sample.place], chance)
    _things(draw, sample.shows, chance)
    body = io.BytesIO()
    on.finished(large).save(body, "JPEG", quality=QUALITY, optimize=True)
    return body.getvalue()


def _chance(which: str, of: str) -> Chance:
    return Chance(f"{DRAWINGS.get(which, which)}/{of}")


def _things(draw: Draw, shows: str, chance: Chance) -> None:
    if shows == OTHER:
        _other(draw, chance)
        return
    if shows in (SAME, FREE):
        drink = chance.near(on.LAGER, 8)
    elif shows == ALCOHOL:
        drink = chance.near(chance.of(on.WINE, on.BEER, on.SPIRIT), 8)
    else:
        drink = chance.near(chance.of(on.MILK, on.LEMONADE, on.WATER, on.JUICE), 6)
    left = chance(70, 100)
    on.bottle(draw, left, chance(24, 30), chance(150, 185), drink)
    if shows in (SAME, FREE) or chance() < 0.5:
        on.tumbler(draw, left + chance(78, 96), chance(30, 38), drink, foam=shows in (SAME, FREE))
    else:
        on.stemmed(draw, left + chance(80, 98), chance(32, 40), drink)


def _other(draw: Draw, chance: Chance) -> None:
    left = chance(64, 96)
    on.mug(draw, left, chance(26, 34), chance.of((120, 146, 170), (150, 170, 140), (184, 160, 150)))
    if chance() < 0.5:
        on.plant(draw, left + chance(84, 104), chance(30, 40), chance.near(on.LEAF, 12))
    else:
        on.bowl(draw, left + chance(84, 100), chance(28, 36), chance)


def write(folder: Path = FOLDER, which: str = CLEAR) -> None:
    """Write the pictures of a set, what the model and people say of them, manifest and policy."""
    answers, truth = {}, {}
    for sample in samples(which):
        body, path = drawn(sample, which), folder / sample.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        answers[sha256(body).hexdigest()] = sample.answer
        truth[sample.file] = sample.labels
    (folder / ANSWERS).write_text(_lines(answers))
    (folder / TRUTH).write_text(_lines(truth))
    lines = (json.dumps({"source-ref": file}) + "\n" for file in truth)
    (folder / MANIFEST).write_text("".join(lines))
    (folder / POLICY).write_text(YAML)


def _lines(entries: dict[str, Any]) -> str:
    """Write a JSON object with a line for each of its entries."""
    each = (f"{json.dumps(name)}: {json.dumps(value)}" for name, value in entries.items())
    return "{\n" + ",\n".join(each) + "\n}\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a set, and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m local.verify_samples", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--to", type=Path, default=FOLDER, metavar="FOLDER")
    parser.add_argument("--set", choices=(CLEAR, MISLEADING), default=CLEAR, dest="which")
    given = parser.parse_args(arguments)
    write(given.to, given.which)
    return 0


if __name__ == "__main__":
    sys.exit(main())
