"""What follows of every label of the taxonomy from what people said of some of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewarden.domain import taxonomy
from framewarden.domain.annotations import LABELS, annotate
from tests.unit.judged_pictures import (
    ALCOHOL,
    BEVERAGES,
    DRINKING,
    SMOKING,
    VIOLENCE,
    WEAPONS,
    example,
    live,
)

REF = "s3://example-photos/shop-3/0007.jpg"
LIVE_REF = live((SMOKING,)).ref
GRID = example((SMOKING,)).where


def alone(*examples, held=(), overturned=()):
    [picture], left_out = annotate(examples, held, overturned)
    assert left_out == []
    return picture


def refused(*examples, held=(), overturned=()):
    annotated, [left_out] = annotate(examples, held, overturned)
    assert annotated == []
    return left_out


def test_a_label_that_is_there_has_those_above_it_there():
    assert alone(example((DRINKING,))).present == {DRINKING, "Alcohol Use", ALCOHOL}
    assert alone(example(added=(DRINKING,))).present == {DRINKING, "Alcohol Use", ALCOHOL}


def test_a_label_that_is_not_there_has_none_below_it():
    picture = alone(example((), (ALCOHOL,)))
    assert picture.present == picture.unjudged == frozenset()
    assert picture.absent == LABELS


def test_what_was_found_and_not_judged_is_unjudged_with_what_is_above_it():
    picture = alone(example((SMOKING,), found={SMOKING: 90, DRINKING: 60}))
    assert picture.unjudged == {DRINKING, "Alcohol Use", ALCOHOL}
    assert SMOKING in picture.present
    assert WEAPONS in picture.absent  # neither found nor added
    assert picture.found[DRINKING] == picture.found[ALCOHOL] == 60


def test_a_label_found_for_the_sake_of_those_below_it_goes_with_them():
    assert ALCOHOL in alone(example((), (BEVERAGES,))).absent
    both = {BEVERAGES: 90, DRINKING: 60}
    assert alone(example((), (BEVERAGES,), found=both)).unjudged == {
        ALCOHOL,
        "Alcohol Use",
        DRINKING,
    }
    assert alone(example((), (BEVERAGES, DRINKING), found=both)).unjudged == frozenset()
    assert ALCOHOL in alone(example((BEVERAGES,), (DRINKING,), found=both)).present


def test_a_label_found_for_its_own_sake_is_judged_by_itself():
    picture = alone(example((), (BEVERAGES,), found={BEVERAGES: 60, ALCOHOL: 90}))
    assert picture.unjudged == {ALCOHOL}


def test_a_label_that_aws_added_is_unjudged_by_its_parent():
    labels = [
        {"name": "Vaping", "parent": SMOKING, "level": 3, "confidence": 70},
        {"name": WEAPONS, "parent": VIOLENCE, "level": 2, "confidence": 80},
    ]
    picture = alone(example((), (WEAPONS,), labels=labels))
    assert SMOKING in picture.unjudged
    assert "Vaping" not in picture.present | picture.absent | picture.unjudged


def test_a_picture_of_which_no_label_was_judged_is_no_example():
    assert annotate([example(found={SMOKING: 90})], (), ()) == ([], [])


def test_two_that_agree_are_one_the_later_ones():
    early = example((SMOKING,), at="2026-11-22T08:00:00.000Z", item="image#1#a")
    late = example((SMOKING,), (WEAPONS,), at="2026-11-22T09:00:00.000Z", item="image#2#b")
    picture = alone(early, late)
    assert (picture.at, picture.where) == (late.at, late.where)
    assert SMOKING in picture.present
    assert WEAPONS in picture.absent


def test_what_one_left_open_another_may_say():
    found = {SMOKING: 90, WEAPONS: 80}
    picture = alone(example((SMOKING,), found=found), example((), (WEAPONS,), found=found))
    assert picture.unjudged == frozenset()
    assert WEAPONS in picture.absent


def test_what_somebody_said_counts_before_what_nobody_said():
    added = example(added=(SMOKING,), found={WEAPONS: 80})
    silent = example((WEAPONS,))
    assert {SMOKING, WEAPONS} < alone(added, silent).present


def test_the_findings_are_those_of_the_base_model():
    base = example((SMOKING,), at="2026-11-22T08:00:00.000Z")
    adapted = example(added=(SMOKING,), adapter="arn", at="2026-11-22T09:00:00.000Z")
    assert SMOKING in alone(base, adapted).found
    assert alone(adapted).found == {}


def test_a_live_one_and_one_of_a_batch_may_be_of_one_picture():
    here = {"bucket": "b", "key": "uploads/1.jpg", "version_id": "v1"}
    picture = alone(
        live((SMOKING,), at="2026-11-22T08:00:00.000Z", **here), example((SMOKING,), **here)
    )
    assert (picture.live, picture.frame_id, picture.where) == (True, "f" * 64, GRID)
    assert picture.ref == "s3://b/uploads/1.jpg"


def test_versions_are_pictures_of_their_own():
    annotated, _ = annotate([live((SMOKING,)), live((), (SMOKING,), version_id="v2")], (), ())
    assert [one.version_id for one in annotated] == ["v1", "v2"]


def test_whoever_says_the_opposite_is_told_where_to_settle_it():
    yes = example((SMOKING,), by="Ana", item="image#1#a")
    no = example((), (SMOKING,), by="Ben", item="image#2#b")
    left_out = refused(yes, no)
    assert (left_out.ref, left_out.code, left_out.where) == (REF, "contradiction", no.where)
    assert left_out.said == (
        "Ana said of this picture that Smoking is there, and Ben that it is not. Correct what is "
        "wrong; until then nothing is learned from this picture."
    )


def test_a_label_there_whose_parent_is_not_is_a_contradiction():
    one = example((WEAPONS,), (VIOLENCE,))
    assert refused(one).said.startswith(
        "Ana said of this picture that Weapons is there and that Violence, which Weapons belongs "
        "to, is not."
    )
    two = refused(example((WEAPONS,)), example((), (VIOLENCE,), by="Ben"))
    assert "and Ben that Violence, which Weapons belongs to, is not." in two.said


def test_a_parent_there_and_a_label_below_it_not_is_none():
    picture = alone(example((VIOLENCE,), (WEAPONS,), found={VIOLENCE: 90, WEAPONS: 60}))
    assert VIOLENCE in picture.present
    assert WEAPONS in picture.absent


def test_one_person_may_contradict_themselves():
    assert "Smoking is there and that it is not." in refused(example((SMOKING,), (SMOKING,))).said


def test_of_a_list_and_a_review_the_list_can_be_corrected():
    here = {"bucket": "b", "key": "uploads/1.jpg", "version_id": "v1"}
    listed, reviewed = example((SMOKING,), **here), live((), (SMOKING,), **here)
    assert refused(listed, reviewed).where == listed.where


def test_two_decided_reviews_cannot_be_corrected():
    left_out = refused(live((SMOKING,), by="Ana"), live((), (SMOKING,), review_id="rev-2"))
    assert left_out.where == "reviews/rev-1"
    assert "A decided review is not changed" in left_out.said


def test_an_image_on_hold_never_enters():
    left_out = refused(example((SMOKING,)), example((), (SMOKING,)), held={REF})
    assert (left_out.ref, left_out.code, left_out.where) == (REF, "hold", GRID)
    assert f"`framewarden adapter release {REF}`" in left_out.said


def test_an_overturned_decision_leaves():
    left_out = refused(live((SMOKING,)), overturned={"rev-1"})
    assert (left_out.ref, left_out.code, left_out.where) == (
        LIVE_REF,
        "overturned",
        "reviews/rev-1",
    )
    assert "taken back by a person" in left_out.said


def test_what_others_said_of_its_picture_stays():
    picture = alone(live((SMOKING,)), live((), (SMOKING,), review_id="rev-2"), overturned={"rev-1"})
    assert SMOKING in picture.absent
    assert picture.where == "reviews/rev-2"


@pytest.mark.parametrize(
    ("name", "hint"), [("Rude Gesture", " (did you mean Rude Gestures?)"), ("Qqqqq", "")]
)
def test_a_label_outside_the_taxonomy_leaves_its_picture_out(name, hint):
    left_out = refused(example((name,)))
    assert (left_out.code, left_out.where) == ("unknown_label", GRID)
    assert left_out.said.startswith(f"{name} is no label of taxonomy 7.0{hint}, and an adapter")


LABEL_SETS = st.frozensets(st.sampled_from(sorted(LABELS)), max_size=4).map(sorted).map(tuple)
SAID = st.tuples(
    LABEL_SETS,
    LABEL_SETS,
    LABEL_SETS,
    st.dictionaries(st.sampled_from(sorted(LABELS)), st.integers(0, 100), max_size=4),
)


@given(st.lists(SAID, min_size=1, max_size=3), st.randoms())
def test_a_picture_has_each_label_once_and_no_order_of_its_examples(said, random):
    examples = [
        example(*one, at=f"2026-11-22T08:0{number}:00.000Z") for number, one in enumerate(said)
    ]
    read = annotate(examples, (), ())
    random.shuffle(examples)
    assert annotate(examples, (), ()) == read
    annotated, left_out = read
    assert len(annotated) + len(left_out) == any(any(one[:3]) for one in said)
    for picture in annotated:
        parts = picture.present, picture.absent, picture.unjudged
        assert frozenset().union(*parts) == LABELS
        assert sum(map(len, parts)) == len(LABELS)
        for label in picture.present:
            assert picture.present.issuperset(taxonomy.ancestors(label))
        for label in picture.absent:
            assert not any(label in taxonomy.ancestors(name) for name in picture.present)
        assert picture.unjudged <= {name for one in examples for name in one.found}
