"""Draw a state machine as a Mermaid flowchart, from its definition.

`python -m local.picture README.md` writes it between the two marks of the page.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from framewarden.domain import machines
from framewarden.domain.machines import Arrow, State

DEFINITION = Path(__file__).parent.parent / "statemachines" / "moderate.asl.json"
BEGIN, END = "<!-- picture: make picture -->", "<!-- /picture -->"

Document = dict[str, Any]


def picture(definition: Document) -> str:
    """Return the flowchart; a choice is a rhombus, a wait for people a stadium."""
    machine = machines.read(definition)
    lines = ["```mermaid", "flowchart TD", f"  start(( )) --> {_id(machine.start)}"]
    lines += [f"  {_id(state.name)}{_shape(state)}" for state in machine.states]
    lines += [f"  {_id(one.source)} {_line(one)} {_id(one.target)}" for one in machine.arrows]
    lines += [f"  {_id(state.name)} --> done((( )))" for state in machine.states if state.ends]
    return "\n".join([*lines, "```"])


def _shape(state: State) -> str:
    if state.kind == "Choice":
        return f'{{"{state.name}"}}'
    return f'(["{state.name}<br/>waits for a person"])' if state.waits else f'["{state.name}"]'


def _line(arrow: Arrow) -> str:
    if arrow.why == machines.NEXT:
        return "-->"
    words = ", ".join(arrow.words)
    return f'-. "{words}" .->' if arrow.why == machines.CATCH else f'-- "{words}" -->'


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
