"""Give known files their recorded answers, keyed by the SHA-256 of their bytes."""

import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from botocore.validate import ParamValidator
from moto.core.utils import get_service_model

from local.moto_ext.control import control

ENVIRONMENT = "FRAMEWARDEN_RECORDED_ANSWERS"
MODEL_VERSION = "recorded"


def use(answers: Mapping[str, dict[str, Any]]) -> None:
    """Set the recorded answers from code, instead of the environment's file.

    Raises
    ------
    ValueError: an answer that DetectModerationLabels could not give.
    """
    control().recorded = _checked(answers)


def add(answers: Mapping[str, dict[str, Any]]) -> int:
    """Add recorded answers to those there are, and return how many there are now.

    Raises
    ------
    ValueError: an answer that DetectModerationLabels could not give.
    """
    control().recorded = {**load(), **_checked(answers)}
    return len(load())


def load() -> dict[str, dict[str, Any]]:
    """Return the recorded answers by SHA-256 in hex, from code or from the environment's file.

    Raises
    ------
    ValueError: a file that cannot be read as recorded answers.
    """
    from_code = control().recorded
    if from_code is not None:
        return from_code
    path = os.environ.get(ENVIRONMENT)
    return _read(path) if path else {}


def answer(digest: str) -> dict[str, Any] | None:
    """Return the whole recorded answer of the file with that SHA-256 (hex), None if it has none."""
    known = load().get(digest)
    if known is None:
        return None
    return {"ContentTypes": [], "ModerationModelVersion": MODEL_VERSION, **known}


@cache
def _read(path: str) -> dict[str, dict[str, Any]]:
    try:
        return _checked(json.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, AttributeError) as error:
        raise ValueError(f"{ENVIRONMENT}={path} holds no recorded answers: {error}") from error


def _checked(answers: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    shape = get_service_model("rekognition").operation_model("DetectModerationLabels").output_shape
    checked = {}
    for digest, given in answers.items():
        report = ParamValidator().validate(given, shape)
        if report.has_errors():
            raise ValueError(f"{digest}: {report.generate_report()}")
        labels = given.get("ModerationLabels")
        if labels is None or any({"Name", "Confidence"} - set(label) for label in labels):
            raise ValueError(f"{digest}: ModerationLabels need a Name and a Confidence each")
        checked[digest.lower()] = dict(given)
    return checked
