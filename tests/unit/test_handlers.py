"""Every handler, with the very files that `sam local invoke` takes."""

import ast
import json
import re
from importlib import import_module
from types import SimpleNamespace

import pytest

from framewarden import delivering, settings
from framewarden.domain.errors import AnalyzerThrottledError, StoreThrottledError
from framewarden.domain.times import parse
from framewarden.settings import EnvironmentIncompleteError
from tests.unit.adapter_rows import arn_of, turned
from tests.unit.scenes import ACCOUNT, CHANNEL, EVENTS, ROOT, event
from tests.unit.stage import ANSWER, play
from tests.unit.stops import ROOMS
from tests.unit.template_reading import Template

SCENARIOS = sorted(str(path.relative_to(EVENTS))[:-5] for path in EVENTS.glob("*/*.json"))
FOLDERS = sorted({scenario.partition("/")[0] for scenario in SCENARIOS})
LONG_AGO = "2026-11-22T07:00:00Z"
TOKEN = "AQDEAAAAKgAAAAMAAAAAAAAAATHETOKEN"
SECRETS = (TOKEN, "private words", "Exposed Female Nipple", "Explicit", "thumb42.jpg", "92.3411")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_can_be_played_and_nothing_sensitive_is_written(
    aws, context, logged, capsys, monkeypatch, scenario
):
    held = {"task_token": TOKEN} if "task_token" in event(scenario) else {}
    monkeypatch.setattr("tests.unit.stage.event", lambda name: event(name) | held)
    answer = play(aws, scenario, context)
    assert answer is not None
    json.dumps(answer, allow_nan=False)
    for line in logged.getvalue().splitlines():
        assert json.loads(line)["step"] == scenario.partition("/")[0]
    written = logged.getvalue() + capsys.readouterr().out
    for secret in SECRETS:
        assert secret not in written
    assert not any(TOKEN in notice["text"] for notice in aws.notices())


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_is_readable_and_ours(scenario):
    text = (EVENTS / f"{scenario}.json").read_text()
    document = json.loads(text)
    assert text == json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    accounts = set(re.findall(r"(?<![0-9a-f-])\d{12}(?![0-9a-f])", text))
    assert accounts <= {ACCOUNT, "444455556666"}
    if "state" in document:
        expected = {"state", "execution"}
        wait = scenario.startswith("request_review/")
        assert set(document) == expected | ({"task_token"} if wait else set())
        assert document.get("task_token", "events-hold-no-token") == "events-hold-no-token"


def test_a_decision_logs_neither_note_nor_name_nor_token(aws, context, logged):
    play(aws, "request_review/first_rung", context)
    from framewarden import deciding

    own = settings.ReviewPage.read()
    [row] = aws.reviews()
    aws.wire.fails("SendTaskSuccess", "ThrottlingException")
    who = {"by": "Ada Lovelace", "via": "link", "note": "private words"}
    now = parse("2026-11-22T08:06:00Z")
    assert deciding.decide(row["review_id"], "stop", **who, now=now, own=own).first
    assert "not delivered" in logged.getvalue()
    for secret in (*SECRETS, "Lovelace", row["task_token"]):
        assert secret not in logged.getvalue()


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_without_its_environment_says_what_is_missing(aws, context, monkeypatch, folder):
    needed = settings.BY_FUNCTION[folder]
    scenario = next(name for name in SCENARIOS if name.startswith(f"{folder}/"))
    if not needed:
        return
    for name in needed[1:]:
        monkeypatch.delenv(name)
    handler = import_module(f"{folder}.app").lambda_handler
    missing = re.escape(", ".join(needed[1:])) or needed[0]
    if not needed[1:]:
        monkeypatch.delenv(needed[0])
    with pytest.raises(EnvironmentIncompleteError, match=missing):
        handler(event(scenario), context)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_handler_is_short_and_imports_no_sdk(folder):
    source = (ROOT / "functions" / folder / "app.py").read_text()
    assert len(source.splitlines()) <= 40
    imported = {
        name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        )
    }
    assert not any(name.startswith(("boto", "local", "tests")) for name in imported)


class TestIntake:
    def test_the_account_is_the_functions_own_whatever_the_event_says(self, aws):
        elsewhere = SimpleNamespace(
            invoked_function_arn="arn:aws:lambda:us-east-1:444455556666:function:intake",
            aws_request_id="r",
            function_name="intake",
        )
        [told] = play(aws, "intake/ivs_thumbnail", elsewhere)
        assert told["skipped"] == "foreign_account"
        [told] = play(aws, "intake/foreign_account", elsewhere)
        assert told["started"] is True

    def test_a_rescan_answers_its_caller(self, aws, context):
        assert play(aws, "intake/rescan", context)["started"] is True


class TestAnalyze:
    def test_the_raw_answer_is_kept(self, aws, context):
        analysis = play(aws, "analyze/ivs_frame", context)
        assert analysis["labels"] == ANSWER["ModerationLabels"]
        assert analysis["model_version"] == "7.0"
        assert (analysis["adapter"], analysis["min_confidence"]) == (None, 20.0)
        assert analysis["adapter_asked"] is None
        assert analysis["analyzed_at"].endswith("Z")

    def test_the_adapter_that_really_answered_is_named(self, aws, context):
        handler = import_module("analyze.app").lambda_handler
        aws.wire.serves("DetectModerationLabels", lambda asked: ANSWER | {"ProjectVersion": "arn"})
        assert handler(event("analyze/upload"), context)["adapter"] == "arn"

    def test_an_answer_without_labels_is_not_taken_for_a_clean_one(self, aws, context):
        aws.wire.serves("DetectModerationLabels", lambda asked: {"ModerationModelVersion": "7.0"})
        analysis = import_module("analyze.app").lambda_handler(event("analyze/upload"), context)
        assert analysis["labels"] is None
        scene = event("classify/clean")
        scene["state"]["analysis"] = analysis
        with pytest.raises(Exception, match="labels are not a list") as failure:
            import_module("classify.app").lambda_handler(scene, context)
        assert type(failure.value).__name__ == "AnalysisMalformedError"

    def test_a_throttle_reaches_the_machine_by_its_name(self, aws, context, logged):
        aws.wire.fails("DetectModerationLabels", "ThrottlingException")
        with pytest.raises(AnalyzerThrottledError):
            import_module("analyze.app").lambda_handler(event("analyze/upload"), context)
        assert json.loads(logged.getvalue())["error"] == "AnalyzerThrottledError"


class TestClassify:
    @pytest.mark.parametrize(
        ("scenario", "severity"),
        [
            ("clean", "none"),
            ("explicit_high", "high"),
            ("explicit_critical", "critical"),
            ("drawn_violence", "medium"),
            ("swimwear", "low"),
            ("unknown_label", "low"),
        ],
    )
    def test_the_default_policy_judges_the_scenarios(self, aws, context, scenario, severity):
        assert play(aws, f"classify/{scenario}", context)["severity"] == severity

    def test_the_time_to_a_verdict_is_measured_and_an_unknown_label_counted(
        self, aws, context, counted
    ):
        play(aws, "classify/unknown_label", context)
        told = counted()
        assert told["UnknownLabel"] == 1
        assert "PutToVerdict" in told
        play(aws, "classify/clean", context)
        assert "UnknownLabel" not in counted()

    def test_a_throttled_policy_reaches_the_machine_by_its_name(self, aws, context):
        aws.wire.fails("StartConfigurationSession", "ThrottlingException")
        with pytest.raises(StoreThrottledError):
            play(aws, "classify/clean", context)


class TestOrders:
    def test_a_banned_channel_that_came_back_is_stopped_again(self, aws, context):
        slot = play(aws, "stop_stream/restop", context)
        assert (slot["status"], slot["by"]) == ("stopped", "policy: ban")
        assert aws.ban()["restops"] == 1

    def test_an_order_that_failed_says_so_in_its_act(self, aws, context):
        told = play(aws, "stop_failed/order", context)
        assert told == {"error": "StopDeniedError", "sessions": []}
        [act] = aws.acts()
        assert (act["status"], act["error"]) == ("failed", "StopDeniedError")

    @pytest.mark.parametrize("scenario", ["confirmed_stop", "order"])
    def test_a_stop_is_taken_back(self, aws, context, scenario):
        assert play(aws, f"reinstate/{scenario}", context)["lifted"] is True
        assert aws.ban()["status"] == "lifted"

    def test_an_event_and_the_schedule_are_told_apart(self, aws, context):
        told = play(aws, "reconcile/stream_start", context)
        assert told["restopped"].startswith("restop-")
        handler = import_module("reconcile.app").lambda_handler
        assert handler(event("reconcile/recording_start_failure"), context)["unseen"]
        told = handler(event("reconcile/schedule"), context)
        assert (told["live"], told["banned"]) == (1, 1)
        assert handler({}, context) == told, "a person's test event looks at everything too"


def test_every_alarm_of_ours_watches_a_metric_that_a_handler_emits(aws, context, counted):
    alarms = Template().of_type("AWS::CloudWatch::Alarm").values()
    watched = {alarm["MetricName"] for alarm in alarms if alarm["Namespace"] == "framewarden"}
    for scenario in ("archive/unscreened", "classify/unknown_label", "stop_failed/denied"):
        play(aws, scenario, context)
    play(aws, "sweep/schedule", context)
    play(aws, "reconcile/recording_start_failure", context)
    import_module("reconcile.app").lambda_handler(event("reconcile/schedule"), context)
    for error in ("AnalyzerDeniedError", "PolicyUnavailableError"):
        held = event("hold_unscreened/analyzer_throttled")
        held["state"]["error"] = {"Error": error, "Cause": ""}
        import_module("hold_unscreened.app").lambda_handler(held, context)
    _stop_one_too_many(aws, context)
    _give_up_an_event(aws, context)
    _lose_the_adapter(aws, context)
    assert watched <= set(counted())


def _lose_the_adapter(aws, context):
    turned(aws, live={"name": "v1", "arn": arn_of("v1")})
    aws.wire.serves("DetectModerationLabels", lambda asked: ANSWER)
    import_module("analyze.app").lambda_handler(event("analyze/upload"), context)


def _stop_one_too_many(aws, context):
    aws.wipe()
    stamps = {"2026-11-22T08:05:00.000Z st-0"}
    aws.put("channels", {"channel": "breaker", "item": "stamps", "stamps": stamps})
    flagged = event("stop_stream/critical")
    terms = flagged["state"]["verdict"]["stops"] | {"breaker": {"stops": 1, "within": 10**9}}
    flagged["state"]["verdict"]["stops"] = terms
    aws.go_live(parse("2026-11-22T08:05:30Z"))
    import_module("stop_stream.app").lambda_handler(flagged, context)


def _give_up_an_event(aws, context):
    row = delivering.viewers_event("stop#1", CHANNEL, ROOMS, "stream_stopped", parse(LONG_AGO))
    aws.put("outbox", row)
    aws.wire.fails("SendEvent", "AccessDeniedException", status=403)
    import_module("sweep.app").lambda_handler(event("sweep/schedule"), context)
