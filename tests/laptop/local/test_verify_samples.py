"""The pictures of `samples/verify/`: drawn by code, and wrong in forty of 160 by design."""

import json
from collections import Counter, defaultdict
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import boto3
import pytest
from moto import mock_aws
from PIL import Image, ImageChops, ImageStat

from framewarden.domain.policy import parse_policy
from framewarden.domain.times import parse
from framewarden.domain.verdicts import classify
from local import verify_samples
from local.moto_ext import install
from local.moto_ext.rekognition import recorded
from local.policy_file import load
from local.verify_samples import ANSWERS, CLEAR, FOLDER, LABEL, MANIFEST, MISLEADING, POLICY, TRUTH

KEPT = {name: json.loads((FOLDER / name).read_text()) for name in (ANSWERS, TRUTH)}
FILES = list(KEPT[TRUTH])
THRESHOLD = 50
MOST_BYTES = 1_000_000
AT = "2026-11-22T08:00:00.000Z"


def confidence(folder: Path, file: str) -> float:
    """Return how sure the model is of the label in a picture."""
    answers = json.loads((folder / ANSWERS).read_text())
    labels = answers[sha256((folder / file).read_bytes()).hexdigest()]["ModerationLabels"]
    return {label["Name"]: label["Confidence"] for label in labels}[LABEL]


@pytest.fixture(scope="module", params=[CLEAR, MISLEADING])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    assert verify_samples.main(["--to", str(folder), "--set", request.param]) == 0
    return folder


def test_each_is_what_the_code_draws() -> None:
    for sample in verify_samples.samples():
        drawn = Image.open(BytesIO(verify_samples.drawn(sample)))
        kept = Image.open(FOLDER / sample.file)
        apart = ImageStat.Stat(ImageChops.difference(drawn, kept))
        assert max(apart.mean) < 1, sample.file  # another encoder may round otherwise
        assert KEPT[TRUTH][sample.file] == sample.labels
        assert confidence(FOLDER, sample.file) == sample.confidence


def test_they_are_small_and_nothing_else_is_there() -> None:
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MOST_BYTES
    named = {FOLDER / name for name in (*FILES, ANSWERS, TRUTH, MANIFEST, POLICY)}
    assert named == set(files)


def test_160_of_16_sources_and_each_its_own(made: Path) -> None:
    truth = json.loads((made / TRUTH).read_text())
    assert set(Counter(file.partition("/")[0] for file in truth).values()) == {10}
    assert len({sha256((made / file).read_bytes()).digest() for file in truth}) == 160
    refs = [json.loads(line)["source-ref"] for line in (made / MANIFEST).open()]
    assert refs == list(truth)


def test_forty_are_wrong_for_one_label_and_none_is_missed(made: Path) -> None:
    wrong = defaultdict(list)
    for file, present in json.loads((made / TRUTH).read_text()).items():
        found = confidence(made, file) >= THRESHOLD
        wrong[found, LABEL in present].append(file)
    assert len(wrong[True, False]) == 40
    assert wrong[False, True] == []
    assert min(map(len, (wrong[True, True], wrong[False, False]))) > 50
    # Whichever sources are kept for the test: each has pictures of every kind.
    for files in (wrong[True, False], wrong[True, True], wrong[False, False]):
        assert len({file.partition("/")[0] for file in files}) == 16


def test_the_policy_puts_every_picture_into_one_list() -> None:
    policy = parse_policy(load(FOLDER / POLICY)).for_channel("batches", None)
    frame = {"source": "batch", "channel": "batches", "channel_arn": None, "put_at": AT}
    for answer in KEPT[ANSWERS].values():
        raw = {"labels": answer["ModerationLabels"], "content_types": []}
        verdict = classify(raw, frame, policy, "observe", parse(AT))
        assert [one["rule"] for one in verdict["matched"]] == ["alcohol"]
        assert verdict["severity"] == "medium"


def test_rekognition_gives_the_recorded_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(recorded.ENVIRONMENT, str(FOLDER / ANSWERS))
    install()
    with mock_aws():
        rekognition = boto3.client("rekognition", region_name="us-east-1")
        for file in FILES[:5]:
            body = (FOLDER / file).read_bytes()
            answer = rekognition.detect_moderation_labels(Image={"Bytes": body}, MinConfidence=20)
            labels = {one["Name"]: one["Confidence"] for one in answer["ModerationLabels"]}
            assert labels == pytest.approx(
                {LABEL: confidence(FOLDER, file)} | {"Alcohol": labels[LABEL]}
            )
