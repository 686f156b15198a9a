"""What somebody types stays in the case file: it is in no e-mail, event, message, state or log."""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from engine import clock
from engine.calendar_table import fill_calendar
from engine.casework.outgoing import WEBHOOKS, wants
from engine.commands import choose_parameter_set
from engine.releases import forget, install, read_folder
from engine.scenario import Scenario, add_people
from engine.scenario.script import Script, read_scripts
from engine.tables.database import Database
from engine.tables.people import User
from engine.tables.process import (
    ElementHistory,
    Incident,
    Message,
    Outbox,
    ProcessInstance,
    Setting,
    WorkItem,
)

ROOT = Path(__file__).parents[1]
#: Stands in everything anybody types.
SECRET = "Zqtypedword"


class _Typist(Scenario):
    """Plays a story; whoever types a sentence in it types the secret too."""

    typed = 0

    def _do(self, verb: str, arguments: Mapping[str, Any]) -> None:
        answers = arguments.get("answers")
        said = {**arguments, "answers": self._with_secret(answers)} if answers else arguments
        super()._do(verb, said)

    def _with_secret(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._with_secret(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._with_secret(inner) for inner in value]
        if isinstance(value, str) and re.search("[a-z]{3}.* .* ", value):
            self.typed += 1
            return f"{value} {SECRET}"
        return value


@pytest.fixture
def script() -> Script:
    """The happy path, from the first concern to the deletion, but for its last day."""
    [script] = read_scripts(ROOT / "bpmn" / "scenarios" / "s0_happy_path.yaml")
    return script


@pytest.fixture
def empty(sqlite_database: Database, script: Script) -> Iterator[Database]:
    """A landlord with its people, told of everything by a webhook, before the first concern."""
    clock.hold(script.at)
    forget()
    events = ("arrangement.started", "arrangement.ended", "incident.opened", "letter.issued")
    with sqlite_database.writing() as session:
        fill_calendar(session)
        install(session, read_folder(ROOT), at=clock.now(), by="test", note="The working tree")
        session.add(Setting(name=WEBHOOKS, value=wants([("crm", events)])))
    choose_parameter_set(sqlite_database, script.parameter_set)
    add_people(sqlite_database, script.people)
    yield sqlite_database
    clock.hold(None)
    forget()


def test_what_is_typed_is_in_nothing_that_leaves_and_in_nothing_the_engine_keeps(
    empty: Database, script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    """R-102, R-109: ids leave the house and move the processes, never a word."""
    caplog.set_level(logging.DEBUG)
    story = _Typist(empty)
    kinds: set[str] = set()
    for step in script.steps:
        if not step.verb.startswith("expect"):
            story.do(step)
            with empty.reading() as session:
                for kind, text in _kept(session):
                    kinds.add(kind)
                    assert SECRET not in text, f"line {step.line}: {kind}"
    assert story.typed > 20
    assert kinds >= {"e-mail", "webhook", "message", "state", "task", "history"}
    assert SECRET not in caplog.text


def _kept(session: Session) -> Iterator[tuple[str, str]]:
    """Give everything the engine keeps outside of the case file, as texts."""
    staff = set(session.scalars(select(User.email)))
    for sent in session.scalars(select(Outbox)):
        # A letter to the customer holds what the letter says: it is not for our own people.
        if sent.kind != "email" or sent.content.get("to") in staff:
            yield {"email": "e-mail"}.get(sent.kind, sent.kind), str(sent.content)
    for message in session.scalars(select(Message)):
        yield "message", f"{message.refs} {message.payload}"
    for run in session.scalars(select(ProcessInstance).options(undefer(ProcessInstance.state))):
        yield "state", _opened(run.state or b"")
    for item in session.scalars(select(WorkItem)):
        yield "task", f"{item.name} {item.due_reason} {item.variables} {item.calling}"
    for past in session.scalars(select(ElementHistory)):
        yield "history", f"{past.element_id} {past.what} {past.by}"
    for incident in session.scalars(select(Incident)):
        yield "incident", incident.reason


def _opened(state: bytes) -> str:
    """Give the text of a state; its first byte says how it is packed."""
    return zlib.decompress(state[1:]).decode() if state else ""
