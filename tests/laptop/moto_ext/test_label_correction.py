"""The correction of labels: what it fits, what it leaves alone, and how labels hang together."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framewarden.domain import taxonomy
from local.moto_ext.rekognition import features
from local.moto_ext.rekognition.correction import Correction, confidences
from local.moto_ext.rekognition.fitting import fit

SEEN = bytes(features.COUNT)


def label(name: str, confidence: float, parent: str | None = None) -> dict[str, Any]:
    known = taxonomy.find(name)
    above = (known.parent or "" if known else "") if parent is None else parent
    return {"Name": name, "ParentName": above, "TaxonomyLevel": 1, "Confidence": confidence}


def always(**odds: float) -> Correction:
    """Correct labels to fixed log odds, whatever the base model and the picture say."""
    names = tuple(name.replace("_", " ") for name in odds)
    return Correction(
        labels=names,
        weights=np.zeros((len(names), features.COUNT)),
        trust=np.full(len(names), -1.0),
        constants=np.array(list(odds.values())),
    )


def test_a_label_that_goes_takes_only_what_repeated_it() -> None:
    found = [
        label("Alcoholic Beverages", 92.0),
        label("Alcohol", 92.0),
        label("Smoking", 80.0),
    ]
    after = always(Alcoholic_Beverages=-9.0).correct(found, SEEN)
    assert confidences(after) == {
        "Alcoholic Beverages": 0.0123,
        "Alcohol": 0.0123,
        "Smoking": 80.0,
    }


def test_a_parent_follows_the_surest_child() -> None:
    found = [
        label("Alcohol Use", 70.0),
        label("Drinking", 70.0),
        label("Alcoholic Beverages", 92.0),
        label("Alcohol", 92.0),
    ]
    child = taxonomy.find("Drinking")
    assert child, "a label of taxonomy 7"
    after = confidences(always(Alcoholic_Beverages=0.0).correct(found, SEEN))
    assert after["Alcoholic Beverages"] == 50.0
    assert after["Alcohol"] == 70.0


def test_a_parent_with_a_finding_of_its_own_stays() -> None:
    found = [label("Alcoholic Beverages", 60.0), label("Alcohol", 92.0)]
    after = confidences(always(Alcoholic_Beverages=-9.0).correct(found, SEEN))
    assert after["Alcohol"] == 92.0


def test_a_label_that_is_added_brings_what_is_above_it() -> None:
    after = always(Explosions_and_Blasts=2.0).correct([label("Smoking", 80.0)], SEEN)
    assert [one["Name"] for one in after] == [
        "Smoking",
        "Explosions and Blasts",
        "Graphic Violence",
        "Violence",
    ]
    assert [one["TaxonomyLevel"] for one in after[1:]] == [3, 2, 1]
    assert [one["ParentName"] for one in after[1:]] == ["Graphic Violence", "Violence", ""]
    assert {one["Confidence"] for one in after[1:]} == {88.0797}


def test_a_name_that_is_not_in_the_taxonomy_hangs_where_the_answer_says() -> None:
    found = [label("Cider", 75.0, "Alcoholic Beverages"), label("Alcoholic Beverages", 75.0)]
    after = confidences(always(Alcoholic_Beverages=-9.0).correct(found, SEEN))
    assert after == {"Cider": 75.0, "Alcoholic Beverages": 75.0, "Alcohol": 75.0}
    circle = [label("Cider", 75.0, "Perry"), label("Perry", 70.0, "Cider")]
    assert confidences(always(Smoking=-9.0).correct(circle, SEEN)).items() >= {
        ("Cider", 75.0),
        ("Perry", 70.0),
    }


NAMES = st.sampled_from((*taxonomy.LABEL_NAMES, "Cider", "Perry"))
PERCENT = st.floats(0, 100)
FOUND = st.lists(
    st.builds(label, NAMES, PERCENT, st.sampled_from([None, None, "Alcohol", "Cider", ""])),
    max_size=12,
)
TRAINED = st.lists(st.sampled_from(taxonomy.LABEL_NAMES), min_size=1, max_size=5, unique=True)
WEIGHT = st.floats(-1e6, 1e6)


@st.composite
def corrections(draw: st.DrawFn) -> Correction:
    labels = tuple(draw(TRAINED))
    size = len(labels)
    of_each = st.lists(WEIGHT, min_size=size, max_size=size)
    weights = np.array(draw(of_each))[:, None] * np.ones(features.COUNT)
    return Correction(labels, weights, np.array(draw(of_each)), np.array(draw(of_each)))


@settings(deadline=None)
@given(corrections(), FOUND, st.binary(min_size=features.COUNT, max_size=features.COUNT))
def test_every_answer_can_be_corrected(
    correction: Correction, found: list[dict[str, Any]], seen: bytes
) -> None:
    after = correction.correct(found, seen)
    assert all(0 <= one["Confidence"] <= 100 for one in after)
    sure = confidences(after)
    for name in correction.labels:
        for above in taxonomy.ancestors(name):
            assert sure[above] >= sure[name]
    assert correction.correct(found, seen) == after


@settings(deadline=None)
@given(corrections(), FOUND)
def test_what_is_not_trained_is_untouched(
    correction: Correction, found: list[dict[str, Any]]
) -> None:
    touched = {line for name in correction.labels for line in (name, *taxonomy.ancestors(name))}
    after = correction.correct(found, SEEN)
    assert [one for one in after if one["Name"] not in touched] == [
        one for one in found if one["Name"] not in touched
    ]


@settings(deadline=None, max_examples=30)
@given(
    st.integers(1, 30),
    st.integers(0, 2**32 - 1),
    st.sampled_from(["none", "all", "some"]),
)
def test_every_set_of_examples_can_be_fitted(count: int, seed: int, there: str) -> None:
    rng = np.random.default_rng(seed)
    seen = [rng.integers(0, 256, features.COUNT, dtype=np.uint8).tobytes() for _ in range(count)]
    base = rng.uniform(0, 100, (count, 2))
    present = {
        "none": np.zeros((count, 2)),
        "all": np.ones((count, 2)),
        "some": rng.integers(0, 2, (count, 2)).astype(np.float64),
    }[there]
    fitted = fit(["Alcohol", "Smoking"], seen, base, present)
    again = fit(["Alcohol", "Smoking"], seen, base, present)
    for mine, other in zip(
        (fitted.weights, fitted.trust, fitted.constants),
        (again.weights, again.trust, again.constants),
        strict=True,
    ):
        assert np.isfinite(mine).all()
        assert (mine == other).all()


def test_what_nobody_corrects_stays_about_as_it_was() -> None:
    rng = np.random.default_rng(4)
    seen = [rng.integers(0, 256, features.COUNT, dtype=np.uint8).tobytes() for _ in range(80)]
    base = np.where(rng.random((80, 1)) < 0.5, 96.0, 3.0)
    fitted = fit(["Smoking"], seen, base, (base > 50).astype(np.float64))
    for picture, (sure,) in zip(seen, base, strict=True):
        (after,) = fitted.correct([label("Smoking", float(sure))], picture)[:1]
        assert (after["Confidence"] > 90) == (sure > 50)


def test_an_image_has_the_same_features_at_any_size() -> None:
    from PIL import Image

    small = features.of(Image.new("RGB", (64, 64), (200, 30, 60)))
    assert small == features.of(Image.new("RGB", (640, 360), (200, 30, 60)))
    assert len(small) == features.COUNT
    assert small != features.of(Image.new("RGB", (64, 64), (30, 30, 60)))


@pytest.mark.parametrize("mode", ["vertical", "horizontal"])
def test_edges_count_where_they_run(mode: str) -> None:
    from PIL import Image

    stripes = np.zeros((64, 64, 3), dtype=np.uint8)
    if mode == "vertical":
        stripes[:, ::8] = 255
    else:
        stripes[::8] = 255
    edges = features.of(Image.fromarray(stripes))[-features.DIRECTIONS * features.QUARTERS**2 :]
    strongest = edges.index(max(edges)) % features.DIRECTIONS
    assert strongest == (0 if mode == "vertical" else features.DIRECTIONS // 2)
