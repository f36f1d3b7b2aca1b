"""The reviews that the desk is measured with, and what is made of the measurement."""

from datetime import UTC, datetime

from benchmarks import desk, reviews, warm_pages
from framewarden.domain.times import iso

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
MODEL = {
    "review_id": "r1",
    "status": "pending",
    "open": "review",
    "place": "1#1795334400",
    "task_token": "THE-TASK-TOKEN",
    "remind_at": 1,
    "channel_arn": "arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij",
    "labels": [{"name": "Explicit", "confidence": 92}],
}
FOUND = {
    "seconds": [0.02] * 19 + [0.3],
    "statuses": [200],
    "calls": [
        {"operation": "Query", "items": 50, "units": 1.0},
        {"operation": "GetItem", "items": 1, "units": 0.5},
    ],
    "bytes": 40_000,
}


def test_the_open_reviews_come_first_and_only_they_stand_in_the_queue():
    rows = list(reviews.made(MODEL, 300, 100, NOW))
    waiting = [row for row in rows if "open" in row]
    assert waiting == rows[:100]
    assert {row["severity"] for row in waiting} == {"critical", "high", "medium"}
    assert all(row["place"].endswith(str(row["deadline"])) for row in waiting)
    assert all(row["deadline"] > NOW.timestamp() + 3600 for row in waiting)
    assert {row["status"] for row in rows[100:]} == {"decided"}
    assert not any(name in row for row in rows[100:] for name in reviews.OPEN_ONLY)


def test_the_reviews_are_of_many_channels_and_nobody_is_reminded_of_them():
    rows = list(reviews.made(MODEL, 400, 10, NOW))
    assert len({row["review_id"] for row in rows}) == 400
    assert len({row["channel"] for row in rows}) == reviews.CHANNELS
    assert all(row["channel_arn"].endswith("/" + row["channel"]) for row in rows)
    assert not any("remind_at" in row for row in rows)
    assert rows[0]["opened_at"] == iso(NOW)


def test_a_page_is_held_against_the_bars():
    figures = {one.name: one for one in desk.measured("queue", FOUND)}
    assert figures["desk.queue.handler.p50"].value == 20
    assert figures["desk.queue.handler.p95"].value == 20
    assert (figures["desk.queue.queries"].value, figures["desk.queue.items"].value) == (1, 51)
    assert figures["desk.queue.queries"].detail == "1 GetItem, 1 Query"
    assert all(one.holds is not False for one in figures.values())


def test_too_much_of_anything_breaks_a_bar():
    slow = {**FOUND, "seconds": [0.2] * 20, "calls": FOUND["calls"] * 3}
    slow["calls"] = [*slow["calls"], {"operation": "Scan", "items": 9, "units": 1.0}]
    broken = {one.name for one in desk.measured("case", slow) if one.holds is False}
    names = ("handler.p95", "queries", "items", "scans")
    assert broken == {f"desk.case.{name}" for name in names}


def test_a_page_is_asked_as_a_browser_with_a_session_does():
    asked = desk.event("/queue", "payload.sig")
    assert asked["headers"]["Cookie"] == "__Host-framewarden=payload.sig"
    assert asked["requestContext"]["path"] == "/live/queue"


def test_reads_are_counted_as_dynamodb_reports_them():
    class Events:
        def register(self, name, handler):
            pass

    class Dynamodb:
        class meta:  # noqa: N801 botocore's name
            events = Events()

    reads, name = warm_pages.Reads(Dynamodb), type("Model", (), {"name": "Query"})
    reads._note(name, {"ScannedCount": 50, "Count": 3, "ConsumedCapacity": {"CapacityUnits": 2.5}})
    reads._note(type("Model", (), {"name": "GetItem"}), {"Item": {}})
    reads._note(type("Model", (), {"name": "GetItem"}), {})
    assert [(one["items"], one["units"]) for one in reads.calls] == [(50, 2.5), (1, 0.0), (0, 0.0)]
    assert reads._ask({"TableName": "t"})["ReturnConsumedCapacity"] == "TOTAL"
