import pytest

from framewarden.aws.executions import MOST_EVENTS
from framewarden.console.execution_view import view_of
from framewarden.inspecting import inspect
from tests.unit.console.execution_world import FRAME_ID, NOW, Told, World, row, stopped, waiting

ADAPTER = "arn:aws:rekognition:us-east-1:111122223333:project/fw/version/v2/1700000000000"


def view(told, status="SUCCEEDED", in_aws=None, name=FRAME_ID, document=True, **world):
    looked = World(told, status, **world)
    looked.executions.name = name
    if not document:
        looked.executions.document = None
    return view_of(inspect(looked.sources, "moderate", name, NOW), in_aws, NOW)


def failing(error, *, caught=True):
    told = Told()
    told.enter("Analyze")
    told.schedule()
    told.fail(error, "it said so")
    if caught:
        told.leave("Analyze")
    return told


@pytest.mark.parametrize(
    ("status", "words", "mark"),
    [
        ("SUCCEEDED", "succeeded", "✓"),
        ("FAILED", "failed", "✕"),
        ("TIMED_OUT", "timed out", "✕"),
        ("ABORTED", "aborted", "■"),
        ("PENDING_REDRIVE", "waits for a redrive", "↻"),
    ],
)
def test_a_status_is_a_word_and_a_mark(status, words, mark):
    shown = view(stopped(), status)
    assert (shown.words, shown.mark, shown.running) == (words, mark, False)
    assert shown.ended.startswith(f"Ended, {words}. ")


def test_what_runs_has_not_ended():
    shown = view(waiting(), "RUNNING")
    assert (shown.running, shown.ended, shown.duration) == (True, "", "")
    assert shown.in_state == "RequestReview"
    assert shown.output is None


def test_a_later_attempt_does_not_lend_its_outcome_to_an_earlier_one():
    rows = {FRAME_ID: row(attempt=2)}
    first, second = (view(stopped(), name=FRAME_ID + n, rows=rows) for n in ("", "-2"))
    assert dict(first.facts)["Outcome"] == "unscreened (tried again)"
    assert dict(first.facts)["Attempt"] == "1 of 2"
    assert dict(second.facts)["Outcome"] == "stopped (by the policy)"
    assert dict(second.facts)["Attempt"] == "2 of 2"


def test_what_joined_has_the_outcome_of_its_review():
    rows = {FRAME_ID: row(status="joined", outcome=None, reason="joined", review_id="r1")}
    open_one = view(stopped(), rows=rows, reviews={"r1": {"review_id": "r1"}})
    assert "Outcome" not in dict(open_one.facts)
    decided = {"review_id": "r1", "outcome": "reviewed", "outcome_reason": "allow"}
    over = view(stopped(), rows=rows, reviews={"r1": decided})
    assert dict(over.facts)["Outcome"] == "reviewed (allowed)"


def test_an_outcome_without_a_reason_stands_alone():
    shown = view(stopped(), rows={FRAME_ID: row(reason=None)})
    assert dict(shown.facts)["Outcome"] == "stopped"


@pytest.mark.parametrize(
    ("analysis", "words"),
    [
        ({"adapter": ADAPTER, "adapter_asked": ADAPTER}, "v2"),
        ({"adapter": None, "adapter_asked": ADAPTER}, "v2 did not answer, the base model did"),
        ({"adapter": None}, None),
    ],
)
def test_the_adapter_that_answered_is_a_fact(analysis, words):
    told = stopped()
    told.document["analysis"] |= analysis
    shown = view(told.end())
    assert dict(shown.facts).get("Adapter") == words


def test_without_a_row_the_document_tells_what_it_can():
    shown = view(stopped(), rows={})
    assert [name for name, _ in shown.facts] == ["Severity", "Transitions", "Events"]
    assert [link.kind for link in shown.links] == ["channel", "policy"]


def test_without_anything_there_are_the_counts():
    told = Told(document={"frame": "none", "verdict": [], "order": 7})
    shown = view(told, "RUNNING", rows={})
    assert shown.facts == (("Transitions", "0"), ("Events", "1"))
    assert shown.links == ()


def test_one_retry_is_one():
    told = failing("Lambda.Unknown", caught=False)
    told.schedule()
    told.succeed()
    told.leave("Analyze")
    assert dict(view(told.end()).facts)["Transitions"] == "2, 1 of them a retry"


def test_a_channel_that_can_have_no_page_is_not_linked():
    shown = view(stopped(), rows={FRAME_ID: row(channel_arn="no-arn")})
    assert "channel" not in [link.kind for link in shown.links]


def test_what_a_later_try_made_good_is_no_trouble():
    assert view(stopped()).troubles == ()


@pytest.mark.parametrize(
    ("told", "status", "became"),
    [
        (failing("ImageInvalidError"), "RUNNING", "was caught: "),
        (failing("ImageInvalidError", caught=False), "RUNNING", "is tried again "),
        (
            failing("ImageInvalidError", caught=False).die(error="ImageInvalidError"),
            "FAILED",
            "was not caught: ",
        ),
    ],
)
def test_trouble_says_what_became_of_it(told, status, became):
    [trouble] = view(told, status).troubles
    assert trouble.became.startswith(became)
    assert (trouble.state, trouble.error) == ("Analyze", "ImageInvalidError")
    assert trouble.what == "the picture could not be read"
    assert trouble.remedy.startswith("Look whether the recorder")
    assert trouble.cause == "it said so"


def test_the_same_trouble_is_told_once():
    told = failing("ImageInvalidError")
    told.events += []
    told.enter("Analyze")
    told.schedule()
    told.fail("ImageInvalidError")
    told.leave("Analyze")
    assert len(view(told, "RUNNING").troubles) == 1


def test_a_deadline_that_passed_is_no_trouble():
    told = waiting()
    told.tell("TaskTimedOut", "taskTimedOut", 300, error="States.Timeout")
    told.leave("RequestReview")
    assert view(told, "RUNNING").troubles == ()
    # Nobody knows what waits once the definition is gone.
    assert len(view(told, "RUNNING", document=False).troubles) == 1
    refused = waiting()
    refused.fail("MessageRefusedError")
    refused.leave("RequestReview")
    assert len(view(refused, "RUNNING").troubles) == 1


def test_what_ends_an_execution_from_outside_is_its_own_trouble():
    told = waiting().die("ExecutionTimedOut", error="States.Timeout")
    [trouble] = view(told, "TIMED_OUT").troubles
    assert (trouble.state, trouble.became) == ("", "ended the execution")
    assert trouble.what == "It took longer than it may"
    assert trouble.cause is None


def test_an_end_that_was_not_read_is_told_by_the_execution():
    world = World(waiting(), "FAILED")
    world.executions.changes = {"error": "States.Runtime", "cause": '{"errorMessage": "no path"}'}
    looked = inspect(world.sources, "moderate", FRAME_ID, NOW)
    [trouble] = view_of(looked, None, NOW).troubles
    assert (trouble.error, trouble.cause) == ("States.Runtime", "no path")


def test_the_aws_console_is_the_last_link():
    shown = view(stopped(), in_aws="https://console.example/x")
    assert (shown.links[-1].kind, shown.links[-1].address) == ("aws", "https://console.example/x")


def test_what_runs_on_beyond_what_is_read_runs():
    told = Told()
    told.enter("Analyze")
    while len(told.events) < MOST_EVENTS:
        told.schedule()
    shown = view(told, "RUNNING")
    assert (shown.whole, shown.in_state) == (False, "Analyze")
