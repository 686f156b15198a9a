"""kill -9 while a task is being completed: afterwards it is open with its draft, or done once."""

from __future__ import annotations

import http.client
import http.cookiejar
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from email.message import Message
from pathlib import Path
from typing import Any, cast

import pytest
from lxml import html
from sqlalchemy import func, select

import engine
from engine.demo.landlord import LOADED
from engine.demo.people import add_people
from engine.tables.casefile import CaseFile, Submission
from engine.tables.columns import KEY_VARIABLE
from engine.tables.process import ElementHistory, Setting, WorkItem
from web.settings import ROOT

#: The real application; a request with Die-At dies before its n-th statement, or, when it has told
#: the database everything before that, with its answer unsent. 0 only counts.
DYING = """
import os, signal, threading
from sqlalchemy import Engine, event
from web import create_app

here = threading.local()
app = create_app()
answer = app.wsgi_app

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def before(*_told):
    if hasattr(here, "told"):
        here.told += 1
        if here.told == here.dies_at:
            die()

def committing(_connection):
    before()
    if hasattr(here, "commits"):
        here.commits.append(here.told)

def dying(environ, start_response):
    if "HTTP_DIE_AT" not in environ:
        return answer(environ, start_response)
    here.told, here.commits, here.dies_at = 0, [], int(environ["HTTP_DIE_AT"])
    def start(status, headers, *rest):
        told = ("Commits", " ".join(map(str, here.commits))), ("Statements", str(here.told))
        return start_response(status, [*headers, *told], *rest)
    body = answer(environ, start)
    if here.dies_at:
        die()
    del here.told, here.commits
    return body

event.listen(Engine, "before_cursor_execute", before)
event.listen(Engine, "commit", committing)
app.wsgi_app = dying
"""
FORM = "open_case"
CONCERN = {
    "customer_kind": "tenant",
    "address": "12 Lime Walk",
    "email": "rowan.ashby@example.org",
    "concern_on-day": "2",
    "concern_on-month": "3",
    "concern_on-year": "2026",
    "concern": "Calls to four teams on one morning.",
    "behaviour_kinds": "unreasonable_persistence",
    "persistence_types": "nothing_new",
    "allegation": "no",
    "owner": "amina",
}
_STARTS_WITHIN = 60


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_asked: Any) -> None:
        """Follow nothing: where an answer leads is the answer."""


class Machine:
    """The server as a process of its own, started again whenever it is dead; one browser at it."""

    def __init__(self, folder: Path) -> None:
        self.database = engine.Database(f"sqlite:///{folder / 'spoc.sqlite'}")
        self._script = folder / "dying.py"
        self._script.write_text(DYING)
        self._log = folder / "server.log"
        self._address = f"127.0.0.1:{_free_port()}"
        self._process: subprocess.Popen[bytes] | None = None
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._browser = urllib.request.build_opener(cookies, _Stay)

    def start(self) -> None:
        """Start the server unless it lives; returns when it answers."""
        if self.lives():
            return
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", str(self._script), "serve"],
                cwd=ROOT,
                env=self._environment(),
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + _STARTS_WITHIN
        while not self._answers():
            assert self.lives(), self._log.read_text()
            assert time.monotonic() < until, self._log.read_text()
            time.sleep(0.05)

    def lives(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def died(self) -> int:
        """Wait for the end of the server; gives its exit code."""
        assert self._process is not None
        return self._process.wait(timeout=_STARTS_WITHIN)

    def stop(self) -> None:
        if self.lives() and self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=_STARTS_WITHIN)
        self.database.close()

    def get(self, path: str) -> Any:
        """Give a page."""
        with self._browser.open(f"http://{self._address}{path}", timeout=60) as answer:
            return html.fromstring(answer.read().decode())

    def post(
        self, path: str, fields: Mapping[str, str], token_of: str = "/tasks", **headers: str
    ) -> Message:
        """Send a form with the token of a page; it must be taken. Gives the head of the answer."""
        token = self.get(token_of).xpath("//input[@name='csrf_token']/@value")[0]
        sent = urllib.parse.urlencode({**fields, "csrf_token": token}).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"http://{self._address}{path}", sent, named)
        answer: Any
        try:
            answer = self._browser.open(request, timeout=60)
        except urllib.error.HTTPError as not_ok:
            answer = not_ok
        with answer:
            assert answer.status == http.HTTPStatus.SEE_OTHER, answer.read().decode()
            return cast(Message, answer.headers)

    def _answers(self) -> bool:
        try:
            self.get("/sign-in")
        except OSError:
            return False
        return True

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": self.database.url.render_as_string(hide_password=False),
            KEY_VARIABLE: os.environ[KEY_VARIABLE],
            "SPOC_SECRET_KEY": "only for tests",
            "SPOC_DEMO": "1",
            "SPOC_ADDRESS": self._address,
        }


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine with the people of the demonstration and none of its cases; a team leader at it."""
    machine = Machine(tmp_path_factory.mktemp("machine"))
    engine.prepare(machine.database, ROOT)
    today = engine.today(machine.database)
    add_people(machine.database, today.replace(year=today.year - 1))
    with machine.database.writing() as session:
        session.add(Setting(name=LOADED, value=today.isoformat()))
    machine.start()
    machine.post("/sign-in", {"person": "amina"}, token_of="/sign-in")
    yield machine
    machine.stop()


@pytest.fixture(scope="module")
def commit(machine: Machine) -> int:
    """Which statement of a completion, counted from the request on, is its commit."""
    item, answers = _task_with_a_draft(machine, "A life without a death")
    lived = machine.post(f"/tasks/{item}/check", answers, Die_At="0")
    assert _times_done(machine.database, item) == 1
    first, *_others = map(int, lived["Commits"].split())
    assert 20 < first <= int(lived["Statements"]), "there is a middle to die in"
    return first


@pytest.mark.parametrize(
    ("share", "after", "done"),
    [(0.1, 0, 0), (0.5, 0, 0), (1, 0, 0), (1, 1, 1), (9, 0, 1)],
    ids=["early", "half way", "before the commit", "after the commit", "before the answer"],
)
def test_a_task_that_was_being_completed_is_open_with_its_draft_or_done_once(
    machine: Machine, commit: int, share: float, after: int, done: int
) -> None:
    machine.start()
    item, answers = _task_with_a_draft(machine, "Rowan Ashby")
    with pytest.raises((OSError, http.client.HTTPException)):
        machine.post(f"/tasks/{item}/check", answers, Die_At=str(int(commit * share) + after))
    assert machine.died() == -signal.SIGKILL

    machine.start()
    assert _times_done(machine.database, item) == done
    if not done:
        (name,) = machine.get(f"/tasks/{item}/pages/customer").xpath("//*[@id='customer_name']")
        assert name.get("value") == "Rowan Ashby"
        machine.post(f"/tasks/{item}/check", answers)
    assert _times_done(machine.database, item) == 1


def _task_with_a_draft(machine: Machine, customer: str) -> tuple[int, dict[str, str]]:
    """Raise a concern and save the first page of its task; gives the task and all answers."""
    opened = machine.post("/doors/raise-a-concern", {})
    item = int(opened["Location"].rsplit("/", 1)[1])
    known = {"customer_name": customer, "tenancy_reference": f"NF-{200000 + item}"}
    machine.post(f"/tasks/{item}/pages/customer", {**known, "action": "save"})
    return item, {**CONCERN, **known}


def _times_done(database: engine.Database, item: int) -> int:
    """Count how often a task was completed: everything that tells of it must agree."""
    with database.reading() as session:
        work_item = session.get_one(WorkItem, item)
        here = ElementHistory.instance_id == work_item.instance_id
        counts = {
            "marked": int(work_item.completed_at is not None),
            "draft gone": int(not work_item.draft),
            "history": session.scalar(
                select(func.count()).where(
                    here,
                    ElementHistory.element_id == work_item.element_id,
                    ElementHistory.what == "left",
                )
            ),
            "answers": session.scalar(
                select(func.count()).where(Submission.work_item_id == item, Submission.form == FORM)
            ),
            "customer known": session.scalar(
                select(func.count()).where(
                    CaseFile.id == work_item.case_id, CaseFile.customer_id.is_not(None)
                )
            ),
            "next task": session.scalar(
                select(func.count()).where(
                    WorkItem.case_id == work_item.case_id,
                    WorkItem.element_id == "talk_with_customer",
                )
            ),
        }
    assert len(set(counts.values())) == 1, counts
    return counts["marked"] or 0


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
