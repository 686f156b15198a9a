"""What somebody tries who means no good: things of other cases, of deleted ones, and guesses."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from engine import sign_in
from engine.casework.deletion import OF_CASE
from engine.commands.instances import open_door
from engine.errors import NotFound, Rejected
from engine.installation import read_surroundings
from engine.operations import ACTIONS, DOORS
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.decisions import Appeal, Arrangement, Decision
from engine.tables.process import Incident, ProcessInstance
from tests.web.case_file import write
from tests.web.visitor import Visitor
from web import limits, spreadsheet

As = Callable[[str], Visitor]
PASSWORD = "correct horse battery staple"
#: What a request may name beside its case -> of what.
#: A door about people and their absences knows no case, and one begins its own.
_ABOUT_A_CASE = [
    name for name, door in DOORS.items() if not door.of_people and name != "arrangement_taken_over"
]
NAMED: dict[str, Any] = {
    "decision_id": Decision,
    "arrangement_id": Arrangement,
    "appeal_id": Appeal,
}


def _database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


def _open(database: Database, door: str, refs: dict[str, int]) -> None:
    with database.reading() as session:
        open_door(session, read_surroundings(session), door, by="dorothy", refs=refs)


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("door", _ABOUT_A_CASE)
def test_no_door_takes_a_thing_of_another_case(app: Flask, door: str, name: str) -> None:
    mine, other = write(app), write(app)
    database = _database(app)
    with database.reading() as session:
        row = NAMED[name]
        theirs = session.scalars(select(row.id).where(row.case_id == other)).first()
        ours = session.scalars(select(row.id).where(row.case_id == mine)).first()
    assert theirs is not None
    assert ours is not None
    _open(database, door, {"case_id": mine, name: ours})
    for number in (theirs, 999_999):
        with pytest.raises(NotFound):
            _open(database, door, {"case_id": mine, name: number})


def test_a_deleted_case_takes_nothing_more(app: Flask, as_: As) -> None:
    """R-107: what is written to the shell of a case would stay for ever."""
    case_id, database = write(app), _database(app)
    with database.writing() as session:
        session.get_one(CaseFile, case_id).deleted_on = dt.date(2026, 3, 3)
    before = _rows(database, case_id)
    dorothy = as_("dorothy")
    token = dorothy.get("/tasks").token
    answers = {"hold_kind": "appeal", "hold_reason": "An appeal is open.", "note": "They rang."}
    sent = {"csrf_token": token, "action": "send", **answers}
    for action in ACTIONS:
        assert dorothy.client.post(f"/cases/{case_id}/act/{action}", data=sent).status_code == 404
    for door in (name for name, door in DOORS.items() if not door.of_people):
        address = f"/doors/{door}?case_id={case_id}"
        assert dorothy.client.post(address, data=sent).status_code == 404, door
    for address in (f"/contacts/log/{case_id}", f"/cases/{case_id}/comment"):
        assert dorothy.client.post(address, data=sent).status_code == 404, address
    assert _rows(database, case_id) == before


def _rows(database: Database, case_id: int) -> list[int | None]:
    with database.reading() as session:
        return [
            session.scalar(select(func.count(row.id)).where(row.case_id == case_id))
            for row in OF_CASE
            if hasattr(row, "id")
        ]


def test_a_stuck_step_does_not_exist_for_those_who_do_not_mend_it(app: Flask, as_: As) -> None:
    """R-102: not found, never forbidden, whether there is one of that number or not."""
    case_id, database = write(app), _database(app)
    with database.writing() as session:
        run = session.scalars(
            select(ProcessInstance).where(ProcessInstance.case_id == case_id)
        ).first()
        assert run is not None
        place = {"process_id": run.process_id, "element_id": "decide_appeal"}
        moment = read_surroundings(session).now
        stuck = Incident(
            instance_id=run.id, case_id=case_id, **place, reason="Stuck.", opened_at=moment
        )
        session.add(stuck)
        session.flush()
        number = stuck.id
    priya = as_("priya")
    sent = {"csrf_token": priya.get("/my-emails").token}
    for one in (number, number + 1):
        assert priya.client.post(f"/stuck/{one}/retry", data=sent).status_code == 404


def test_every_search_and_every_way_to_guess_has_a_limit(app: Flask) -> None:
    held = {(one.endpoint, one.method) for one in limits.limited(app)}
    assert held >= {
        ("disagreements.searched", "GET"),
        ("disagreements.heard", "POST"),
        ("emergency.asked", "POST"),
        ("people.listed", "GET"),
        ("register.as_file", "GET"),
    }


def test_an_address_cannot_write_a_line_of_its_own_into_the_log(
    app: Flask, as_: As, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("broken for a test")

    monkeypatch.setattr("engine.process_runs", breaks)
    caplog.set_level(logging.ERROR)
    answer = as_("mo").client.get("/running/x%0d%0aINFO all is well")
    assert answer.status_code == 500
    assert "\nINFO all is well" not in caplog.text


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff20"])
def test_no_cell_of_a_file_begins_a_formula(app: Flask, sign: str) -> None:
    with app.test_request_context():
        sent = spreadsheet.as_csv("a.csv", ["Name"], [(f"{sign}cmd|'/c calc'!A0",)])
        assert f"'{sign}cmd" in sent.get_data(as_text=True)


def test_who_guesses_passwords_is_not_told_which_accounts_there_are(app: Flask) -> None:
    """A wrong name, a wrong password and a locked account are answered in the same words."""
    database = _database(app)
    sign_in.set_password(
        database, "envelope", PASSWORD, by="a test", full_name="Envelope", roles=["dmo"]
    )
    said = set()
    for name in ("nobody", *["envelope"] * 6):
        with pytest.raises(Rejected) as refused:
            sign_in.check_password(database, name, "a wrong one")
        said.add(str(refused.value))
    assert len(said) == 1
    with pytest.raises(Rejected):
        sign_in.check_password(database, "envelope", PASSWORD)
