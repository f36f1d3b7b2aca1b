"""`framewarden moderate`: images go through `uploads/` and come back with a verdict."""

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from framewarden.aws.dynamo import typed
from framewarden.domain.frames import frame_id
from local.cli.moderate import line_of
from local.errors import OperatorError
from local.images import Image, find
from local.moderate import AT_ONCE, Run, upload_key
from local.target import Target
from local.verdicts import Verdict, exit_code

ADAPTER = "arn:aws:rekognition:us-east-1:123456789012:project/fw/version/v2/1700000000000"
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 20
Row = dict[str, Any]


class Pipeline:
    """Stands where the stack is: what lies in `uploads/` gets the row that its name asks for."""

    def __init__(self, target: Target, ledger: Any, rows: dict[str, Row]) -> None:
        self.target, self.ledger, self.rows = target, ledger, rows
        self.now = 0.0
        self.judged: set[str] = set()
        self.busiest = 0

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        time.sleep(0.002)  # what sends the images needs a turn as well
        listed = self.target.client("s3").list_object_versions(Bucket="frames", Prefix="uploads/")
        waiting = [
            entry for entry in listed.get("Versions", []) if entry["VersionId"] not in self.judged
        ]
        self.busiest = max(self.busiest, len(waiting))
        for entry in waiting:
            row = self.rows.get(Path(entry["Key"]).name, self.rows.get("*"))
            if row is not None:
                self.judged.add(entry["VersionId"])
                self.ledger.row(frame_id("frames", entry["Key"], entry["VersionId"]), **row)

    def verdicts(self, images: list[Image], seconds: float = 60) -> Iterator[Verdict]:
        run = Run(self.target, "r1", seconds, clock=lambda: self.now, sleep=self.sleep)
        return run.verdicts(images)


@pytest.fixture
def pipeline(target: Target, ledger: Any) -> Callable[[dict[str, Row]], Pipeline]:
    return lambda rows: Pipeline(target, ledger, rows)


def files(folder: Path, *names: str) -> list[Image]:
    for name in names:
        (folder / name).write_bytes(JPEG)
    return [Image(name, folder / name) for name in names]


CLEARED = {"status": "settled", "outcome": "cleared", "reason": "severity_none", "severity": "none"}
FAILED = {"status": "settled", "outcome": "unscreened", "reason": "image_invalid"}


def test_odd_names_arrive_as_they_are(
    target: Target, pipeline: Callable[[dict[str, Row]], Pipeline], tmp_path: Path
) -> None:
    names = ["a b.jpg", "a+b.jpg", "100%25.jpg", "ü 🐰.jpg"]
    told = list(pipeline({"*": CLEARED}).verdicts(files(tmp_path, *names)))
    assert sorted(verdict.key for verdict in told) == sorted(f"uploads/r1/{n}" for n in names)
    assert exit_code(told) == 0


def test_a_few_are_under_way_at_once_and_every_one_ends(
    pipeline: Callable[[dict[str, Row]], Pipeline], tmp_path: Path
) -> None:
    stack = pipeline({"*": CLEARED})
    images = files(tmp_path, *(f"{number}.jpg" for number in range(3 * AT_ONCE)))
    assert len(list(stack.verdicts(images))) == 3 * AT_ONCE
    assert stack.busiest <= AT_ONCE


def test_labels_come_from_the_evidence(
    target: Target, pipeline: Callable[[dict[str, Row]], Pipeline], tmp_path: Path
) -> None:
    label = {"name": "Explicit", "parent": None, "level": 1, "confidence": 61.0}
    target.client("s3").put_object(
        Bucket="evidence", Key="low/x.json", Body=json.dumps({"verdict": {"labels": [label]}})
    )
    row = {**CLEARED, "severity": "low", "evidence": "low/x.json"}
    [verdict] = pipeline({"*": row}).verdicts(files(tmp_path, "x.jpg"))
    assert verdict.labels == [label]
    assert not verdict.flagged


def test_the_adapter_that_answered_comes_from_the_evidence_or_the_review(
    target: Target,
    pipeline: Callable[[dict[str, Row]], Pipeline],
    ledger: Any,
    tmp_path: Path,
) -> None:
    kept = {"analysis": {"adapter": ADAPTER, "adapter_asked": ADAPTER}}
    target.client("s3").put_object(Bucket="evidence", Key="none/a.json", Body=json.dumps(kept))
    ledger.review("rev1", adapter=None, adapter_asked=ADAPTER)
    rows = {
        "a.jpg": {**CLEARED, "evidence": "none/a.json"},
        "b.jpg": {"status": "started", "review_id": "rev1"},
    }
    told = {one.file: one for one in pipeline(rows).verdicts(files(tmp_path, "a.jpg", "b.jpg"))}
    assert [told[name].adapter for name in rows] == [ADAPTER, None]
    assert told["a.jpg"].document()["adapter_asked"] == ADAPTER
    assert line_of(told["a.jpg"]) == "a.jpg  none  adapter: v2  cleared  (severity_none)"
    assert "adapter: v2 did not answer, the base model did" in line_of(told["b.jpg"])


def test_evidence_that_has_expired_is_no_error(
    pipeline: Callable[[dict[str, Row]], Pipeline], tmp_path: Path
) -> None:
    row = {**CLEARED, "evidence": "low/gone.json"}
    [verdict] = pipeline({"*": row}).verdicts(files(tmp_path, "x.jpg"))
    assert (verdict.labels, verdict.adapter, verdict.answered) == ([], None, "")


def test_a_review_is_linked_and_not_waited_for(
    pipeline: Callable[[dict[str, Row]], Pipeline], ledger: Any, tmp_path: Path
) -> None:
    ledger.review("rev1")
    row = {"status": "started", "review_id": "rev1"}
    [verdict] = pipeline({"*": row}).verdicts(files(tmp_path, "x.jpg"))
    assert verdict.severity == "high"
    assert verdict.url is not None
    assert verdict.url.startswith("https://desk.example/live/reviews/rev1?exp=")
    assert exit_code([verdict]) == 3


def test_a_joined_image_whose_review_has_ended_ends_with_it(
    pipeline: Callable[[dict[str, Row]], Pipeline], ledger: Any, tmp_path: Path
) -> None:
    ledger.review("rev1", status="decided", outcome="reviewed", outcome_reason="allow")
    row = {"status": "joined", "review_id": "rev1", "severity": "high"}
    [verdict] = pipeline({"*": row}).verdicts(files(tmp_path, "x.jpg"))
    assert (verdict.outcome, verdict.reason, verdict.url) == ("reviewed", "allow", None)


def test_what_nobody_judged_in_time_is_unscreened(
    pipeline: Callable[[dict[str, Row]], Pipeline], tmp_path: Path
) -> None:
    rows = {"slow.jpg": {"status": "started"}, "ok.jpg": CLEARED}
    images = files(tmp_path, "slow.jpg", "lost.jpg", "ok.jpg")
    told = {verdict.file: verdict for verdict in pipeline(rows).verdicts(images, seconds=5)}
    assert told["slow.jpg"].outcome == "in_flight"
    assert told["lost.jpg"].outcome == "unaccounted"
    assert told["lost.jpg"].reason == "no verdict within 5 seconds"
    assert exit_code(list(told.values())) == 4


def test_a_file_that_vanishes_is_named_and_the_others_go_on(
    pipeline: Callable[[dict[str, Row]], Pipeline], tmp_path: Path
) -> None:
    images = [*files(tmp_path, "ok.jpg"), Image("gone.jpg", tmp_path / "gone.jpg")]
    told = {verdict.file: verdict for verdict in pipeline({"*": CLEARED}).verdicts(images)}
    assert told["ok.jpg"].outcome == "cleared"
    assert "not sent" in str(told["gone.jpg"].reason)
    assert told["gone.jpg"].unscreened


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ([], 0),
        ([Verdict("a", severity="low", outcome="cleared")], 0),
        ([Verdict("a", severity="medium", outcome="reviewed")], 3),
        ([Verdict("a", severity="critical", outcome="stopped"), Verdict("b")], 4),
        ([Verdict("a", outcome="in_flight", url="https://desk.example")], 3),
        ([Verdict("a", outcome="skipped")], 4),
    ],
)
def test_exit_codes(outcomes: list[Verdict], code: int) -> None:
    assert exit_code(outcomes) == code


def test_a_key_of_a_thousand_bytes_fits_and_a_longer_one_is_digested() -> None:
    run = "261122-0123abcd"
    assert upload_key(run, "k" * 996 + ".jpg").endswith("k.jpg")
    longer = upload_key(run, "ü" * 600 + ".jpeg")
    assert len(longer.encode()) < 120
    assert longer.endswith(".jpeg")
    assert upload_key(run, os.fsdecode(b"\xff.jpg")) == f"uploads/{run}/\ufffd.jpg"


def test_an_object_is_copied_without_a_detour(
    target: Target, pipeline: Callable[[dict[str, Row]], Pipeline]
) -> None:
    s3 = target.client("s3")
    s3.create_bucket(Bucket="pictures")
    s3.put_object(Bucket="pictures", Key="a+b %.jpg", Body=JPEG)
    [verdict] = pipeline({"*": CLEARED}).verdicts(find(["s3://pictures/a+b %.jpg"], s3).images)
    assert verdict.key == "uploads/r1/a+b %.jpg"
    assert s3.get_object(Bucket="frames", Key=verdict.key)["Body"].read() == JPEG


def test_a_bucket_without_versions_is_refused(furnished: Target, tmp_path: Path) -> None:
    furnished.client("s3").create_bucket(Bucket="plain")
    furnished.outputs["FramesBucket"] = "plain"
    with pytest.raises(OperatorError, match="not versioned"):
        list(Run(furnished, "r1", 60, sleep=lambda _: None).verdicts(files(tmp_path, "a.jpg")))


def settle_uploads(target: Target, row: Row) -> None:
    """Let every read of the ledger find the row, as a fast stack would."""
    real = target.client("dynamodb")

    class Fast:
        def batch_get_item(self, RequestItems: dict[str, Any]) -> Any:  # noqa: N803
            for key in RequestItems.get("Frames", {}).get("Keys", []):
                item = {**typed(row), "frame_id": key["frame_id"]}
                real.put_item(TableName="Frames", Item=item)
            return real.batch_get_item(RequestItems=RequestItems)

    target.clients["dynamodb"] = Fast()


def test_the_command_prints_a_line_for_each_image(
    run: Callable[..., Result], furnished: Target, tmp_path: Path
) -> None:
    files(tmp_path, "a.jpg")
    (tmp_path / "notes.txt").write_text("hello")
    settle_uploads(furnished, CLEARED)
    done = run("moderate", str(tmp_path))
    assert done.exit_code == 0
    assert done.stdout == "a.jpg  none  cleared  (severity_none)\n"
    assert "Skipped, not an image: notes.txt" in done.stderr
    assert "1 clear, 0 flagged, 0 unscreened" in done.stderr


def test_the_command_as_json(run: Callable[..., Result], furnished: Target, tmp_path: Path) -> None:
    files(tmp_path, "a.jpg")
    settle_uploads(furnished, FAILED)
    done = run("moderate", "--json", str(tmp_path / "a.jpg"))
    assert done.exit_code == 4
    told = json.loads(done.stdout)
    assert (told["unscreened"], told["exit_code"]) == (1, 4)
    [image] = told["images"]
    assert image["file"] == "a.jpg"
    assert image["key"] == f"uploads/{told['run']}/a.jpg"
    assert image["reason"] == "image_invalid"


def test_an_image_can_be_piped_in(run: Callable[..., Result], furnished: Target) -> None:
    settle_uploads(furnished, CLEARED)
    done = run("moderate", "-", "--json", input=JPEG)
    assert done.exit_code == 0, done.stderr
    [image] = json.loads(done.stdout)["images"]
    stored = furnished.client("s3").get_object(Bucket="frames", Key=image["key"])
    assert stored["Body"].read() == JPEG


def test_an_interrupt_says_how_to_look_later(
    run: Callable[..., Result], furnished: Target, tmp_path: Path
) -> None:
    class Interrupted:
        def batch_get_item(self, **_: Any) -> Any:
            raise KeyboardInterrupt

    furnished.clients["dynamodb"] = Interrupted()
    done = run("moderate", str(files(tmp_path, "a.jpg")[0].path))
    assert done.exit_code == 130
    assert "framewarden audit --prefix uploads/" in done.stderr
