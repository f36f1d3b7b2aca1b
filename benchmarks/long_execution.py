"""Make an execution with a long history: the machine as it is, with a loop before it."""

import json

from benchmarks.executions import PATIENCE, Definition, Model, machine_arn
from benchmarks.ground import Ground, patiently

# Each turn of the loop is four events.
TURNS, EVENTS = 45, 200


def looped(definition: Definition, turns: int = TURNS) -> Definition:
    """Return a machine that goes through a loop before it does what it always does."""
    counted = {"number.$": "States.MathAdd($.turn.number, 1)"}
    return {
        **definition,
        "StartAt": "Again?",
        "States": {
            "Again?": {
                "Type": "Choice",
                "Comment": "The benchmark's loop.",
                "Choices": [
                    {"Variable": "$.turn.number", "NumericLessThan": turns, "Next": "Turn"}
                ],
                "Default": definition["StartAt"],
            },
            "Turn": {
                "Type": "Pass",
                "Comment": "Count.",
                "Parameters": counted,
                "ResultPath": "$.turn",
                "Next": "Again?",
            },
            **definition["States"],
        },
    }


def long_one(ground: Ground, made_after: Model) -> tuple[str, int]:
    """Run the model's frame once more through the loop; return the name, and how many events.

    Raises
    ------
    TimeoutError
        It did not end.
    """
    states, arn = ground.target.client("stepfunctions"), machine_arn(ground)
    name = f"{made_after.row['frame_id']}-2"
    given = made_after.input | {"attempt": 2, "turn": {"number": 0}}
    execution = states.start_execution(stateMachineArn=arn, name=name, input=json.dumps(given))
    where = {"executionArn": execution["executionArn"]}
    if not patiently(lambda: states.describe_execution(**where)["status"] != "RUNNING", PATIENCE):
        raise TimeoutError("the long execution did not end")
    pages = states.get_paginator("get_execution_history").paginate(**where, maxResults=1000)
    return name, sum(len(page["events"]) for page in pages)
