import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framewarden.domain.medialive_keys import (
    MEDIALIVE_KEY,
    FoldersInvalidError,
    read_folders,
    read_key,
)

FOLDERS = read_folders("studio-a=1234567/0,studio-a-backup=1234567/1,studio-b=7654321")


# The folders of a deployment


def test_a_deployment_without_folders_says_none():
    assert read_folders("none") == read_folders(" none ") == {}


@pytest.mark.parametrize(
    ("text", "folders"),
    [
        ("a=1", {"a": ("1", None)}),
        ("a=1,b=2/1", {"a": ("1", None), "b": ("2", 1)}),
        ("a=1 , b=2", {"a": ("1", None), "b": ("2", None)}),
        ("a=1/0,b=1/1", {"a": ("1", 0), "b": ("1", 1)}),
        ("1234567=1234567/0", {"1234567": ("1234567", 0)}),
        # One copy is numbered, so the folder beside it holds the other
        ("a=1,a-backup=1/1", {"a": ("1", 0), "a-backup": ("1", 1)}),
        ("a-backup=1/0,a=1", {"a": ("1", 1), "a-backup": ("1", 0)}),
        ("a=1,b=1", {"a": ("1", None), "b": ("1", None)}),
        ("a=1,b=1/0,c=1/1", {"a": ("1", None), "b": ("1", 0), "c": ("1", 1)}),
    ],
)
def test_a_folder_is_a_channels_and_may_be_one_pipelines(text, folders):
    read = read_folders(text)
    own = {channel: (channel, None) for channel, _ in folders.values()}
    assert {name: read[name] for name in folders} == folders
    assert set(read) == set(own | folders)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("studio a=1", "'studio a=1' is no folder of a channel: write folder=channel id or"),
        ("a", "'a' is no folder"),
        ("a=", "'a=' is no folder"),
        ("a=1/2", "'a=1/2' is no folder"),
        ("a=1/", "is no folder"),
        ("a=b", "is no folder"),
        ("a=1;b=2", "is no folder"),
        ("a = 1", "'a = 1' is no folder"),
        ("a=1,", "'' is no folder"),
        ("a=1,none", "'none' is no folder"),
        ("a/b=1", "is no folder"),
        ("=1", "is no folder"),
        ("a=١٢٣", "is no folder"),
        ("", "'' is no folder"),
        ("x" * 9000, "'" + "x" * 80 + "' is no folder"),
        ("a=1,a=2", "the folder a comes twice"),
        ("1234567=7654321", "1234567 is a channel's own id: give 7654321 another folder"),
    ],
)
def test_folders_that_nobody_can_follow_are_refused_with_what_to_write(text, says):
    with pytest.raises(FoldersInvalidError) as caught:
        read_folders(text)
    message = str(caught.value)
    assert says in message
    assert message.startswith("MEDIALIVE_FOLDERS: ")
    assert message.endswith("; then deploy template.yaml again")
    assert len(message) < 250


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9._-]{0,9}", fullmatch=True)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(NAMES, st.tuples(st.integers(1, 10**9), st.integers(0, 1)), min_size=1))
def test_folders_are_read_as_they_are_written(folders):
    text = ",".join(f"{name}={channel}/{number}" for name, (channel, number) in folders.items())
    read = read_folders(text)
    for name, (channel, number) in folders.items():
        assert read[name] == (str(channel), number)


def test_the_folder_of_the_channels_id_is_the_other_pipelines_where_one_has_a_folder():
    assert read_folders("backup=1234567/1")["1234567"] == ("1234567", 0)
    assert read_folders("main=1234567/0")["1234567"] == ("1234567", 1)
    for text in ("a=1234567", "a=1234567/0,b=1234567/1"):
        assert read_folders(text)["1234567"] == ("1234567", None)


def test_a_folder_may_have_any_name_that_the_template_lets_pass():
    assert read_folders("_a.b-c=1")["_a.b-c"] == ("1", None)


# The keys


@pytest.mark.parametrize(
    ("key", "channel", "pipeline"),
    [
        ("medialive/1234567/{}", "1234567", None),
        ("medialive/1234567/0/{}", "1234567", 0),
        ("medialive/1234567/1/{}", "1234567", 1),
        ("medialive/1234567/pipeline0/{}", "1234567", 0),
        ("medialive/1234567/pipeline1/{}", "1234567", 1),
        ("medialive/studio-a/{}", "1234567", 0),
        ("medialive/studio-a-backup/{}", "1234567", 1),
        ("medialive/studio-b/{}", "7654321", None),
        ("medialive/studio-b/1/{}", "7654321", 1),
        ("medialive/studio-a/pipeline1/{}", "1234567", 1),
    ],
)
def test_a_key_names_its_channel_and_its_pipeline(key, channel, pipeline):
    read = read_key(key.format("frame-20261122T080500.00042.jpg"), FOLDERS)
    assert (read.channel, read.pipeline) == (channel, pipeline)
    assert (read.base, read.session, read.number) == ("frame-", "20261122T080500", 42)


@pytest.mark.parametrize(
    "key",
    [
        "medialive/studio-c/frame.00042.jpg",
        "medialive/studio-a/2/frame.00042.jpg",
        "medialive/studio-a/pipeline/frame.00042.jpg",
        "medialive/1234567/pipeline2/frame.00042.jpg",
        "medialive/1234567/0/1/frame.00042.jpg",
        "medialive/1234567/0/frame.png",
        "medialive//frame.00042.jpg",
        "medialive/0/1",
        "medialive/١٢٣/frame.00042.jpg",
        "medialive/²/frame.00042.jpg",
        "/medialive/1234567/frame.00042.jpg",
        "medialive/1234567/frame.00042.jpg\n",
    ],
)
def test_a_key_of_nobodys_channel_is_no_frame(key):
    assert read_key(key, FOLDERS) is None


@pytest.mark.parametrize("piece", ["20261122T080500.00042", "0/", "pipeline0/", "00000", "1"])
def test_the_pattern_is_not_slow_on_hostile_keys(piece):
    assert MEDIALIVE_KEY.fullmatch("medialive/1/" + piece * (1000 // len(piece)) + "x") is None
