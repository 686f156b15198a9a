"""A real system that shows flags, small: for the demonstration, for tests, and to try a line out.

It takes signed calls as a landlord's other system would, keeps its flags in memory, and answers
by a signed call of its own: at once, later, never, or that it cannot.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import secrets as tokens
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

import requests
from standardwebhooks import Webhook, WebhookVerificationError

#: at_once: it does it and says so; later: after a while; silent: it does it and says nothing;
#: cannot: it says that it cannot; refuses: it refuses the call; down: it answers 503.
Mode = Literal["at_once", "later", "silent", "cannot", "refuses", "down"]
MODES: tuple[Mode, ...] = ("at_once", "later", "silent", "cannot", "refuses", "down")
_LARGEST = 64 * 1024
_SECONDS = 10.0
_DOWN, _REFUSED, _TAKEN, _UNPROVED, _TOO_LARGE = 503, 422, 202, 401, 413
_END = "end"
_log = logging.getLogger("spoc.counterpart")


@dataclass
class Counterpart:
    """What it is told, what it shows, and how it answers; safe for several threads."""

    #: What calls are signed with, and what its answers are signed with.
    secret: str = field(repr=False)
    answer_secret: str = field(repr=False)
    #: Where its answers go.
    answers_to: str
    mode: Mode = "at_once"
    #: Seconds until it answers, in mode ``later``.
    after: float = 5.0
    #: The flags it shows: person key -> text.
    flags: dict[str, str] = field(default_factory=dict)
    #: webhook-id -> what it was told; the same again is done once.
    taken: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    #: How often each flag was changed.
    changes: int = 0
    #: What time it is there.
    clock: Callable[[], dt.datetime] = field(default=lambda: dt.datetime.now(dt.UTC), repr=False)
    #: Status of each of its answers, as they were taken.
    answered: list[int] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self, headers: Mapping[str, str], body: bytes) -> int:
        """Take one call; gives the status it is answered with."""
        if self.mode == "down":
            return _DOWN
        try:
            told = Webhook(self.secret).verify(body, dict(headers))
        except (WebhookVerificationError, ValueError):
            return _UNPROVED
        if self.mode == "refuses":
            return _REFUSED
        key = headers["webhook-id"]
        with self._lock:
            if key in self.taken:
                return _TAKEN
            self.taken[key] = told
            if self.mode != "cannot":
                self._change(told["data"])
        if self.mode != "silent":
            wait = self.after if self.mode == "later" else 0.0
            later = threading.Timer(wait, self.answer, [told])
            later.daemon = True
            later.start()
        return _TAKEN

    def answer(self, told: Mapping[str, Any]) -> int:
        """Answer what it was told, signed; gives the status, 0 when nobody was there."""
        key = f"msg_{tokens.token_hex(12)}"
        status = self.send(key, self.content_of(told))
        with self._lock:
            self.answered.append(status)
        return status

    def content_of(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Give the answer to what it was told, as it is sent."""
        # The clock of a demonstration may be ahead of this one.
        asked = dt.datetime.fromisoformat(told["timestamp"])
        at = max(self.clock(), asked).isoformat()
        number = told["data"]["id"][:8].upper()
        said = {"request_id": told["data"]["id"], "by": "Flag desk", "at": at}
        if self.mode == "cannot":
            return {
                "type": "flag.refused",
                "timestamp": at,
                "data": {**said, "evidence_ref": "No such tenancy here"},
            }
        return {
            "type": "flag.confirmed",
            "timestamp": at,
            "data": {**said, "evidence_ref": f"Alert {number}"},
        }

    def send(self, key: str, content: Mapping[str, Any]) -> int:
        """Send an answer under an id, signed now; gives the status, 0 when nobody was there."""
        body = json.dumps(content)
        now = dt.datetime.now(dt.UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(self.answer_secret).sign(key, now, body),
        }
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.post(
                    self.answers_to,
                    data=body.encode(),
                    headers=headers,
                    timeout=_SECONDS,
                    allow_redirects=False,
                )
        except requests.RequestException as failed:
            _log.warning("The answer did not arrive: %s", failed)
            return 0
        _log.info("The answer was taken with %s.", answer.status_code)
        return answer.status_code

    def _change(self, asked: Mapping[str, Any]) -> None:
        former = asked.get("former_person_key")
        if former:
            self.flags.pop(former, None)
        if asked["action"] == _END:
            self.flags.pop(asked["person_key"], None)
        else:
            self.flags[asked["person_key"]] = asked["text"]
        self.changes += 1


def server_of(counterpart: Counterpart, address: tuple[str, int]) -> ThreadingHTTPServer:
    """Give a server for it at an address; the caller serves and closes it.

    POST anywhere is a call; GET gives its flags as JSON.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            if length > _LARGEST:
                self._say(_TOO_LARGE, b"")
                return
            sent = {name.lower(): value for name, value in self.headers.items()}
            status = counterpart.take(sent, self.rfile.read(length))
            _log.info("A call was answered with %s.", status)
            self._say(status, b"")

        def do_GET(self) -> None:
            self._say(200, json.dumps(counterpart.flags, indent=2).encode())

        def _say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: object) -> None:
            """Say nothing of addresses; what was answered is logged above."""

    return ThreadingHTTPServer(address, Handler)
