"""The arithmetic of the benchmarks, and the tables that they are made from."""

import pytest

from benchmarks import cold, memory, stopping
from benchmarks.machine import cpu_model
from benchmarks.pauses import Pauses
from benchmarks.stages import Moments, medians, worst
from framewarden.settings import BY_FUNCTION
from tests.unit.scenes import EVENTS
from tests.unit.template_operations import operations

SERVICES = {"states": "stepfunctions", "appconfig": "appconfigdata"}
# What a function can call besides, on a path that is not the measured one.
ELSEWHERE = {
    "classify": {"s3"},  # the policy of a batch
    "batch_page": {"appconfigdata", "s3", "stepfunctions"},
    "start_batch": {"appconfigdata", "s3"},  # a resumed one has its policy and its source
    "stop_stream": {"appconfigdata", "ivschat", "medialive"},
    "reinstate": {"ivs", "ivschat", "medialive", "sns"},
    "request_review": {"ivs", "ivschat", "medialive"},
    "sweep": {
        "ivs",
        "ivschat",
        "medialive",
        "rekognition",
        "secretsmanager",
        "sns",
        "ssm",
        "stepfunctions",
    },
    "reconcile": {"ivs", "medialive", "stepfunctions"},
    "review_page": {"s3", "stepfunctions"},
    "channel_page": {"ivs", "medialive", "stepfunctions"},
    "execution_page": {"appconfigdata", "s3"},  # versions of the policy, the story of a frame
    "adapter_page": {"rekognition", "stepfunctions"},
    "collect_examples": {"s3"},
    "follow_training": {"rekognition"},
    "finish_adapter": {"rekognition", "s3"},
    "health_page": {"ivs", "medialive"},
}


def test_every_function_is_started_cold():
    assert {function.folder for function in cold.FUNCTIONS} == BY_FUNCTION.keys() - {"plan_shards"}


@pytest.mark.parametrize("function", cold.FUNCTIONS, ids=lambda function: function.folder)
def test_the_bare_function_makes_the_clients_that_the_code_calls(function):
    prefixes = {action.partition(":")[0] for action in operations(function.folder)}
    reached = {SERVICES.get(prefix, prefix) for prefix in prefixes}
    assert set(function.services) == reached - ELSEWHERE.get(function.folder, set())


@pytest.mark.parametrize("function", cold.FUNCTIONS, ids=lambda function: function.folder)
def test_every_start_has_an_event(function):
    assert (
        not function.scenario or (EVENTS / function.folder / f"{function.scenario}.json").exists()
    )


def test_a_cold_start_is_compared_by_the_processors_time():
    ours = [cold.Start(0.9, cpu) for cpu in (0.30, 0.36, 0.33)]
    bare = [cold.Start(0.5, cpu) for cpu in (0.31, 0.29, 0.30)]
    figure = cold.compared("intake", ours, bare)
    assert figure.value == pytest.approx(1.1)
    assert figure.detail == "330 ms against 300 ms (900 and 500)"


def test_stages_are_medians_of_the_differences():
    passed = [Moments(n, n + 0.01, n + 0.03, n + 0.2, n + 0.23, n + 0.3) for n in (0.0, 5.0, 9.0)]
    assert medians(passed) == pytest.approx(
        {"admitted": 0.01, "started": 0.02, "asked": 0.17, "analyzed": 0.03, "judged": 0.07}
    )
    assert worst(passed[1]) == "170 ms of it in stage asked"


def test_the_stop_shows_what_of_the_difference_is_the_emulators():
    pauses = Pauses(event=0.006, start=0.152, task=0.154, quiet=0.051, talking=0.006)
    ours, verified = [0.3, 0.29, 0.31], [0.5, 0.6, 0.7]
    measured = stopping.figures(ours, verified, [0.05, 0.06], pauses)
    found = {one.name: one for one in measured}
    assert found["stop.slower_at_median"].value == pytest.approx(0.245)
    assert found["stop.slower_at_median"].detail == "0.211 s of it the emulator's pauses"
    assert found["stop.framewarden.p95"].value == 0.31
    assert found["engine.first_task"].value == pytest.approx(154)


def test_memory_reads_the_proportional_share(tmp_path):
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "smaps_rollup").write_text("Rss:  9000 kB\nPss:  1000 kB\nPss_Dirty: 5 kB\n")
    assert memory.pss(7, tmp_path) == pytest.approx(1.024)
    assert memory.pss(8, tmp_path) == 0.0


def test_the_machine_names_its_processor(tmp_path):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\nmodel name\t: Some CPU\n")
    assert cpu_model(cpuinfo) == "Some CPU @ 2 GHz"
    assert cpu_model(tmp_path / "none")
