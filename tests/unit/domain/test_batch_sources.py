import pytest

from framewarden.domain.batch_sources import (
    Buckets,
    Source,
    check_source,
    read_source,
    read_sources,
)
from framewarden.domain.errors import BatchRefusedError

ID = "5f0c9a4be1d27730c8aa"
KNOWN = Buckets("frames", "evidence", "batches", frozenset({"photos", "evidence", "batches"}))


def source(place, kind="manifest"):
    bucket, _, key = place.partition("/")
    return Source(kind, bucket, key, None)


class TestReading:
    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("-", set()),
            ("photos", {"photos"}),
            ("photos, scans,", {"photos", "scans"}),
            ("", set()),
        ],
    )
    def test_the_allow_list(self, text, names):
        assert read_sources(text) == names

    def test_a_manifest_may_name_its_version(self):
        asked = {"manifest": "s3://photos/a b+c/%41/m.jsonl", "version_id": "v1"}
        assert read_source(asked) == Source("manifest", "photos", "a b+c/%41/m.jsonl", "v1")

    @pytest.mark.parametrize("key", ["", "2026/", "2026/11/"])
    def test_a_prefix_ends_with_a_slash_or_is_the_bucket(self, key):
        assert read_source({"prefix": f"s3://photos/{key}"}) == source(f"photos/{key}", "prefix")

    @pytest.mark.parametrize(
        ("asked", "words"),
        [
            ({}, "one manifest .* or one prefix"),
            ({"manifest": None}, "one manifest"),
            ({"manifest": "s3://photos/m", "prefix": "s3://photos/a/"}, "one manifest"),
            ({"manifest": 5}, "write s3://bucket/key"),
            ({"manifest": "photos/m.jsonl"}, "write s3://bucket/key"),
            ({"manifest": "https://photos/m.jsonl"}, "write s3://bucket/key"),
            ({"manifest": "s3:///m.jsonl"}, "write s3://bucket/key"),
            ({"manifest": "s3://photos"}, "write s3://bucket/key"),
            ({"manifest": "s3://photos/" + "é" * 513}, "write s3://bucket/key"),
            ({"manifest": "s3://photos/\ud800"}, "write s3://bucket/key"),
            ({"prefix": "s3://photos"}, "write s3://bucket/folder/"),
            ({"manifest": "s3://photos/"}, "give it as prefix"),
            ({"manifest": "s3://photos/2026/"}, "give it as prefix"),
            ({"prefix": "s3://photos/2026"}, "write s3://bucket/folder/"),
            ({"prefix": "s3://photos/2026/", "version_id": "v1"}, "version of a manifest"),
            ({"manifest": "s3://photos/m", "version_id": ""}, "version of a manifest"),
            ({"manifest": "s3://photos/m", "version_id": 5}, "version of a manifest"),
        ],
    )
    def test_what_is_no_place_is_refused(self, asked, words):
        with pytest.raises(BatchRefusedError, match=words):
            read_source(asked)


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("photos/2026/m.jsonl", "m.jsonl"),
        ("photos/2026/11/", "11"),
        ("photos/", "photos"),
        ("photos/ /", "photos"),
        ("photos/a\nb", "a?b"),
        ("photos/" + "x" * 200, "x" * 128),
    ],
)
def test_a_batch_that_nobody_named_is_called_as_its_place(place, name):
    assert source(place).name == name


class TestAllowed:
    @pytest.mark.parametrize(
        ("place", "kind"),
        [
            ("photos/m.jsonl", "manifest"),
            ("photos/", "prefix"),
            ("frames/batches/holiday/m.jsonl", "manifest"),
            ("frames/batches/holiday/", "prefix"),
            (f"batches/batches/{ID}/manifest.jsonl", "manifest"),
        ],
    )
    def test_what_a_batch_may_be_made_of(self, place, kind):
        check_source(source(place, kind), ID, KNOWN)

    @pytest.mark.parametrize(
        ("place", "kind", "words"),
        [
            ("evidence/m.jsonl", "manifest", "is evidence"),
            ("evidence/batches/", "prefix", "is evidence"),
            ("frames/ivs/v1/", "prefix", "may be frames"),
            ("frames/", "prefix", "may be frames"),
            ("frames/batches", "manifest", "may be frames"),
            (f"batches/batches/{ID[::-1]}/manifest.jsonl", "manifest", "no manifest of this batch"),
            (f"batches/batches/{ID}0/manifest.jsonl", "manifest", "no manifest of this batch"),
            (f"batches/batches/{ID}/", "prefix", "no manifest of this batch"),
            ("others/m.jsonl", "manifest", r"allowed: batches, evidence, photos\): add it to the"),
        ],
    )
    def test_what_it_may_not_be_made_of_whatever_the_allow_list_says(self, place, kind, words):
        with pytest.raises(BatchRefusedError, match=words):
            check_source(source(place, kind), ID, KNOWN)

    def test_where_nothing_is_allowed_the_refusal_says_so(self):
        with pytest.raises(BatchRefusedError, match="allowed: none"):
            check_source(source("photos/m.jsonl"), ID, KNOWN._replace(sources=frozenset()))
