"""Have the adapter in the shadow answer beside the live model, and keep where they differ.

Nothing of it may reach the frame: it works in a thread of its own, is waited for at most a second
after the live answer is there, and whatever fails is counted as missed. Lambda freezes a thread
that is still at work when the answer is returned. It goes on with the worker's next frame, most
often into a connection that was closed meanwhile, and then counts what it missed.
"""

from datetime import datetime, timedelta
from queue import SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any, Final

from framewarden import settings
from framewarden.aws import analyzer
from framewarden.aws.adapter_switch import AdapterSwitch
from framewarden.aws.dynamo import Row
from framewarden.domain import shadowing
from framewarden.domain.errors import AnalyzerThrottledError
from framewarden.domain.times import iso
from framewarden.observability import count

PATIENCE: Final = 1.0
"""Seconds that the live answer waits for the shadow's, at most."""
LONGEST: Final = 30.0
"""Seconds for which a shadow waits for a live answer: a call that was killed gives none."""
REST: Final = 60.0
"""Seconds without a shadow after a throttle: the quota is for the live frames."""
KEPT: Final = timedelta(days=90)
"""How long a disagreement is listed: as long as an execution's history can be read."""

Document = dict[str, Any]


class Worker:
    """What a worker remembers of its shadow from frame to frame: one is at work at a time."""

    def __init__(self) -> None:
        self.at_work: Thread | None = None
        self.rests_until = 0.0

    def is_free(self) -> bool:
        """Say whether a shadow may be asked now."""
        busy = self.at_work is not None and self.at_work.is_alive()
        return not busy and monotonic() >= self.rests_until

    def rest(self) -> None:
        """Ask no shadow for a while."""
        self.rests_until = monotonic() + REST


worker: Final = Worker()


def begin(frame: Document, adapter: Row, own: settings.Analyze, now: datetime) -> "Shadow | None":
    """Ask the adapter in the shadow about a frame; None while it is busy, or rests."""
    return Shadow(frame, adapter, own, now) if worker.is_free() else None


class Shadow:
    """The question about one frame, from its first moment at work."""

    def __init__(self, frame: Document, adapter: Row, own: settings.Analyze, now: datetime) -> None:
        self._frame, self._adapter, self._now = frame, adapter, now
        self._switch = AdapterSwitch(own.adapters_table)
        self._live: SimpleQueue[tuple[Document, str | None] | None] = SimpleQueue()
        self._compared = self._unanswered = False
        analyzer.region()  # makes the client here: two threads must not make it at once
        worker.at_work = self._thread = Thread(target=self._work, daemon=True)
        self._thread.start()

    def end(self, answer: Document, live: str | None) -> None:
        """Hand over what the live model answered, and wait a moment for the comparison."""
        self._live.put((answer, live))
        self._thread.join(PATIENCE)
        if not self._compared:
            count("ShadowMissed")
        if self._unanswered:
            count("AdapterFallback")

    def drop(self, failure: Exception) -> None:
        """Compare nothing: the live model did not answer, and the frame comes again, or never."""
        self._live.put(None)
        if isinstance(failure, AnalyzerThrottledError):
            worker.rest()

    def _work(self) -> None:
        try:
            answer = self._answer()
            if told := self._live.get(timeout=LONGEST):
                self._keep(answer, *told)
        except Exception:
            return  # it is missed: `end` counts it

    def _answer(self) -> Document | None:
        """Return what the adapter says; None where it does not, or where another model does."""
        frame, arn = self._frame, str(self._adapter["arn"])
        stored = frame["bucket"], frame["key"], frame["version_id"]
        try:
            answer = analyzer.detect(*stored, adapter=arn, instead=False)
        except AnalyzerThrottledError:
            worker.rest()
            return None
        except Exception:
            return None
        self._unanswered = analyzer.fell_back(answer, arn)
        return None if self._unanswered or not shadowing.is_readable(answer) else answer

    def _keep(self, answer: Document | None, told: Document, live: str | None) -> None:
        if not shadowing.is_readable(told):
            return  # Classify refuses such an answer: there is nothing to compare with
        name = str(self._adapter["name"])
        if answer is None:
            self._switch.shadowed(name, {"frames": 1, "missed": 1}, None)
            return
        apart = shadowing.difference(told, answer)
        counts = {"frames": 1, "disagreed": 1} if apart else {"frames": 1}
        self._switch.shadowed(name, counts, self._row(*apart, live) if apart else None)
        self._compared = True

    def _row(self, live: Document, shadow: Document, live_by: str | None) -> Row:
        kept = ("frame_id", "channel", "bucket", "key", "version_id")
        return {
            "at": iso(self._now),
            **{name: self._frame[name] for name in kept},
            **{"live": live, "shadow": shadow, "live_by": live_by},
            "expires_at": int((self._now + KEPT).timestamp()),
        }
