"""Address what an execution is an attempt of, where that has a page of its own."""

from framewarden.console.adapter_address import adapter_path
from framewarden.console.batch_address import batch_path
from framewarden.looking import ADAPTER, BATCH, run_of

_PATHS = {BATCH: batch_path, ADAPTER: adapter_path}


def run_address(machine: str, name: str) -> tuple[str, int, str] | None:
    """Return the batch or adapter that an execution is of, its attempt, and the page's address.

    The address is below the root; None of executions of other machines, or by another's name.
    """
    path, run = _PATHS.get(machine), run_of(machine, name)
    return (*run, path(run[0])) if path and run else None
