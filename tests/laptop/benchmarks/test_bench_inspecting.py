"""The executions that the look into them is measured with, and what is made of the measurement."""

from collections import Counter
from datetime import UTC, datetime

from benchmarks import executions, inspecting, long_execution, warm_pages
from framewarden.domain.times import iso

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
MODEL = {
    "frame_id": "a" * 64,
    "key": "ivs/v1/thumbnails/thumb0.jpg",
    "channel_arn": "arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij",
    "attempt": 1,
    "status": "settled",
    "outcome": "cleared",
    "reason": "severity_none",
}
FOUND = {
    "seconds": [0.02] * 19 + [0.3],
    "processor": [0.009] * 20,
    "statuses": [200],
    "calls": [
        {"operation": "ListExecutions", "items": 0, "units": 0.0},
        {"operation": "BatchGetItem", "items": 50, "units": 25.0},
    ],
    "bytes": 40_000,
}
LIST = """
<tr class="execution" data-name="f2-2" data-status="FAILED"><td><a class="open" href="x">x</a></td>
<tr data-outcome="cleared" data-name="f1" class="execution"><td>data-name="none"</td></tr>
<a id="newest" href="executions">newest</a>
<a class="more" href="executions?status=all&amp;after=eyJ%3D" id="older">older</a>
"""


def test_every_frame_has_a_name_a_key_and_a_moment_of_its_own_the_newest_first():
    rows = list(executions.made(MODEL, 300, NOW))
    for name in ("frame_id", "key", "put_at"):
        assert len({row[name] for row in rows}) == 300
    assert all(row["execution"] == row["frame_id"] and len(row["frame_id"]) == 64 for row in rows)
    assert all(row["day"] == row["put_at"][:10] for row in rows)
    assert [row["put_at"] for row in rows] == sorted((row["put_at"] for row in rows), reverse=True)
    assert rows[0]["put_at"] < iso(NOW)


def test_one_channel_has_a_few_frames_and_the_others_a_page_of_them():
    frames = Counter(row["channel"] for row in executions.made(MODEL, 10_000, NOW))
    assert frames.pop("benchmark000") == executions.FEW
    assert len(frames) == executions.CHANNELS - 1
    assert min(frames.values()) >= 50
    [row, *_] = executions.made(MODEL, 1, NOW)
    assert row["channel_arn"].endswith(":channel/benchmark000")


def test_some_of_every_page_joined_a_review():
    rows = list(executions.made(MODEL, 1_000, NOW))
    joined = [row for row in rows if row["status"] == "joined"]
    assert len(joined) == len({row["review_id"] for row in joined}) == 100
    assert not any("outcome" in row for row in joined)
    assert {row["status"] for row in rows[: executions.FEW]} == {"joined", "settled"}


def test_the_few_that_died_are_unscreened_and_no_other_is():
    rows = [row for row in executions.made(MODEL, 100, NOW) if row["status"] == "settled"]
    assert [row for row in rows if "unscreened" in row] == rows[-executions.FEW :]
    assert {row["outcome"] for row in rows[-executions.FEW :]} == {"unscreened"}
    assert {row["outcome"] for row in rows[: -executions.FEW]} == {"cleared"}


def test_the_loop_comes_before_the_machine_and_leaves_it_as_it_is():
    machine = {"Comment": "c", "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
    looped = long_execution.looped(machine, 3)
    assert (looped["StartAt"], looped["Comment"]) == ("Again?", "c")
    assert looped["States"]["Again?"]["Default"] == "A"
    assert looped["States"]["Again?"]["Choices"][0]["NumericLessThan"] == 3
    assert looped["States"]["Turn"]["Next"] == "Again?"
    assert looped["States"]["A"] == {"Type": "Succeed"}
    assert 4 * long_execution.TURNS + 20 >= long_execution.EVENTS


def test_a_page_is_held_against_the_bars():
    figures = {one.name: one for one in inspecting.measured("list", FOUND)}
    assert figures["inspect.list.handler.p50"].value == 20
    assert figures["inspect.list.handler.p50"].detail == "9 ms of it its own work"
    assert figures["inspect.list.calls"].value == 2
    assert figures["inspect.list.calls"].detail == "1 BatchGetItem, 1 ListExecutions"
    assert all(one.holds is not False for one in figures.values())
    slow = {**FOUND, "seconds": [0.21] * 20, "calls": [{"operation": "Scan", "items": 161}]}
    broken = {one.name for one in inspecting.measured("list", slow) if one.holds is False}
    assert broken == {f"inspect.list.{one}" for one in ("handler.p95", "items", "scans")}


def test_a_call_for_each_row_breaks_a_bar():
    each = [{"operation": "DescribeExecution", "items": 0}] * 50
    full = inspecting.measured("list", {**FOUND, "calls": [*FOUND["calls"], *each]})
    few = inspecting.measured("list_of_few", {**FOUND, "calls": [*FOUND["calls"], *each[:5]]})
    [figure] = inspecting.compared([*full, *few])
    assert (figure.name, figure.value) == ("inspect.list.rows_add_calls", 45)
    assert figure.holds is False
    [same] = inspecting.compared(
        [*inspecting.measured("list", FOUND), *inspecting.measured("list_of_few", FOUND)]
    )
    assert same.holds is True


def test_a_page_of_the_list_is_read_as_it_stands():
    assert inspecting.listed(LIST) == (["f2-2", "f1"], "executions?status=all&after=eyJ%3D")
    assert inspecting.listed("<table id=executions></table>") == ([], "")


def test_every_search_is_asked_for_and_the_pages_of_few_have_their_full_ones():
    rows = list(executions.made(MODEL, 300, NOW))
    asked = {page.name: page.paths for page in inspecting.pages(rows)}
    assert {"list", "key", "channel", "time", "unscreened"} <= asked.keys()
    assert {name.removesuffix("_of_few") for name in asked} <= asked.keys()
    assert len(set(asked["key"])) == 20
    assert "benchmark000" not in asked["channel"][0]


def test_several_rows_that_are_read_at_once_are_counted_and_paid_for():
    class Client:
        class meta:  # noqa: N801 botocore's name
            class events:  # noqa: N801
                register = staticmethod(lambda name, handler: None)

    reads, name = warm_pages.Reads(Client, Client), type("Model", (), {"name": "BatchGetItem"})
    paid = [{"TableName": "frames", "CapacityUnits": 25.0}]
    reads._note(name, {"Responses": {"frames": [{}] * 50}, "ConsumedCapacity": paid})
    reads._note(type("Model", (), {"name": "ListExecutions"}), {"executions": [{}] * 50})
    assert [(one["items"], one["units"]) for one in reads.calls] == [(50, 25.0), (0, 0)]
