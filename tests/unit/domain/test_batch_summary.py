from framewarden.domain import batch_counts, batch_summary, batches

ROW = {
    "batch": "9b1f6f0c1f7a4d2e8a3c",
    "name": "summer",
    "status": "done",
    "source": {"kind": "manifest", "bucket": "photos", "key": "m.jsonl"},
    "engine": batches.FRAMEWARDEN,
    "policy_name": "default",
    "policy_hash": "0123456789abcdef",
    "started_at": "2026-11-22T08:00:00.000Z",
    "by": "Ada",
}


def counts(**changes):
    return batch_counts.empty() | changes


def test_a_summary_for_people_is_a_table_they_can_read():
    sample = {"ref": "s3://photos/a\nb.jpg", "severity": "high", "rule": "r", "label": "Explicit"}
    found = counts(
        valid=1200,
        invalid=3,
        repeated=2,
        images=1198,
        flagged=1,
        cleared=1197,
        by_severity={"high": 1, "none": 1197},
        by_rule={"r": 1},
        by_label={"Explicit": 1},
        errors={"INVALID_JSON_LINE": 3},
        content_types={"Animated": 7},
        model_versions={"7.0": 1198},
        adapters={"base": 1198},
        samples=[sample | {"confidence": 91.25}],
    )
    row = ROW | {"analyzed": 1198, "ended_at": "2026-11-22T08:30:00.000Z"}
    assert (
        batch_summary.text(row, found)
        == """\
Batch 9b1f6f0c1f7a4d2e8a3c: done
  summer

Source   s3://photos/m.jsonl
Engine   framewarden
Policy   default (0123456789ab)
Started  2026-11-22T08:00:00.000Z by Ada
Ended    2026-11-22T08:30:00.000Z
Lines    1,203 (1,200 valid, 3 without an answer, 2 repeated)
Images   1,198 (1 flagged, 1,197 cleared)
Paid     Rekognition: 1,198 images, $1.20 at list price

By severity
  critical           0
  high               1
  medium             0
  low                0
  none           1,197

By rule, what people must see
  r           1

By label
  Explicit           1

By content type
  Animated           7

Lines without an answer
  INVALID_JSON_LINE           3

Model
  7.0       1,198

Samples, the surest of each severity
  high      Explicit 91.2 % (r)  s3://photos/a b.jpg
"""
    )


def test_why_it_stopped_and_which_adapter_answered_is_said():
    row = {**ROW, "name": None, "failure": {"code": "X", "words": "it is gone"}}
    row |= {"pause": {"reason": "the weather"}, "engine": batches.BULK}
    text = batch_summary.text(row, counts(adapters={"arn:x": 2, "base": 1}))
    assert "\n  it is gone\n  It paused: the weather\n\nSource" in text
    assert "Ended" not in text
    assert "Paid     Rekognition's bulk job: 0 images, $0.00 at list price" in text
    assert "\nAdapter\n  arn:x           2\n" in text


def test_a_summary_for_programs_tells_what_was_paid():
    row = {**ROW, "analyzed": 1000, "secret": "x", "failure": None}
    document = batch_summary.document(row, counts(valid=1000))
    assert document["paid"] == {"images": 1000, "dollars": 1.0}
    assert (document["version"], document["counts"]["valid"]) == ("1.0", 1000)
    assert {"secret", "failure"} & set(document) == set()


def test_statistics_are_the_bulk_jobs():
    assert batch_summary.statistics(counts(lines=9, blank=2, valid=5, invalid=2, repeated=1)) == {
        "total-json-lines": 7,
        "valid-json-lines": 5,
        "invalid-json-lines": 2,
        "duplicate-json-lines": 1,
    }
