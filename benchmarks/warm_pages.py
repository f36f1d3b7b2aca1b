"""Ask one page function again and again, and print how long it took: a script, in a new process.

Arguments: the folder of the built code, the function's folder, a file with events, how many turns,
and the function's ARN. The environment is the function's own. What it prints is one line of JSON.
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


# Whatever else a page may call, beside DynamoDB.
OTHERS = ("stepfunctions", "s3", "sqs", "appconfig", "appconfigdata", "secretsmanager", "lambda")


class Reads:
    """Take down what a request calls, what it reads from DynamoDB, and what it pays for that."""

    def __init__(self, dynamodb: Any, *others: Any) -> None:
        self.calls: list[dict[str, Any]] = []
        dynamodb.meta.events.register("provide-client-params.dynamodb", self._ask)
        for one in (dynamodb, *others):
            one.meta.events.register("after-call", self._note)

    def _ask(self, params: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**params, "ReturnConsumedCapacity": "TOTAL"}

    def _note(self, model: Any, parsed: dict[str, Any], **_: Any) -> None:
        several = sum(len(rows) for rows in (parsed.get("Responses") or {}).values())
        items = parsed.get("ScannedCount", several + ("Item" in parsed))
        paid = parsed.get("ConsumedCapacity") or []
        units = sum(one["CapacityUnits"] for one in (paid if isinstance(paid, list) else [paid]))
        self.calls.append({"operation": model.name, "items": items, "units": units})


def main(code: str, folder: str, events_file: str, turns: str, arn: str) -> dict[str, Any]:
    """Time the handler, then take down what one more request reads."""
    sys.path.insert(0, code)
    app = importlib.import_module(f"{folder}.app")
    client = importlib.import_module("framewarden.aws.clients").client
    context = SimpleNamespace(
        invoked_function_arn=arn,
        aws_request_id="00000000-0000-0000-0000-000000000000",
        function_name="warm",
        memory_limit_in_mb=512,
    )
    events = itertools.cycle(json.loads(Path(events_file).read_text()))
    seconds, processor, statuses = [], [], set()
    for _ in range(WARMING + int(turns)):
        event = next(events)
        began, worked = time.perf_counter(), time.process_time()
        answer = app.lambda_handler(event, context)
        seconds.append(time.perf_counter() - began)
        processor.append(time.process_time() - worked)
        statuses.add(answer["statusCode"])
    reads = Reads(client("dynamodb"), *map(client, OTHERS))
    answer = app.lambda_handler(next(events), context)
    return {
        "seconds": seconds[WARMING:],
        "processor": processor[WARMING:],
        "statuses": sorted(statuses),
        "calls": reads.calls,
        "bytes": len(answer["body"].encode()),
    }


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
