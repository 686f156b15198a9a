"""Starts commands of ours quickly: a process that has imported everything forks one for each.

A killed process is started hundreds of times, and most of its life would go into importing and
into reading the diagrams. What it does from its first line on is the same.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from web.settings import ROOT

_NURSERY = """
import json, os, signal, sys
import flask.cli, engine, engine.worker, web, web.app, web.serving, waitress, gunicorn.app.wsgiapp
from sqlalchemy import select
from engine.releases import bundle
from engine.tables.database import Database
from engine.tables.releases import Release

db = Database(os.environ["DATABASE_URL"])
with db.reading() as session:
    for release_id in session.scalars(select(Release.id)):
        bundle(session, release_id)
db.close()

def become(wanted):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    log = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    sys.argv = ["flask", *wanted["arguments"]]
    flask.cli.main()

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print("ready", flush=True)
while line := sys.stdin.readline():
    child = os.fork()
    if child == 0:
        become(json.loads(line))
        os._exit(0)
    print(child, flush=True)
"""


class Forked:
    """A process of the nursery, which is not a child of ours; its end is all we learn of it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._watched = os.pidfd_open(pid)
        self._ended = False

    def poll(self) -> int | None:
        """Give 0 when it has ended, however; None while it lives."""
        return self._look(0)

    def wait(self, timeout: float) -> int:
        """Wait for its end; TimeoutExpired when it does not come."""
        ended = self._look(timeout)
        if ended is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
        return ended

    def _look(self, timeout: float) -> int | None:
        if not self._ended and select.select([self._watched], [], [], timeout)[0]:
            os.close(self._watched)
            self._ended = True
        return 0 if self._ended else None


class Nursery:
    """Forks a process for each command it is given."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._mother = subprocess.Popen(
            [sys.executable, "-c", _NURSERY],
            cwd=ROOT,
            env={**environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() == "ready"

    def start(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Forked:
        """Begin a ``flask`` command with these arguments."""
        wanted = {"arguments": [*arguments], "environment": {**environment}, "log": str(log)}
        assert self._mother.stdin is not None
        self._mother.stdin.write(json.dumps(wanted) + "\n")
        self._mother.stdin.flush()
        return Forked(int(self._answer()))

    def close(self) -> None:
        """End it; what it has begun goes on."""
        self._mother.communicate(timeout=30)

    def _answer(self) -> str:
        assert self._mother.stdout is not None
        return self._mother.stdout.readline().strip()
