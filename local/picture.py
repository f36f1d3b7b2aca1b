"""Draw a state machine as a Mermaid flowchart, from its definition.

`python -m local.picture README.md` writes it between the two marks of the page.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

DEFINITION = Path(__file__).parent.parent / "statemachines" / "moderate.asl.json"
BEGIN, END = "<!-- picture: make picture -->", "<!-- /picture -->"

Document = dict[str, Any]


def picture(definition: Document) -> str:
    """Return the flowchart; a choice is a rhombus, a wait for people a stadium."""
    states: Document = definition["States"]
    lines = ["```mermaid", "flowchart TD", f"  start(( )) --> {_id(definition['StartAt'])}"]
    lines += [f"  {_id(name)}{_shape(name, state)}" for name, state in states.items()]
    for name, state in states.items():
        lines += [f"  {_id(name)} {arrow} {_id(to)}" for to, arrow in _arrows(state).items()]
    ends = [name for name, state in states.items() if state.get("End")]
    lines += [f"  {_id(name)} --> done((( )))" for name in ends]
    return "\n".join([*lines, "```"])


def _shape(name: str, state: Document) -> str:
    if state["Type"] == "Choice":
        return f'{{"{name}"}}'
    waits = str(state.get("Resource", "")).endswith(".waitForTaskToken")
    return f'(["{name}<br/>waits for a person"])' if waits else f'["{name}"]'


def _arrows(state: Document) -> dict[str, str]:
    """Return each next state with its arrow; several reasons for one arrow are joined."""
    labels: dict[str, list[str]] = {}
    for choice in state.get("Choices", []):
        labels.setdefault(choice["Next"], []).append(_condition(choice))
    if "Default" in state:
        labels.setdefault(state["Default"], []).append("otherwise")
    arrows = {to: f'-- "{", ".join(names)}" -->' for to, names in labels.items()}
    if "Next" in state:
        arrows[state["Next"]] = "-->"
    for catch in state.get("Catch", []):
        errors = ", ".join(error.removeprefix("States.") for error in catch["ErrorEquals"])
        word = {"ALL": "fails", "Timeout": "deadline"}.get(errors, errors)
        arrows.setdefault(catch["Next"], f'-. "{word}" .->')
    return arrows


def _condition(choice: Document) -> str:
    parts = choice.get("And") or choice.get("Or")
    if parts:
        return (" and " if "And" in choice else ", ").join(_condition(part) for part in parts)
    name = str(choice["Variable"]).rpartition(".")[2]
    if "StringEquals" in choice:
        return str(choice["StringEquals"])
    return name.replace("_", " ")


def _id(name: str) -> str:
    return re.sub(r"\W", "", name)


def redraw(page: str) -> str:
    """Return a page with its picture drawn anew.

    Raises
    ------
    ValueError
        The page lacks the two marks.
    """
    if BEGIN not in page or END not in page:
        raise ValueError(f"the page needs the marks {BEGIN} and {END}")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    drawn = picture(json.loads(DEFINITION.read_text(encoding="utf-8")))
    return f"{before}{BEGIN}\n{drawn}\n{END}{after}"


def main(arguments: list[str]) -> int:
    """Redraw the picture of each page named."""
    for name in arguments:
        page = Path(name)
        page.write_text(redraw(page.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
