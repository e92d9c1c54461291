"""Who may open a transaction now. Requests wait for their turn in the event loop, where waiting costs no thread.

Threads are few. Were requests to wait in them, for a connection or for SQLite's one writer, they would soon hold all
of them, and the one that they wait for could not go on: 60 savers at once stood still for half a minute.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import Semaphore

REQUESTS = 20
"""Requests that have a transaction open at once; fewer than there are threads (40) and connections."""

WRITERS = 8
"""Requests that write at once where the database has many writers: more would only fight for the interpreter, fewer
would let those who wait for one contest's lock keep out the writers of another."""

APART = 8
"""Requests that open transactions of their own in a thread at once: sign-in, the end of an upload."""


class Turn:
    """A request's turn. Who begins as a writer may stop writing and only read from then on."""

    def __init__(self, writer: Semaphore | None) -> None:
        self._writer = writer

    def stop_writing(self) -> None:
        """Let the next writer begin. In the event loop only."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.release()


class Turns:
    """The turns of one process. `one_writer`: the database has a single writer, as SQLite does."""

    def __init__(self, *, one_writer: bool) -> None:
        self._requests = Semaphore(REQUESTS, fast_acquire=True)
        self._writer = Semaphore(1 if one_writer else WRITERS, fast_acquire=True)
        self.apart = Semaphore(APART, fast_acquire=True)

    @asynccontextmanager
    async def request(self, *, write: bool) -> AsyncIterator[Turn]:
        """Hold a turn for the length of a request's transaction."""
        if not write:
            async with self._requests:
                yield Turn(None)
            return
        # In this order: a queue of writers must not take the places of those who only read.
        await self._writer.acquire()
        turn = Turn(self._writer)
        try:
            async with self._requests:
                yield turn
        finally:
            turn.stop_writing()
