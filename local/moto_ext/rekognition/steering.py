"""Steer adapters from a test: what becomes of trainings, and which adapters have had their time."""

from typing import Any

from moto.rekognition.models import rekognition_backends

from local.moto_ext.control import control
from local.moto_ext.errors import AwsError
from local.moto_ext.rekognition.adapter import TRAINED, TRAINING, Adapter
from local.moto_ext.rekognition.projects import go_on

MODES = ("normal", "fails", "never_ends")


def adapters() -> list[dict[str, Any]]:
    """List every adapter of every account and region."""
    return [{"arn": one.arn, "name": one.name, "status": one.status} for one in _adapters()]


def change(
    *, arn: str | None = None, status: str | None = None, training: str | None = None
) -> dict[str, Any]:
    """Change the status of a trained adapter, or what becomes of trainings from now on.

    Where trainings never ended and do so again, those under way go on.

    Raises
    ------
    ValueError: what is not the one or the other.
    AwsError: ResourceNotFoundException.
    """
    if training is not None and arn is None and status is None:
        if training not in MODES:
            raise ValueError(f"training is one of {', '.join(MODES)}")
        control().training = training
        for adapter in _adapters():
            if adapter.status == TRAINING:
                go_on(adapter)
        return {"training": training}
    if training is not None or arn is None or status not in TRAINED:
        raise ValueError(f"give training, or an arn and a status of {', '.join(TRAINED)}")
    adapter = _trained(arn)
    adapter.become(status)
    return {"arn": arn, "status": status}


def _adapters() -> list[Adapter]:
    every: list[Any] = [
        backend
        for regions in list(rekognition_backends.values())
        for backend in list(regions.values())
    ]
    return [adapter for backend in every for adapter in backend.projects.adapters()]


def _trained(arn: str) -> Adapter:
    for adapter in _adapters():
        if adapter.arn == arn:
            if adapter.status not in TRAINED:
                raise ValueError(f"{adapter.name} is {adapter.status}, not trained")
            return adapter
    raise AwsError("ResourceNotFoundException", f"No adapter {arn}.")
