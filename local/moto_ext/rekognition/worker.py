"""Work off what was asked for behind the answer, on threads that end with the process."""

import atexit
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Generic, TypeVar

# Set when the process ends: the image in hand is the last.
leaving = Event()
READERS = 4

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")


class Worker:
    """A thread that does one thing after the other; the first one starts it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._started = Lock()

    def later(self, work: Callable[[], None]) -> None:
        """Leave something to the thread; it raises nothing."""
        self._waiting.put(work)
        if self._started.acquire(blocking=False):
            thread = Thread(target=self._work, name=self._name, daemon=True)
            thread.start()
            atexit.register(self._leave, thread)

    def _work(self) -> None:
        while (work := self._waiting.get()) is not None and not leaving.is_set():
            work()

    def _leave(self, thread: Thread) -> None:
        """Let the image in hand be finished: a thread that dies in the model aborts the process."""
        leaving.set()
        self._waiting.put(None)
        thread.join(timeout=5)


def each(items: Sequence[_Item], call: Callable[[_Item], _Answer]) -> list[_Answer]:
    """Call something for every item, four at a time, and return the answers in the items' order.

    Of several calls that raise, the exception of the first item is raised: which one it is does not
    depend on how fast the others were.
    """
    run = _Run(items, call)
    # Daemons: Python waits for an executor's whole queue before it tells anyone to leave.
    threads = [Thread(target=run.work, daemon=True) for _ in range(min(READERS, len(items)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if run.errors:
        raise run.errors[min(run.errors)]
    return [run.answers[at] for at in range(len(items))]


class _Run(Generic[_Item, _Answer]):
    """Items that several threads take in their order."""

    def __init__(self, items: Sequence[_Item], call: Callable[[_Item], _Answer]) -> None:
        self._items, self._call = items, call
        self._left = iter(range(len(items)))
        self._taking = Lock()
        self.answers: dict[int, _Answer] = {}
        self.errors: dict[int, Exception] = {}

    def work(self) -> None:
        """Take items until there are no more, or one has failed."""
        with suppress(StopIteration):
            while not self.errors:
                with self._taking:
                    at = next(self._left)
                try:
                    self.answers[at] = self._call(self._items[at])
                except Exception as error:
                    self.errors[at] = error
