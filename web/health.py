"""Health for machines: does this process answer, and can it be used.

Answered before the application: no session, no sign-in, and under any host name, because those
who ask are a proxy or a container engine on the same machine. Nothing personal is said.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import engine

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Whether this process answers; whether it can be used.
HEALTH, READINESS = "/healthz", "/readyz"


class Health:
    """Answers the two addresses, and passes on everything else."""

    def __init__(self, application: WSGIApplication, database: engine.Database) -> None:
        self._application = application
        self._database = database

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO")
        if path not in (HEALTH, READINESS) or environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            return self._application(environ, start)
        missing = engine.worker.not_ready(self._database) if path == READINESS else []
        status = HTTPStatus.SERVICE_UNAVAILABLE if missing else HTTPStatus.OK
        said: dict[str, Any] = {"ready": not missing, "missing": missing}
        body = json.dumps(said if path == READINESS else {"alive": True}).encode()
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start(f"{status.value} {status.phrase}", headers)
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else [body]
