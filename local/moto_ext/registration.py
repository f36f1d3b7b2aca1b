"""Put the extension's backends and response classes where moto looks for them."""

import re
import sys
from typing import Any

from moto import backend_index
from moto.core.base_backend import BackendDict

from local.moto_ext import ivschat
from local.moto_ext.ivs.models import LiveIVSBackend
from local.moto_ext.medialive.models import TimedMediaLiveBackend
from local.moto_ext.rekognition.models import ModerationBackend


def register() -> None:
    """Replace moto's backends of three services and add IVS Chat; idempotent."""
    from moto.ivs.models import ivs_backends
    from moto.medialive.models import medialive_backends
    from moto.rekognition.models import rekognition_backends

    _replace(ivs_backends, LiveIVSBackend)
    _replace(medialive_backends, TimedMediaLiveBackend)
    _replace(rekognition_backends, ModerationBackend)
    _add_package("ivschat", ivschat, ivschat.urls.url_bases[0])


def _replace(backends: "BackendDict[Any]", backend: type) -> None:
    """Make moto create ours; moto finds the URLs in the ``urls`` module beside the class."""
    if backends.backend is not backend:
        backends.backend = backend
        backends.clear()


def _add_package(name: str, package: object, url_base: str) -> None:
    """Let ``moto.backends`` import our package as ``moto.<name>`` and route its host to it."""
    if sys.modules.get(f"moto.{name}") is None:
        sys.modules[f"moto.{name}"] = package  # type: ignore[assignment]
    if all(known != name for known, _ in backend_index.backend_url_patterns):
        backend_index.backend_url_patterns.append((name, re.compile(url_base)))
