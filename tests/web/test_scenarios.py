"""The acceptance scripts once more, through the pages alone and without a script."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from engine import commands, errors
from engine.operations import DOORS
from engine.releases import read_folder
from engine.scenario import Scenario, Script, Stages, expectations, read_scripts, stages
from engine.scenario.scenario import _filled
from engine.tables.database import Database
from tests.web.visitor import Page, Visitor
from web import create_app
from web.questions import hidden_fields
from web.settings import ROOT, Settings

SCRIPTS = [
    script
    for file in sorted((ROOT / "bpmn" / "scenarios").glob("s[0-9]_*.yaml"))
    for script in read_scripts(file)
]
_REFUSALS = {403: errors.NotAllowed, 404: errors.NotFound, 409: errors.Rejected}
_INVALID = 422
#: A page of a form that these answers do not lead to.
_NOT_ASKED = 404


@pytest.fixture(scope="module")
def prepared() -> Iterator[Stages]:
    with stages(read_folder(ROOT)) as made:
        yield made


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: Path(script.file).stem)
def test_a_scenario_goes_through_the_pages(script: Script, prepared: Stages) -> None:
    with prepared.one(script.people, script.parameter_set, script.at) as database:
        AtTheBrowser(database).play(script)


class AtTheBrowser(Scenario):
    """Does what people do by reading pages, filling in their forms and pressing their buttons."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        url = database.url.render_as_string(hide_password=False)
        self._app = create_app(Settings(database_url=url, secret_key="for tests", demo=True))
        self._app.extensions["database"] = database
        self._visitors: dict[str, Visitor] = {}

    def start(self, process: str, *, by: str) -> None:
        """Raise a concern from the task list."""
        listed = self._as(by).get("/tasks")
        # Those who may not are not offered the button; a post all the same is refused.
        raised = listed.visitor.post("/doors/raise-a-concern", {"csrf_token": listed.token})
        assert listed.has_button("Raise a concern") == (raised.status == 200)
        page = _read(raised)
        href = page.one("//a[starts-with(normalize-space(), 'Open case ')]/@href")
        self.case_id = int(href.rsplit("/", maxsplit=1)[-1])

    def complete(
        self, task: str, *, by: str, answers: Mapping[str, Any] | None = None, about: str = ""
    ) -> None:
        """Start the task if nobody has, fill in its form page by page, check, complete."""
        number = self._open_item(task, about, by)
        view = commands.form_of_task(self.db, number, by=by)
        wanted = _filled(lambda: view, answers)
        fields = MultiDict(hidden_fields(view.form.questions, wanted)).to_dict(flat=False)
        visitor = self._as(by)
        page = _read(visitor.open(f"/tasks/{number}"))
        if page.has_button("Start"):
            page = _read(page.press("Start"))
        try:
            self._fill_in_and_complete(page, number, view, fields)
        except errors.EngineError:
            again = visitor.open(f"/tasks/{number}")
            if again.has_button("Put it back"):
                again.press("Put it back")
            raise

    def _fill_in_and_complete(
        self, page: Page, number: int, view: commands.FormView, fields: Mapping[str, list[str]]
    ) -> None:
        visitor = page.visitor
        if view.read_only:
            _read(visitor.post(f"/tasks/{number}/check", {**fields, "csrf_token": page.token}))
        for part in view.form.pages:
            page = visitor.open(f"/tasks/{number}/pages/{part.id}")
            if page.status != _NOT_ASKED:
                _read(_filled_in(_read(page), fields))
        check = _read(visitor.open(f"/tasks/{number}/check"))
        assert check.heading == "Check your answers"
        if not check.has_button(_last_button(view.form.name)):
            # Nothing is offered while something is missing; a post all the same is refused.
            sent = {**fields, "csrf_token": check.token}
            check = _read(visitor.post(f"/tasks/{number}/check", sent))
        done = _read(check.press(_last_button(view.form.name)))
        assert "is done" in done.banner, done.text

    def act(
        self,
        action: str,
        *,
        by: str,
        answers: Mapping[str, Any] | None = None,
        case: int | None = None,
    ) -> None:
        """Do an action of the case page."""
        case_id = case or self.case_id or 0
        view = commands.form_of_action(self.db, action, case_id, by=by)
        if action == "log_contact":
            wanted = _filled(lambda: view, answers)
            fields = MultiDict(hidden_fields(view.form.questions, wanted)).to_dict(flat=False)
            page = _read(self._as(by).open(f"/contacts/log/{self.case_id}"))
            _read(page.send("Log it", _answers(page, fields)))
            return
        page = self._as(by).open(f"/cases/{case_id}/act/{action}")
        self._counter(page, view, answers)

    def receive(
        self,
        message: str,
        *,
        by: str,
        answers: Mapping[str, Any] | None = None,
        refs: Mapping[str, int] | None = None,
    ) -> None:
        """Bring a message in by its door."""
        about = dict(refs or self._refs(message))
        view = commands.form_of_message(self.db, message, by=by, refs=about)
        self._counter(self._as(by).open(f"/doors/{message}", about), view, answers)
        with self.db.reading() as session:
            newest = session.connection().exec_driver_sql("SELECT max(id) FROM case_file")
            begins = message in DOORS and not (
                DOORS[message].needs_case or DOORS[message].of_people
            )
            self.case_id = newest.scalar() if begins or not self.case_id else self.case_id

    def expect_rejected(self, arguments: Mapping[str, Any]) -> None:
        """Expect the page to say no with the status that belongs to it."""
        doing = {"start", "complete", "act", "receive"}
        ((verb, given),) = ((name, what) for name, what in arguments.items() if name in doing)
        # To those who may not see a thing, a page does not even say that it is there.
        wanted = (getattr(errors, arguments["because"]), errors.NotFound)
        with pytest.raises(wanted) as refusal:
            self._do(verb, given)
        expectations.says(refusal.value, arguments)

    def _counter(
        self, page: Page, view: commands.FormView, answers: Mapping[str, Any] | None
    ) -> None:
        wanted = _filled(lambda: view, answers)
        fields = MultiDict(hidden_fields(view.form.questions, wanted)).to_dict(flat=False)
        _read(_read(_filled_in(_read(page), fields)).press("Confirm and record"))

    def _as(self, name: str) -> Visitor:
        if name not in self._visitors:
            self._visitors[name] = Visitor(self._app.test_client()).sign_in(name)
        return self._visitors[name]


def _filled_in(page: Page, fields: Mapping[str, list[str]]) -> Page:
    """Answer what this page asks exactly so, rows added as they are needed, and go on."""
    for name in fields:
        group = name.split(".")[0]
        if "." in name and not page.has(name) and page.has(f"{group}.0.{name.split('.')[2]}"):
            adds = " ".join(page.one(f"//button[@name='add.{group}']").text_content().split())
            page = _read(page.send(adds, _answers(page, fields)))
    return page.send("Continue", _answers(page, fields))


def _answers(page: Page, fields: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Give what each control of the page is set to; what has no answer is emptied."""
    controls = page.tree.xpath("//main//*[@name and not(@type='hidden') and not(self::button)]")
    empty = {
        control.get("name"): [] if control.get("type") in ("radio", "checkbox") else [""]
        for control in controls
    }
    return {name: fields.get(name, nothing) for name, nothing in empty.items()}


def _last_button(form: str) -> str:
    return "Issue the letter" if form == "issue_letter" else "Complete this task"


def _read(page: Page) -> Page:
    """Give the page, or raise what its status means."""
    if page.status in _REFUSALS:
        raise _REFUSALS[page.status](page.text)
    if page.status == _INVALID:
        raise errors.InvalidAnswers(
            [errors.Problem(_question(href), said) for said, href in page.errors]
        )
    assert page.status == 200, f"{page.path}: {page.status} {page.text[:500]}"
    return page


def _question(href: str) -> str:
    box = href.rsplit("#", maxsplit=1)[-1]
    return box.removeprefix("add-").removesuffix("-day").replace("-", ".")


def test_the_scenarios_are_there() -> None:
    assert len(SCRIPTS) >= 4
    assert all(isinstance(script.at, dt.datetime) for script in SCRIPTS)
