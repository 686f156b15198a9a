"""The production server of one machine: waitress, which answers what it began before it ends."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server

#: How long a request may take to end after the server was told to stop, in seconds.
PATIENCE = 30


class Server:
    """Serves one application until it is told to stop by SIGTERM or Ctrl-C."""

    def __init__(
        self, application: Any, address: str, threads: int, *, is_behind: bool = False
    ) -> None:
        """Listen at ``host:port``; OSError when somebody else listens there.

        is_behind: a web server before this one says in headers who asks; they are kept.
        """
        self._sockets: dict[int, Any] = {}
        try:
            self._server = create_server(
                application,
                map=self._sockets,
                listen=address,
                threads=threads,
                ident="",
                clear_untrusted_proxy_headers=not is_behind,
            )
        except OSError:
            wasyncore.close_all(self._sockets)
            raise

    def run(self, before_end: Callable[[], None]) -> None:
        """Serve; when told to stop, call `before_end`, answer what was begun, and return."""
        previous = signal.signal(signal.SIGTERM, _stop)
        try:
            wasyncore.loop(map=self._sockets)
        except (SystemExit, KeyboardInterrupt):
            pass
        finally:
            signal.signal(signal.SIGTERM, previous)
        before_end()
        self._server.task_dispatcher.shutdown(cancel_pending=False, timeout=PATIENCE)
        self._send_what_is_answered()
        wasyncore.close_all(self._sockets)

    def _send_what_is_answered(self) -> None:
        until = time.monotonic() + PATIENCE
        while self._is_sending() and time.monotonic() < until:
            wasyncore.loop(timeout=0.1, map=self._sockets, count=1)

    def _is_sending(self) -> bool:
        channels = [one for one in self._sockets.values() if isinstance(one, HTTPChannel)]
        return any(channel.total_outbufs_len for channel in channels)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
