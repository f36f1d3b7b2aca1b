"""Which images a person means who names files, folders or objects."""

from pathlib import Path

import pytest

from local.errors import OperatorError
from local.images import find
from local.target import Target

JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 20


def test_a_folder_gives_its_images_and_names_the_rest(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name, content in {
        "a.JPG": b"",
        "magic": JPEG,
        "sub/b.png": b"",
        "notes.txt": b"hello",
        "clip.webp": b"",
    }.items():
        (tmp_path / name).write_bytes(content)
    choice = find([str(tmp_path)], s3=None)
    assert [image.name for image in choice.images] == ["a.JPG", "clip.webp", "magic", "sub/b.png"]
    assert choice.skipped == ["notes.txt"]


def test_a_file_that_is_named_itself_is_always_sent(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    assert [image.name for image in find([str(tmp_path / "notes.txt")], None).images] == [
        "notes.txt"
    ]


def test_nothing_to_send_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="no images in"):
        find([str(tmp_path)], None)
    with pytest.raises(OperatorError, match="There is no file"):
        find([str(tmp_path / "missing.jpg")], None)
    with pytest.raises(OperatorError, match="not a file"):
        find(["/dev/null"], None)
    with pytest.raises(OperatorError, match="names no bucket"):
        find(["s3://"], None)


def test_objects_of_s3(furnished: Target) -> None:
    s3 = furnished.client("s3")
    s3.create_bucket(Bucket="pictures")
    for key in ("in/a+b c.jpg", "in/notes.txt", "in/folder/", "in", "out.png"):
        s3.put_object(Bucket="pictures", Key=key, Body=JPEG)
    choice = find(["s3://pictures/in/"], s3)
    assert [(image.bucket, image.key) for image in choice.images] == [("pictures", "in/a+b c.jpg")]
    assert choice.skipped == ["in/notes.txt"]
    assert [image.key for image in find(["s3://pictures/in"], s3).images] == ["in"]
    assert len(find(["s3://pictures"], s3).images) == 2
    with pytest.raises(OperatorError, match="There is no bucket nowhere"):
        find(["s3://nowhere/x"], s3)
