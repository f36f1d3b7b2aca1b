"""Place an order: what a person, or a ban, wants of a channel, done by a machine of its own."""

from hashlib import sha256
from typing import Any

from framewarden.aws import messages
from framewarden.observability import logger

Order = dict[str, Any]


def place(order: Order, unique: str, machine_arn: str) -> str:
    """Start an order's execution, once for what makes it unique; return the execution's name."""
    kind = "restop" if order["action"] == "restop" else "order"
    what = f"{order['channel_arn']}|{order['action']}|{unique}"
    name = f"{kind}-{sha256(what.encode()).hexdigest()[:40]}"
    new = messages.start(machine_arn, name, {"order": order, "attempt": 1})
    logger.info("ordered", extra={"execution": name, "action": order["action"], "new": new})
    return name
