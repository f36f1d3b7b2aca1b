"""One adapter, that is, a version of a project: its way from training to answers, or to none."""

from __future__ import annotations

import math
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

from local.moto_ext.control import control
from local.moto_ext.rekognition import pixels
from local.moto_ext.rekognition.ground_truth import FailedTrainingError

if TYPE_CHECKING:
    from local.moto_ext.rekognition.adapter_training import Trained
    from local.moto_ext.rekognition.correction import Correction

TRAINING, COMPLETED, FAILED = "TRAINING_IN_PROGRESS", "TRAINING_COMPLETED", "TRAINING_FAILED"
DEPRECATED, EXPIRED, DELETING = "DEPRECATED", "EXPIRED", "DELETING"
TRAINED = (COMPLETED, DEPRECATED, EXPIRED)
# What is told of a version as it was asked for.
_ASKED = ("OutputConfig", "FeatureConfig", "VersionDescription", "KmsKeyId")


@dataclass
class Adapter:
    """A version as it was asked for, and how far it is."""

    arn: str
    request: dict[str, Any]
    work: Callable[[], Trained]
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    correction: Correction | None = None
    # The status with what belongs to it, replaced whole: whoever sees it trained sees the paths.
    _state: dict[str, Any] = field(default_factory=lambda: {"Status": TRAINING})
    _stepping: Lock = field(default_factory=Lock)

    @property
    def name(self) -> str:
        """Its name within the project."""
        return str(self.request["VersionName"])

    @property
    def status(self) -> str:
        """How far it is."""
        return str(self._state["Status"])

    def describe(self) -> dict[str, Any]:
        """Tell the adapter as DescribeProjectVersions does."""
        asked = {name: self.request[name] for name in _ASKED if name in self.request}
        return {
            "ProjectVersionArn": self.arn,
            "CreationTimestamp": self.created,
            "Feature": "CONTENT_MODERATION",
            "BaseModelVersion": pixels.model_version(),
            **asked,
            **self._state,
        }

    def step(self) -> None:
        """Train it, unless that is done, or trainings are never to end."""
        with self._stepping:
            mode = control().training
            if self.status == TRAINING and mode != "never_ends":
                self._finish(fails=mode == "fails")

    def become(self, status: str) -> None:
        """Change the status of an adapter that is trained, or delete it."""
        self._state = {**self._state, "Status": status}

    def _finish(self, *, fails: bool) -> None:
        began, status = time.monotonic(), FAILED
        ending: dict[str, Any] = {}
        try:
            if fails:
                raise FailedTrainingError("This test cloud was asked to fail.")
            trained = self.work()
            self.correction, ending, status = trained.correction, trained.told, COMPLETED
        except FailedTrainingError as failure:
            ending = {"StatusMessage": str(failure)}
        except Exception as error:
            # A fault of ours must not leave whoever polls the training waiting for ever.
            traceback.print_exc(file=sys.stderr)
            ending = {"StatusMessage": f"{type(error).__name__} in the laptop's Rekognition"}
        self._state = {
            **ending,
            "Status": status,
            "TrainingEndTimestamp": datetime.now(UTC),
            "BillableTrainingTimeInSeconds": math.ceil(time.monotonic() - began),
        }
