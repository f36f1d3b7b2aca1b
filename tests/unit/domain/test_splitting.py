"""Pictures are split by whole sources, alike each time, and never at the cost of the training."""

from collections import Counter
from hashlib import sha256
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framewarden.domain.example_counts import Tally, least_tested
from framewarden.domain.splitting import FEW_SOURCES, MOST_IMAGES, split
from tests.unit.judged_pictures import SMOKING, WEAPONS, image, missed, shops, wrong

THRESHOLD = 50.0
FIRST = next(
    name
    for name in map(str, range(99))
    if sha256(f"example-photos/{name}".encode()).digest()[0] < 9
)
"""A source whose digest is before most others."""


def sources(images):
    return {one.source for one in images}


def of(made, source):
    return [one for one in made if one.source.endswith(f"/{source}")]


def is_legal(train, test, labels):
    tally = Tally(train, THRESHOLD)
    enough = all(tally.enough(label) for label in labels)
    return bool(train) and enough and len(test) >= least_tested(len(train) + len(test))


def test_a_fifth_is_tested_with_and_no_source_is_on_both_sides():
    images = shops(16)
    made = split(images, [SMOKING], THRESHOLD)
    assert (len(made.train), len(made.test)) == (120, 40)
    assert not sources(made.train) & sources(made.test)
    assert sorted((*made.train, *made.test), key=images.index) == images


def test_of_few_pictures_at_least_twenty_are_tested_with():
    made = split(shops(7, errors=4), [SMOKING], THRESHOLD)
    assert (len(made.train), len(made.test)) == (50, 20)
    # The training can spare one source of ten pictures, and no second one.
    assert split(shops(5, errors=5), [SMOKING], THRESHOLD).test == ()


def test_one_source_cannot_be_split():
    images = shops(1, each=100, errors=60)
    made = split(images, [SMOKING], THRESHOLD)
    assert (made.test, made.live, len(made.train)) == ((), (), 100)
    assert split([], [SMOKING], THRESHOLD).train == ()


def test_what_the_training_needs_is_never_tested_with():
    # Twenty false positives of three sources, and others that have none.
    images = [wrong(f"{at}", f"shop-{at % 3}") for at in range(20)]
    images += [image(f"{at}", f"street-{at % 4}", present=(SMOKING,)) for at in range(40)]
    made = split(images, [SMOKING], THRESHOLD)
    assert sources(made.test) <= {f"example-photos/street-{at}" for at in range(4)}
    assert len(made.test) == 20
    assert Tally(made.train, THRESHOLD).false_positives[SMOKING] == 20


def test_false_negatives_may_be_what_it_needs():
    images = [missed(f"{at}", f"shop-{at % 14}") for at in range(70)]
    made = split(images, [SMOKING], THRESHOLD)
    assert (len(made.test), len(made.train)) == (20, 50)


def test_of_two_sources_of_very_different_size_the_large_one_may_be_tested_with():
    images = shops(1, each=900, errors=100) + [wrong(f"{at}", "shop-2") for at in range(30)]
    made = split(images, [SMOKING], THRESHOLD)
    assert (len(made.train), len(made.test)) == (30, 900)
    few = images[:-11]  # nineteen errors are too few to train on, and as few pictures to test with
    assert split(few, [SMOKING], THRESHOLD).test == ()


def test_two_sources_of_one_size_are_one_each():
    made = split(shops(2, each=50, errors=25), [SMOKING], THRESHOLD)
    assert (len(made.train), len(made.test)) == (50, 50)


def test_a_large_source_makes_needless_what_was_taken_before_it():
    # Ten of five pictures are too few, and so is what is left of them beside the large one.
    images = [wrong(f"{at}", f"shop-{at % 10}") for at in range(50)]
    images += [image(f"{at}", "large") for at in range(250)]
    made = split(images, [SMOKING], THRESHOLD)
    assert len(sources(made.test)) == 2  # one more, since the large one has no error to test with
    assert split(images, [], THRESHOLD).test == tuple(of(made.test, "large"))


def test_of_few_sources_every_part_is_tried():
    # The training can spare four errors. Whoever begins with the first source has one left, and the
    # two that would do have two each.
    images = []
    for source, size, errors in ((FIRST, 19, 3), ("b", 12, 2), ("c", 12, 2), ("rest", 40, 17)):
        images += [wrong(f"w{at}", source) for at in range(errors)]
        images += [image(f"{at}", source) for at in range(size - errors)]
    made = split(images, [SMOKING], THRESHOLD)
    assert sources(made.test) == {"example-photos/b", "example-photos/c"}


def test_a_test_has_something_of_each_label_wherever_it_can():
    images = shops(30)
    images += [wrong(f"w{at}", f"rare-{at % 10}", WEAPONS) for at in range(30)]
    images += [image("seen", "rare-11", present=(WEAPONS,), found=(WEAPONS,))]
    images += [image(f"s{at}", "rare-12", present=(WEAPONS,), found=(WEAPONS,)) for at in range(3)]
    tally = Tally(split(images, [SMOKING, WEAPONS], THRESHOLD).test, THRESHOLD)
    for label in (SMOKING, WEAPONS):
        assert tally.false_positives[label]
        assert tally.true_positives[label]
        assert tally.true_negatives(label)


def test_what_only_a_large_source_has_may_make_the_test_larger():
    images = shops(8) + [
        image(f"{at}", "large", present=(WEAPONS,) if at == 7 else ()) for at in range(45)
    ]
    images += [wrong(f"{at}", f"street-{at % 10}", WEAPONS) for at in range(80)]
    made = split(images, [SMOKING, WEAPONS], THRESHOLD)
    assert of(made.test, "large")
    assert len(made.test) <= len(images) / 2


def test_sources_of_the_last_live_decisions_are_half_of_the_test():
    images = shops(40)
    images += [
        image(f"{at}", f"stream-{stream}", live=True, at=f"2026-11-{stream + 10}T08:00:00.000Z")
        for stream in range(15)
        for at in range(10)
    ]
    made = split(images, [SMOKING], THRESHOLD)
    assert len(made.test) == 110
    latest = {f"example-photos/stream-{number}" for number in range(10, 15)}
    assert latest <= sources(made.test)
    assert [one.at for one in made.live] == sorted((one.at for one in made.live), reverse=True)
    assert set(map(id, made.live)) <= set(map(id, made.test))
    assert made.live[0].at == "2026-11-24T08:00:00.000Z"


def test_a_live_source_is_not_given_back_for_one_that_completes_the_test():
    images = shops(14)
    images += [image(f"{at}", "stream", live=True) for at in range(8)]
    made = split(images, [SMOKING], THRESHOLD)
    assert len(made.live) == 8
    assert is_legal(made.train, made.test, [SMOKING])


def test_no_more_than_a_hundred_live_decisions_are_checked():
    images = [
        wrong(f"{at}", f"stream-{at // 10}", live=True, at=f"2026-11-22T08:{at // 10:02d}:00.000Z")
        for at in range(600)
    ]
    assert len(split(images, [SMOKING], THRESHOLD).live) == 100


def test_the_newest_ten_thousand_are_trained_on_and_the_errors_that_it_takes():
    old, new = "2026-01-01T00:00:00.000Z", "2026-11-22T00:00:00.000Z"
    images = [wrong(f"{at}", f"old-{at % 30}", at=old) for at in range(30)]
    images += [missed(f"{at}", f"old-{at % 30}", WEAPONS, at=old) for at in range(100)]
    images += [image(f"{at}", f"new-{at % 500}", at=new) for at in range(13_000)]
    made = split(images, [SMOKING, WEAPONS], THRESHOLD)
    assert len(made.train) == MOST_IMAGES
    assert not sources(made.train) & sources(made.test)
    tally = Tally(made.train, THRESHOLD)
    assert tally.false_positives[SMOKING] == 20
    assert tally.false_negatives[WEAPONS] == 50
    assert list(made.train) == sorted(made.train, key=lambda one: one.key)


def test_many_sources_that_are_dear_leave_the_cheap_ones():
    # Those first in the order hold errors that the training then lacks to spare the large one.
    images = [
        wrong(f"{shop}-{at}", f"shop-{shop}") for shop in range(FEW_SOURCES + 1) for at in range(2)
    ]
    images += [image(f"{at}", "none", present=(SMOKING,)) for at in range(21)]
    made = split(images, [SMOKING], THRESHOLD)
    assert len(made.test) >= 20
    assert Tally(made.train, THRESHOLD).false_positives[SMOKING] >= 20


SOURCE = st.tuples(
    st.integers(0, 25), st.integers(0, 60), st.integers(0, 25), st.booleans(), st.integers(0, 59)
)


@st.composite
def pictures(draw, most):
    images = []
    for number, (wrongly, missing, other, live, minute) in enumerate(
        draw(st.lists(SOURCE, min_size=1, max_size=most))
    ):
        source, at = f"shop-{number}", f"2026-11-22T08:{minute:02d}:00.000Z"
        both = {"live": live, "at": at}
        images += [wrong(f"w{one}", source, **both) for one in range(wrongly)]
        images += [missed(f"m{one}", source, WEAPONS, **both) for one in range(missing)]
        images += [image(f"o{one}", source, **both) for one in range(other)]
    return images


@settings(deadline=None, max_examples=60)
@given(pictures(most=12), st.sampled_from([[SMOKING], [WEAPONS], [SMOKING, WEAPONS]]), st.randoms())
def test_no_source_is_on_both_sides_and_no_order_matters(images, labels, random):
    made = split(images, labels, THRESHOLD)
    assert not sources(made.train) & sources(made.test)
    assert Counter(map(id, (*made.train, *made.test))) == Counter(map(id, images))
    if made.test:
        assert is_legal(made.train, made.test, labels)
    assert {id(one) for one in made.live} <= {id(one) for one in made.test if one.live}
    random.shuffle(images)
    assert split(images, labels[::-1], THRESHOLD) == made


@settings(deadline=None, max_examples=50)
@given(pictures(most=6), st.sampled_from([[SMOKING], [SMOKING, WEAPONS]]))
def test_few_sources_are_split_whenever_they_can_be(images, labels):
    made = split(images, labels, THRESHOLD)
    names = sorted(sources(images))
    parts = [part for size in range(1, len(names)) for part in combinations(names, size)]
    possible = any(
        is_legal(
            [one for one in images if one.source not in part],
            [one for one in images if one.source in part],
            labels,
        )
        for part in parts
    )
    assert bool(made.test) == possible


@pytest.mark.parametrize(("images", "least"), [(1, 20), (100, 20), (101, 21), (10_000, 2000)])
def test_how_many_are_tested_with(images, least):
    assert least_tested(images) == least
