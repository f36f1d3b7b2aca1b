import html
import re
from datetime import timedelta

import pytest

from framewarden.aws.executions import MOST_EVENTS
from framewarden.console.problems import Problem
from framewarden.console.static_files import static
from tests.unit.console.execution_world import (
    ADAPTER,
    ARN,
    BATCH,
    FRAME_ID,
    MODERATE,
    NOW,
    ORDER,
    POLICY,
    START,
    TOKEN,
    Told,
    World,
    judged,
    long_one,
    reviewed,
    row,
    stopped,
    waiting,
)

BAD = '<script>alert("x")</script>'


def went(reply):
    return dict(re.findall(r'data-state="([^"]*)" data-went="([^"]*)"', reply.body))


def states(reply):
    return re.findall(r'<tr role="row" class="visit"[^>]*data-state="([^"]*)"', reply.body)


def main_of(reply):
    return re.search(r"<main[^>]*>", reply.body)[0]


def links(reply):
    found = re.findall(r'<a href="([^"]*)" data-link="(\w+)"', reply.body)
    return {kind: html.unescape(address) for address, kind in found}


def test_a_stopped_frame_is_told_from_the_sentence_to_the_last_event():
    reply = World(stopped()).ask()
    assert reply.status == 200
    assert 'data-page="execution" data-status="SUCCEEDED">' in main_of(reply)
    assert re.search(r'<h1 id="why"><bdi>[^<]+.*</bdi>\.</h1>', reply.body)
    assert "Stopped 0.4 s after the frame" in reply.text
    for fact in (
        "✓ succeeded",
        "Outcome stopped (by the policy)",
        "Severity critical",
        "Attempt 1",
        "Transitions 9, 2 of them retries",
        "Events 28",
        "Took 2.11 s",
        "Started 1 min ago 2026-11-22 08:05:00 UTC",
        "execution:fw-Moderate:" + FRAME_ID,
    ):
        assert fact in reply.text
    assert "data-live=" not in reply.body
    assert static("live.js").digest not in reply.body
    assert 'id="error"' not in reply.body
    assert 'id="changed"' not in reply.body
    assert 'id="cut"' not in reply.body


def test_what_reaches_outside_is_bounded():
    """A call for each thing that is shown, and none for each event."""
    world = World(reviewed(), rows={FRAME_ID: row(review_id="r1")})
    world.ask()
    assert world.calls == ["get", "events", "definition", "current", "row", "review"]
    world = World(waiting(), "RUNNING")
    world.ask()
    assert world.calls == ["get", "events", "definition", "current", "newest", "row", "review"]


def test_links_lead_to_everything_that_belongs_to_it():
    world = World(reviewed())
    reply = world.ask()
    assert links(reply) == {
        "frame": f"../../frames/{FRAME_ID}",
        "case": "../../reviews/r1",
        "channel": "../../channels/ivs/AbCdef1G2hij",
        "policy": f"../../policies/{POLICY}",
        "aws": "https://console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/"
        f"arn:aws:states:us-east-1:111122223333:execution:fw-Moderate:{FRAME_ID}",
        "executions": "../../executions",
    }
    world.aws_console = "none"
    assert "aws" not in links(world.ask())


def test_an_order_of_a_channel_is_shown_too():
    told = Told(document={"order": {"action": "stop", "channel_arn": ARN, "by": "Ana"}})
    told.choose("RouteByAction")
    told.enter("StopStream")
    told.schedule()
    told.fail("StopDeniedError")
    told.leave("StopStream")
    told.task("StopFailed").enter("Failed", "Fail")
    world = World(told.die(error="OrderFailed", cause="See the channel's page"), "FAILED")
    world.executions.machine, world.executions.name = "order", "order-" + "a" * 40
    world.executions.document = ORDER
    reply = world.ask()
    assert reply.status == 200
    assert set(links(reply)) == {"channel", "aws", "executions"}
    assert "row" not in world.calls
    assert went(reply)["Failed"] == "failed"
    assert "The order could not be carried out. OrderFailed ended the execution." in reply.text
    assert "It said: See the channel's page" in html.unescape(reply.text)


def test_an_attempt_of_a_batch_is_shown_with_where_its_parts_are():
    told = Told(document={"batch_id": "ab" * 10, "attempt": 2})
    told.task("PlanBatch", plan={"next": "analyze", "shards": [{}] * 3}).choose("RouteByPlan")
    told.enter("AnalyzeBatch", "Map")
    told.tell("MapStateStarted")
    told.tell("MapRunStarted")
    told.tell("MapRunFailed", "mapRunFailed", error="States.ExceedToleratedFailureThreshold")
    told.tell("MapStateFailed")
    told.document["error"] = {"Error": "States.ExceedToleratedFailureThreshold"}
    told.leave("AnalyzeBatch", "Map")
    told.task("FinishBatch", finished={"status": "failed"}).enter("BatchFailed", "Fail")
    world = World(told.die(error="BatchFailed"), "FAILED")
    world.executions.machine, world.executions.name = "batch", f"{'ab' * 10}-2"
    world.executions.document = BATCH
    reply = world.ask()
    assert reply.status == 200
    assert set(links(reply)) == {"batch", "aws", "executions"}
    assert f'href="../../batches/{"ab" * 10}"' in reply.body
    assert "a child of the Distributed Map: none of them is in this list" in reply.text
    assert "Attempt 2" in reply.text
    assert "row" not in world.calls
    assert went(reply)["BatchFailed"] == "failed"
    assert "Failed: " in reply.text
    # What the Map says after its Map Run is no second try.
    assert "1 retry" not in reply.text


def test_a_batch_that_step_functions_has_forgotten_still_has_its_page():
    world = World()
    reply = world.ask(path=f"/executions/batch/{'ab' * 10}-2")
    assert (reply.status, reply.headers["Location"]) == (303, f"../../batches/{'ab' * 10}")
    assert world.ask(path="/executions/batch/by-hand").status == 404


def test_an_attempt_to_train_an_adapter_is_shown_with_what_it_waits_for():
    told = Told(document={"adapter": "v2", "attempt": 2})
    told.task("CollectExamples", 3.0, collected={"next": "train"}).choose("RouteByExamples")
    for _ in range(2):
        told.task("FollowTraining", training={"status": "running", "wait_seconds": 2})
        told.choose("IsTrained?").enter("WaitForTraining", "Wait")
    world = World(told, "RUNNING")
    world.executions.machine, world.executions.name = "adapter", "adapter-v2-2"
    world.executions.document = ADAPTER
    reply = world.ask()
    assert reply.status == 200
    assert set(links(reply)) == {"adapter", "aws", "executions"}
    assert 'href="../../adapters/v2" data-link="adapter">The adapter</a> <code>v2</code>' in (
        reply.body
    )
    assert "Waiting for Rekognition to train it since 08:05:03 UTC." in reply.text
    assert "Attempt 2" in reply.text
    assert "row" not in world.calls
    assert set(went(reply)) == set(ADAPTER["States"])
    assert went(reply)["WaitForTraining"] == "running"


def test_a_training_that_step_functions_has_forgotten_still_has_its_adapters_page():
    world = World()
    reply = world.ask(path="/executions/adapter/adapter-v2-1")
    assert (reply.status, reply.headers["Location"]) == (303, "../../adapters/v2")
    assert world.ask(path="/executions/adapter/by-hand").status == 404


def test_the_execution_of_a_list_leads_to_its_batch_and_its_grid():
    key = f"batches/{'ab' * 10}/rules/a%20b.jsonl"
    rows = {FRAME_ID: row(source="batch", key=key, channel="batches", channel_arn=None)}
    reply = World(stopped(), rows=rows).ask()
    assert {"frame", "batch", "grid"} <= set(links(reply))
    assert f'href="../../batches/{"ab" * 10}/verify?rule=a%20b"' in reply.body
    assert "The list's whole story" in reply.text.replace("&#39;", "'")


def test_the_graph_is_coloured_by_what_happened():
    reply = World(stopped()).ask()
    assert [name for name, how in went(reply).items() if how == "done"] == [
        "IsAnalyzed?",
        "Analyze",
        "Classify",
        "RouteBySeverity",
        "StopStream",
        "ConfirmStop?",
        "Archive",
    ]
    assert set(went(reply)) == set(MODERATE["States"])
    taken = re.findall(
        r'<path class="arrow \w+ taken" data-from="([^"]*)" data-to="([^"]*)"', reply.body
    )
    assert ("StopStream", "ConfirmStop?") in taken
    assert ("", "IsAnalyzed?") in taken
    assert ("Archive", "") in taken
    assert ("StopStream", "StopFailed") not in taken
    assert len(taken) == 8
    assert ">2 retries · waited 1.00 s</text>" in reply.body
    assert (
        '<a href="#visit-5" aria-label="StopStream: done, 2 retries, waited 1.00 s">' in reply.body
    )
    assert 'style="' not in reply.body


def test_the_timeline_has_a_row_for_each_visit():
    reply = World(stopped()).ask()
    assert states(reply)[3:5] == ["RouteBySeverity", "StopStream"]
    assert 'id="visit-5" data-number="5" data-state="StopStream" data-ended="done"' in reply.body
    assert f'href="../../executions/moderate/{FRAME_ID}/visits/5"' in reply.body
    assert "3 tries, 1.00 s between them" in reply.text
    said = "Tries 1 to 2 : the stop was accepted but the stream is still there"
    assert f"{said} StreamStillLiveError it is still there" in reply.text


def test_a_running_one_is_live():
    world = World(waiting(), "RUNNING")
    reply = world.ask()
    etag = html.unescape(re.search(r'data-etag="([^"]*)"', main_of(reply))[1])
    assert f'data-live="../../executions/moderate/{FRAME_ID}/live"' in main_of(reply)
    assert static("live.js").digest in reply.body
    assert "not ended: it is in RequestReview" in reply.text
    assert went(reply)["RequestReview"] == "running"
    world.now += timedelta(seconds=30)
    again = world.ask("/live", headers={"If-None-Match": f"W/{etag}"})
    assert (again.status, again.body, again.headers["ETag"]) == (304, "", etag)
    fresh = world.ask("/live", headers={"If-None-Match": '"other"'})
    assert (fresh.status, fresh.headers["ETag"]) == (200, etag)
    assert '<div id="live"' in fresh.body
    assert "<main" not in fresh.body
    assert not re.search(r'id="live"[^>]*data-ended', fresh.body)
    assert 'data-says="RequestReview"' in fresh.body


def test_it_ends_while_somebody_watches():
    world = World(waiting(), "RUNNING")
    etag = world.ask("/live").headers["ETag"]
    world.executions.told, world.executions.status = reviewed(), "SUCCEEDED"
    reply = world.ask("/live", headers={"If-None-Match": etag})
    assert reply.status == 200
    assert 'data-status="SUCCEEDED"' in reply.body
    assert re.search(r'<div id="live"[^>]* data-ended="Ended, succeeded\. [^"`]+\.">', reply.body)
    assert went(reply)["RequestReview"] == "done"
    # Its addresses are relative to the page that takes it over.
    assert links(reply)["frame"] == f"../../frames/{FRAME_ID}"


@pytest.mark.parametrize("rest", ["", "/live", "/visits/1"])
def test_it_is_for_engineers_and_auditors(rest):
    for roles, status in {("auditor",): 200, ("lead",): 403, (): 303}.items():
        world = World(stopped(), roles=roles)
        assert world.ask(rest).status == status
        assert bool(world.calls) is (status == 200)


def test_it_changes_nothing_and_answers_head():
    world = World(stopped())
    head = world.ask(method="HEAD")
    assert (head.status, head.body) == (200, "")
    assert world.ask(method="POST").status == 404


@pytest.mark.parametrize("name", ["f" * 64, "f" * 63, "order-1", "nonsense"])
def test_one_that_never_existed_is_said_so(name):
    reply = World(stopped()).ask(path=f"/executions/moderate/{name}")
    assert reply.status == 404
    assert Problem.NO_EXECUTION.value.title in reply.text


@pytest.mark.parametrize("attempt", ["", "-3"])
def test_one_that_is_forgotten_leads_to_its_frame(attempt):
    reply = World().ask(path=f"/executions/moderate/{FRAME_ID}{attempt}")
    assert reply.status == 303
    story = f"../../frames/{FRAME_ID}?gone={FRAME_ID}{attempt}"
    assert reply.headers["Location"] == story


def test_an_order_of_a_frames_name_is_no_frame():
    assert World().ask(path=f"/executions/order/{FRAME_ID}").status == 404


def test_the_live_part_of_a_forgotten_one_is_no_redirect():
    assert World().ask("/live").status == 404


@pytest.mark.parametrize("rest", ["", "/live", "/visits/1"])
def test_another_machine_is_no_page(rest):
    world = World(stopped())
    reply = world.ask(path=f"/executions/other/{FRAME_ID}{rest}")
    assert Problem.NO_PAGE.value.title in reply.text
    assert world.calls == []


def test_a_definition_that_changed_since_is_said():
    world = World(stopped())
    world.executions.today = {**MODERATE, "TimeoutSeconds": 1}
    reply = world.ask()
    assert "deployed again since. What is drawn is the definition that this" in reply.text
    world.executions.today, world.executions.updated_at = None, NOW
    reply = world.ask()
    assert "deployed again since this execution began" in reply.text


def test_a_definition_that_is_gone_leaves_the_timeline():
    world = World(stopped())
    world.executions.document = None
    reply = world.ask()
    assert "The definition of this machine is gone." in reply.text
    assert 'id="graph"' not in reply.body
    assert len(states(reply)) == 7
    assert "current" not in world.calls


def test_states_that_the_definition_has_not_are_drawn_as_such():
    told = judged(Told()).task("Renamed").end()
    reply = World(told).ask()
    assert '<g class="state stranger" data-state="Renamed" data-went="done">' in reply.body
    assert "States with a dashed frame are in this" in reply.text


def test_more_events_than_are_read_are_owned_up_to():
    told = long_one(MOST_EVENTS + 500)
    reply = World(told).ask()
    assert "This execution has 5,000 events or more." in reply.text
    assert went(reply)["StopStream"] == "not-read-on"
    assert states(reply)[-1] == "StopStream"
    assert "not read on" in reply.text


def test_what_failed_is_said_with_its_remedy():
    told = Told().choose("IsAnalyzed?")
    told.enter("Analyze")
    told.schedule()
    told.fail("AnalyzerDeniedError", '{"errorMessage": "no permission"}')
    told.leave("Analyze")
    told.enter("HoldUnscreened")
    told.schedule()
    told.fail("Lambda.Unknown", "died")
    told.die(error="Lambda.Unknown", cause="died")
    rows = {FRAME_ID: row(attempt=2, severity=None)}
    reply = World(told, "FAILED", rows=rows).ask()
    assert 'id="error"' in reply.body
    assert "Analyze : Rekognition refused us" in reply.text
    assert "AnalyzerDeniedError was caught: the machine went on" in reply.text
    assert "What to do: Run framewarden doctor; then" in reply.text
    assert "<code>framewarden doctor</code>" in reply.body
    assert "It said: no permission" in reply.text
    assert "Lambda.Unknown was not caught: it ended the execution." in reply.text
    assert reply.body.count('<div class="trouble">') == 2
    assert went(reply)["Analyze"] == "caught"
    assert went(reply)["HoldUnscreened"] == "failed"
    assert "Outcome unscreened (tried again) Attempt 1 of 2 Transitions" in reply.text


def test_markup_in_every_field_is_text():
    told = Told(document={"frame": {"channel_arn": BAD}, BAD: BAD, "verdict": {"policy_hash": BAD}})
    told.task(BAD)
    told.enter("Analyze")
    told.schedule()
    told.fail(BAD, BAD)
    told.leave("Analyze")
    told.enter(BAD, BAD)
    told.die(error=BAD, cause=BAD)
    world = World(told, "ABORTED", rows={FRAME_ID: row(severity=BAD, reason=BAD, outcome=BAD)})
    world.executions.document = {
        "StartAt": BAD,
        "States": {
            BAD: {
                "Type": "Choice",
                "Comment": BAD,
                "Choices": [{"Condition": BAD, "Next": "Analyze"}],
            },
            "Analyze": {"Type": "Task", "Catch": [{"ErrorEquals": [BAD], "Next": BAD}]},
        },
    }
    for rest in ("", "/live", "/visits/1", "/visits/2"):
        reply = world.ask(rest)
        assert reply.status == 200
        assert "alert(" in reply.body
        assert "<script>alert" not in reply.body


def test_documents_of_256_kb_are_cut_and_lead_to_the_whole():
    told = (
        Told(document={"frame": {}, "long": "xy " * 80_000}).task("Analyze").task("Archive").end()
    )
    reply = World(told).ask()
    assert len(reply.body) < 250_000
    assert reply.body.count("characters more") == 2
    assert f'href="../../executions/moderate/{FRAME_ID}/visits/1">Show it' in reply.body
    assert f'href="../../executions/moderate/{FRAME_ID}/visits/2">Show it' in reply.body
    visit = World(told).ask("/visits/1")
    assert visit.body.count("xy " * 80_000) == 2
    assert "characters more" not in visit.body


def test_a_large_input_without_a_visit_has_no_page_of_its_own():
    reply = World(Told(document={"long": "x " * 80_000}), "RUNNING").ask()
    assert "characters more" in reply.body
    assert "Show it" not in reply.body
    assert "It has not entered a state yet." in reply.text


def test_a_visits_data_is_a_page_and_a_part_of_one():
    world = World(reviewed())
    page = world.ask("/visits/7")
    assert page.status == 200
    assert '<main id="main" tabindex="-1" data-page="visit">' in page.body
    assert f'href="../../../../executions/moderate/{FRAME_ID}#visit-7"' in page.body
    part = world.ask("/visits/7", part="1")
    assert part.body.startswith('<section class="visit-data" data-number="7"')
    shown = re.findall(r'<pre data-part="(\w+)"', part.body)
    assert shown == ["input", "output", "parameters", "result", "definition"]
    assert (
        "&#34;Resource&#34;: &#34;arn:${Partition}:states:::lambda:invoke.waitForTask" in part.body
    )
    assert world.calls == ["get", "events with data", "definition"] * 2


def test_a_visit_is_shown_where_its_definition_is_gone_or_never_knew_its_state():
    gone = World(stopped())
    gone.executions.document = None
    foreign = World(stopped())
    foreign.executions.document = {"StartAt": "Other", "States": {"Other": {"Type": "Succeed"}}}
    for world in (gone, foreign):
        reply = world.ask("/visits/1")
        assert reply.status == 200
        assert 'data-part="input"' in reply.body
        assert 'data-part="definition"' not in reply.body


@pytest.mark.parametrize(
    ("changes", "mark"),
    [
        ({"outcome": "unscreened", "reason": "image_invalid"}, "! unscreened (image invalid)"),
        ({"outcome": "stopped", "reason": "by_policy"}, "■ stopped (by the policy)"),
        ({"outcome": "renamed", "reason": None}, "? renamed"),
    ],
)
def test_a_frame_that_ended_badly_never_has_the_mark_of_one_that_ended_well(changes, mark):
    reply = World(stopped(), rows={FRAME_ID: row(**changes)}).ask()
    assert re.search(r"<title>([^<]*):", reply.body)[1] == mark
    assert f'<span class="chip outcome">{mark}</span>' in reply.body


def test_no_page_shows_a_task_token():
    told = waiting()
    told.document["note"] = f"somebody pasted {TOKEN}"
    told.succeed(1, decision="allow", echo=TOKEN)
    told.leave("RequestReview")
    told.choose("RouteByDecision").task("Archive").end()
    world = World(told)
    pages = [
        world.ask(rest).body for rest in ("", "/live", *(f"/visits/{n}" for n in range(1, 10)))
    ]
    assert sum("[redacted]" in page for page in pages) >= 4
    assert not any(TOKEN in page for page in pages)


@pytest.mark.parametrize("number", ["0", "10", "-1", "x", "1234567", "1e3"])
def test_visits_that_are_not_there_are_no_page(number):
    reply = World(reviewed()).ask(f"/visits/{number}")
    assert reply.status == 404


def test_a_visit_of_a_forgotten_execution_is_no_page():
    assert World().ask("/visits/1").status == 404


def test_the_start_is_a_moment_that_goes_on_counting():
    reply = World(waiting(), "RUNNING").ask()
    assert (
        f'datetime="{START.isoformat(timespec="milliseconds")[:23]}Z" data-relative' in reply.body
    )
