"""A server in a process of its own: the product's pages, or a page that only commits one row."""

from __future__ import annotations

import http.client
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, redirect
from flask.typing import ResponseReturnValue
from waitress.server import create_server

from web import create_app
from web.settings import Settings

ROOT = Path(__file__).parent.parent
THREADS = 8
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_SEE_OTHER = 303


class Browser:
    """One connection that is kept open, with the cookies that were set on it."""

    def __init__(self, port: int) -> None:
        """Connect to a server of this machine."""
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._cookie = ""

    def get(self, path: str) -> str:
        """Give the text of a page."""
        return self._ask("GET", path, "")[1]

    def token(self, path: str) -> str:
        """Give the token that makes a post one's own, from a page that has a form."""
        found = _TOKEN.search(self.get(path))
        if found is None:
            raise RuntimeError(f"Expected a form at {path}, but there is none.")
        return found[1]

    def post(self, path: str, fields: Mapping[str, str]) -> float:
        """Send a form and give the seconds until its redirect was there."""
        body = urlencode(fields)
        began = time.perf_counter()
        status, text = self._ask("POST", path, body)
        taken = time.perf_counter() - began
        if status != _SEE_OTHER:
            raise RuntimeError(f"Expected {path} to redirect, but it said {status}: {text[:2000]}")
        return taken

    def _ask(self, method: str, path: str, body: str) -> tuple[int, str]:
        headers = {"Host": "localhost"}
        if self._cookie:
            headers["Cookie"] = self._cookie
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body or None, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        cookie = answer.headers.get("Set-Cookie")
        if cookie:
            self._cookie = cookie.partition(";")[0]
        return answer.status, text


@contextmanager
def served(kind: str, url: str) -> Iterator[Browser]:
    """Serve ``pages`` or ``bare`` on a database in a process of its own, for one browser."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.serving", kind, url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        told = process.stdout.readline()
        if not told:
            raise RuntimeError("Expected a server to start, but it ended; see above why.")
        yield Browser(int(told))
        process.stdin.close()
        process.wait(timeout=20)


def bare(file: str) -> Flask:
    """Give the least that can be called a POST: one row is committed, then a redirect."""
    app = Flask("bare")
    here = threading.local()

    def connection() -> sqlite3.Connection:
        if not hasattr(here, "connection"):
            here.connection = sqlite3.connect(file, isolation_level=None)
            here.connection.execute("PRAGMA journal_mode=WAL")
            here.connection.execute("PRAGMA synchronous=FULL")
            here.connection.execute("CREATE TABLE IF NOT EXISTS row (at REAL)")
        return here.connection  # type: ignore[no-any-return]  # a local of threads has no types

    @app.post("/")
    def keep() -> ResponseReturnValue:
        connection().execute("INSERT INTO row VALUES (?)", (time.time(),))
        return redirect("/", _SEE_OTHER)

    return app


def main(kind: str, url: str) -> None:
    """Serve until the standard input is closed; says the port first."""
    if kind == "bare":
        app = bare(url.removeprefix("sqlite:///"))
    else:
        app = create_app(Settings(database_url=url, secret_key="of the bench", demo=True))
    listening = socket.create_server(("127.0.0.1", 0))
    server = create_server(app, sockets=[listening], threads=THREADS, ident="")
    print(listening.getsockname()[1], flush=True)
    threading.Thread(target=server.run, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
