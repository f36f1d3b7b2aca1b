"""Let the services that moto plays publish their events."""

from functools import wraps
from typing import Any

import ministack.core.iam_evaluator as evaluator
import ministack.services.eventbridge as eventbridge

from local.laptop.environments import PLAYED
from local.laptop.shims.anchors import anchor

Record = dict[str, Any]

_SOURCES = frozenset(f"aws.{service.lower()}" for service in PLAYED)


def played_services_publish_their_events() -> None:
    """Take `aws.*` events of the played services from the account's root, which moto acts as.

    ministack refuses them to every caller but its own services. On AWS, IVS and MediaLive put
    their events themselves; everybody else is refused such a source, and so are functions here.
    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
    """
    anchor(eventbridge._put_events, "def _put_events(data, allow_aws_source=False):")
    anchor(eventbridge._put_events, 'source.startswith("aws.")')
    anchor(eventbridge.handle_request, '"PutEvents": _put_events')
    put = eventbridge._put_events

    @wraps(put)
    def put_events(data: Record, allow_aws_source: bool = False) -> object:
        sources = {str(entry.get("Source")) for entry in data.get("Entries", [])}
        foreign = {name for name in sources - _SOURCES if name.startswith("aws.")}
        is_root = evaluator.caller_arn().endswith(":root")
        return put(data, allow_aws_source or (is_root and not foreign))

    eventbridge._put_events = put_events
