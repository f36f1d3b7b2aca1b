"""A row in which somebody judged labels, read as an example that an adapter may learn from."""

import pytest

from framewarden.domain.examples import read, source_of
from tests.unit.judged_pictures import AT, BATCH, live_row, row
from tests.unit.scenes import CHANNEL, MEDIALIVE

RECORDED = "ivs/v1/111122223333/AbCdef1G2hij/2026/11/22/8/5/Xyz123Abc"


def test_an_image_of_a_batch_says_where_it_lies_and_where_it_was_judged():
    example = read(row(("Smoking",), ("Weapons",), ("Gambling",)))
    assert (example.bucket, example.key, example.version_id) == (
        "example-photos",
        "shop-3/0007.jpg",
        None,
    )
    assert example.ref == "s3://example-photos/shop-3/0007.jpg"
    assert example.source == "example-photos/shop-3"
    assert (example.confirmed, example.denied, example.added) == (
        {"Smoking"},
        {"Weapons"},
        {"Gambling"},
    )
    assert (example.by, example.at, example.decision) == ("Ana", AT, "block")
    assert example.where == (
        f"batches/{BATCH}/verify?rule=no+bottles&from=0100000%23b5bb9d8014a0f9b1"
    )
    assert (example.review_id, example.frame_id, example.channel_arn) == (None, None, None)


def test_a_rule_may_hold_anything():
    example = read(row(("Smoking",), batch=f"{BATCH}#no #1 & more"))
    assert example.where.startswith(f"batches/{BATCH}/verify?rule=no+%231+%26+more&from=")


def test_a_live_review_says_its_frame_its_channel_and_who_answered():
    example = read(live_row("rev-1", ("Smoking",), adapter="arn:adapter"))
    assert (example.where, example.review_id) == ("reviews/rev-1", "rev-1")
    assert (example.version_id, example.frame_id) == ("v1", "f" * 64)
    assert (example.decision, example.channel_arn, example.adapter) == (
        "stop",
        CHANNEL,
        "arn:adapter",
    )
    assert example.source == f"example-frames/{RECORDED}"


def test_a_label_above_is_as_sure_as_the_surest_below_it():
    found = {"Drinking": 60, "Alcoholic Beverages": 90.5, "Alcohol Use": 55}
    assert read(row(found=found)).found == {
        "Drinking": 60.0,
        "Alcohol Use": 60.0,
        "Alcoholic Beverages": 90.5,
        "Alcohol": 90.5,
    }


def test_a_label_that_aws_added_has_a_parent():
    labels = [
        {"name": "Vaping", "parent": "smoking", "level": 3, "confidence": 70},
        {"name": "Juggling", "parent": None, "level": 1, "confidence": 60},
    ]
    found = read(row(labels=labels)).found
    assert found["Vaping"] == found["Smoking"] == found["Drugs & Tobacco"] == 70
    assert found["Juggling"] == 60


def test_names_are_spelt_as_the_taxonomy_spells_them():
    example = read(row(("smoking",), found={"SMOKING": 80}, added=("rude  gestures", "Vaping")))
    assert (example.confirmed, example.added) == ({"Smoking"}, {"Rude Gestures", "Vaping"})
    assert example.found["Smoking"] == 80


def test_an_old_row_may_lack_what_was_not_kept_then():
    bare = row()
    for name in ("by", "labels", "labels_judged", "decision"):
        del bare[name]
    example = read(bare)
    assert (example.by, example.found, example.decision) == ("somebody", {}, None)
    assert not (example.confirmed or example.denied or example.added)


@pytest.mark.parametrize(
    ("key", "source"),
    [
        (f"{RECORDED}/media/thumbnails/thumb42.jpg", RECORDED),
        (f"{RECORDED}/media/thumbnails/high/thumb7.jpg", RECORDED),
        ("medialive/1234567/0/frame-20261122T080500.00042.jpg", "medialive/1234567"),
        ("medialive/1234567/1/frame-20261122T080500.00042.jpg", "medialive/1234567"),
        ("medialive/studio-a/frame.00042.jpg", "medialive/studio-a"),
        ("uploads/a.jpg", "uploads"),
        ("batches/shop/1/a.jpg", "batches/shop/1"),
        ("a.jpg", ""),
    ],
)
def test_what_must_not_be_parted(key, source):
    assert source_of("example-frames", key) == f"example-frames/{source}"


def test_two_folders_of_one_medialive_channel_are_one_source():
    keys = ("medialive/studio-a/frame.00042.jpg", "medialive/studio-a-backup/frame.00042.jpg")
    rows = [live_row("rev-1", ("Smoking",), key=key, channel_arn=MEDIALIVE) for key in keys]
    assert {read(one).source for one in rows} == {MEDIALIVE}
