"""The taxonomy, and how an answer is read by it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framewarden.domain import taxonomy
from framewarden.domain.errors import AnalysisMalformedError
from framewarden.domain.taxonomy import deepest, find, nearest


def raw(name, confidence, parent="", level=None):
    return {"Name": name, "ParentName": parent, "TaxonomyLevel": level, "Confidence": confidence}


def branch(name, confidence):
    """An answer as Rekognition gives it: the label and everything above it, equally sure."""
    names = (name, *taxonomy.ancestors(name))
    return [raw(n, confidence, find(n).parent or "", find(n).level) for n in names]


def names(findings):
    return [finding.name for finding in findings]


def test_the_taxonomy_is_rekognitions_version_7():
    levels = [find(name).level for name in taxonomy.LABEL_NAMES]
    assert [levels.count(level) for level in (1, 2, 3)] == [10, 20, 22]
    assert len(taxonomy.CATEGORIES) == 10
    for name in taxonomy.LABEL_NAMES:
        assert len(taxonomy.ancestors(name)) == find(name).level - 1


def test_names_are_found_in_any_case():
    assert find("explicit NUDITY").name == "Explicit Nudity"
    assert find("  Blood &  gore ").name == "Blood & Gore"
    assert find("Nudity") is None


def test_relations():
    assert taxonomy.parent("Smoking") == "Drugs & Tobacco Paraphernalia & Use"
    assert taxonomy.parent("Gambling") is None
    assert taxonomy.parent("no such label") is None
    assert taxonomy.ancestors("pills") == ("Products", "Drugs & Tobacco")
    assert taxonomy.ancestors("no such label") == ()


@pytest.mark.parametrize(
    ("typo", "meant"),
    [("Explict", "Explicit"), ("violense", "Violence"), ("Hate Symbol", "Hate Symbols")],
)
def test_the_nearest_name_is_what_was_meant(typo, meant):
    assert nearest(typo) == meant


def test_nothing_is_nearest_to_nonsense():
    assert nearest("qqqq") is None
    assert nearest("") is None


def test_a_finding_repeated_on_every_level_counts_once():
    (finding,) = deepest(branch("Exposed Female Nipple", 98.1211))
    assert (finding.name, finding.parent, finding.level) == (
        "Exposed Female Nipple",
        "Explicit Nudity",
        3,
    )
    assert finding.confidence == 98.1211
    assert finding.category == "Explicit"


def test_two_children_of_one_parent_both_count():
    labels = [*branch("Weapons", 70.0), raw("Self-Harm", 60.0), raw("Graphic Violence", 60.0)]
    assert names(deepest(labels)) == ["Weapons", "Self-Harm"]


def test_a_parent_surer_than_its_child_is_a_finding_of_its_own():
    labels = [raw("Explicit", 98.0), raw("Explicit Nudity", 70.0, "Explicit")]
    assert names(deepest(labels)) == ["Explicit", "Explicit Nudity"]


def test_a_parent_less_sure_than_its_child_is_not():
    labels = [raw("Explicit", 60.0), raw("Explicit Nudity", 70.0, "Explicit")]
    assert names(deepest(labels)) == ["Explicit Nudity"]


def test_an_unknown_label_stands_under_its_known_parent():
    labels = [raw("Violence", 80.0), raw("Drone Strike", 80.0, "graphic violence", 3)]
    (finding,) = deepest(labels)
    assert finding.lineage == ("Drone Strike", "Graphic Violence", "Violence")
    assert (finding.parent, finding.level) == ("Graphic Violence", 3)


def test_an_unknown_parent_is_followed_through_the_answer():
    labels = [raw("Drone", 80.0, "Warfare"), raw("Warfare", 80.0, "Violence", 2)]
    (finding,) = deepest(labels)
    assert finding.lineage == ("Drone", "Warfare", "Violence")
    assert finding.level == 3


def test_an_unknown_category_is_its_own():
    (finding,) = deepest([raw("Scams", 55.0)])
    assert (finding.category, finding.parent, finding.level) == ("Scams", None, 1)
    (finding,) = deepest([{"Name": "Phishing", "ParentName": "Scams", "Confidence": 55}])
    assert (finding.category, finding.parent, finding.level) == ("Scams", "Scams", 2)


def test_a_label_that_comes_twice_counts_at_its_surest():
    (finding,) = deepest([raw("explicit", 10.0), raw("Explicit", 90.0), raw("Explicit", 50.0)])
    assert finding.confidence == 90.0


@pytest.mark.parametrize("absent", [None, ""])
def test_a_missing_parent_is_no_parent(absent):
    assert names(deepest([raw("Explicit", 90.0, absent)])) == ["Explicit"]


@pytest.mark.parametrize(
    "labels",
    [
        None,
        {},
        "Explicit",
        [None],
        ["Explicit"],
        [{}],
        [{"Confidence": 99.0}],
        [raw("", 99.0)],
        [raw("  ", 99.0)],
        [raw(7, 99.0)],
        [raw("Explicit", 99.0, parent=["x"])],
        [{"Name": "Explicit"}],
        [raw("Explicit", None)],
        [raw("Explicit", "99")],
        [raw("Explicit", True)],
        [raw("Explicit", float("nan"))],
        [raw("Explicit", float("inf"))],
        [raw("Explicit", 10**400)],
        [raw("Explicit", -1)],
        [raw("Explicit", 100.5)],
        [raw("A", 90.0, "A")],
        [raw("A", 90.0, "B"), raw("B", 90.0, "A")],
    ],
)
def test_a_malformed_answer_has_a_name(labels):
    with pytest.raises(AnalysisMalformedError, match=r"\w"):
        deepest(labels)


KNOWN = st.sampled_from(taxonomy.LABEL_NAMES)
UNKNOWN = st.sampled_from(["Scams", "Warfare", "Drone"])
ANSWERS = st.lists(
    st.one_of(
        st.builds(raw, KNOWN, st.integers(0, 100)),
        st.builds(raw, UNKNOWN, st.integers(0, 100), KNOWN),
    ),
    max_size=8,
)


@settings(max_examples=100, deadline=None)
@given(ANSWERS, st.randoms())
def test_order_does_not_matter_and_nothing_strong_is_lost(labels, random):
    findings = deepest(labels)
    shuffled = list(labels)
    random.shuffle(shuffled)
    assert deepest(shuffled) == findings
    top = max((label["Confidence"] for label in labels), default=None)
    assert top == max((finding.confidence for finding in findings), default=None)
    for label in labels:
        name = label["Name"]
        assert any(name in f.lineage and f.confidence >= label["Confidence"] for f in findings)


@settings(max_examples=100, deadline=None)
@given(ANSWERS)
def test_deepest_is_idempotent(labels):
    findings = deepest(labels)
    again = deepest([raw(f.name, f.confidence, f.parent, f.level) for f in findings])
    assert again == findings
