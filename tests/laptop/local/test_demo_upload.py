"""One file of the demo is called a picture and is none; it lies where no stream's frame does."""

from types import SimpleNamespace
from typing import Any

import pytest
from demo_rows import BEGAN
from screening_fakes import FakeClock

from framewarden.domain.frames import frame_id
from local.demo_upload import unreadable
from local.images import MAGIC


class FakeS3:
    """Remember what was put; a bucket without versions says none."""

    def __init__(self, version: str | None) -> None:
        self.version = version
        self.puts: list[dict[str, Any]] = []

    def put_object(self, **asked: Any) -> dict[str, Any]:
        self.puts.append(asked)
        return {"VersionId": self.version} if self.version else {}


@pytest.mark.parametrize("version", ["v1", None])
def test_a_file_that_is_no_picture_is_uploaded_under_a_picture_s_name(version: str | None) -> None:
    s3 = FakeS3(version)
    target: Any = SimpleNamespace(output=lambda name: name, client=lambda service: s3)

    put = unreadable(target, "demo-1", FakeClock())

    [asked] = s3.puts
    assert (asked["Bucket"], asked["Key"]) == ("FramesBucket", put.key)
    assert put.key == "uploads/demo-1/no-picture.jpg"
    assert not asked["Body"].startswith(MAGIC)
    assert put.frame_id == frame_id("FramesBucket", put.key, version)
    assert (put.version_id, put.started, put.ended) == (version, BEGAN, BEGAN)
