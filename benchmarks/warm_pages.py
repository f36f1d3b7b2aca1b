"""Ask one page function again and again, and print how long it took: a script, in a new process.

Arguments: the folder of the built code, the function's folder, a file with events, and how many
turns. The environment is the function's own. What it prints is one line of JSON.
"""

import importlib
import itertools
import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

# Turns that do not count: imports, clients, connections, templates.
WARMING = 10
CONTEXT = SimpleNamespace(
    invoked_function_arn="arn:aws:lambda:us-east-1:111122223333:function:warm",
    aws_request_id="00000000-0000-0000-0000-000000000000",
    function_name="warm",
    memory_limit_in_mb=512,
)


class Reads:
    """Take down what a request reads from DynamoDB, and what it pays for that."""

    def __init__(self, dynamodb: Any) -> None:
        self.calls: list[dict[str, Any]] = []
        dynamodb.meta.events.register("provide-client-params.dynamodb", self._ask)
        dynamodb.meta.events.register("after-call.dynamodb", self._note)

    def _ask(self, params: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**params, "ReturnConsumedCapacity": "TOTAL"}

    def _note(self, model: Any, parsed: dict[str, Any], **_: Any) -> None:
        items = parsed.get("ScannedCount", int("Item" in parsed))
        units = (parsed.get("ConsumedCapacity") or {}).get("CapacityUnits", 0.0)
        self.calls.append({"operation": model.name, "items": items, "units": units})


def main(code: str, folder: str, events_file: str, turns: int) -> dict[str, Any]:
    """Time the handler, then take down what one more request reads."""
    sys.path.insert(0, code)
    app = importlib.import_module(f"{folder}.app")
    client = importlib.import_module("framewarden.aws.clients").client
    events = itertools.cycle(json.loads(Path(events_file).read_text()))
    seconds, statuses = [], set()
    for _ in range(WARMING + turns):
        event = next(events)
        began = time.perf_counter()
        answer = app.lambda_handler(event, CONTEXT)
        seconds.append(time.perf_counter() - began)
        statuses.add(answer["statusCode"])
    reads = Reads(client("dynamodb"))
    answer = app.lambda_handler(next(events), CONTEXT)
    return {
        "seconds": seconds[WARMING:],
        "statuses": sorted(statuses),
        "calls": reads.calls,
        "bytes": len(answer["body"].encode()),
    }


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:4], int(sys.argv[4]))))
