"""Who sees what: the matrix of the requirements, person by person; the rest does not exist."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.casework.audit import RESTRICTED_READ, Chain
from engine.casework.visibility import Part, parts_of, sees
from engine.commands import form_of_task
from engine.errors import NotFound
from engine.queries import (
    case,
    case_list,
    letter,
    letter_pdf,
    register,
    submission,
    task,
    task_list,
)
from engine.queries.tasks import TaskFilter
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from tests.engine.queries.landlord import PEOPLE, Pen, full_case, person

ALL = {
    "overview",
    "open",
    "customer",
    "timeline",
    "contacts",
    "evidence",
    "letters",
    "decisions",
    "where",
    "audience",
}
CARD = {"overview"}
CARD_AND_LETTERS = {"overview", "open", "customer", "letters"}
#: Person -> the sections of the full case that exist for them.
MATRIX: dict[str, set[str]] = {
    "amina": ALL,  # carries it
    "carl": set(),  # another team leader
    "mark": ALL,
    "dorothy": ALL,
    "ann": ALL,  # the appeal is hers
    "ben": set(),  # another director
    "colin": ALL,
    "lee": ALL,
    "sia": set(),
    "cora": set(),
    "olga": set(),
    "priya": CARD_AND_LETTERS,  # the single point of contact
    "tom": CARD_AND_LETTERS,  # the cover, who sat in the decision meeting
    "pat": ALL,  # sat in the decision meeting
}


def write(house: Database) -> int:
    with house.writing() as session:
        return full_case(Pen(session)).id


@pytest.mark.parametrize("name", PEOPLE)
def test_each_person_sees_the_sections_of_the_matrix_and_no_more(
    house: Database, name: str
) -> None:
    case_id = write(house)
    if not MATRIX[name]:
        with pytest.raises(NotFound):
            case(house, case_id, person(name))
        assert len(case_list(house, person(name))) == 0
        return
    page = case(house, case_id, person(name))
    assert set(page.sections) == MATRIX[name]
    assert [brief.id for brief in case_list(house, person(name))] == [case_id]


def test_who_is_only_barred_from_the_appeal_sees_nothing_for_it(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        pen.arrangement(row)
        pen.decision(row, took_part=["mark"], barred=["ben", "tom", "carl"])
        case_id = row.id
    assert set(case(house, case_id, person("tom")).sections) == CARD_AND_LETTERS
    for name in ("ben", "carl"):
        with pytest.raises(NotFound):
            case(house, case_id, person(name))


@pytest.mark.parametrize("name", PEOPLE)
def test_what_a_section_holds_back_is_nowhere_in_the_page(house: Database, name: str) -> None:
    case_id = write(house)
    if not MATRIX[name]:
        return
    said = str(case(house, case_id, person(name)))
    assert ("SECRET evidence" in said) == ("evidence" in MATRIX[name])
    assert ("SECRET reasons" in said) == ("decisions" in MATRIX[name])
    assert "SECRET health" not in said
    assert "SECRET reason'" not in said  # of a restriction: the card never says why


def test_the_list_of_one_condition_is_the_page_of_the_other(both_houses: Database) -> None:
    case_id = write(both_houses)
    for name in PEOPLE:
        with both_houses.reading() as session:
            try:
                opened = parts_of(session, person(name), case_id)
            except NotFound:
                opened = frozenset()
            listed = {
                part
                for part in Part
                if session.scalar(select(CaseFile.id).where(sees(person(name), part)))
            }
        assert listed == opened, name


def test_who_sees_a_case_is_counted_as_it_is_asked(both_houses: Database) -> None:
    case_id = write(both_houses)
    seen = {w.full_name for w in case(both_houses, case_id, person("dorothy")).audience}
    assert seen == {PEOPLE[name][0] for name, sections in MATRIX.items() if sections}


def test_only_the_officer_and_the_author_read_restricted_answers(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        given = pen.submission(full_case(pen)).id
    for name, reads in {"dorothy": True, "amina": True, "colin": False, "mark": False}.items():
        page = submission(house, given, person(name))
        assert ("SECRET health" in str(page)) is reads, name
    for name in ("priya", "carl", "cora"):
        with pytest.raises(NotFound):
            submission(house, given, person(name))


def test_reading_restricted_answers_of_others_is_kept_and_told(both_houses: Database) -> None:
    """R-103, R-111: before they are shown; the author, and who sees none, leave no trace."""
    with both_houses.writing() as session:
        pen = Pen(session)
        row = full_case(pen)
        case_id, given = row.id, pen.submission(row).id
        plain = pen.submission(row, restricted=None).id
    for name in ("amina", "colin", "mark", "dorothy"):
        submission(both_houses, given, person(name))
    submission(both_houses, plain, person("dorothy"))
    with both_houses.reading() as session:
        chain = Chain.of_case(session, session.get_one(CaseFile, case_id))
        kept = session.execute(
            select(AuditEvent.object_id, AuditDetail.actor)
            .join(AuditDetail, AuditDetail.event_id == AuditEvent.id)
            .where(AuditEvent.action == RESTRICTED_READ)
        ).all()
        assert [tuple(one) for one in kept] == [(given, "dorothy")]
        assert chain.broken_at() is None
    for name, is_told in {"dorothy": True, "colin": True, "lee": True, "amina": False}.items():
        told = case(both_houses, case_id, person(name), ["timeline"]).timeline
        found = [(entry.who, entry.submission_id) for entry in told if "restricted" in entry.text]
        assert found == ([("Dorothy Marsh", given)] if is_told else []), name


def test_going_on_with_a_draft_of_restricted_answers_is_kept(both_houses: Database) -> None:
    """R-103: a task that is handed over brings what was typed; whoever opens it leaves a trace."""
    with both_houses.writing() as session:
        pen = Pen(session)
        run = pen.instance(pen.case())
        typed = {"health": "SECRET health", "outcome": "yes"}
        theirs = pen.item(run, assignee="amina", draft=typed, draft_saved_by="amina").id
        handed = pen.item(run, assignee="carl", draft=typed, draft_saved_by="amina").id
        plain = {"outcome": "yes", "health": ""}
        harmless = pen.item(run, assignee="carl", draft=plain, draft_saved_by="amina").id
    for item, by in ((theirs, "amina"), (harmless, "carl"), (handed, "carl")):
        assert form_of_task(both_houses, item, by=by).draft is not None
    with both_houses.reading() as session:
        kept = session.execute(
            select(AuditEvent.object_kind, AuditEvent.object_id, AuditDetail.actor)
            .join(AuditDetail, AuditDetail.event_id == AuditEvent.id)
            .where(AuditEvent.action == RESTRICTED_READ)
        ).all()
    assert [tuple(one) for one in kept] == [("work_item", handed, "carl")]


def test_a_letter_exists_for_those_who_see_the_letters_of_its_case(house: Database) -> None:
    write(house)
    for name, sections in MATRIX.items():
        if "letters" in sections:
            assert letter(house, 1, person(name)).html == "<p>Dear Jo Carter</p>"
            assert (letter_pdf(house, 1, person(name)) or b"").startswith(b"%PDF")
            continue
        with pytest.raises(NotFound):
            letter(house, 1, person(name))
        with pytest.raises(NotFound):
            letter_pdf(house, 1, person(name))


def test_the_register_exists_for_those_who_keep_or_use_it(house: Database) -> None:
    write(house)
    for name in PEOPLE:
        if name in ("dorothy", "mark", "colin", "lee"):
            assert len(register(house, person(name))) == 1
            continue
        with pytest.raises(NotFound):
            register(house, person(name))


def test_a_task_of_the_systems_team_shows_the_card_and_nothing_behind_it(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = full_case(pen)
        item = pen.item(pen.instance(row), role="systems_team", name="Confirm the flag").id
        case_id = row.id
    page = task(house, item, person("sia"))
    assert page.may_open_case
    assert set(case(house, case_id, person("sia")).sections) == CARD
    assert not page.owed_actions
    assert not page.promises
    assert page.case is not None
    assert page.case.standing == "In force until the review on Thu 1 Oct 2026"


def test_a_task_for_a_role_waits_for_its_holders_and_exists_for_nobody_else(
    house: Database,
) -> None:
    with house.writing() as session:
        pen = Pen(session)
        untaken = pen.item(pen.instance(pen.case(owner="amina")), role="systems_team").id
        taken = pen.item(pen.instance(pen.case(owner="carl")), assignee="carl").id
    team = TaskFilter(view="team")
    assert [row.id for row in task_list(house, person("sia"), team).items] == [untaken]
    assert task_list(house, person("amina"), team).items == ()
    with pytest.raises(NotFound):
        task(house, taken, person("amina"))
    with pytest.raises(NotFound):
        task(house, untaken, person("carl"))
    assert task(house, taken, person("mark")).row.can_open is False


def test_a_person_who_left_the_arrangement_sees_its_case_no_more(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        pen.arrangement(row, ended_on=row.opened_on)
        case_id = row.id
    with pytest.raises(NotFound):
        case(house, case_id, person("priya"))
