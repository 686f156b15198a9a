"""After a purge nothing of the case is anywhere in a working installation (R-107, R-111)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import http
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import html
from sqlalchemy import select

import engine
from engine import clock
from engine.demo.landlord import LOADED
from engine.installation import CLOCK_OFFSET
from engine.scenario import DOING, Scenario, Step, add_people, read_scripts
from engine.scenario.script import moment
from engine.tables.casefile import CaseFile, Evidence
from engine.tables.data_requests import DataCopy
from engine.tables.database import Database
from engine.tables.process import Setting
from tests.engine.files.samples import jpeg
from tests.long.chaos.house import Process, environment, web, worker
from tests.long.opened import (
    attached,
    coded_in,
    docx_with,
    in_files,
    in_tables,
    pdf_with,
    sealed_heads,
    word,
    words_in,
)
from web.settings import ROOT

STORY = ROOT / "bpmn" / "scenarios" / "s0_happy_path.yaml"
#: The last day somebody works on the case, when the files come in; the end; long after.
LAST_LETTER, IT_ENDS, LONG_AFTER = dt.date(2026, 9, 29), dt.date(2026, 10, 1), dt.date(2027, 4, 20)
#: Answers whose form says how they are written, and what is kept of staff and not of a case.
_WRITTEN_SO = {
    *("phone", "email", "tenancy_reference", "at_time", "contact_address"),
    "working_hours",
}
_WITHIN = 60
#: The most pages each person opens: as a sample, at full size.
_FEW, _MANY = 25, 200


class Planting:
    """Gives every answer that somebody writes in their own words a word of its own."""

    def __init__(self) -> None:
        self.where: dict[int, str] = {}

    def word(self, where: str) -> str:
        number = len(self.where) + 1
        self.where[number] = where
        return word(number)

    def said(self, value: Any, where: str) -> Any:
        if isinstance(value, dict):
            return {
                name: inner if name in _WRITTEN_SO else self.said(inner, f"{where}.{name}")
                for name, inner in value.items()
            }
        if isinstance(value, list):
            return [self.said(inner, where) for inner in value]
        own_words = isinstance(value, str) and " " in value
        return f"{value} {self.word(where)}" if own_words else value

    def names(self, words: set[int]) -> list[str]:
        """Say where the words that are left were written."""
        return [self.where.get(one, str(one)) for one in sorted(words)]


class Story:
    """The first scenario of the product, with planted words and without what it expects."""

    def __init__(self, db: Database, planting: Planting) -> None:
        (self._script,) = read_scripts(STORY)
        self.told, self._planting = Scenario(db), planting
        self._steps = iter(self._script.steps)
        self._held: Step | None = None
        add_people(db, self._script.people)

    def until(self, day: dt.date) -> None:
        """Play what happens before this day, or to the end of what people do."""
        for step in self._steps:
            if step.verb == "at" and moment(step.arguments).date() > day:
                self._held = step
                return
            if step.verb in DOING or step.verb == "at":
                self.told.do(self._with_words(step))

    def go_on(self, day: dt.date) -> None:
        """Play on from where it was left."""
        if self._held is not None:
            self.told.do(self._held)
        self.until(day)

    def _with_words(self, step: Step) -> Step:
        if not isinstance(step.arguments, dict) or "answers" not in step.arguments:
            return step
        where = f"{step.verb} {step.arguments.get('task') or step.arguments.get('action')}"
        answers = self._planting.said(step.arguments["answers"], where)
        return dataclasses.replace(step, arguments={**step.arguments, "answers": answers})


class House:
    """A folder with everything an installation keeps, its processes, and browsers at it."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db, self.folder = db, folder
        for name in ("var", "tmp", "logs"):
            (folder / name).mkdir()
        url = db.url.render_as_string(hide_password=False)
        settings = environment(url, folder / "var", TMPDIR=str(folder / "tmp"))
        if not db.is_sqlite:
            settings["SPOC_WORKERS"] = "apart"
        logs = folder / "logs"
        self.server = web("web", settings, logs)
        self.processes: list[Process] = [self.server]
        if not db.is_sqlite:
            self.processes.append(worker("work", settings, logs))

    def start(self, now: dt.datetime) -> None:
        """Start everything, the clock of the demonstration at this moment."""
        ahead = clock.at_local(now) - clock.real()
        with self.db.writing() as session:
            session.merge(Setting(name=CLOCK_OFFSET, value=str(int(ahead.total_seconds()))))
            session.merge(Setting(name=LOADED, value=now.date().isoformat()))
        for process in self.processes:
            process.start()
        _wait_for(lambda: all(one.is_ready() for one in self.processes), self.said)

    def said(self) -> str:
        """Give what the processes wrote."""
        return "\n".join(one.log.read_text() for one in self.processes if one.log.exists())

    def stop(self) -> None:
        for process in self.processes:
            process.stop()

    def content_unpacked(self) -> bytes:
        """Give the same, and what a dump codes put as it is."""
        content = self.content()
        return content + b"".join(coded_in(content))

    def content(self) -> bytes:
        """Give what the database keeps: the file and what lies beside it, or a whole dump."""
        if self.db.is_sqlite:
            file = Path(str(self.db.url.database))
            return b"".join(one.read_bytes() for one in sorted(file.parent.glob(f"{file.name}*")))
        url = self.db.url.render_as_string(hide_password=False).replace("+psycopg", "")
        dumped = subprocess.run(
            ["pg_dump", "--inserts", url], check=True, capture_output=True, timeout=120
        )
        return dumped.stdout


class Browser:
    """One person at the server."""

    def __init__(self, house: House, person: str) -> None:
        self._address = f"http://127.0.0.1:{house.server.port}"
        self._session = requests.Session()
        self.post("/sign-in", {"person": person}, "/sign-in")

    def get(self, path: str) -> requests.Response:
        return self._session.get(f"{self._address}{path}", timeout=60)

    def page(self, path: str) -> Any:
        """Give a page that is there."""
        answer = self.get(path)
        assert answer.status_code == http.HTTPStatus.OK, (path, answer.text[:2000])
        return html.fromstring(answer.text)

    def post(
        self,
        path: str,
        fields: Mapping[str, Any],
        token_of: str,
        files: list[Any] | None = None,
    ) -> requests.Response:
        """Send a form with the token of a page."""
        token = self.page(token_of).xpath("//input[@name='csrf_token']/@value")[0]
        sent = {"csrf_token": token, **fields}
        return self._session.post(f"{self._address}{path}", sent, files=files, timeout=120)

    def walk(self, begin: str, most: int) -> set[str]:
        """Open pages below an address that links lead to; gives which."""
        seen: set[str] = set()
        coming = deque([begin])
        while coming and len(seen) < most:
            path = coming.popleft()
            if path in seen:
                continue
            seen.add(path)
            answer = self.get(path)
            if "text/html" in answer.headers.get("Content-Type", ""):
                tree: Any = html.fromstring(answer.text)
                hrefs = tree.xpath("//a/@href")
                coming += [one.split("#")[0] for one in hrefs if one.startswith(begin)]
        return seen


def _wait_for(is_so: Callable[[], bool], said: Callable[[], object]) -> None:
    until = time.monotonic() + _WITHIN
    while not is_so():
        assert time.monotonic() < until, said()
        time.sleep(0.2)


@pytest.fixture(params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest, tmp_path: Path, full: bool) -> Iterator[House]:
    """An installation in a folder of its own, prepared and not started."""
    if request.param == "postgres" and not full:
        pytest.skip("runs with --full")
    database: Database = request.getfixturevalue(f"{request.param}_database")
    engine.prepare(database, ROOT)
    folder = tmp_path / "house"
    folder.mkdir()
    found = House(database, folder)
    yield found
    found.stop()


def test_nothing_of_a_deleted_case_is_anywhere_in_the_house(
    house: House, tmp_path: Path, full: bool
) -> None:
    planting = Planting()
    story = Story(house.db, planting)
    with clock.frozen(dt.datetime(2026, 1, 12, 9)):
        story.until(LAST_LETTER)
        _ask_for_a_copy(story, planting)
    house.start(dt.datetime(2026, 9, 29, 11))
    dorothy = Browser(house, "dorothy")
    files = _add_files(house, dorothy, planting)
    copied = _make_the_copy(house, dorothy)
    with clock.frozen(dt.datetime(2026, 9, 29, 12)):
        _answer_and_end(story, planting)
    most = _MANY if full else _FEW
    exports = _look_at_everything(house, most, planting.word("typed in a search"))
    _hold(dorothy, planting)
    heads = _can_be_found(house, planting, files, copied)
    assert all(exports.values()), exports

    # The officer holds it beyond its day, and lets it go.
    dorothy.post("/demonstration/clock", _parts(LONG_AFTER), "/tasks")
    reference = _reference(house)
    assert reference in dorothy.get("/retention").text
    assert len(words_in(house.content())) > 0.8 * len(planting.where)
    _lift(dorothy, planting)
    _wait_for(lambda: reference in dorothy.get("/retention/deleted").text, house.said)
    dorothy.page("/retention/deleted/1")

    # The processes still run: nothing waits for somebody to stop them.
    left = partial(_left, house, tmp_path, heads)
    _wait_for(lambda: not left(), left)
    assert not any(_look_at_everything(house, most, "nobody").values())
    house.stop()
    assert not _left(house, tmp_path, heads)


def _can_be_found(
    house: House, planting: Planting, files: set[int], copied: set[int]
) -> dict[bytes, str]:
    """What is looked for is there, in rows, file and what was given; gives what is sealed."""
    with house.db.reading() as session:
        before, heads = in_tables(session), sealed_heads(session)
    everything = set(planting.where)
    assert files <= before["evidence_file_part"]
    assert len(set().union(*before.values())) > 0.9 * len(everything)
    assert {"process_instance", "message"}.isdisjoint(before), "words in states of runs"
    content = house.content_unpacked()
    assert len(words_in(content) & everything) > 0.8 * len(everything)
    assert any(head in content for head in heads)
    assert len(copied) > 0.5 * len(everything)
    return heads


def _left(house: House, folder: Path, heads: Mapping[bytes, str]) -> dict[str, Any]:
    """Give what is left of the case, by where it is."""
    with house.db.reading() as session:
        left: dict[str, Any] = {f"rows: {name}": one for name, one in in_tables(session).items()}
    left |= in_files(folder)
    content = house.content_unpacked()
    if words := words_in(content):
        left["the database"] = words
    if sealed := sorted({name for head, name in heads.items() if head in content}):
        left["sealed"] = sealed
    return left


def _ask_for_a_copy(story: Story, planting: Planting) -> None:
    """R-104: a copy of all we hold is a file of its own."""
    story.told.receive(
        "data_request_received",
        by="dorothy",
        answers={
            "request_kind": "copy",
            "request_words": f"Send me all you have, {planting.word('request')}.",
            "received_on": "2026-09-29",
            "received_by": "dorothy",
            "channel": "email",
        },
    )
    checked = {"request": ["read"], "identity_clear": "yes", "identity_note": "Known by voice."}
    story.told.complete("check_request", by="dorothy", answers=planting.said(checked, "check"))
    _send_letter(story, planting)


def _send_letter(story: Story, planting: Planting) -> None:
    sent = {"channel": "letter", "sent_to": "12 Lime Walk", "proof": "Certificate of posting 3"}
    story.told.complete("issue_letter", by="dorothy", answers=planting.said(sent, "letter"))


def _add_files(house: House, dorothy: Browser, planting: Planting) -> set[int]:
    """Add a PDF, an e-mail with a document and a large picture; gives their words."""
    known = set(planting.where)
    drawn, packed, shown = (word_ for word_ in map(planting.word, ("PDF", "docx", "picture")))
    with house.db.reading() as session:
        evidence = session.scalars(select(Evidence.id).order_by(Evidence.id)).first()
    path = f"/cases/1/evidence/{evidence}/files"
    given = [
        ("files", (f"{planting.word('file name')}.pdf", pdf_with(drawn))),
        ("files", ("mail.eml", attached("plan.docx", docx_with(packed)))),
        # Large enough to be kept in a file of the server while it comes in.
        ("files", ("stairs.jpg", jpeg(more=shown.encode() + bytes(3 * 1024 * 1024)))),
    ]
    answer = dorothy.post(path, {"restricted": "yes"}, path, given)
    assert "3 files added" in answer.text, html.fromstring(answer.text).xpath("string(//main)")
    return {number for number, where in planting.where.items() if number not in known} - {
        number for number, where in planting.where.items() if where == "file name"
    }


def _make_the_copy(house: House, dorothy: Browser) -> set[int]:
    """Make the copy of the data at its page; gives the words in it."""
    page = "/data-requests/1"
    for name in dorothy.page(page).xpath("//form[@class='decision']/input[@name='name']/@value"):
        fields = {"name": name, "decision": "keep", "reason": "They said so themselves."}
        dorothy.post(f"{page}/decide", fields, page)
    dorothy.post(f"{page}/make", {}, page)
    with house.db.reading() as session:
        copy = session.scalars(select(DataCopy.id)).one()
    return words_in(dorothy.get(f"/data-requests/copies/{copy}").content)


def _answer_and_end(story: Story, planting: Planting) -> None:
    """Answer the request, then play the case to its end."""
    answered = {"request": ["read"], "request_step": "answer", "copy_made": "first"}
    story.told.complete("give_copy", by="dorothy", answers=answered)
    _send_letter(story, planting)
    story.go_on(dt.date(2026, 10, 2))


def _look_at_everything(house: House, most: int, search: str) -> dict[str, set[int]]:
    """Open pages about the case as several people, and take every export; gives their words."""
    dorothy = Browser(house, "dorothy")
    opened = [Browser(house, who).walk("/cases/1", most) for who in ("dorothy", "amina", "mo")]
    papers = {one.removesuffix(".pdf") + ".pdf" for one in opened[0] if "/letters/" in one}
    found = {"letters": set().union(*(words_in(dorothy.get(one).content) for one in papers))}
    for export in ("/register.csv?show=ended", "/exceptions.csv"):
        found[export] = words_in(dorothy.get(export).content)
    for asked in ("/cases?search=", "/register?search=", "/contacts?search=", "/cases/1/"):
        dorothy.get(f"{asked}{search}")
    dorothy.get("/retention/dry-run?days=366")
    # What is refused is refused without a word of it in a log.
    dorothy.post("/cases/1/act/add_evidence", {"what_happened": search}, "/tasks")
    return found


def _hold(dorothy: Browser, planting: Planting) -> None:
    page = "/cases/1/act/place_hold"
    typed = {"hold_kind": "claim", "hold_reason": f"A claim, {planting.word('hold')}."}
    answer = dorothy.post(page, {**typed, "action": "send"}, page)
    assert "is recorded" in answer.text, html.fromstring(answer.text).xpath("string(//main)")


def _lift(dorothy: Browser, planting: Planting) -> None:
    """The officer's own page: with the last hold the case goes."""
    page = "/cases/1/act/lift_hold"
    (hold,) = dorothy.page(page).xpath("//input[@name='hold']/@value")
    why = f"The claim was settled, {planting.word('why a hold was lifted')}."
    answer = dorothy.post(page, {"hold": hold, "lifted_because": why, "action": "send"}, page)
    assert answer.status_code in (200, 404), html.fromstring(answer.text).xpath("string(//main)")


def _reference(house: House) -> str:
    with house.db.reading() as session:
        return session.scalars(select(CaseFile.reference)).one()


def _parts(day: dt.date) -> dict[str, str]:
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}
