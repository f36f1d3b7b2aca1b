"""Read adapters for their pages, and train, promote, try and take them back for a lead."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from framewarden import adapting, examining, settings, switching
from framewarden.aws import adapter_health
from framewarden.aws.adapter_switch import AdapterSwitch
from framewarden.aws.adapters import Adapters
from framewarden.aws.dynamo import Row
from framewarden.domain import adapters
from framewarden.domain.adapter_requests import THRESHOLD, read_request
from framewarden.domain.errors import AdapterRefusedError

# What people changed, and the frames about which a shadow disagreed: the latest of them.
EVENTS, DISAGREEMENTS = 30, 50


@dataclass(frozen=True)
class Overview:
    """Which adapter is live, those there are, and who changed what; but not their examples.

    `counts` are of the adapter that is in the shadow now.
    """

    switch: Row
    rows: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    health: Row | None = None
    counts: Row = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """One adapter as it stands; counts and disagreements are those of its time in the shadow."""

    row: Row
    switch: Row
    health: Row | None = None
    counts: Row = field(default_factory=dict)
    disagreements: list[Row] = field(default_factory=list)


class Adapterwork:
    """The adapters of a deployed stack."""

    def __init__(self, own: settings.Adapting) -> None:
        self._own = own
        self._adapters = Adapters(own.adapters_table)
        self._switch = AdapterSwitch(own.adapters_table)

    def overview(self) -> Overview:
        """Return how it all stands; each of it is one quick read."""
        switch = self._switch.read()
        shadow = switch["shadow"]
        return Overview(
            switch=switch,
            rows=self._adapters.all(),
            events=self._adapters.events(EVENTS),
            health=adapter_health.read(self._own.adapters_table),
            counts=self._switch.shadow_counts(shadow["name"]) if shadow else {},
        )

    def readiness(self, threshold: float | None, labels: Sequence[str] | None) -> Row:
        """Return how ready the examples are; it reads all of them, which takes seconds.

        `threshold` is in per cent, the usual one where it is None; without labels it is of all.

        Raises
        ------
        StoreThrottledError, StoreConflictError
            They could not be read just now.
        """
        at = THRESHOLD if threshold is None else threshold
        return examining.examine(self._own, threshold=at, labels=labels)[0].document()

    def look(self, name: str) -> Seen | None:
        """Return an adapter as it stands; None where there is none."""
        row = self._adapters.get(name) if adapters.NAME.fullmatch(name) else None
        if row is None:
            return None
        if row["status"] not in adapters.TRAINED:
            return Seen(row, self._switch.read())
        return Seen(
            row,
            self._switch.read(),
            health=adapter_health.read(self._own.adapters_table),
            counts=self._switch.shadow_counts(name),
            disagreements=self._switch.disagreements(name, DISAGREEMENTS),
        )

    def check(self, asked: Row, now: datetime) -> str:
        """Look whether a training could start as it is asked for, and return its name.

        Raises
        ------
        AdapterRefusedError
            It could not; nothing is started in either case.
        """
        name = read_request(asked, now).name
        row, training = self._adapters.get(name), self._adapters.training(int(now.timestamp()))
        if training and training != name:
            raise AdapterRefusedError(
                f"the adapter {training} is being trained, and there is one training at a time: "
                "its page tells when it ends"
            )
        if row and row["status"] in adapters.TRAINED:
            raise AdapterRefusedError(
                f"there is an adapter {name} already, and it is trained: give this one another name"
            )
        return name

    def start(self, asked: Row, now: datetime) -> str:
        """Start to train an adapter, and return its name.

        Raises
        ------
        AdapterRefusedError
            It may not be trained as it was asked for, or another one is being trained.
        """
        return str(adapting.start(asked, self._own, now)["adapter"])

    def promote(self, name: str, by: str, account: str | None, now: datetime) -> None:
        """Make an adapter live.

        Raises
        ------
        AdapterRefusedError
            It may not be.
        """
        switching.promote(name, by, now, self._own, account)

    def roll_back(
        self, leaving: str, by: str, account: str | None, now: datetime, *, to_base: bool
    ) -> None:
        """Make live what was live before `leaving`, once for however many such requests.

        Raises
        ------
        AdapterRefusedError
            The base model is live.
        """
        switching.roll_back(by, now, self._own, account, to_base, leaving)

    def shadow(
        self, name: str, share: float | None, by: str, account: str | None, now: datetime
    ) -> None:
        """Let an adapter answer in the shadow for a share of frames in per cent; None ends it.

        Raises
        ------
        AdapterRefusedError
            It may not be asked.
        """
        wanted = None if share is None else name
        switching.shadow(wanted, share or 0.0, by, now, self._own, account)
