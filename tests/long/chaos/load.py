"""People at work: they complete whatever is open over HTTP, as fast as they are answered."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from itertools import count
from typing import Any

import requests
from lxml import html
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

import engine
from engine.errors import Unavailable
from engine.tables.database import Database
from engine.tables.process import WorkItem
from tests.long.chaos.answers import DOOR, JOBS, TAKE_OVER, taken_over
from tests.long.chaos.ground import now_of
from tests.long.chaos.ledger import Answer, Attempt, Ledger
from web.questions import hidden_fields

#: Seconds a person waits for an answer; longer than any lock is waited for.
_PATIENCE = 60
#: And pauses when nobody answered, as nobody does while a process starts.
_BREATH = 0.1
#: Seconds between two arrangements that come in at the counter.
_COUNTER = 0.5
#: One in so many posts is a double click: two at the same moment.
_DOUBLE = 12
#: So many open tasks are looked up at once.
_AT_ONCE = 60
#: What the database of the tests themselves says while it is away.
_AWAY = (DBAPIError, Unavailable)
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

    def send(self, path: str, fields: Sequence[tuple[str, str]]) -> Answer:
        """Send a form; gives what came back, and keeps what was strange."""
        try:
            if not self._token:
                self.sign_in()
            answer = self._session.post(
                self._address(path),
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
            self._ledger.wonder(f"{answer.status_code} for {path}: {_said(answer.text)}")
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
        self._marks = count(10_000)
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

    def works_on(self, completions: int, while_waiting: Callable[[], object]) -> None:
        """Wait until so many more completions are acknowledged."""
        wanted = self._ledger.count()["taken"] + completions
        until = time.monotonic() + 2 * _PATIENCE
        while self._ledger.count()["taken"] < wanted:
            assert time.monotonic() < until, "nobody gets anything done"
            while_waiting()
            time.sleep(_BREATH)

    def stop(self) -> None:
        """Let everybody finish what they have begun."""
        self._over.set()
        for thread in self._threads:
            thread.join(timeout=2 * _PATIENCE)
            assert not thread.is_alive(), "somebody still waits for an answer"

    def _work(self, form: str, dice: random.Random) -> None:
        person = JOBS[form].person
        browsers = [Browser(self._ports, person, dice, self._ledger) for _ in range(2)]
        for browser in browsers:
            browser.sign_in()
        self._signed_in.wait(_PATIENCE)
        while not self._over.is_set():
            try:
                if form == TAKE_OVER:
                    self._take_over(browsers, twice=dice.randrange(_DOUBLE) == 0)
                else:
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
        job = JOBS[form]
        try:
            view = engine.form_of_task(self._db, item, by=job.person)
        except engine.EngineError:
            return  # somebody was quicker
        today = now_of(self._db).date()

        def send(browser: Browser) -> None:
            mark = f"mark {next(self._marks)} of {threading.get_ident()}."
            answer = browser.send(f"/tasks/{item}/check", job.fields(view, mark, today))
            self._ledger.note(Attempt(item, browser.person, form, mark, answer))

        self._once_or_twice(send, browsers, twice=twice)

    def _take_over(self, browsers: Sequence[Browser], *, twice: bool) -> None:
        """Bring in one arrangement more at the counter; a double click bears the same mark."""
        number, today = next(self._marks), now_of(self._db).date()
        view = engine.form_of_message(self._db, DOOR, by=browsers[0].person, refs={})
        fields = hidden_fields(view.form.questions, {**view.defaults, **taken_over(number, today)})
        mark = f"page {number} of {threading.get_ident()}"

        def send(browser: Browser) -> None:
            sent = [*fields, ("action", "send"), ("page_mark", mark)]
            answer = browser.send(f"/doors/{DOOR}", sent)
            self._ledger.note(Attempt(0, browser.person, TAKE_OVER, mark, answer))

        self._once_or_twice(send, browsers, twice=twice)
        self._over.wait(_COUNTER)

    def _once_or_twice(
        self, send: Callable[[Browser], None], browsers: Sequence[Browser], *, twice: bool
    ) -> None:
        second = threading.Thread(target=send, args=(browsers[1],)) if twice else None
        if second is not None:
            second.start()
        send(browsers[0])
        if second is not None:
            second.join()
