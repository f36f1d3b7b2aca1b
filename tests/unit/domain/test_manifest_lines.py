"""A manifest is read by ranges, whatever lies in it: each line once, with its number and code."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as trials
from hypothesis import strategies as st

from framewarden.domain.manifest_lines import MOST_BYTES, lines

BOM = b"\xef\xbb\xbf"
GOOD = b'{"source-ref": "s3://example-photos/a.jpg"}'


def spell(key):
    return json.dumps({"source-ref": f"s3://example-photos/{key}"}).encode()


def chunks(data, start, size):
    first = max(start - 1, 0)
    return (data[at : at + size] for at in range(first, len(data), size))


def read(data, start=0, end=None, size=7, **more):
    end = len(data) if end is None else end
    return list(lines(chunks(data, start, size), start, end, **more))


def seen(line):
    return line.ref, line.bucket, line.key, line.code


PIECES = st.one_of(
    st.sampled_from([b"", b" ", b"\r", GOOD, GOOD + b"\r", b"{", b"[]", b"\xff", b"x" * 40, b"{}"]),
    st.text("abcå", min_size=1, max_size=9).map(spell),
)


@trials(deadline=None)
@given(
    st.lists(PIECES, max_size=12),
    st.booleans(),
    st.booleans(),
    st.lists(st.integers(0, 400), max_size=6),
    st.integers(1, 90),
)
def test_ranges_read_each_line_once_wherever_they_are_cut(pieces, bom, ended, cuts, size):
    data = (BOM if bom else b"") + b"\n".join(pieces) + (b"\n" if ended and pieces else b"")
    whole = [seen(line) for line in read(data, size=10_000)]
    expected = data.split(b"\n")
    assert len(whole) == len(expected[:-1] if expected[-1] == b"" else expected)
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    ranges = [read(data, start, end, size) for start, end in pairwise(edges)]
    assert [seen(line) for found in ranges for line in found] == whole
    for found in ranges:
        assert [line.number for line in found] == list(range(1, len(found) + 1))


def test_a_line_names_an_image():
    [line] = read(spell("holiday/b å.jpg"))
    assert (line.number, line.code, line.is_blank) == (1, None, False)
    assert (line.bucket, line.key) == ("example-photos", "holiday/b å.jpg")
    assert line.ref == "s3://example-photos/holiday/b å.jpg"


def test_a_mark_crlf_blank_lines_and_a_missing_last_newline_do_not_matter():
    data = BOM + GOOD + b"\r\n\r\n  \n" + GOOD
    first, second, third, fourth = read(data)
    assert (first.key, fourth.key, fourth.number) == ("a.jpg", "a.jpg", 4)
    assert [line.is_blank for line in (first, second, third, fourth)] == [False, True, True, False]
    assert read(b"") == []
    [only] = read(BOM + b"\n")
    assert only.is_blank


def test_a_mark_belongs_to_the_first_line_only():
    first, second = read(GOOD + b"\n" + BOM + GOOD)
    assert (first.code, second.code) == (None, "INVALID_JSON_LINE")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "INVALID_JSON_LINE"),
        (b"[" * 60_000, "INVALID_JSON_LINE"),
        (b"\xff\xfe{\x00}\x00", "INVALID_JSON_LINE"),
        (b"1" * 5000, "INVALID_JSON_LINE"),
        (b'["s3://example-photos/a.jpg"]', "INVALID_JSON_LINE"),
        (b'{"source_ref": "s3://example-photos/a.jpg"}', "MISSING_SOURCE_REF"),
        (b'{"source-ref": 7}', "INVALID_SOURCE_REF"),
        (b'{"source-ref": "https://example-photos/a.jpg"}', "INVALID_SOURCE_REF"),
        (b'{"source-ref": "s3://example-photos"}', "INVALID_SOURCE_REF"),
        (b'{"source-ref": "s3://example-photos/"}', "INVALID_SOURCE_REF"),
        (b'{"source-ref": "s3://ab/a.jpg"}', "INVALID_SOURCE_REF"),
        (b'{"source-ref": "s3://example photos/a.jpg"}', "INVALID_SOURCE_REF"),
        (b'{"source-ref": "s3://example-photos/\\ud800.jpg"}', "INVALID_SOURCE_REF"),
        (b'{"source-ref": "s3://example-photos/' + b"k" * 1025 + b'"}', "INVALID_SOURCE_REF"),
        (GOOD + b" " * MOST_BYTES, "LINE_TOO_LONG"),
    ],
)
def test_a_line_that_names_no_image_says_why_and_the_rest_goes_on(content, code):
    bad, good = read(content + b"\n" + GOOD, size=64 * 1024)
    assert (bad.number, bad.code, bad.is_blank) == (1, code, False)
    assert bad.message.endswith(".")
    assert (good.number, good.key) == (2, "a.jpg")


def test_what_a_bad_line_said_is_kept_where_it_could_be_read():
    [bad] = read(b'{"source-ref": "https://example.org/a.jpg"}')
    assert bad.ref == "https://example.org/a.jpg"


def test_a_line_of_64_kib_is_read_and_one_byte_more_is_not():
    fits, long = (GOOD.ljust(MOST_BYTES + more) for more in (0, 1))
    assert [line.code for line in read(fits + b"\n" + long)] == [None, "LINE_TOO_LONG"]


def test_an_endless_line_is_neither_held_nor_read_to_its_end():
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield b"x" * 65536

    [line] = lines(endless(), 0, 65536)
    assert (line.code, line.number) == ("LINE_TOO_LONG", 1)
    assert len(taken) == 2
    taken.clear()
    assert list(lines(endless(), 65536, 131072)) == [], "no line begins in the ranges within it"
    assert len(taken) == 2


def test_no_more_is_read_than_the_last_line_of_a_range_needs():
    taken = []
    data = b"".join(GOOD + b"\n" for _ in range(1000))

    def counted():
        for chunk in chunks(data, 0, 100):
            taken.append(chunk)
            yield chunk

    assert len(list(lines(counted(), 0, 44))) == 1
    assert len(taken) == 1


def test_an_answer_is_read_from_the_results_of_a_bulk_job_and_from_nothing_else():
    answer = {"ModerationLabels": []}
    entry = {"source-ref": "s3://example-photos/a.jpg", "detect-moderation-labels": answer}
    content = json.dumps(entry).encode()
    [line] = read(content, answered=True)
    assert line.answer == answer
    [line] = read(content)
    assert (line.answer, line.code) == (None, None), "a manifest could claim anything"
    [line] = read(GOOD, answered=True)
    assert (line.code, line.ref) == ("INTERNAL_SERVER_ERROR", "s3://example-photos/a.jpg")
