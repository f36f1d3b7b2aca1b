"""Bring events to EventBridge when they are due, on a thread of its own."""

import heapq
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Condition, Thread
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.moto_ext import neighbour
from local.moto_ext.control import Event

Client = Callable[[str], Any]


class Courier:
    """Put events by PutEvents; one that cannot be delivered is lost, as AWS's best effort is."""

    def __init__(self, client: Client = lambda region: neighbour.client("events", region)) -> None:
        self._client = client
        self._changed = Condition()
        self._numbers = count()  # events due at the same moment leave in their order
        self._waiting: list[tuple[float, int, dict[str, Any], str]] = []

    def start(self) -> None:
        """Begin to deliver, until the process ends."""
        Thread(target=self._deliver_all, name="courier", daemon=True).start()

    def send(self, event: Event) -> None:
        """Take an event, and return at once."""
        happens = datetime.now(UTC) + timedelta(seconds=event.after_seconds)
        entry = {
            "Time": happens,
            "Source": event.source,
            "DetailType": event.detail_type,
            "Resources": [event.resource],
            "Detail": json.dumps(event.detail),
        }
        due = time.monotonic() + event.after_seconds + event.late_seconds
        with self._changed:
            region = event.resource.split(":")[3]
            heapq.heappush(self._waiting, (due, next(self._numbers), entry, region))
            self._changed.notify()

    def _deliver_all(self) -> None:
        while True:
            entry, region = self._next()
            try:
                answer = self._client(region).put_events(Entries=[entry])
                failure = answer["Entries"][0].get("ErrorCode")
            except (BotoCoreError, ClientError) as error:
                failure = str(error)
            if failure:
                print(f"{entry['DetailType']} was not delivered: {failure}", file=sys.stderr)

    def _next(self) -> tuple[dict[str, Any], str]:
        """Wait for the event that is due first."""
        with self._changed:
            while True:
                wait = self._waiting[0][0] - time.monotonic() if self._waiting else None
                if wait is not None and wait <= 0:
                    _, _, entry, region = heapq.heappop(self._waiting)
                    return entry, region
                self._changed.wait(wait)
