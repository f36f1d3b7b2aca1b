"""IVS Chat, a service that moto lacks; moto imports this package as ``moto.ivschat``."""

from local.moto_ext.ivschat import urls
from local.moto_ext.ivschat.models import ivschat_backends

__all__ = ["ivschat_backends", "urls"]
