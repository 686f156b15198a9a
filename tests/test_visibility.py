"""Who sees what: every role against every page, list, export and field (R-102, A.11); no leak."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from engine import clock
from engine.casework.fields import CODES, FIELDS, OUTSIDE, Shown
from engine.casework.matrix import ROLES, Part
from engine.casework.tasks_seen import sees_work_item
from engine.casework.visibility import opens
from engine.oversight import who_sees_what
from engine.queries import Person
from engine.queries.people import people
from engine.tables.casefile import CaseFile, Submission
from engine.tables.comments import Comment
from engine.tables.data_requests import DataRequest
from engine.tables.database import Database
from engine.tables.decisions import Letter
from engine.tables.emergency import EmergencyAccess
from engine.tables.people import RoleHolder, User
from engine.tables.process import Incident, Outbox, ProcessInstance, WorkItem
from tests import opened_pages
from tests.once import DEMO, DEMO_LOADED_AT, demonstration, once
from tests.opened_pages import Look
from tests.planted import (
    RELIED,
    STEM,
    Secret,
    fields_with_words,
    found_in,
    is_apart,
    part_of,
    plant,
)
from web import auth, create_app
from web.settings import Settings

#: Accounts of roles nobody of the demonstration holds, and one that holds none.
MORE = {"contractor": "contractor", "liaison": "partner_liaison"}
NOBODY = "nobody"
#: Everybody who looks: each role of the demonstration, and by each tie, and the three above.
WATCHERS = (
    *("amina", "grace", "mo", "ruth", "dorothy", "ann", "carol", "claire", "leo", "sam", "priya"),
    *("nell", "kit", "olive", "iris", *MORE, NOBODY),
)
#: Stages of which a case is opened page by page; of the others what lists and searches show.
STAGES = ("warning", "in_force", "closed")
#: Lists that are searched for whatever anybody planted.
SEARCHES = (
    f"/cases?search={STEM}",
    f"/tasks?view=all&search={STEM}",
    "/tasks?view=team",
    "/tasks?view=done",
    f"/register?show=all&search={STEM}",
    f"/running?search={STEM}",
    f"/callers?search={STEM}",
    f"/doors/the-customer-disagrees?search={STEM}",
    "/undelivered?show=waiting",
)
#: Pages that show more of a case than its own page does -> to whom, and which parts.
BESIDE: dict[str, tuple[str, frozenset[Any]]] = {
    "/contacts/log": ("callers", frozenset({Part.CARD})),
    "/callers": ("callers", frozenset({Part.CARD})),
    "/doors/the-customer-disagrees": ("customers", frozenset({Part.CARD})),
    "/stuck": ("stuck steps", frozenset({Part.CARD, Part.DIAGRAMS})),
}
#: Fields that belong to a page and to no part of a case.
WITH_A_PAGE = {
    Shown.LOG: "log",
    Shown.IMPORTS: "contact imports",
    Shown.REGISTERS: "register imports",
    Shown.FLAGS: "flags",
    Shown.BATCHES: "batches",
}
#: What a task is about, said in lists to whoever has it or may start it.
MATTERS = frozenset({"passed_on.what", "promise.what", "owed_action.what"})
#: What whoever sees everything must find, or the search finds nothing.
SHOWN = frozenset(
    {
        *("customer.name", "customer.needs", "arrangement.contact_address", "restriction.limit"),
        *("letter.html", "promise.what", "evidence.text"),
        *("decision.reasons", "appeal.grounds", "contact.note", "submission.answers"),
        *("submission.restricted", RELIED, "work_item.name", "incident.reason"),
        *("submission.answers kept apart", "work_item.name kept apart", "comment.text kept apart"),
        *("letter.title kept apart", "element_instance.name kept apart"),
    }
)
GONE = 404


@dataclass
class Grounds:
    """The landlord with a secret in every field, its people, and what was looked at so far."""

    app: Flask
    database: Database
    people: dict[str, Person]
    cases: tuple[int, ...]


def _make(folder: Path, demo: Path) -> None:
    """Add the missing people and what no story holds, then plant."""
    shutil.copyfile(demo / DEMO, folder / DEMO)
    database = Database(f"sqlite:///{folder / DEMO}")
    with clock.frozen(DEMO_LOADED_AT), database.writing() as session:
        for name in (*MORE, NOBODY):
            session.add(User(name=name, full_name=name.title(), email="x@y.example", is_demo=True))
        session.flush()
        since = DEMO_LOADED_AT.date().replace(month=1)
        session.add_all(RoleHolder(role=MORE[n], user_name=n, from_on=since) for n in MORE)
        running = (ProcessInstance.ended_at.is_(None), ProcessInstance.case_id.is_not(None))
        run = session.scalars(select(ProcessInstance).where(*running))
        for instance in run.fetchmany(2):
            place = {"process_id": instance.process_id, "element_id": "decide_appeal"}
            about = {"instance_id": instance.id, "case_id": instance.case_id}
            session.add(Incident(**about, **place, reason="It is stuck.", opened_at=clock.now()))
            known = {"case_id": instance.case_id, "user_name": "grace", "reason": "In danger."}
            moments = {"began_at": clock.now(), "ends_at": clock.now()}
            session.add(EmergencyAccess(**known, **moments))
        of_request = (
            select(WorkItem)
            .join(ProcessInstance)
            .where(ProcessInstance.process_id == "data_request")
        )
        for item in session.scalars(of_request):
            about = {"case_id": item.case_id, "work_item_id": item.id}
            session.add(Comment(**about, text="Not for all.", by="dorothy", at=clock.now()))
        for row in session.scalars(select(Outbox).limit(3)):
            row.dead_at, row.next_try_at, row.last_error = clock.now(), None, "Nobody answered."
        taken = (WorkItem.assignee.is_not(None), WorkItem.completed_at.is_(None))
        for item in session.scalars(
            select(WorkItem).where(*taken, WorkItem.cancelled_at.is_(None))
        ):
            item.draft = {"note": "typed so far"}
        session.flush()
        plant(session)
    database.close()


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grounds]:
    """The planted landlord on the morning the demonstration was loaded."""
    demo = demonstration(tmp_path_factory)
    made = once(tmp_path_factory, "planted", lambda folder: _make(folder, demo))
    file = tmp_path_factory.mktemp("visibility") / DEMO
    shutil.copyfile(made / DEMO, file)
    app = create_app(Settings(f"sqlite:///{file}", secret_key="of a test", demo=True))
    app.config["WTF_CSRF_ENABLED"] = False
    database: Database = app.extensions["database"]
    with clock.frozen(DEMO_LOADED_AT):
        with database.reading() as session:
            cases = _chosen(session)
        known = {one.name: one for one in people(database)}
        yield Grounds(app, database, known, cases)
    database.close()


def _chosen(session: Any) -> tuple[int, ...]:
    """Give the case of each stage with the most letters and answers, and one of a request."""
    letters = select(func.count(Letter.id)).where(Letter.case_id == CaseFile.id).scalar_subquery()
    answers = (
        select(func.count(Submission.id)).where(Submission.case_id == CaseFile.id).scalar_subquery()
    )
    rows = session.execute(
        select(CaseFile.stage, CaseFile.id)
        .where(CaseFile.stage.in_(STAGES), CaseFile.deleted_on.is_(None))
        .order_by(letters + answers)
    )
    asked = session.scalar(select(DataRequest.case_id).order_by(DataRequest.id).limit(1))
    return tuple(sorted({*dict(rows.all()).values(), asked}))


def test_each_page_stands_in_the_list_of_whom_it_exists_for(grounds: Grounds) -> None:
    """Whoever adds a page says here whom it exists for; what is not said is shown to nobody."""
    known = set(opened_pages.PAGES) | opened_pages.OPEN_TO_ALL
    ours = {rule.endpoint for rule in grounds.app.url_map.iter_rules()}
    assert ours == known, (
        "Expected every page in PAGES of tests/opened_pages.py, with the rule of whom it exists "
        "for (a page about no single case also in PAGES of engine/casework/matrix.py), but "
        f"these are not there: {sorted(ours - known)}; and there are no such pages as: "
        f"{sorted(known - ours)}."
    )
    assert auth.OPEN_TO_ALL == opened_pages.OPEN_TO_ALL


def test_each_field_with_words_has_its_place_in_the_matrix() -> None:
    """R-102: a new column is shown to nobody until the matrix says which part shows it."""
    unlisted = [
        f"{table}.{column}"
        for table, column in fields_with_words()
        if table not in OUTSIDE
        and f"{table}.{column}" not in FIELDS
        and not {column, f"{table}.{column}"} & CODES
    ]
    assert not unlisted, (
        "Expected every column that can hold words in FIELDS of engine/casework/fields.py, with "
        "the part of a case that shows it (or its name in CODES when it holds no words, or its "
        f"table in OUTSIDE when it is about no case), but these are not there: {unlisted}."
    )
    known = {f"{table}.{column}" for table, column in fields_with_words()}
    assert set(FIELDS) <= known
    assert not {name.partition(".")[0] for name in FIELDS} & OUTSIDE


def test_each_role_looks(grounds: Grounds) -> None:
    """A role nobody here holds would be tried by nobody."""
    held = {role for name in WATCHERS for role in grounds.people[name].roles}
    assert held == set(ROLES), "Expected somebody in WATCHERS for each role of the matrix."


@pytest.mark.parametrize("name", WATCHERS)
def test_every_page_exists_for_those_of_the_matrix_alone(
    grounds: Grounds, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Each page of each kind, read and sent: there, or not found; and no field more than theirs."""
    caplog.set_level(logging.DEBUG)
    client = _signed_in(grounds, name)
    person = grounds.people[name]
    wrong: list[str] = []
    for path, exists, can_be_sent in _addresses(grounds, person):
        answer = client.get(path) if not can_be_sent else None
        if answer is not None:
            wrong += _status_is_wrong(path, answer, exists)
            wrong += _leaks(grounds, person, path, answer)
        elif exists is False:
            wrong += _status_is_wrong(f"POST {path}", client.post(path), exists)
    for path in SEARCHES:
        wrong += _leaks(grounds, person, path, client.get(path))
    wrong += [f"the log says {one}" for one in found_in(caplog.text)]
    assert not wrong, "\n" + "\n".join(wrong)


def test_what_was_planted_is_found_by_who_sees_everything(grounds: Grounds) -> None:
    """The search for secrets can find something: every field that any page shows."""
    client, person = _signed_in(grounds, "dorothy"), grounds.people["dorothy"]
    found: set[str] = set()
    for path, exists, can_be_sent in _addresses(grounds, person):
        if exists and not can_be_sent:
            found |= {one.field for one in found_in(_text(client.get(path)))}
    for path in SEARCHES:
        found |= {one.field for one in found_in(_text(client.get(path)))}
    assert found >= SHOWN, f"Expected these to be found, but they were not: {SHOWN - found}."


def _signed_in(grounds: Grounds, name: str) -> FlaskClient:
    client = grounds.app.test_client()
    client.post("/sign-in", data={"person": name})
    return client


def _addresses(grounds: Grounds, person: Person) -> list[tuple[str, bool | None, bool]]:
    """Give each address to ask for, whether it exists for this person, and whether it is sent."""
    found: dict[tuple[str, bool], bool | None] = {}
    with grounds.database.reading() as session, grounds.app.test_request_context():
        adapter = grounds.app.url_map.bind("localhost")
        looks = [Look(session, person, case_id) for case_id in grounds.cases]
        for rule in grounds.app.url_map.iter_rules():
            for look in looks if rule.endpoint in opened_pages.PAGES else ():
                for arguments, exists in opened_pages.PAGES[rule.endpoint](look):
                    path = adapter.build(rule.endpoint, arguments)
                    for method in (rule.methods or set()) & {"GET", "POST"}:
                        found[path, method == "POST"] = exists
    return [(path, exists, is_sent) for (path, is_sent), exists in found.items()]


def _status_is_wrong(path: str, answer: TestResponse, exists: bool | None) -> list[str]:
    """What does not exist for somebody is not found, never forbidden; what exists is there."""
    status = answer.status_code
    if exists is False and status != GONE:
        return [f"{path} is {status}, but does not exist for them"]
    if exists and status >= 400:
        return [f"{path} is {status}, but exists for them"]
    return []


def _leaks(grounds: Grounds, person: Person, path: str, answer: TestResponse) -> list[str]:
    found = found_in(_text(answer))
    if not found:
        return []
    with grounds.database.reading() as session:
        return [
            f"{path} shows {one.field} of case {one.case_id}"
            for one in sorted(found)
            if not _may_read(session, person, path, one)
        ]


def _text(answer: TestResponse) -> str:
    with answer:
        return answer.get_data().decode("utf-8", "replace")


def _may_read(session: Any, person: Person, path: str, secret: Secret) -> bool:
    """Tell what the matrix says of one field of one case, and what their own work shows them."""
    look = Look(session, person, secret.case_id)
    where = part_of(secret.field)
    if where in look.parts or (where is Part.RELIED_ON and Part.RESTRICTED in look.parts):
        return True
    if where in WITH_A_PAGE:
        return opens(person, WITH_A_PAGE[where])
    for prefix, (page, parts) in BESIDE.items():
        if path.startswith(prefix) and where in parts and opens(person, page):
            return True
    theirs = select(Submission.id).where(
        Submission.case_id == secret.case_id, Submission.by == person.name
    )
    answers = where in (Part.TIMELINE, Part.RESTRICTED, Part.RELIED_ON) or is_apart(secret.field)
    if answers and session.scalar(theirs):
        return "/answers/" in path or path.startswith("/tasks/")
    if secret.field in MATTERS and path.startswith("/tasks"):
        return _has_a_task(session, person, secret)
    return where in (Part.CARD, Part.TASKS, Shown.OWN) and _has_a_task(session, person, secret)


def _has_a_task(session: Any, person: Person, secret: Secret) -> bool:
    seen = sees_work_item(person)
    of_it = select(WorkItem.id).where(WorkItem.case_id == secret.case_id, seen)
    return session.scalar(of_it.limit(1)) is not None


def test_the_page_of_who_sees_what_says_what_the_table_says() -> None:
    said = (Path(__file__).parents[1] / "docs" / "who-sees-what.md").read_text()
    assert said == who_sees_what(), (
        "Expected docs/who-sees-what.md as the matrix has it. Write it anew: "
        "flask --app web who-sees-what > docs/who-sees-what.md"
    )
