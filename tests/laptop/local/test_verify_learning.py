"""What an adapter makes of `samples/verify/`, wherever the pictures lie: better, or refused."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from framewarden.domain import annotations, examples, readiness
from framewarden.domain.annotations import Annotated
from local.moto_ext.rekognition import features, fitting, pictures
from local.moto_ext.rekognition.correction import Correction, log_odds, logistic
from local.verify_samples import CLEAR, LABEL, MISLEADING, PARENT, drawn, samples

THRESHOLD = 50.0
PLACES = 5  # of each set; the split follows from where the pictures lie


class World:
    """A set that somebody has judged."""

    def __init__(self, which: str) -> None:
        self.samples = {sample.file: sample for sample in samples(which)}
        self.features = {
            file: features.of(pictures.decode(pictures.open_picture(drawn(sample, which))))
            for file, sample in self.samples.items()
        }

    def rows(self, prefix: str) -> list[dict[str, Any]]:
        return [
            {
                **{"example": "labels", "batch": "b#alcohol", "item": "image#1#a"},
                **{"at": "2026-11-22T08:00:00.000Z", "by": "vera", "decision": "allow"},
                **{"bucket": "frames", "key": prefix + sample.file},
                "labels": [self.answer(sample.file)],
                "labels_judged": {
                    "confirmed": sample.labels,
                    "denied": [] if sample.labels else [LABEL],
                    "added": [],
                },
            }
            for sample in self.samples.values()
        ]

    def answer(self, file: str) -> dict[str, Any]:
        sure = self.samples[file].confidence
        return {"name": LABEL, "parent": PARENT, "level": 2, "confidence": sure}

    def fit(self, images: tuple[Annotated, ...], prefix: str) -> Correction:
        return self.fitted([image.key.removeprefix(prefix) for image in images])

    def fitted(self, files: list[str]) -> Correction:
        return fitting.fit(
            [LABEL],
            [self.features[file] for file in files],
            np.array([[self.samples[file].confidence] for file in files]),
            np.array([[float(bool(self.samples[file].labels))] for file in files]),
        )

    def errors(self, images: tuple[Annotated, ...], prefix: str, by: Correction | None) -> Any:
        """Return how often the label is found wrongly, and missed."""
        wrong = missed = 0
        for image in images:
            sample = self.samples[image.key.removeprefix(prefix)]
            found = [{"Name": LABEL, "ParentName": PARENT, "Confidence": sample.confidence}]
            if by:
                found = by.correct(found, self.features[sample.file])
            sure = max((one["Confidence"] for one in found if one["Name"] == LABEL), default=0)
            wrong += sure >= THRESHOLD and not sample.labels
            missed += sure < THRESHOLD and bool(sample.labels)
        return wrong, missed


def test_whichever_places_it_is_tested_on_an_adapter_errs_in_no_clear_picture() -> None:
    world = World(CLEAR)
    files = list(world.samples)
    seen = np.array([list(world.features[file]) for file in files], dtype=float)
    sure = np.array([world.samples[file].confidence for file in files])
    there = np.array([bool(world.samples[file].labels) for file in files])
    place = np.array([world.samples[file].place for file in files])
    for tested in combinations(sorted(set(place)), 4):
        test = np.isin(place, tested)
        learnt = [file for file, held_back in zip(files, test, strict=True) if not held_back]
        adapter = world.fitted(learnt)
        odds = log_odds(sure[test]) * (1 + adapter.trust[0]) + adapter.constants[0]
        odds += seen[test] @ adapter.weights[0]
        found = 100 * logistic(odds) >= THRESHOLD
        assert (found == there[test]).all(), tested


@pytest.mark.parametrize("which", [CLEAR, MISLEADING])
def test_the_clear_set_makes_it_better_and_the_misleading_one_makes_it_miss(which: str) -> None:
    world = World(which)
    for number in range(PLACES):
        prefix = f"uploads/verify-{number:08x}/"
        annotated, left_out = annotations.annotate(map(examples.read, world.rows(prefix)), (), ())
        ready, split = readiness.assess(annotated, left_out, labels=[LABEL])
        assert ready.ready
        assert split is not None
        assert not {one.source for one in split.train} & {one.source for one in split.test}
        adapter = world.fit(split.train, prefix)
        before = world.errors(split.test, prefix, None)
        after = world.errors(split.test, prefix, adapter)
        assert before[0] >= 4
        assert before[1] == 0
        assert sum(after) < sum(before)
        assert (after[1] == 0) is (which == CLEAR)
