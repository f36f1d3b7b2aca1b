import re
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framewarden.domain.errors import FrameMalformedError
from framewarden.domain.frames import Home, execution_name, frame_id, objects_of, pair_key
from framewarden.domain.frames import admit as admit_from
from framewarden.domain.medialive_keys import read_folders
from tests.unit.scenes import CHANNEL, HOME, MEDIALIVE, event

RECORDING = "ivs/v1/111122223333/AbCdef1G2hij/2026/11/22/8/5/j8Z9O91ndcVs/media"
ODD_KEYS = [
    "uploads/red flower+é (1).jpg",
    "uploads/100%.jpg",
    "uploads/a%20b+c%2B.jpg",
    "uploads/花/🌼.png",
    "uploads/ leading and trailing .jpg",
    "uploads/" + "x" * 988 + ".jpg",
    "uploads/" + "é" * 500 + ".jpg",
]


FOLDERS = read_folders("studio-a=1234567/0,studio-a-backup=1234567/1")


def admit(stored, home):
    return admit_from(stored, home, FOLDERS)


def eventbridge(key, **stored):
    made = event("intake/upload")
    made["detail"]["object"] = {**made["detail"]["object"], "key": key, **stored}
    return made


def notification(key):
    made = event("intake/odd_key_notification")
    made["Records"][0]["s3"]["object"]["key"] = quote_plus(key)
    return made


def read(key):
    [stored] = objects_of(eventbridge(key))
    return admit(stored, HOME)


@pytest.mark.parametrize("key", ODD_KEYS)
def test_eventbridge_keys_are_plain_and_notification_keys_are_encoded(key):
    [plain], [decoded] = objects_of(eventbridge(key)), objects_of(notification(key))
    assert plain.key == decoded.key == key


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_any_key_is_the_same_frame_whichever_event_brings_it(text):
    [plain], [decoded] = objects_of(eventbridge(text)), objects_of(notification(text))
    assert admit(plain, HOME)[0].frame_id == admit(decoded, HOME)[0].frame_id


def test_both_events_of_one_put_make_the_very_same_frame():
    [plain] = objects_of(event("intake/odd_key_eventbridge"))
    [decoded] = objects_of(event("intake/odd_key_notification"))
    assert admit(plain, HOME) == admit(decoded, HOME)


def test_a_version_makes_a_frame_unique_and_without_one_the_etag_and_sequencer_do():
    assert frame_id("b", "k", "v", "e", "1") == frame_id("b", "k", "v", "other", "2")
    assert frame_id("b", "k", None, "e", "1") != frame_id("b", "k", None, "e", "2")
    assert frame_id("b", "k", "v1") != frame_id("b", "k", "v2")
    assert frame_id("b", "k", "v") != frame_id("b|k", "", "v")


def test_an_execution_name_is_legal_and_says_which_attempt_it_is():
    identity = frame_id("b", ODD_KEYS[0], "v")
    assert execution_name(identity, 1) == identity
    assert execution_name(identity, 12) == f"{identity}-12"
    assert re.fullmatch(r"[0-9a-f-]{1,80}", execution_name(identity, 10**14))


@pytest.mark.parametrize(
    ("name", "number"),
    [("thumbnails/thumb0.jpg", 0), ("thumbnails/high/thumb1047.jpg", 1047)],
)
def test_an_ivs_thumbnail_names_its_channel_session_and_number(name, number):
    frame, refused = read(f"{RECORDING}/{name}")
    assert refused is None
    assert (frame.source, frame.channel, frame.channel_arn) == ("ivs", "AbCdef1G2hij", CHANNEL)
    assert (frame.session, frame.number) == ("j8Z9O91ndcVs", number)


@pytest.mark.parametrize(
    "name",
    [
        "latest_thumbnail/thumb.jpg",
        "latest_thumbnail/high/thumb.jpg",
        "thumbnails/latest/thumb.jpg",
    ],
)
def test_the_latest_copy_of_a_picture_is_a_duplicate(name):
    frame, refused = read(f"{RECORDING}/{name}")
    assert refused.reason == "duplicate"
    assert frame.channel_arn == CHANNEL


def test_a_key_of_another_account_is_refused_and_names_no_channel_to_stop():
    frame, refused = read(event("intake/foreign_account")["detail"]["object"]["key"])
    assert refused.reason == "foreign_account"
    assert frame.channel_arn is None


@pytest.mark.parametrize(
    ("name", "session", "number"),
    [
        ("frame-20261122T080500.00042.jpg", "20261122T080500", 42),
        ("frame-20261122T080500.123456.jpg", "20261122T080500", 123456),
        ("frame.00042.jpg", None, 42),
        ("frame00042.jpeg", None, 42),
        ("frame-20261122T080500.jpg", "20261122T080500", None),
        ("anything at all.jpg", None, None),
    ],
)
def test_a_medialive_frame_names_its_channel_and_may_name_session_and_number(name, session, number):
    frame, refused = read(f"medialive/1234567/{name}")
    assert refused is None
    assert (frame.source, frame.channel, frame.channel_arn) == ("medialive", "1234567", MEDIALIVE)
    assert (frame.session, frame.number) == (session, number)


@pytest.mark.parametrize("folder", ["1234567/0", "1234567/pipeline1", "studio-a"])
def test_a_pipelines_copy_and_a_folders_frame_are_the_channels(folder):
    frame, refused = read(f"medialive/{folder}/frame-20261122T080500.00042.jpg")
    assert refused is None
    assert (frame.source, frame.channel, frame.channel_arn) == ("medialive", "1234567", MEDIALIVE)
    assert (frame.session, frame.number) == ("20261122T080500", 42)


def pair_of(key):
    return pair_key(read(key)[0], FOLDERS)


@pytest.mark.parametrize("name", ["frame-20261122T080500.00042.jpg", "frame.00042.jpg"])
def test_both_copies_of_a_frame_share_one_key(name):
    folders = ("1234567/0", "1234567/1", "1234567/pipeline1", "studio-a", "studio-a-backup")
    read = [pair_of(f"medialive/{folder}/{name}") for folder in folders]
    assert len({shared for shared, _ in read}) == 1
    assert [pipeline for _, pipeline in read] == [0, 1, 1, 0, 1]
    assert re.fullmatch(r"[0-9a-f]{64}", read[0][0])


def test_no_other_frame_shares_it():
    names = ["frame-20261122T080500.00042", "frame-20261122T080500.00043"]
    names += ["frame-20261122T080501.00042", "frame.00042", "wide-20261122T080500.00042"]
    keys = [f"medialive/{channel}/1/{name}.jpg" for name in names for channel in (1, 2)]
    assert len({pair_of(key) for key in keys}) == len(keys)


@pytest.mark.parametrize(
    "key",
    [
        "medialive/1234567/frame-20261122T080500.00042.jpg",
        "medialive/1234567/0/frame-20261122T080500.jpg",
        f"{RECORDING}/thumbnails/thumb42.jpg",
        "uploads/medialive/1234567/0/frame.00042.jpg",
    ],
)
def test_a_frame_of_no_pipeline_or_no_number_has_no_copy(key):
    assert pair_of(key) is None


def test_a_channel_arn_has_the_partition_and_region_of_the_function():
    home = Home.of_function("arn:aws-cn:lambda:cn-north-1:111122223333:function:intake")
    [stored] = objects_of(event("intake/ivs_thumbnail"))
    frame, _ = admit(stored, home)
    assert frame.channel_arn == "arn:aws-cn:ivs:cn-north-1:111122223333:channel/AbCdef1G2hij"


def test_an_upload_belongs_to_no_channel():
    frame, refused = read("uploads/ivs/v1/111122223333/AbCdef1G2hij/thumb1.jpg")
    assert refused is None
    assert (frame.source, frame.channel, frame.channel_arn) == ("upload", "uploads", None)


@pytest.mark.parametrize(
    "key",
    [
        f"{RECORDING}/hls/720p30/0.ts",
        f"{RECORDING}/thumbnails/high/thumb-sheet.jpg",
        f"{RECORDING}/thumbnails/thumb42.jpg\n",
        f"/{RECORDING}/thumbnails/thumb42.jpg",
        RECORDING.replace("111122223333", "١١١١٢٢٢٢٣٣٣٣") + "/thumbnails/thumb42.jpg",
        "medialive/1234567/frame.png",
        "medialive/1234567/deeper/frame.00042.jpg",
        "medialive/١٢٣/frame.00042.jpg",
        "medialive/not-a-number/frame.00042.jpg",
        "uploads/",
        "uploads/folder/",
        "batches/manifest.jsonl",
        "x.jpg",
    ],
)
def test_what_is_no_frame_is_refused_with_a_whole_frame_all_the_same(key):
    frame, refused = read(key)
    assert refused.reason == "not_a_frame"
    assert frame.channel_arn is None
    assert frame.source == frame.channel
    assert all(frame.document()[name] is not None for name in ("frame_id", "key", "put_at"))


def test_every_key_of_the_slot_is_always_there():
    streams = ("ivs_thumbnail", "medialive_frame", "medialive_folder", "second_pipeline")
    for scenario in (*streams, "upload", "not_a_frame"):
        [stored] = objects_of(event(f"intake/{scenario}"))
        assert set(admit(stored, HOME)[0].document()) == {
            *("frame_id", "bucket", "key", "version_id", "etag", "size", "source"),
            *("channel", "channel_arn", "session", "number", "put_at"),
        }


def test_an_unversioned_bucket_has_no_version_and_a_multi_record_event_has_many_objects():
    made = event("intake/odd_key_notification")
    del made["Records"][0]["s3"]["object"]["versionId"]
    first, second = objects_of({"Records": made["Records"] * 2})
    assert first == second
    assert first.version_id is None


def test_moments_have_one_form_whoever_wrote_them():
    [plain] = objects_of(event("intake/ivs_thumbnail"))
    assert plain.put_at == "2026-11-22T08:05:31.000Z"


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"Records": None},
        {"Records": [{}]},
        {"Records": ["text"]},
        {"detail": {}},
        {"detail": {"bucket": {"name": "b"}, "object": "key"}, "time": "2026-11-22T08:05:31Z"},
        eventbridge("uploads/x.jpg") | {"time": "yesterday"},
        eventbridge("uploads/x.jpg") | {"time": None},
        eventbridge("uploads/x.jpg", size="big"),
    ],
)
def test_an_event_without_an_object_is_malformed_and_says_so(broken):
    with pytest.raises(FrameMalformedError, match="carries no object"):
        list(objects_of(broken))
