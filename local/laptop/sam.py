"""Run this virtual environment's SAM CLI, kept from the network and from the person's files."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from local.errors import OperatorError
from local.laptop.connection import Cloud


class Sam:
    """The SAM CLI, acting on one laptop cloud."""

    def __init__(self, cloud: Cloud) -> None:
        self._logs = cloud.home.logs
        own = cloud.home.scratch / "sam"
        own.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Its weekly look at PyPI for a newer version: done just now.
        (own / "metadata.json").write_text(json.dumps({"lastVersionCheck": time.time()}))
        self._settings = own / "samconfig.toml"  # not the repository's: that is for real accounts
        self._settings.write_text("version = 0.1\n")
        self._env = {**cloud.tool_environment(), "__SAM_CLI_APP_DIR": str(own)}

    def run(self, command: str, *arguments: str, cwd: Path) -> None:
        """Run one command.

        Raises
        ------
        OperatorError
            It failed; the message quotes the end of its output, all of which is in a log.
        """
        log = self._logs / f"sam-{command}.log"
        done = subprocess.run(  # noqa: S603 - the sam that our requirements pin
            [
                str(Path(sys.executable).parent / "sam"),
                *(command, "--config-file", str(self._settings), *arguments),
            ],
            env=self._env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        log.write_text(done.stdout)
        if done.returncode:
            ending = "\n".join(done.stdout.rstrip().splitlines()[-25:])
            raise OperatorError(f"sam {command} failed:\n{ending}\n", f"All it said is in {log}")


def overrides(parameters: Mapping[str, str]) -> list[str]:
    """Write template parameters as sam's command line wants them."""
    written = {name: _written(value) for name, value in parameters.items()}
    pairs = [f"ParameterKey={name},ParameterValue={value}" for name, value in written.items()]
    return ["--parameter-overrides", *pairs]


def _written(value: str) -> str:
    """Quote what sam would misread: it takes the first word for a whole value, and says nothing."""
    if value and not any(odd in value for odd in ' "'):
        return value
    escaped = value.replace('"', '\\"')
    return f'"{escaped}"'
