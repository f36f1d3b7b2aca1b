"""Measure the cold start of each function against a bare function that makes the same clients."""

import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.figures import Figure, Section
from framewarden.settings import BY_FUNCTION
from local.laptop.home import REPOSITORY

BAR = 1.25
TITLE = "Cold start, against a bare function that makes the same clients"
SCRIPT = Path(__file__).with_name("cold_start.py")
NOTES = [
    "Import, clients, and the handler up to its first call of AWS, in a new interpreter each time; "
    "medians, all functions in turn. The code is the build as it is deployed; boto3 is the "
    "runtime's.",
    "Ratio of CPU times: a start waits for nothing, and they do not depend on what else runs. In "
    "brackets the times by the clock.",
]


@dataclass(frozen=True)
class Start:
    """How long one start took, in seconds: by the clock, and of the processor."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Function:
    """A function, the clients that its ordinary path makes, and an event of that path."""

    folder: str
    services: tuple[str, ...]
    scenario: str = ""

    @property
    def bare(self) -> tuple[str, ...]:
        """Return what its bare function is known by."""
        return tuple(sorted(self.services))


# A unit test holds this table against what the code can reach. What only another path makes is left
# out, so that the bare function makes no client that the measured start does not. `plan_shards`
# calls nothing.
FUNCTIONS = (
    Function("intake", ("dynamodb", "stepfunctions"), "ivs_thumbnail"),
    Function("analyze", ("dynamodb", "rekognition"), "ivs_frame"),
    Function("classify", ("appconfigdata",), "explicit_high"),
    Function("stop_stream", ("dynamodb", "ivs", "sns"), "critical"),
    Function("stop_failed", ("dynamodb",), "denied"),
    Function("open_review", ("dynamodb",), "high"),
    Function("request_review", ("dynamodb", "secretsmanager", "sns", "ssm"), "first_rung"),
    Function("close_review", ("dynamodb",), "deadline"),
    Function("reinstate", ("dynamodb",), "confirmed_stop"),
    Function("hold_unscreened", ("appconfigdata",), "image_invalid"),
    Function("archive", ("dynamodb", "s3"), "cleared"),
    Function("settle", ("dynamodb",), "timed_out"),
    Function("sweep", ("dynamodb",), "schedule"),
    Function("reconcile", ("dynamodb",), "stream_start"),
    Function("start_batch", ("dynamodb", "stepfunctions"), "resume"),
    Function("plan_batch", ("dynamodb", "s3"), "manifest"),
    Function("analyze_shard", ("dynamodb", "rekognition", "s3"), "range"),
    Function("follow_bulk_job", ("dynamodb", "rekognition"), "started"),
    Function("finish_batch", ("dynamodb", "s3", "stepfunctions"), "ranges_done"),
    Function("collect_examples", ("dynamodb",), "started"),
    Function("follow_training", ("dynamodb",), "started"),
    Function("finish_adapter", ("dynamodb",), "trained"),
    Function("desk_page", ("dynamodb", "secretsmanager")),
    Function("review_page", ("dynamodb", "secretsmanager")),
    Function("picture_page", ("dynamodb", "s3", "secretsmanager")),
    Function("channel_page", ("dynamodb", "secretsmanager")),
    Function("execution_page", ("dynamodb", "secretsmanager", "stepfunctions")),
    Function("batch_page", ("dynamodb", "secretsmanager")),
    Function("adapter_page", ("dynamodb", "secretsmanager")),
    Function("health_page", ("appconfigdata", "dynamodb", "secretsmanager", "sqs")),
)
# No scenario of `events/`: API Gateway's event of somebody who follows a link, or is signed in.
LINKS = {
    "desk_page": "/queue",
    "review_page": "/reviews/r1",
    "picture_page": "/reviews/r1/blurred",
    "channel_page": "/channels/ivs/AbCdef1G2hij",
    "execution_page": "/executions",
    "batch_page": "/batches",
    "adapter_page": "/adapters",
    "health_page": "/health",
}
# Pages that take no link: of somebody who has signed in.
ACCOUNTS = {"/queue", "/executions", "/batches", "/adapters", "/health"}
SESSION = "__Host-framewarden=e30.c2lnbmF0dXJl"


def link(path: str) -> dict[str, Any]:
    """Return the event of a page's request."""
    return {
        "httpMethod": "GET",
        "path": path,
        "headers": {"host": "127.0.0.1", **({"cookie": SESSION} if path in ACCOUNTS else {})},
        "queryStringParameters": {"exp": "4102444800", "sig": "c2lnbmF0dXJl"},
        "requestContext": {"path": f"/live{path}"},
    }


def copied(code: Path, folder: Path) -> Path:
    """Copy the built code as it is, so that nobody's next build changes it meanwhile."""
    place = folder / "code"
    shutil.copytree(code, place)
    for name, path in LINKS.items():
        (folder / f"{name}.json").write_text(json.dumps(link(path)))
    return place


def run(code: Path, times: int, say: Callable[[str], None]) -> Section:
    """Start every function and every bare one, in turn, so many times."""
    say(f"cold: {times} cold starts of each function")
    ours: dict[str, list[Start]] = defaultdict(list)
    bare: dict[tuple[str, ...], list[Start]] = defaultdict(list)
    for turn in range(times + 1):
        for function in FUNCTIONS:
            bares = bare[function.bare]
            if len(bares) < turn + 1:
                bares.append(start(code, function.bare))
            ours[function.folder].append(start(code, function.services, function))
    # The first turn filled the system's file cache.
    figures = [compared(one.folder, ours[one.folder][1:], bare[one.bare][1:]) for one in FUNCTIONS]
    return Section("cold", TITLE, figures, NOTES)


def compared(name: str, ours: list[Start], bare: list[Start]) -> Figure:
    """Return the ratio of a function's cold start to its bare function's."""
    own, base = middle(ours), middle(bare)
    detail = (
        f"{own.cpu * 1000:.0f} ms against {base.cpu * 1000:.0f} ms "
        f"({own.wall * 1000:.0f} and {base.wall * 1000:.0f})"
    )
    return Figure(f"cold.{name}.ratio", own.cpu / base.cpu, "x", detail, BAR)


def middle(starts: list[Start]) -> Start:
    """Return the medians."""
    return Start(median(one.wall for one in starts), median(one.cpu for one in starts))


def start(code: Path, services: tuple[str, ...], function: Function | None = None) -> Start:
    """Start once, and measure it inside the new interpreter."""
    command = [sys.executable, "-P", "-B", str(SCRIPT), str(code), ",".join(services)]
    if function:
        command += [function.folder, str(_event(function, code))]
    done = subprocess.run(
        command, env=_environment(), cwd=code, capture_output=True, text=True, timeout=60
    )
    if done.returncode:
        raise RuntimeError(f"{function or 'the bare function'} did not start:\n{done.stderr}")
    return Start(**json.loads(done.stdout.splitlines()[-1]))


def _event(function: Function, code: Path) -> Path:
    if not function.scenario:
        return code.with_name(f"{function.folder}.json")
    return REPOSITORY / "events" / function.folder / f"{function.scenario}.json"


def _environment() -> dict[str, str]:
    """Give what AWS Lambda gives, and no way to anywhere."""
    wanted = {name for names in BY_FUNCTION.values() for name in names}
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        **dict.fromkeys(wanted, "cold"),
        "FRAMES_BUCKET": "example-frames",  # of the events
        "MEDIALIVE_FOLDERS": "none",
        "STATE_MACHINE_ARN": "arn:aws:states:us-east-1:111122223333:stateMachine:cold",
        "POWERTOOLS_SERVICE_NAME": "framewarden",
        "POWERTOOLS_METRICS_NAMESPACE": "framewarden",
        "AWS_LAMBDA_FUNCTION_NAME": "cold",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "cold",
        "AWS_SECRET_ACCESS_KEY": "cold",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    }
