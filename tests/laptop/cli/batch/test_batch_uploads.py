"""What a batch is made of: counted in bounded memory, and sent so that no line is lost."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from framewarden import planning
from local import batch_stored, batch_upload
from local.batch_choice import source_of
from local.batch_folder import files_of
from local.batch_manifest import LONGEST, entries
from local.batch_source import folder_prefix, key_below, plain_name
from local.batch_stored import TAKEN, count_lines
from local.batch_upload import Below, Line, in_order, known_object
from local.errors import OperatorError

Told = Callable[[str], None]
pytestmark = pytest.mark.usefixtures("bring")
PICTURE = b"\x89PNG\r\n\x1a\n"


def line(ref: object, **more: object) -> bytes:
    return json.dumps({"source-ref": ref, **more}).encode()


def sent(stack: Any, path: Path, told: Told) -> list[bytes]:
    """Make a manifest ready, and read what lies in the bucket."""
    place = source_of(stack.target, str(path)).ready("b1", told)["manifest"]
    key = place.removeprefix("s3://batches/")
    body = stack.target.client("s3").get_object(Bucket="batches", Key=key)["Body"].read()
    return bytes(body).splitlines(keepends=True)


class TestManifest:
    def test_no_line_is_lost_or_moved(self, stack: Any, tmp_path: Path, told: Told) -> None:
        (tmp_path / "a.png").write_bytes(PICTURE)
        (tmp_path / "text.md").write_text("no image")
        (tmp_path / "odd.jsonl").write_bytes(PICTURE)  # would start a batch of its own
        given = [
            b"\xef\xbb\xbf" + line("a.png", note=1) + b"\r\n",
            b"{broken\n",
            b"\n",
            line("missing.png") + b"\n",
            line("text.md") + b"\n",
            line("odd.jsonl") + b"\n",
            line("https://example.org/a.png") + b"\n",
            line(str(tmp_path / "a.png")) + b"\n",
            line(7) + b"\n",
            b"[1]\n",
            line("n" * 300) + b"\n",
            line("x" * (2 * LONGEST)) + b"\n",
            line("s3://photos/1.jpg") + b"\n",
            line("s3://elsewhere/1.jpg") + b"\n",
            line("s3://frames/uploads/1.jpg") + b"\n",
            line("./a.png"),
        ]
        path = tmp_path / "m.jsonl"
        path.write_bytes(b"".join(given))
        source = source_of(stack.target, str(path))
        assert (source.lines, source.images, source.uploads) == (15, 3, 2)
        assert "name no image file here, which will be errors: 6." in source.notes[0]
        assert "elsewhere (1), frames (1)" in source.notes[1]
        there = sent(stack, path, told)
        ref = f"s3://frames/{folder_prefix(tmp_path)}a.png"
        assert json.loads(there[0]) == {"source-ref": ref, "note": 1}
        assert there[0].endswith(b"\r\n")
        assert there[1:-1] == given[1:-1]
        assert json.loads(there[-1]) == {"source-ref": ref}
        assert stack.keys("frames") == [f"{folder_prefix(tmp_path)}a.png"]

    def test_one_of_addresses_only_goes_as_it_is(
        self, stack: Any, tmp_path: Path, told: Told
    ) -> None:
        given = b"\xef\xbb\xbf" + line("s3://photos/1.jpg") + b"\r\n{broken"
        (tmp_path / "m.jsonl").write_bytes(given)
        assert b"".join(sent(stack, tmp_path / "m.jsonl", told)) == given

    def test_a_file_that_cannot_be_read_is_an_error_of_its_line(
        self, stack: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "a.png").write_bytes(PICTURE)
        (tmp_path / "m.jsonl").write_bytes(line("a.png"))
        stack.store("frames", f"{folder_prefix(tmp_path)}a.png", b"of an earlier run")
        source = source_of(stack.target, str(tmp_path / "m.jsonl"))
        (tmp_path / "a.png").unlink()
        (tmp_path / "a.png").mkdir()
        monkeypatch.setattr(type(source), "file_of", lambda self, ref: tmp_path / ref)
        told: list[str] = []
        place = source.ready("b1", told.append)["manifest"]
        assert (stack.lines(place), told) == ([{"source-ref": "a.png"}], ["unsent"])

    def test_an_empty_one_is_refused(self, stack: Any, tmp_path: Path) -> None:
        (tmp_path / "m.jsonl").write_bytes(b"\n\r\n")
        with pytest.raises(OperatorError, match="There are no lines"):
            source_of(stack.target, str(tmp_path / "m.jsonl"))

    def test_a_long_line_comes_in_pieces(self, tmp_path: Path) -> None:
        for size in (LONGEST - 1, LONGEST, LONGEST + 1, 3 * LONGEST):
            content = b"x" * size + b"\n" + line("s3://b/k")
            (tmp_path / "m").write_bytes(content)
            found = list(entries(tmp_path / "m"))
            assert b"".join(entry.content for entry in found) == content
            assert sum(entry.begins for entry in found) == 2
            assert found[-1].ref == "s3://b/k"


class TestFolder:
    def test_files_come_in_the_order_of_their_keys(self, tmp_path: Path) -> None:
        for name in ("a/x.jpg", "a-b.jpg", "a.jpg", "a/é.jpg", "B/1.jpg", "z"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(b"")
        (tmp_path / "link").symlink_to(tmp_path / "a")
        (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
        names = [name for name, _ in files_of(tmp_path)]
        assert names == sorted(names, key=str.encode)
        assert len(names) == 6

    def test_a_name_that_is_no_text_keeps_its_image(
        self, stack: Any, tmp_path: Path, told: Told
    ) -> None:
        (tmp_path / "f").mkdir()
        (tmp_path / "f" / "\udcff.png").write_bytes(PICTURE)
        place = source_of(stack.target, str(tmp_path / "f")).ready("b1", told)["manifest"]
        [key] = stack.keys("frames")
        assert key.endswith(".png")
        assert stack.lines(place) == [{"source-ref": f"s3://frames/{key}"}]

    def test_a_file_that_is_not_sent_is_an_error_of_its_line(
        self, stack: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "a.png").write_bytes(PICTURE)
        source = source_of(stack.target, str(tmp_path))
        monkeypatch.setattr("local.batch_folder.send", lambda *given: "unsent")
        told: list[str] = []
        place = source.ready("b1", told.append)["manifest"]
        assert (stack.lines(place), told) == ([{"source-ref": "a.png"}], ["unsent"])

    def test_many_other_files_are_counted(self, stack: Any, tmp_path: Path) -> None:
        (tmp_path / "a.png").write_bytes(PICTURE)
        for number in range(12):
            (tmp_path / f"{number:02}.txt").write_text("text")
        notes = source_of(stack.target, str(tmp_path)).notes
        assert notes[-1] == "Skipped 2 more files that are not images."
        assert len(notes) == 11

    def test_an_empty_one_is_refused(self, stack: Any, tmp_path: Path) -> None:
        with pytest.raises(OperatorError, match="There are no images in"):
            source_of(stack.target, str(tmp_path))


class TestStored:
    def test_it_takes_for_an_image_what_the_plan_does(self) -> None:
        assert TAKEN == planning.IMAGES

    @pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
    def test_lines_are_counted_wherever_a_chunk_ends(self, size: int) -> None:
        text = b"one\n\n \r\ntwo\r\nthree\n  x"
        chunks = [text[at : at + size] for at in range(0, len(text), size)]
        assert count_lines(chunks) == 4
        assert count_lines([]) == count_lines([b"\n", b"\r\n"]) == 0

    def test_a_large_manifest_is_sampled(self, stack: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        lines = 5_000
        stack.store("photos", "m.jsonl", (line("s3://photos/1.jpg") + b"\n") * lines)
        monkeypatch.setattr(batch_stored, "COUNTED", 1_000)
        monkeypatch.setattr(batch_stored, "SAMPLE", 4_000)
        source = source_of(stack.target, "s3://photos/m.jsonl")
        assert abs(source.lines - lines) < 0.02 * lines
        assert not source.exact
        assert "Estimated from 16 samples" in source.notes[0]

    @pytest.mark.parametrize(
        ("what", "words"),
        [
            ("s3://", "names no bucket"),
            ("s3://elsewhere/a/", "the bucket elsewhere is not allowed"),
            ("s3://evidence/a/", "is evidence"),
            ("s3://frames/ivs/", "may be frames"),
            ("s3://batches/batches/b/manifest.jsonl", "belongs to another batch"),
            ("s3://photos/a/", "There are no images below s3://photos/a/"),
            ("s3://photos", "There are no images below s3://photos/"),
            ("s3://photos/none.jsonl", "There is no object"),
            ("s3://photos/empty.jsonl", "There are no lines"),
        ],
    )
    def test_what_cannot_be_a_batch_is_said(self, stack: Any, what: str, words: str) -> None:
        stack.store("photos", "empty.jsonl", b"\n")
        with pytest.raises(OperatorError, match=words):
            source_of(stack.target, what)


@pytest.mark.parametrize(
    ("name", "words"),
    [("none", "There is no file"), ("a.png", "is an image"), ("pipe", "is not a file")],
)
def test_what_is_no_source_is_said(stack: Any, tmp_path: Path, name: str, words: str) -> None:
    import os

    (tmp_path / "a.png").write_bytes(PICTURE)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OperatorError, match=words):
        source_of(stack.target, str(tmp_path / name))


def test_names_and_keys_are_what_s3_takes(tmp_path: Path) -> None:
    assert plain_name(" Ferien 2026/ä… ") == "Ferien-2026"
    assert folder_prefix(tmp_path) == folder_prefix(tmp_path / "x" / "..")
    assert folder_prefix(tmp_path / "one") != folder_prefix(tmp_path / "two" / "one")
    assert key_below("p/", "a b.jpg") == "p/a b.jpg"
    for odd in ("x" * 1100 + ".JPG", "\udcff.jpg", "a.jsonl"):
        key = key_below("p/", odd)
        assert len(key) < 80
        assert not key.endswith(".jsonl")
    assert key_below("p/", "x" * 1100 + ".JPG").endswith(".jpg")


def test_what_is_there_is_found_in_the_order_of_keys(stack: Any) -> None:
    for key in ("p/a", "p/c", "p/é"):
        stack.store("frames", key, key.encode())
    s3 = stack.target.client("s3")
    there = Below(s3, "frames", "p/")
    found = [bool(there.known(key)) for key in ("p/a", "p/b", "p/c", "p/z", "p/é", "p/a", "p/ü")]
    assert found == [True, False, True, False, True, False, False]
    assert known_object(s3, "frames", "p/b") is None
    assert known_object(s3, "frames", "p/c") == Below(s3, "frames", "p/c").known("p/c")


def test_a_denied_head_counts_as_absent_and_a_fault_does_not() -> None:
    from botocore.exceptions import ClientError

    class S3:
        def __init__(self, code: str) -> None:
            self.code = code

        def head_object(self, **_: str) -> None:
            raise ClientError({"Error": {"Code": self.code}}, "HeadObject")

    assert known_object(S3("403"), "b", "k") is None
    with pytest.raises(ClientError):
        known_object(S3("SlowDown"), "b", "k")


def test_lines_keep_their_order_and_few_are_under_way() -> None:
    from threading import Lock
    from time import sleep

    lock, under_way, most = Lock(), 0, 0

    def work(number: int) -> Line:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        sleep(0.002 * (number % 3))
        with lock:
            under_way -= 1
        return Line(b"%d" % number)

    given = [
        Line(b"%d" % number) if number % 5 == 0 else (lambda number=number: work(number))
        for number in range(200)
    ]
    assert [int(one.content) for one in in_order(given)] == list(range(200))
    assert 1 < most <= batch_upload.AT_ONCE


def test_a_fault_of_the_store_ends_it() -> None:
    def broken() -> Line:
        raise ConnectionError("no network")

    with pytest.raises(ConnectionError):
        list(in_order([broken, *[lambda: Line(b"")] * 100]))
