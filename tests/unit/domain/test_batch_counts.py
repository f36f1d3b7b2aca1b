import pytest

from framewarden.domain import batch_counts
from framewarden.domain.batch_counts import SAMPLES, by_severity, empty, fail, merged, ordered

ANALYSIS = {"content_types": [{"Name": "Animated", "Confidence": 90}], "model_version": "7.0"}


def verdict(severity="high", rule="likely", confidence=90.0, label="Explicit"):
    found = {"rule": rule, "label": label, "confidence": confidence, "severity": severity}
    return {
        "severity": severity,
        "labels": [{"name": label}, {"name": label}],
        "matched": [found] if rule else [],
    }


def counted(*verdicts, **analysis):
    counts = empty()
    for number, each in enumerate(verdicts):
        batch_counts.add(counts, f"s3://b/{number}", each, ANALYSIS | analysis)
    return counts


def test_an_image_that_people_must_see_is_flagged_by_its_rule():
    counts = counted(verdict())
    assert (counts["images"], counts["flagged"], counts["cleared"]) == (1, 1, 0)
    assert counts["by_severity"] == {"high": 1}
    assert counts["by_rule"] == {"likely": 1}
    assert counts["by_label"] == {"Explicit": 1}, "an image has a label or has it not"
    assert counts["content_types"] == {"Animated": 1}
    assert counts["model_versions"] == {"7.0": 1}
    assert counts["adapters"] == {"base": 1}
    sample = {"ref": "s3://b/0", "severity": "high", "rule": "likely", "label": "Explicit"}
    assert counts["samples"] == [sample | {"confidence": 90.0}]


@pytest.mark.parametrize(("severity", "rule"), [("none", None), ("low", "mild")])
def test_what_is_harmless_is_cleared_and_in_no_list(severity, rule):
    counts = counted(verdict(severity, rule), adapter="arn", content_types=None)
    assert (counts["flagged"], counts["cleared"], counts["by_rule"]) == (0, 1, {})
    assert (counts["adapters"], counts["content_types"]) == ({"arn": 1}, {})
    assert len(counts["samples"]) == (1 if rule else 0)


def test_of_each_severity_the_surest_samples_are_kept():
    many = [verdict(confidence=float(number)) for number in range(9)]
    counts = counted(*many, verdict("medium", confidence=1.0))
    kept = [each["confidence"] for each in counts["samples"] if each["severity"] == "high"]
    assert sorted(kept) == [4.0, 5.0, 6.0, 7.0, 8.0]
    assert len(counts["samples"]) == SAMPLES + 1


def test_counts_add_up_and_leave_their_parts_as_they_are():
    first, second = counted(verdict(), verdict("none", None)), counted(verdict("medium"))
    fail(first, "INVALID_JSON_LINE")
    fail(second, "INVALID_JSON_LINE")
    total = merged([first, second, {}])
    assert (total["images"], total["flagged"], total["invalid"]) == (3, 2, 2)
    assert total["errors"] == {"INVALID_JSON_LINE": 2}
    assert total["by_severity"] == {"high": 1, "none": 1, "medium": 1}
    assert (first["by_severity"], len(first["samples"])) == ({"high": 1, "none": 1}, 1)
    assert merged([]) == empty()


def test_tallies_are_read_the_most_first_and_severities_the_gravest():
    assert ordered({"b": 1, "a": 1, "c": 2}) == [("c", 2), ("a", 1), ("b", 1)]
    found = by_severity(counted(verdict()))
    assert found[:2] == [("critical", 0), ("high", 1)]
    assert [word for word, _ in found][-1] == "none"
