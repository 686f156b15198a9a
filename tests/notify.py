"""GOV.UK Notify as its API answers, played on this machine for its own client library."""

from __future__ import annotations

import base64
import contextlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt

from tests.outside import serving

SERVICE = "7d1c0a52-6d3e-4b0a-9a53-0f1d6d6b1a11"
SECRET = "c2a6a7b0-0d7e-4c0c-8a4e-3b8f4f1f2b22"
KEY = f"tests-{SERVICE}-{SECRET}"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"
LARGEST = 5 * 1024 * 1024


@dataclass
class Notify:
    """What it took, and how it answers next."""

    port: int = 0
    #: Each letter taken, with what the client sent.
    taken: list[dict[str, Any]] = field(default_factory=list)
    #: Reference -> status it says when asked; ``created`` for the others.
    statuses: dict[str, str] = field(default_factory=dict)
    #: Status and body of its next answers to a letter, the first first; then it takes it.
    refuses: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    #: It takes the next letter and hangs up before it says so.
    hangs_up: bool = False
    asked: int = 0
    #: References about which it answers that the question is wrong.
    refuses_to_say: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Give where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pdfs(self) -> list[bytes]:
        """Give the PDF of each letter taken, in its order."""
        return [
            base64.b64decode(
                one["content"]
                if "content" in one
                else one["personalisation"]["link_to_file"]["file"]
            )
            for one in self.taken
        ]

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Take a letter, or refuse it as Notify would."""
        if self.refuses:
            return self.refuses.pop(0)
        wrong = _wrong(path, body)
        if wrong:
            return 400, _error("ValidationError", wrong)
        self.taken.append({"path": path, **body})
        return 201, {"id": str(uuid.uuid4()), "reference": body["reference"]}

    def get(self, reference: str) -> tuple[int, dict[str, Any]]:
        """Say what became of the letters of one reference, the newest first."""
        self.asked += 1
        if reference in self.refuses_to_say:
            return 400, _error("ValidationError", "reference is not valid")
        found = [
            {"id": str(uuid.uuid4()), "status": self.statuses.get(reference, "created")}
            for one in self.taken
            if one["reference"] == reference
        ]
        return 200, {"notifications": found, "links": {}}


@contextlib.contextmanager
def notify() -> Iterator[Notify]:
    """Run it on this machine; a call whose token is not ours is answered 403."""
    found = Notify()
    with serving(_handler(found)) as found.port:
        yield found


def _handler(found: Notify) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if not _is_ours(self.headers["authorization"]):
                self._answer(403, _error("AuthError", "Invalid token: API key not found"))
                return
            status, said = found.post(self.path, body)
            if found.hangs_up:
                found.hangs_up = False
                return
            self._answer(status, said)

        def do_GET(self) -> None:
            [reference] = parse_qs(urlsplit(self.path).query)["reference"]
            if _is_ours(self.headers["authorization"]):
                self._answer(*found.get(reference))
            else:
                self._answer(403, _error("AuthError", "Invalid token: API key not found"))

        def _answer(self, status: int, said: dict[str, Any]) -> None:
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_said: object) -> None:
            """Say nothing."""

    return Handler


def _is_ours(authorization: str) -> bool:
    try:
        claims = jwt.decode(authorization.removeprefix("Bearer "), SECRET, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return False
    return bool(claims["iss"] == SERVICE)


def _wrong(path: str, body: dict[str, Any]) -> str:
    if path.endswith("/letter"):
        content = base64.b64decode(body["content"], validate=True)
        if body.get("postage") not in {"first", "second", None}:
            return "postage invalid. It must be first or second."
        return "" if content.startswith(b"%PDF") else "File is not a PDF"
    if "@" not in body["email_address"] or " " in body["email_address"]:
        return "email_address Not a valid email address"
    missing = {"subject", "body", "link_to_file"} - set(body["personalisation"])
    return f"Missing personalisation: {', '.join(sorted(missing))}" if missing else ""


def _error(kind: str, message: str) -> dict[str, Any]:
    return {"status_code": 400, "errors": [{"error": kind, "message": message}]}
