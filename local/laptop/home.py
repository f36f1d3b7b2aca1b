"""Know the folder in which one laptop cloud keeps its state."""

import os
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Home:
    """The folder of one laptop cloud: `.framewarden`, or what FRAMEWARDEN_HOME names.

    Another folder is another cloud, on other ports: so the tests run beside yours.
    """

    root: Path

    @property
    def state(self) -> Path:
        """Locate the file that says which processes run where."""
        return self.root / "cloud.json"

    @property
    def lock(self) -> Path:
        """Locate the file that one `up` or `down` at a time holds."""
        return self.root / "lock"

    @property
    def scratch(self) -> Path:
        """Locate the temporary folder of the running processes; `down` removes it."""
        return self.root / "tmp"

    @property
    def logs(self) -> Path:
        """Locate the logs of the last run."""
        return self.root / "logs"

    @property
    def build(self) -> Path:
        """Locate what `sam build` made: it outlives the cloud, and all clouds share it."""
        return REPOSITORY / ".framewarden" / "build"

    def create(self) -> None:
        """Make the folders, readable by their owner only."""
        for folder in (self.root, self.scratch, self.logs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def find_home() -> Home:
    """Read where the laptop cloud of this terminal lives."""
    return Home(Path(os.environ.get("FRAMEWARDEN_HOME") or REPOSITORY / ".framewarden").resolve())
