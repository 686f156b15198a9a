"""What lies outside of the house, played by the tests: a mail server, a listener, dead ends."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from standardwebhooks import Webhook

_LONGEST_HANG = 20.0
#: A secret of Standard Webhooks, and the one after it.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEXT_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD1x2y3z4A"


@dataclass
class Postbox:
    """A mail server: what it took, in its order, and how it answers whom."""

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    #: Address -> answer to RCPT, such as ``550 No such person``.
    answers: dict[str, str] = field(default_factory=dict)
    #: What it says instead of taking a message; "" to take it.
    refuses_all: str = ""

    @property
    def ids(self) -> list[str]:
        """Give the Message-ID of each message taken."""
        return [message["Message-ID"] for message in self.taken]

    async def handle_RCPT(  # noqa: N802  (as aiosmtpd calls it)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.refuses_all:
            return self.refuses_all
        content = envelope.content
        assert isinstance(content, bytes)
        self.taken.append(message_from_bytes(content, policy=policy.default))
        return "250 Taken"


@contextlib.contextmanager
def postbox(box: Postbox | None = None, **options: Any) -> Iterator[Postbox]:
    """Run a mail server on this machine; options as of aiosmtpd's SMTP."""
    box = box or Postbox()
    box.port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **options)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@dataclass
class Listener:
    """A system that is told of events; it checks each signature with the library."""

    port: int = 0
    secret: str = SECRET
    #: Each event taken: webhook-id and content.
    taken: list[tuple[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    #: Status and headers of its next answers, the first first; then 204.
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Give where it listens."""
        return f"http://127.0.0.1:{self.port}/events"

    def answer(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
        """Check one call and say what it is answered."""
        self.headers.append(headers)
        content = Webhook(self.secret).verify(body, headers)
        status, more = self.answers.pop(0) if self.answers else (204, {})
        if status == 204:
            self.taken.append((headers["webhook-id"], content))
        return status, more


@contextlib.contextmanager
def listener(other: Listener | None = None) -> Iterator[Listener]:
    """Run a listener on this machine."""
    found = other or Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            sent = {name.lower(): value for name, value in self.headers.items()}
            status, more = found.answer(body, sent)
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_said: object) -> None:
            """Say nothing."""

    with serving(Handler) as found.port:
        yield found


@contextlib.contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """Let this answer calls on this machine; gives the port."""
    with running(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as port:
        yield port


@contextlib.contextmanager
def running(server: ThreadingHTTPServer) -> Iterator[int]:
    """Let a server answer until the block ends, and close it; gives its port."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def hanging(drip: bytes = b"") -> Iterator[int]:
    """Take connections and never answer, or with one and the same byte now and then; the port."""
    ended = threading.Event()
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)

        def take() -> None:
            # Whoever is not cut off hangs no longer than this.
            until = time.monotonic() + _LONGEST_HANG
            while not ended.is_set() and time.monotonic() < until:
                with contextlib.suppress(OSError):
                    held.append(server.accept()[0])
                for one in held if drip else ():
                    with contextlib.suppress(OSError):
                        one.sendall(drip)
                time.sleep(0.02)
            for one in held:
                one.close()

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            ended.set()
            thread.join()


def free_port() -> int:
    """Give a port nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
