"""A connection that takes longer than it may is cut, whatever its server does meanwhile.

A time-out of a socket counts from one byte to the next: who sends one now and then holds it open.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator


class Cutter:
    """Holds on to one connection, TLS or not, and cuts it when the time of a block is over."""

    def __init__(self) -> None:
        self._held: socket.socket | None = None
        self._is_over = False
        self._lock = threading.Lock()

    def hold(self, connection: socket.socket) -> None:
        """Hold on to this connection instead of the last one; cut it at once if time is over."""
        self.let_go()
        with self._lock:
            # A second handle to it: what TLS makes of the first one does not matter.
            self._held = socket.socket(fileno=os.dup(connection.fileno()))
            if self._is_over:
                _cut(self._held)

    def let_go(self) -> None:
        """Hold on to nothing."""
        with self._lock:
            if self._held is not None:
                self._held.close()
                self._held = None

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Cut the connection, also one held later, when the block takes longer than so long."""
        self._is_over = False
        timer = threading.Timer(seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _end(self) -> None:
        with self._lock:
            self._is_over = True
            if self._held is not None:
                _cut(self._held)


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
