"""Whether there are examples enough, and what a lead is told is missing."""

import json
import time
from dataclasses import replace

import pytest

from framewarden.aws.dynamo import typed, untyped
from framewarden.domain import readiness
from framewarden.domain.annotations import LeftOut, annotate
from framewarden.domain.examples import read
from framewarden.domain.readiness import assess
from tests.unit.judged_pictures import (
    ALCOHOL,
    BEVERAGES,
    SMOKING,
    WEAPONS,
    image,
    missed,
    row,
    shops,
    wrong,
)

HELD = LeftOut("s3://example-photos/a.jpg", "hold", "It is on hold.", "reviews/rev-1")


def of(found, label):
    return next(one for one in found.labels if one.label == label)


def counts(found):
    return {
        code: found.document()["left_out"]["counts"].get(code, 0)
        for code in ("unjudged", "surplus")
    }


def test_examples_enough_are_ready_with_their_split():
    found, parts = assess(shops(16), [HELD])
    assert (found.ready, found.training, found.lacks) == (True, (SMOKING,), ())
    assert (found.images, found.sources, found.threshold) == (160, 16, 50.0)
    assert (found.train, found.test, found.live) == (len(parts.train), len(parts.test), 0)
    assert (found.train, found.test) == (120, 40)
    assert found.left_out == (HELD,)
    smoking = of(found, SMOKING)
    assert (smoking.true_positives, smoking.false_positives) == (64, 48)
    assert (smoking.false_negatives, smoking.true_negatives, smoking.unjudged) == (0, 48, 0)
    assert (smoking.enough, smoking.lacks, smoking.errors) == (True, (), 48)


def test_the_figures_are_those_of_aws():
    figures = (readiness.FALSE_POSITIVES, readiness.FALSE_NEGATIVES)
    assert (*figures, readiness.TEST_IMAGES, readiness.MOST_IMAGES) == (20, 50, 20, 10_000)


def test_nothing_judged_says_where_to_begin():
    found, parts = assess([], [])
    assert (found.ready, parts, found.labels, found.training) == (False, None, (), ())
    [lack] = found.lacks
    assert "confirm, deny or add labels on the grid of a batch's list" in lack


def test_too_few_errors_say_how_many_more():
    images = [wrong(f"{at}", f"shop-{at}") for at in range(12)]
    images += [missed(f"m{at}", f"shop-{at}") for at in range(3)]
    found, _ = assess(images, [])
    [smoking] = found.labels
    assert not smoking.enough
    assert smoking.lacks == (
        "Smoking has 12 of 20 false positives and 3 of 50 false negatives: deny it in 8 more "
        "pictures in which the model found it, or add it to 47 more in which the model missed it.",
    )
    assert found.lacks == (
        "No label has 20 false positives or 50 false negatives yet: judge more pictures in which "
        "the model is wrong. The closest is Smoking.",
    )


def test_a_model_that_was_never_wrong_has_no_closest_label():
    images = [image(f"{at}", f"shop-{at}", present=(SMOKING,), found=(SMOKING,)) for at in range(9)]
    [lack] = assess(images, [])[0].lacks
    assert lack.endswith("in which the model is wrong.")


def test_the_closest_label_is_the_one_that_lacks_least():
    images = [missed(f"m{at}", f"shop-{at}", WEAPONS) for at in range(20)]
    images += [wrong(f"{at}", f"shop-{at}") for at in range(11)]
    found, _ = assess(images, [])
    assert found.lacks[0].endswith("The closest is Smoking.")
    assert [one.label for one in found.labels] == [WEAPONS, SMOKING]


def test_what_was_found_and_not_judged_may_help():
    images = [image(f"{at}", f"shop-{at}", unjudged=(SMOKING,)) for at in range(9)]
    [smoking] = assess(images, [])[0].labels
    assert smoking.unjudged == 9
    assert smoking.lacks[1] == (
        "Smoking was found in 9 pictures whose other labels were judged: confirm or deny it there."
    )


def test_one_source_says_that_another_is_needed():
    found, parts = assess(shops(1, each=100, errors=30), [])
    assert (found.ready, found.training, parts) == (False, (), None)
    assert found.lacks == (
        "Every judged picture, 100 of them, is of one source, example-photos/shop-0: no source is "
        "both trained on and tested with, so judge 20 or more pictures of another stream or "
        "folder.",
    )
    smoking = of(found, SMOKING)
    assert (smoking.enough, smoking.lacks) == (False, found.lacks)


def test_sources_that_cannot_be_split_say_what_the_training_must_keep():
    found, parts = assess(shops(5, errors=5), [])
    assert (found.ready, parts) == (False, None)
    assert found.lacks == of(found, SMOKING).lacks
    assert found.lacks[0] == (
        "The 50 pictures judged for Smoking cannot be split: of their 5 sources, which stay whole, "
        "20 pictures or more are tested with, and what is left must keep 20 of 25 false positives. "
        "Judge more pictures, of other streams or folders: those without an error count for the "
        "test too."
    )
    both = [missed(f"m{at}", f"shop-{at % 2}") for at in range(55)]
    both += [wrong(f"w{at}", f"shop-{at % 2}") for at in range(24)]
    assert (
        "keep 20 of 24 false positives or 50 of 55 false negatives" in assess(both, [])[0].lacks[0]
    )
    both = [missed(f"m{at}", f"shop-{at % 2}") for at in range(55)]
    assert "must keep 50 of 55 false negatives" in assess(both, [])[0].lacks[0]


def test_a_finding_begins_at_the_threshold():
    images = shops(16)
    assert of(assess(images, [], threshold=90.0)[0], SMOKING).false_positives == 48
    above = of(assess(images, [], threshold=90.5)[0], SMOKING)
    assert (above.false_positives, above.false_negatives, above.true_negatives) == (0, 64, 96)


def test_a_picture_that_is_unjudged_for_a_trained_label_leaves():
    images = [*shops(16), image("open", "shop-3", unjudged=(SMOKING, WEAPONS))]
    found, parts = assess(images, [])
    assert (found.train + found.test, found.images) == (160, 161)
    assert all(not one.unjudged for one in (*parts.train, *parts.test))
    [left_out] = found.left_out
    assert (left_out.code, left_out.where) == ("unjudged", images[-1].where)
    assert left_out.said.startswith("The model found Smoking and Weapons in this picture, and")


def test_a_picture_that_is_unjudged_for_what_was_hardly_found_stays():
    images = [*shops(16), image("open", "shop-3", unjudged=(WEAPONS,), sure=49.0)]
    found, _ = assess(images, [])
    assert (found.train + found.test, found.left_out) == (161, ())


def test_a_picture_of_which_another_finding_is_unjudged_leaves():
    """A manifest would say that it is not there."""
    images = [*shops(16), image("open", "shop-3", unjudged=(WEAPONS,), sure=50.0)]
    found, _ = assess(images, [])
    assert [one.code for one in found.left_out] == ["unjudged"]


def test_a_label_of_which_only_half_judged_pictures_tell_says_which_labels_lack_a_word():
    images = [
        wrong(f"{at}", f"shop-{at % 8}", unjudged=(WEAPONS,) if at else ("Gambling",))
        for at in range(80)
    ]
    images.append(wrong("80", "shop-1"))
    found, _ = assess(images, [])
    assert (found.ready, found.training) == (False, ())
    assert of(found, SMOKING).lacks == found.lacks
    assert found.lacks == (
        "In 80 pictures in which the model was wrong about Smoking it found Gambling, Weapons too, "
        "and nobody said whether that is so: confirm or deny all that was found in a picture, and "
        "it is learned from.",
    )


def test_labels_that_no_picture_is_judged_for_together_are_not_trained_together():
    images = shops(16)
    images += [
        wrong(f"w{at}", f"street-{at % 8}", WEAPONS, unjudged=(SMOKING,), sure=40.0)
        for at in range(40)
    ]
    found, _ = assess(images, [])
    assert (found.ready, found.training) == (True, (SMOKING,))
    weapons = of(found, WEAPONS)
    assert not weapons.enough
    assert weapons.lacks == (
        "Weapons cannot be trained together with Smoking: every picture must be judged for each "
        "label that is trained, and 40 pictures in which the model was wrong about Weapons would "
        "be left out. Judge them for Smoking too, or train Weapons by itself.",
    )
    assert counts(found) == {"unjudged": 40, "surplus": 0}
    alone, _ = assess(images, [], labels=[WEAPONS])
    assert (alone.ready, alone.training) == (True, (WEAPONS,))


def test_labels_whose_sources_collide_are_not_trained_together():
    # Either can be split by itself; of both, no source of twenty pictures can be spared.
    images = [wrong(f"{at}", "shop-1") for at in range(25)]
    images += [wrong(f"{at}", "shop-2", WEAPONS) for at in range(22)]
    found, _ = assess(images, [])
    assert found.training == (SMOKING,)
    assert of(found, WEAPONS).lacks == (
        "Weapons cannot be trained together with Smoking: no split of the sources leaves enough "
        "errors of each to train on. Judge pictures of more streams or folders, or train Weapons "
        "by itself.",
    )


def test_a_label_that_cannot_be_split_even_alone_says_so():
    images = [
        replace(one, unjudged=frozenset({WEAPONS}), absent=one.absent - {WEAPONS})
        for one in shops(16)
    ]
    images += [wrong(f"{at}", "street-1", WEAPONS) for at in range(3)]
    images += [wrong(f"{at}", "street-2", WEAPONS) for at in range(21)]
    found, _ = assess(images, [])
    assert found.training == (SMOKING,)
    assert "24 pictures judged for Weapons cannot be split" in of(found, WEAPONS).lacks[0]


def test_what_was_asked_for_is_trained_alone():
    images = shops(16) + [wrong(f"{at}", f"street-{at % 8}", WEAPONS) for at in range(40)]
    assert assess(images, [])[0].training == (SMOKING, WEAPONS)
    found, _ = assess(images, [], labels=["weapons", "Weapons"])
    assert (found.ready, found.training) == (True, (WEAPONS,))
    assert of(found, SMOKING).enough
    assert assess(images, [], labels=[])[0].training == (SMOKING, WEAPONS)


def test_what_was_asked_for_and_is_not_ready_is_said():
    images = shops(16) + [wrong(f"{at}", "street-1", WEAPONS) for at in range(4)]
    found, parts = assess(images, [], labels=[SMOKING, WEAPONS, "Gambling"])
    assert (found.ready, parts, found.train) == (False, None, 0)
    assert found.lacks == (
        "Weapons was asked for and cannot be trained yet: do what it lacks, or ask without it.",
        "Gambling was asked for, and it was neither found in nor added to any picture whose labels "
        "were judged: it takes 20 pictures in which the model found it wrongly, or 50 in which it "
        "was missed.",
    )
    assert of(found, "Gambling").true_negatives == 164
    assert found.left_out == ()


@pytest.mark.parametrize(("name", "hint"), [("Smokng", " (did you mean Smoking?)"), ("Qqqqq", "")])
def test_a_label_outside_the_taxonomy_is_refused_with_the_nearest(name, hint):
    found, parts = assess(shops(16), [], labels=[name])
    assert (found.ready, parts, found.training) == (False, None, ())
    assert found.lacks == (
        f"{name} is no label of taxonomy 7.0{hint}: ask for one of its 52 labels.",
    )
    assert not assess(shops(16), [], labels=[name, SMOKING])[0].ready


def test_too_many_pictures_leave_the_oldest_out():
    images = [
        image(f"{at}", f"shop-{at % 400}", at=f"2026-11-{1 + at // 1000:02d}T08:00:00.000Z")
        for at in range(13_000)
    ]
    images += [wrong(f"w{at}", f"shop-{at % 400}") for at in range(400)]
    found, _ = assess(images, [])
    assert found.train == 10_000
    assert counts(found)["surplus"] == 13_400 - 10_000 - found.test
    said = next(one for one in found.left_out if one.code == "surplus").said
    assert said.startswith("An adapter learns from 10,000 pictures at most")


def test_the_document_is_json_and_a_row_can_keep_it():
    left_out = [LeftOut(f"s3://b/{at}", "hold", "On hold.", "reviews/1") for at in range(60)]
    left_out += [LeftOut("s3://b/x", "gone", "It is gone.", "reviews/2")]
    left_out += [LeftOut("s3://b/y", "contradiction", "They differ.", "reviews/3")]
    found, _ = assess([*shops(16), wrong("x", "shop-1", WEAPONS)], left_out)
    document = found.document()
    assert json.loads(json.dumps(document)) == document
    assert untyped(typed(document)) == document
    assert document["left_out"]["counts"] == {"hold": 60, "gone": 1, "contradiction": 1}
    first = document["left_out"]["first"]
    assert len(first) == 50
    assert first[0] == {
        "ref": "s3://b/y",
        "code": "contradiction",
        "said": "They differ.",
        "where": "reviews/3",
    }
    assert {name: document[name] for name in ("ready", "training", "images", "test")} == {
        "ready": True,
        "training": [SMOKING],
        "images": 161,
        "test": found.test,
    }
    assert document["labels"][1]["label"] == WEAPONS
    assert isinstance(document["labels"][1]["lacks"], list)


def test_who_denies_a_label_denies_what_was_found_for_its_sake():
    rows = [
        row((), (BEVERAGES,), key=f"shop-{at % 16}/{at}.jpg", item=f"image#{at}#a")
        for at in range(160)
    ]
    annotated, left_out = annotate(map(read, rows), (), ())
    found, _ = assess(annotated, left_out)
    assert found.training == (BEVERAGES,)
    assert of(found, ALCOHOL).false_positives == 160
    assert of(found, ALCOHOL).lacks == (
        "Alcohol is not trained by itself: it was wrong where Alcoholic Beverages was, and goes "
        "with it. Ask for it by name to train it all the same.",
    )
    both, _ = assess(annotated, left_out, labels=[ALCOHOL, BEVERAGES])
    assert both.training == (ALCOHOL, BEVERAGES)


def test_a_label_with_errors_enough_of_its_own_is_trained_beside_one_below_it():
    images = [wrong(f"b{at}", f"shop-{at % 16}", BEVERAGES) for at in range(160)]
    images += [wrong(f"a{at}", f"shop-{at % 16}", ALCOHOL) for at in range(40)]
    found, _ = assess(images, [])
    assert set(found.training) == {ALCOHOL, BEVERAGES}
    missed_too = [missed(f"m{at}", f"shop-{at % 16}", ALCOHOL) for at in range(80)]
    found, _ = assess([*images[:160], *missed_too], [])
    assert set(found.training) == {ALCOHOL, BEVERAGES}


def test_ten_thousand_examples_are_assessed_in_well_under_a_second():
    names = ("Smoking", "Weapons", "Gambling", "Drinking", "Middle Finger")
    rows = [
        row(
            (names[at % 5],),
            (names[(at + 1) % 5],),
            key=f"shop-{at % 300}/{at}.jpg",
            item=f"image#{at:07d}#a",
        )
        for at in range(10_000)
    ]
    began = time.process_time()
    annotated, left_out = annotate(map(read, rows), (), ())
    found, _ = assess(annotated, left_out)
    took = time.process_time() - began
    assert found.ready
    assert found.train + found.test == 10_000
    assert took < 4.0  # 0.4 s on a plain box; measuring coverage takes three times as long
