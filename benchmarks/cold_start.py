"""Start cold, as a worker does, and print how long that took: run as a script, in a new process.

Arguments: the folder of the built code, the clients' services (with commas), and for one of our
functions its folder and a file with an event. Without those two it is a bare function: one that
brings no code along, makes the clients and does nothing else.
"""

import time

BEGAN = time.perf_counter(), time.process_time()

import importlib  # noqa: E402 - whatever is imported is part of the start
import json  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from types import SimpleNamespace  # noqa: E402
from typing import Any  # noqa: E402

CONTEXT = SimpleNamespace(
    invoked_function_arn="arn:aws:lambda:us-east-1:111122223333:function:cold",
    aws_request_id="00000000-0000-0000-0000-000000000000",
    function_name="cold",
    memory_limit_in_mb=512,
)


class FirstCall(BaseException):
    """The handler is about to call AWS: it has started. (No `except Exception` swallows it.)"""


def main(code: str, services: list[str], folder: str = "", event_file: str = "") -> None:
    """Start one function, or a bare one."""
    if not folder:
        _bare(services)
    else:
        sys.path.insert(0, code)
        _function(services, folder, json.loads(Path(event_file).read_text()))


def _bare(services: list[str]) -> None:
    import boto3

    make: Any = boto3.client  # its stubs know each service by a literal only
    for service in services:
        make(service)


def _function(services: list[str], folder: str, event: dict[str, Any]) -> None:
    """Import the handler, make its clients, and enter it up to its first call of AWS.

    Raises
    ------
    SystemExit
        It came back without one: then what was measured is something else.
    """
    app = importlib.import_module(f"{folder}.app")
    client = importlib.import_module("framewarden.aws.clients").client
    for service in services:
        client(service).meta.events.register_first("provide-client-params.*.*", _stop)
    try:
        app.lambda_handler(event, CONTEXT)
    except FirstCall:
        return
    raise SystemExit(f"{folder} called nothing")


def _stop(**_: object) -> None:
    raise FirstCall


if __name__ == "__main__":
    where, names, *ours = sys.argv[1:]
    main(where, names.split(","), *ours)
    took = time.perf_counter() - BEGAN[0], time.process_time() - BEGAN[1]
    print(json.dumps({"wall": took[0], "cpu": took[1]}))
