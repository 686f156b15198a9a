"""People at work: they complete whatever is open over HTTP, as fast as they are answered."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from itertools import count
from typing import Any

import requests
from lxml import html
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

import engine
from engine.tables.database import Database
from engine.tables.process import WorkItem
from tests.long.chaos.ground import now_of
from tests.long.chaos.ledger import Answer, Attempt, Ledger
from tests.long.test_years import REPORT
from web.questions import hidden_fields

#: Seconds a person waits for an answer; longer than any lock is waited for.
_PATIENCE = 60
#: And pauses when nobody answered, as nobody does while a process starts.
_BREATH = 0.1
#: One in so many posts is a double click: two at the same moment.
_DOUBLE = 12
#: So many open tasks are looked up at once.
_AT_ONCE = 60
#: Form -> who fills it in, and which answer bears the mark.
FORMS: Mapping[str, tuple[str, str]] = {
    "chaos_note": ("dorothy", "note"),
    "confirm_flag": ("sam", "reference"),
    "spoc_report": ("priya", "went"),
}
_ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "chaos_note": {},
    "confirm_flag": {"shows": ["route", "cover", "emergency", "outbound"]},
    "spoc_report": REPORT,
}
#: What the database of the tests themselves says while it is away.
_AWAY = (DBAPIError,)
_REFUSED = {
    HTTPStatus.CONFLICT,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
}


class Browser:
    """One person at one browser, at whichever web process answers."""

    def __init__(
        self, ports: Sequence[int], person: str, dice: random.Random, ledger: Ledger
    ) -> None:
        self._ports, self._dice, self.person, self._ledger = ports, dice, person, ledger
        self._session = requests.Session()
        self._token = ""

    def sign_in(self) -> None:
        """Sign in; raises RequestException while nobody answers."""
        page = self._get("/sign-in")
        self._session.post(
            self._address("/sign-in"),
            {"person": self.person, "csrf_token": _token(page)},
            timeout=_PATIENCE,
        )
        self._token = _token(self._get("/tasks"))

    def complete(self, item: int, fields: Sequence[tuple[str, str]]) -> Answer:
        """Send all answers of a task; gives what came back, and keeps what was strange."""
        try:
            if not self._token:
                self.sign_in()
            answer = self._session.post(
                self._address(f"/tasks/{item}/check"),
                [*fields, ("csrf_token", self._token)],
                timeout=_PATIENCE,
                allow_redirects=False,
            )
        except requests.RequestException:
            time.sleep(_BREATH)
            return "unknown"
        if answer.status_code == HTTPStatus.SEE_OTHER:
            return "refused" if "/sign-in" in answer.headers["Location"] else "taken"
        if answer.status_code in _REFUSED:
            return "refused"
        if answer.status_code == HTTPStatus.BAD_REQUEST:
            # Signed out: a cookie from an hour that has not come yet is not believed.
            self._token = ""
            return "refused"
        if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            self._ledger.told_away()
            time.sleep(_BREATH)
        else:
            self._ledger.wonder(f"{answer.status_code} for task {item}: {_said(answer.text)}")
        return "unknown"

    def sees(self, path: str) -> int:
        """Open a page; gives its status."""
        return self._session.get(self._address(path), timeout=_PATIENCE).status_code

    def _get(self, path: str) -> str:
        answer = self._session.get(self._address(path), timeout=_PATIENCE)
        if answer.status_code != HTTPStatus.OK:
            raise requests.RequestException(f"{answer.status_code} for {path}")
        return answer.text

    def _address(self, path: str) -> str:
        return f"http://127.0.0.1:{self._dice.choice(self._ports)}{path}"


def _token(page: str) -> str:
    tree: Any = html.fromstring(page)
    return str(tree.xpath("//input[@name='csrf_token']/@value")[0])


def _said(page: str) -> str:
    tree: Any = html.fromstring(page)
    return " ".join(tree.text_content().split())[:300]


class Crowd:
    """People who work until they are told to stop; some of them click twice."""

    def __init__(
        self, db: Database, ports: Sequence[int], ledger: Ledger, people: Sequence[str], seed: int
    ) -> None:
        """people: a form for each of them, which is the only one they fill in."""
        self._db, self._ports, self._ledger = db, ports, ledger
        self._marks = count(1)
        self._over = threading.Event()
        self._signed_in = threading.Barrier(len(people) + 1)
        self._threads = [
            threading.Thread(
                target=self._work, args=(form, random.Random(seed + number)), daemon=True
            )
            for number, form in enumerate(people)
        ]

    def start(self) -> None:
        """Let everybody sign in, then begin."""
        for thread in self._threads:
            thread.start()
        self._signed_in.wait(_PATIENCE)

    def stop(self) -> None:
        """Let everybody finish what they have begun."""
        self._over.set()
        for thread in self._threads:
            thread.join(timeout=2 * _PATIENCE)
            assert not thread.is_alive(), "somebody still waits for an answer"

    def _work(self, form: str, dice: random.Random) -> None:
        person = FORMS[form][0]
        browsers = [Browser(self._ports, person, dice, self._ledger) for _ in range(2)]
        for browser in browsers:
            browser.sign_in()
        self._signed_in.wait(_PATIENCE)
        while not self._over.is_set():
            try:
                self._work_off(form, browsers, dice)
            except _AWAY:
                self._over.wait(_BREATH)

    def _work_off(self, form: str, browsers: Sequence[Browser], dice: random.Random) -> None:
        """Fill in some forms; raises when the database cannot be asked what is open."""
        items = self._open(form)
        for item in items:
            if self._over.is_set():
                return
            self._fill_in(form, item, browsers, twice=dice.randrange(_DOUBLE) == 0)
        self._over.wait(0.1 if items else 0.5)

    def _open(self, form: str) -> list[int]:
        with self._db.reading() as session:
            return list(
                session.scalars(
                    select(WorkItem.id)
                    .where(
                        WorkItem.form == form,
                        WorkItem.completed_at.is_(None),
                        WorkItem.cancelled_at.is_(None),
                    )
                    .order_by(func.random())
                    .limit(_AT_ONCE)
                )
            )

    def _fill_in(self, form: str, item: int, browsers: Sequence[Browser], *, twice: bool) -> None:
        person = FORMS[form][0]
        try:
            view = engine.form_of_task(self._db, item, by=person)
        except engine.EngineError:
            return  # somebody was quicker
        second = None
        if twice:
            second = threading.Thread(target=self._send, args=(browsers[1], view, item, form))
            second.start()
        self._send(browsers[0], view, item, form)
        if second is not None:
            second.join()

    def _send(self, browser: Browser, view: engine.FormView, item: int, form: str) -> None:
        marked = FORMS[form][1]
        mark = f"mark {next(self._marks)} of {threading.get_ident()}."
        today = now_of(self._db).date().isoformat()
        raw = {**view.defaults, **_ANSWERS[form], "done_on": today, marked: mark}
        answer = browser.complete(item, hidden_fields(view.form.questions, raw))
        self._ledger.note(Attempt(item, browser.person, form, mark, answer))
