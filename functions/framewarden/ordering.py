"""Place an order: what a person, or a ban, wants of a channel, done by a machine of its own."""

from hashlib import sha256
from typing import Any

from framewarden.aws import messages
from framewarden.observability import logger

Order = dict[str, Any]


def execution_of(order: Order, unique: str) -> tuple[str, dict[str, Any]]:
    """Return the name of an order's execution, one for what makes it unique, and its input."""
    kind = "restop" if order["action"] == "restop" else "order"
    what = f"{order['channel_arn']}|{order['action']}|{unique}"
    return f"{kind}-{sha256(what.encode()).hexdigest()[:40]}", {"order": order, "attempt": 1}


def place(order: Order, unique: str, machine_arn: str) -> str:
    """Start an order's execution, once for what makes it unique; return the execution's name."""
    name, document = execution_of(order, unique)
    new = messages.start(machine_arn, name, document)
    logger.info("ordered", extra={"execution": name, "action": order["action"], "new": new})
    return name
