import json

import pytest

from framewarden.domain.errors import StoreThrottledError
from framewarden.observability import count, duration, gauge, logger, step
from tests.unit.scenes import event

TOKEN = "AQDEAAAAKgAAAAMAAAAAAAAAATHETOKEN"


def handler_of(answer):
    @step
    def handler(state, context):
        logger.info("in the handler")
        return answer(state)

    return handler


def lines(written):
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_handler_sees_the_state_document_with_its_execution_and_token(context):
    wait = event("request_review/first_rung")
    seen = handler_of(lambda state: state)(wait, context)
    assert set(seen) == {"frame", "review", "execution", "task_token"}
    assert wait == event("request_review/first_rung"), "the event stays as it came"


def test_another_event_passes_as_it_is(context):
    other = event("intake/ivs_thumbnail")
    assert handler_of(lambda state: state)(other, context) == other


def test_every_line_has_the_ids_and_nothing_else_of_the_state(context, logged):
    wait = event("request_review/first_rung") | {"task_token": TOKEN}
    handler_of(lambda state: None)(wait, context)
    [line] = lines(logged)
    assert line["frame_id"] == wait["state"]["frame"]["frame_id"]
    assert line["channel"] == "AbCdef1G2hij"
    assert line["session"] == "j8Z9O91ndcVs"
    assert line["review_id"] == wait["state"]["review"]["review_id"]
    assert line["execution"] == wait["execution"]
    assert (line["service"], line["level"]) == ("framewarden", "INFO")
    assert TOKEN not in logged.getvalue()
    assert wait["state"]["frame"]["key"] not in logged.getvalue()


def test_the_ids_of_one_event_do_not_stand_on_the_lines_of_the_next(context, logged):
    handler = handler_of(lambda state: None)
    handler(event("request_review/first_rung"), context)
    handler(event("sweep/schedule"), context)
    handler({"frame": "no frame", "review": []}, context)
    for line in lines(logged)[1:]:
        assert not {"frame_id", "channel", "review_id", "execution"} & set(line)


def test_a_failure_of_ours_is_logged_by_name_and_goes_on(context, logged):
    def fail(state):
        raise StoreThrottledError("PutItem: uploads/somebody's secret.jpg")

    with pytest.raises(StoreThrottledError):
        handler_of(fail)(event("archive/cleared"), context)
    [_, line] = lines(logged)
    assert (line["message"], line["error"]) == ("step failed", "StoreThrottledError")
    assert "secret" not in logged.getvalue()


def test_metrics_have_names_units_and_the_service(context, capsys):
    def tell(state):
        count("FramesCleared")
        count("FramesCleared", 2)
        duration("PutToVerdict", 0.402)
        duration("PutToStop", -5)
        gauge("OpenReviews", 0)

    handler_of(tell)(event("archive/cleared"), context)
    emitted = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    [told] = [line for line in emitted if "FramesCleared" in line]
    assert told["FramesCleared"] == [1, 2]
    assert told["PutToVerdict"] == [402]
    assert told["PutToStop"] == [0], "a clock that ran backwards records zero"
    assert told["OpenReviews"] == [0]
    assert told["service"] == "framewarden"
    [directive] = told["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "framewarden"
    assert {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]} == {
        "FramesCleared": "Count",
        "PutToVerdict": "Milliseconds",
        "PutToStop": "Milliseconds",
        "OpenReviews": "Count",
    }


def test_what_was_counted_before_a_failure_is_emitted_all_the_same(context, counted):
    def fail(state):
        count("StopFailed")
        raise StoreThrottledError("x")

    with pytest.raises(StoreThrottledError):
        handler_of(fail)(event("archive/cleared"), context)
    assert counted()["StopFailed"] == 1
