"""The demonstration landlord as it stands on the day of the first start: whole, late and alive."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, undefer

from engine import clock, queries
from engine.casework.audit import Chain
from engine.demo import demo_is_loaded, load_demo
from engine.demo.people import PEOPLE
from engine.publishing import prepare
from engine.queries import TaskFilter
from engine.spiff.state import FORMAT
from engine.tables.audit import AuditEvent
from engine.tables.casefile import (
    CaseFile,
    Contact,
    Customer,
    Evidence,
    LegalHold,
    OwedAction,
    ThirdParty,
)
from engine.tables.comments import Comment
from engine.tables.complaints import Complaint
from engine.tables.database import Database
from engine.tables.decisions import Appeal, Arrangement, BreachOfClock, Letter, Promise
from engine.tables.emergency import EmergencyAccess
from engine.tables.files import EvidenceFile
from engine.tables.imports import ContactImport
from engine.tables.leaving import Sending
from engine.tables.process import (
    ElementHistory,
    Incident,
    Message,
    Outbox,
    ProcessInstance,
    Subscription,
    WorkItem,
)
from tests.engine.demo.conftest import NOW, ROOT, Loaded

#: Who is somewhere on the first day -> the tasks that are open there.
OPEN = {
    "Dean Hollis": {"talk_with_customer"},
    "Yvonne Castellan": {"talk_with_customer"},
    "Tobias Renn": {"do_what_we_owe"},
    "Priscilla Anand-Webb": {"record_mediation"},
    "Colm Averill": {"decide_informal_outcome"},
    "Halina Birch": set(),
    "Oren Fairweather": {"issue_letter"},
    "Lucia Pemberton": {"keep_promise", "tell_both"},
    "Desmond Lyle": {"compare_contact"},
    "Gareth Rowe": {"fill_in_referral"},
    "Sunniva Clarke": {"check_referral"},
    "Alistair Fenwick": {"arrange_meeting"},
    "Harriet Lomax": {"record_meeting", "decide_late_appeal"},
    "Gwendolyn Marchetti": {"accept_spoc_role"},
    "Rafferty Quill": {"accept_spoc_role"},
    "Imelda Sorensen": {"do_what_we_owe", "issue_letter"},
    "Barnaby Okonjo": {"confirm_flag", "record_acknowledgement"},
    "Theodora Wynne": {"answer_customer", "keep_promise", "give_copy"},
    "Lionel Petrie": {"report_on_arrangement"},
    "Agnes Dunmore": {"decide_review"},
    "Beatrix Holloway": {"complete_review_pack", "tell_customer_review_is_late"},
    "Curtis Vandermeer": {"decide_request"},
    "Shirin Calloway": {"confirm_flag", "record_acknowledgement"},
    "Jordan Carter": {"decide_appeal"},
    "Esme Thackeray": {"allocate_director"},
    "Rosalind Eze": {"decide_appeal", "write_holding_letter"},
    "Milo Hargreave": {"confirm_flag", "keep_promise", "share_with_partner"},
    "Piotr Vance": {"keep_promise"},
    "Nadia Trelawney": set(),
    "Ewan Bickerstaff": set(),
    "Malcolm Thackwray": {"read_contact"},
    "Verity Lockhart": {"decide_refusal"},
    "Bernadette Oakeshott": {"do_what_was_asked", "decide_recommendation"},
    "Winifred Sato": {"tell_customer"},
    "Marguerite Lyall": {"issue_letter"},
    "Ignatius Bray": {"name_stand_in", "tell_customer", "confirm_flag"},
}


@pytest.fixture
def session(loaded: Loaded) -> Iterator[Session]:
    with clock.frozen(NOW), loaded.db.reading() as session:
        yield session


def _open_items(session: Session) -> list[WorkItem]:
    return list(
        session.scalars(
            select(WorkItem).where(WorkItem.completed_at.is_(None), WorkItem.cancelled_at.is_(None))
        )
    )


def _count(session: Session, *what: Any) -> int:
    return session.scalar(select(func.count()).where(*what)) or 0


def test_there_are_cases_at_every_stage(loaded: Loaded, session: Session) -> None:
    stages = Counter(session.scalars(select(CaseFile.stage)))
    assert loaded.cases == sum(stages.values()) >= 16
    assert set(stages) == {"informal", "warning", "formal", "in_force", "ended", "closed"}
    assert demo_is_loaded(loaded.db)


def test_each_customer_is_where_the_story_left_them(session: Session) -> None:
    waiting: dict[str, set[str]] = {
        name: set()
        for name in session.scalars(select(Customer.name).join(CaseFile)).all()
        if name in OPEN
    }
    customers = dict(
        session.execute(
            select(CaseFile.id, Customer.name).join(Customer, Customer.id == CaseFile.customer_id)
        ).all()
    )
    for item in _open_items(session):
        name = customers.get(item.case_id or 0, "")
        if name in waiting:
            waiting[name].add(item.element_id)
    assert waiting == OPEN


def test_everybody_with_a_part_in_the_process_has_something_to_do(
    loaded: Loaded, session: Session
) -> None:
    roles = {item.role for item in _open_items(session)}
    assert roles == {
        "team_leader",
        "manager",
        "dmo",
        "assistant_director",
        "systems_team",
        "officer",
        "complaints_manager",
    }
    for name in ("amina", "grace", "mo", "ruth", "dorothy", "ann", "ben", "carol", "sam", "priya"):
        person = queries.person(loaded.db, name)
        counts = queries.task_list(loaded.db, person, TaskFilter(view="mine")).counts
        assert counts["mine"], name


def test_something_is_late_something_is_due_soon_and_something_is_half_written(
    session: Session,
) -> None:
    today = NOW.date()
    due = [item.due_on for item in _open_items(session) if item.due_on]
    assert len([day for day in due if day < today]) >= 3
    assert len([day for day in due if today <= day <= today + dt.timedelta(days=1)]) >= 3
    assert len([item for item in _open_items(session) if item.draft_saved_at]) >= 4


def test_nothing_is_stuck_and_every_chain_holds(session: Session) -> None:
    assert session.scalars(select(Incident.reason)).all() == []
    undelivered = select(Message.name).where(
        Message.delivered_at.is_(None), Message.dropped_at.is_(None)
    )
    assert set(session.scalars(undelivered)) <= {"something_was_settled"}
    chains = session.scalars(select(AuditEvent.chain).distinct()).all()
    assert len(chains) > 30
    assert {name: Chain(session, name).broken_at() for name in chains} == dict.fromkeys(chains)


def test_each_row_was_made_by_somebody_doing_something(session: Session) -> None:
    """Every case, contact, record and letter has the link in the audit chain that made it."""
    made = Counter(session.scalars(select(AuditEvent.action)))
    assert _count(session, Contact.import_id.is_(None)) == made["contact_logged"] > 100
    assert _count(session, Evidence.id.is_not(None)) == made["evidence_added"] > 100
    cases = set(session.scalars(select(CaseFile.id)))
    runs = ProcessInstance.case_id.is_not(None)  # an absence covers all cases of a person
    assert cases == set(session.scalars(select(ProcessInstance.case_id).where(runs)))
    assert _count(session, Letter.issued_at.is_not(None)) >= 40


def test_what_pages_show_is_there(session: Session) -> None:
    contacts = Counter(session.scalars(select(Contact.case_id)))
    assert len([1 for count in contacts.values() if 15 <= count <= 60]) >= 8
    assert set(session.scalars(select(Contact.channel))) >= {"telephone", "email", "letter"}
    assert _count(session, Evidence.evidence_class == "hearsay") >= 2
    assert _count(session, OwedAction.done_on.is_(None)) >= 3
    assert _count(session, OwedAction.done_on.is_(None), OwedAction.due_on < NOW.date()) >= 1
    assert _count(session, Promise.kept_on.is_(None)) >= 4
    assert _count(session, LegalHold.lifted_on.is_(None)) == 2
    assert _count(session, BreachOfClock.kind == "appeal") == 1
    assert _count(session, Appeal.outcome == "not_upheld") == 1
    assert _count(session, Arrangement.taken_over.is_(True)) == 11


def test_what_the_pages_of_the_case_file_show_is_there(session: Session) -> None:
    """Something of everything that the pages beside the processes list, in each of its states."""
    kinds = set(session.scalars(select(EvidenceFile.kind)))
    assert kinds == {"pdf", "png", "jpeg", "eml"}
    assert _count(session, Evidence.corrected_at.is_not(None)) == 1
    assert _count(session, Comment.handed_to.is_(None)) >= 3
    assert _count(session, Comment.handed_to.is_not(None)) == 1
    assert _count(session, WorkItem.follow_up_on > NOW.date()) == 1
    late = (Complaint.answered_on.is_(None), Complaint.answer_due_on < NOW.date())
    assert _count(session, Complaint.stage == 1, *late) == 1
    assert _count(session, Complaint.stage == 2, Complaint.answered_on.is_(None)) == 1
    assert _count(session, ThirdParty.ended_on.is_not(None)) >= 1
    assert _count(session, EmergencyAccess.seen_at.is_not(None)) == 1
    assert _count(session, EmergencyAccess.seen_at.is_(None)) == 1


def test_letters_leave_in_every_way_and_contacts_came_from_a_file(session: Session) -> None:
    printed = (Sending.way == "print_pack", Sending.pack_id.is_not(None))
    assert _count(session, *printed, Sending.left_on.is_not(None)) >= 1
    assert _count(session, *printed, Sending.left_on.is_(None)) >= 1
    assert _count(session, Sending.way == "print_pack", Sending.pack_id.is_(None)) >= 2
    assert _count(session, Sending.way == "person", Sending.channel == "email") >= 5
    assert _count(session, Sending.way == "email", Sending.outbox_id.is_not(None)) == 1
    [logged, waiting] = session.scalars(select(ContactImport).order_by(ContactImport.id)).all()
    assert (logged.total, logged.logged, logged.wrong) == (10, 6, 4)
    assert waiting.started_at is None
    assert waiting.checked_at is not None
    assert _count(session, Contact.import_id == logged.id) == logged.logged


def test_no_name_of_a_customer_gets_into_the_engine_or_into_an_email(session: Session) -> None:
    private = _private(session)
    texts = [*_states(session), *_texts(session)]
    assert len(private) > 100
    assert len(texts) > 1000
    found = {word for word in private for one in texts if word in one}
    assert found == set()


def _private(session: Session) -> set[str]:
    rows = session.execute(
        select(
            Customer.name,
            Customer.address,
            Customer.tenancy_reference,
            Customer.email,
            Customer.phone,
        )
    )
    third = session.execute(select(ThirdParty.name, ThirdParty.contact))
    whole = {word for row in (*rows, *third) for word in row if word}
    surnames = {name.split()[-1] for name in session.scalars(select(Customer.name))}
    return {word.lower() for word in whole | surnames}


def _states(session: Session) -> Iterator[str]:
    states = session.scalars(select(ProcessInstance).options(undefer(ProcessInstance.state)))
    for instance in states:
        if instance.state:
            assert instance.state[:1] == FORMAT
            yield zlib.decompress(instance.state[1:]).decode().lower()


def _texts(session: Session) -> Iterator[str]:
    for item in session.scalars(select(WorkItem)):
        yield json.dumps([item.name, item.variables, item.calling, item.due_reason]).lower()
    for message in session.scalars(select(Message)):
        yield json.dumps([message.name, message.key, message.refs, message.payload]).lower()
    for waiting in session.scalars(select(Subscription)):
        yield f"{waiting.name} {waiting.key}".lower()
    for sent in session.scalars(select(Outbox)):
        # A letter goes to the customer's own address; nothing else that leaves may name it.
        is_letter = "letter_id" in sent.content
        yield json.dumps({**sent.content, "to": ""} if is_letter else sent.content).lower()
    for event in session.scalars(select(ElementHistory)):
        yield f"{event.element_id} {event.by}".lower()


def test_every_page_of_every_case_can_be_read(loaded: Loaded) -> None:
    with clock.frozen(NOW):
        readers = [queries.person(loaded.db, one.name) for one in PEOPLE]
        for reader in readers:
            queries.task_list(loaded.db, reader, TaskFilter(view="all"))
            queries.case_list(loaded.db, reader, "", 1)
        dorothy = next(one for one in readers if one.name == "dorothy")
        with loaded.db.reading() as session:
            cases = session.scalars(select(CaseFile.id)).all()
            letters = session.scalars(select(Letter.id)).all()
        for case_id in cases:
            assert queries.case(loaded.db, case_id, dorothy).processes
        for letter_id in letters:
            html = queries.letter(loaded.db, letter_id, dorothy).html
            assert "((" not in html
            assert "None" not in html


def test_a_letter_that_was_kept_without_its_pdf_has_one_when_it_is_asked_for(
    loaded: Loaded,
) -> None:
    dorothy = queries.person(loaded.db, "dorothy")
    with loaded.db.reading() as session:
        letter_id = session.scalars(select(Letter.id).where(Letter.pdf.is_(None))).first()
    assert letter_id is not None
    pdf = queries.letter_pdf(loaded.db, letter_id, dorothy)
    assert pdf is not None
    assert pdf.startswith(b"%PDF")


def test_it_says_how_far_it_is(loaded: Loaded) -> None:
    done = [number for number, _, _ in loaded.told]
    total = loaded.told[-1][1]
    assert done == list(range(total + 1))
    assert total > 500
    assert loaded.told[-1][2] == "Tue 24 Nov 2026"


def test_commits_wait_for_the_disk_again_afterwards(loaded: Loaded) -> None:
    asked = text("PRAGMA synchronous")
    with loaded.db.writing() as session:
        assert session.scalar(asked) == 2
    with loaded.db.hurrying(), loaded.db.writing() as session:
        assert session.scalar(asked) == 1
    with loaded.db.writing() as session:
        assert session.scalar(asked) == 2


def test_a_load_that_was_broken_off_begins_anew(tmp_path: Path) -> None:
    """The second time on a Sunday among the bank holidays of Christmas."""
    db = Database(f"sqlite:///{tmp_path / 'spoc.sqlite'}")
    prepare(db, ROOT)

    def lights_out(done: int, _total: int, _what: str) -> None:
        if done == 120:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_demo(db, ROOT, lights_out, now=NOW)
    assert not demo_is_loaded(db)
    sunday = dt.datetime(2026, 12, 27, 11)
    cases = load_demo(db, ROOT, lambda *_: None, now=sunday)
    assert demo_is_loaded(db)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(CaseFile)) == cases
        assert session.scalars(select(Incident.reason)).all() == []
        latest = session.scalar(select(func.max(ElementHistory.at)))
        assert latest is not None
        assert latest <= clock.at_local(sunday)
        broken = {
            name: Chain(session, name).broken_at()
            for name in session.scalars(select(AuditEvent.chain).distinct())
        }
        assert set(broken.values()) == {None}
    db.close()
