"""What the page of a batch shows: how far it is, what was found, what people have to do with it."""

import re

import pytest

from framewarden.batchwork import Seen
from framewarden.console.batch_view import view_of
from framewarden.console.batch_words import dollars, progress_of
from tests.unit.console import batches_world as made
from tests.unit.console.batches_world import HASH, ID, NOW, BatchWorld

REVIEWS = {
    "r1": {"status": "pending", "deadline": int(NOW.timestamp()) + 7_200},
    "r2": {"status": "decided", "outcome": "reviewed", "outcome_reason": "block"},
    "r3": {"status": "expired"},
}
DONE = Seen(
    made.done(),
    lists=[
        made.listed("drinks", "medium", 4, review_id="r2"),
        made.listed(review_id="r1"),
        made.listed("guns & more", "high", 9, execution="", review_id="r3"),
        made.listed("odd", "low", 1),
    ],
    reviews=REVIEWS,
    decided={"drinks": {"decided": 3, "blocked": 1}, "odd": {}},
    judged={"tp#Alcohol": 3, "fp#Alcohol": 1, "fn#Smoking": 2, "decided": 3},
    live={"tp#Explicit Nudity": 8},
)


def shown(seen, *roles):
    return BatchWorld(roles=roles or ("lead",)).show(seen)


def view(status="running", **changes):
    return view_of(Seen(made.row(status, **changes)), NOW)


class TestProgress:
    def test_in_lines_where_somebody_counted_them(self):
        row = made.row(lines=1_000, **made.told(4, analyzed=410))
        assert (progress_of(row).share, progress_of(row).words) == (43, "430 of 1,000 lines")
        late = made.row(lines=10, analyzed=10)
        assert progress_of(late).share == 99

    def test_in_ranges_where_nobody_did(self):
        row = made.row(**made.told(3))
        assert (progress_of(row).share, progress_of(row).words) == (75, "3 of 4 ranges")
        assert progress_of(made.row(shards=1)).words == "0 of 1 range"

    def test_before_there_is_a_plan(self):
        row = made.row("starting", shards=None, analyzed=0)
        assert (progress_of(row).share, progress_of(row).words) == (None, "not planned yet")
        failed = made.over("failed", shards=None, analyzed=0)
        assert progress_of(failed).words == "nothing was read"

    def test_at_the_end(self):
        row = made.done()
        assert (progress_of(row).share, progress_of(row).words) == (100, "102 lines")


@pytest.mark.parametrize(
    ("amount", "words"), [(0, "$0.00"), (0.041, "$0.041"), (0.41, "$0.41"), (1234.5, "$1,234.50")]
)
def test_a_price_has_as_many_digits_as_it_needs(amount, words):
    assert dollars(amount) == words


class TestFigures:
    def test_at_the_end_they_are_of_the_whole(self):
        page = shown(DONE)
        figures = re.findall(r'data-figure="(\w+)"><dt>[^<]+</dt><dd>([^<]+)<', page.body)
        assert dict(figures) == {
            "images": "97",
            "flagged": "7",
            "cleared": "90",
            "lines": "102",
            "repeated": "2",
            "invalid": "3",
            "cost": "$0.097",
        }
        assert 'id="partial"' not in page.body
        assert "ended 10 s ago after 1 min 20 s" in page.text

    def test_while_it_runs_they_are_of_what_is_done(self):
        ranges = [made.part(), made.part(100)]
        page = shown(Seen(made.row(**made.told(2, analyzed=201)), ranges))
        figures = re.findall(r'data-figure="(\w+)"><dt>[^<]+</dt><dd>([^<]+)<', page.body)
        assert dict(figures) == {
            "images": "201",
            "flagged": "14",
            "cleared": "180",
            "lines": "206",
            "repeated": "4",
            "invalid": "6",
            "cost": "$0.20",
        }
        assert (
            'data-severity="none"><dt><bdi>none</bdi></dt><dd><meter min="0" max="170"' in page.body
        )
        assert "of the ranges of lines that are done." in page.text
        assert "50 % 2 of 4 ranges" in page.text.replace("\xa0", " ")
        more = shown(Seen(made.row(), ranges, more=True))
        assert "those of 2 ranges only." in more.text
        assert "none is yet" in shown(Seen(made.row())).text
        stopped = shown(Seen(made.over("cancelled", counts=made.counts())))
        assert "of what was read before it stopped" in stopped.text

    def test_severities_and_labels_are_bars(self):
        page = shown(DONE)
        severities = re.findall(r'data-severity="(\w+)">.*?max="(\d+)" value="(\d+)"', page.body)
        assert severities == [
            ("critical", "85", "0"),
            ("high", "85", "3"),
            ("medium", "85", "4"),
            ("low", "85", "5"),
            ("none", "85", "85"),
        ]
        labels = re.findall(r'data-label="([^"]+)">.*?max="(\d+)" value="(\d+)"', page.body)
        assert labels == [
            ("Alcohol", "5", "5"),
            ("Smoking", "5", "4"),
            ("Explicit Nudity", "5", "3"),
        ]

    def test_many_labels_open(self):
        many = made.counts(by_label={f"Label {at}": 40 - at for at in range(15)})
        page = shown(Seen(made.done(counts=many)))
        assert '<details id="other-labels"><summary>3 more</summary>' in page.body
        assert page.body.index('data-label="Label 11"') < page.body.index("other-labels")
        assert page.body.index('data-label="Label 12"') > page.body.index("other-labels")

    def test_nothing_found_is_said(self):
        none = made.counts(by_label={}, by_rule={}, errors={}, samples=[])
        page = shown(Seen(made.done(counts=none)))
        for said in (
            "No rule has flagged an image.",
            "No label was found.",
            "Every line has one.",
        ):
            assert said in page.text
        assert 'id="samples"' not in page.body
        early = shown(Seen(made.row()))
        for said in (
            "Nothing was flagged so far.",
            "No label was found so far.",
            "None so far, of those that were read.",
        ):
            assert said in early.text

    def test_of_what_nobody_read_nothing_is_said_to_be_well(self):
        page = shown(Seen(made.over("failed", shards=None, analyzed=0)))
        assert "No range of lines was done before it stopped." in page.text
        assert "None so far, of those that were read." in page.text
        assert "Every line" not in page.text

    def test_errors_are_counted_by_their_codes(self):
        page = shown(DONE)
        assert re.findall(r'data-code="(\w+)"><td class="number">(\d+)<', page.body) == [
            ("INVALID_S3_OBJECT", "2"),
            ("ODD_CODE", "1"),
        ]
        assert "the object is missing, of another region, or may not be read" in page.text
        assert "a code that is not known here ODD_CODE" in page.text

    def test_samples_are_names_the_gravest_first(self):
        found = [(one.severity, one.label, one.grave) for one in view_of(DONE, NOW).samples]
        assert found == [
            ("high", "Explicit Nudity", True),
            ("medium", "Alcohol", True),
            ("low", "Smoking", False),
        ]
        assert "<img" not in shown(DONE).body.partition("<main")[2]


class TestPeople:
    def test_lists_lead_to_their_images_and_their_reviews(self):
        lines = view_of(DONE, NOW).rules
        assert [one.rule for one in lines] == ["guns & more", "explicit-high", "drinks", "odd"]
        assert lines[0].grid == f"batches/{ID}/verify?rule=guns%20%26%20more"
        ids = ("r3", "r1", "r2")
        expected = [f"reviews/{one}?record=all" for one in ids]
        assert [one.review for one in lines] == [*expected, ""]
        assert [one.stands for one in lines] == [
            "expired",
            "waits for a decision",
            "reviewed (blocked)",
            "",
        ]
        assert lines[1].until.relative == "in 2 h"
        assert [one.decided for one in lines] == ["", "", "3 (1 blocked)", ""]
        page = shown(DONE)
        assert f'href="../batches/{ID}/verify?rule=guns%20%26%20more" data-key="v"' in page.body
        assert '<a href="../reviews/r1?record=all">waits for a decision</a>' in page.body
        assert "odd low 1 not opened yet" in page.text

    def test_executions_are_for_those_who_inspect(self):
        link = f'href="../executions/moderate/{"f" * 64}"'
        assert link not in shown(DONE).body
        page = shown(DONE, "auditor")
        assert link in page.body
        assert f'href="../executions/batch/{ID}"' in page.body
        assert f'href="../policies/{HASH}"' in page.body

    def test_while_it_runs_rules_have_no_lists_yet(self):
        page = shown(Seen(made.row(), [made.part()]))
        assert "People are asked once, when the batch is done." in page.text
        assert "/verify" not in page.body

    def test_what_people_say_of_the_predictions(self):
        page = shown(DONE)
        assert "Alcohol 3 1 0 75 %" in page.text
        assert "Smoking 0 0 2 0 %" in page.text
        assert "In live reviews" in page.text
        assert "Explicit Nudity 8 0 0 100 %" in page.text
        assert 'id="judged"' not in shown(Seen(made.done())).body
        live = shown(Seen(made.done(), live={"tp#Alcohol": 1}))
        assert '<details id="judged-live" open>' in live.body


class TestStanding:
    def test_a_failure_says_why_and_what_to_do(self):
        why = {"code": "X", "words": "the manifest is gone; `framewarden batch resume` goes on"}
        page = shown(Seen(made.row("failed", failure=why)))
        assert "The manifest is gone; <code>framewarden batch resume</code> goes on" in page.body
        assert "No reason was kept" in shown(Seen(made.row("failed"))).text

    def test_a_pause_says_why(self):
        page = shown(Seen(made.over("paused", pause={"reason": "ceiling"})))
        assert "Its ceiling of 1,000 images is reached: nothing more is paid." in page.text
        assert view("paused", pause={"reason": "told so"}).paused == "It paused: told so."
        assert view("paused").paused == "It paused, and no reason was kept."

    def test_facts_are_those_that_there_are(self):
        facts = {name: value for name, value in view().facts if value}
        assert facts == {
            "Source": made.MANIFEST,
            "Engine": "framewarden",
            "Least confidence": "50 %",
            "Ceiling": "1,000 images",
            "Manifest": "7,000 bytes",
        }
        job = {"id": "job-1", "status": "IN_PROGRESS", "n": 1}
        counts = made.counts(adapters={"arn:adapter": 97, "base": 1})
        told = dict(
            view(
                engine="rekognition-bulk", adapter="arn:adapter", job=job, counts=counts, attempt=2
            ).facts
        )
        assert told["Engine"] == "Rekognition's bulk job"
        assert told["Bulk job"] == "job-1, in progress"
        assert told["Answered by"] == "model 7.0, arn:adapter"
        assert told["Content types"] == "Illustrated 12"
        assert told["Attempt"] == "2"
        assert dict(view(job={"n": 1}, manifest=None).facts)["Bulk job"] == ""

    def test_files_are_those_that_there_are(self):
        assert [one.name for one in view().files] == ["policy.json"]
        own = {"bucket": "b", "key": f"batches/{ID}/manifest.jsonl", "size": 1}
        assert [one.name for one in view("done", counts=made.counts(), manifest=own).files] == [
            "results.jsonl",
            "manifest-summary.json",
            "summary.json",
            "summary.txt",
            "policy.json",
            "manifest.jsonl",
        ]
        assert f'href="../batches/{ID}/files/results.jsonl"' in shown(DONE).body

    def test_a_policy_that_was_given_has_no_page(self):
        given = Seen(made.done(policy_source="given"))
        assert "/policies/" not in shown(given, "engineer").body
        assert HASH[:12] in shown(given, "engineer").text

    def test_markup_is_text(self):
        hostile = "<script>alert(1)</script>"
        counts = made.counts(
            by_label={hostile: 1},
            by_rule={hostile: 1},
            errors={hostile: 1},
            content_types={hostile: 1},
            model_versions={hostile: 1},
            samples=[made.sample(ref=hostile, rule=hostile, label=hostile)],
        )
        row = made.row("failed", name=hostile, by=hostile, via=hostile, failure={"words": hostile})
        page = shown(Seen(row | {"counts": counts, "policy_name": hostile}), "auditor")
        assert hostile not in page.body
        assert page.text.count(hostile) >= 10
        lists = [made.listed(hostile, hostile, review_id=hostile, execution=hostile)]
        said = {f"tp#{hostile}": 1}
        done = Seen(made.done(), lists=lists, reviews={hostile: {"status": hostile}}, judged=said)
        page = shown(done, "auditor")
        assert hostile not in page.body
        assert re.findall(r' style="| on\w+="', page.body) == []
