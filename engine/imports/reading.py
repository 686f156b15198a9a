"""What can be asked of imports: the list, one with its counts and rows, the wrong rows to mend."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from engine.casework.visibility import Part, sees
from engine.errors import NotFound
from engine.imports.layout import layout_of
from engine.imports.permission import check_roles, may_stop
from engine.imports.states import State, state_of
from engine.queries import Page, Person, words
from engine.queries.reading import PAGE_SIZE, Reading, page_number, page_of, reading
from engine.tables.casefile import CaseFile, Contact, Customer
from engine.tables.database import Database
from engine.tables.imports import ContactImport, ContactImportRow

#: Wrong rows read at once for the file to mend.
_AT_ONCE = 1000
#: What can be shown of an import -> the status of its rows.
SHOWN = ("wrong", "ready", "logged")
_NOT_TAKEN = "Not taken: the import was stopped before this row."


@dataclass(frozen=True)
class ImportBrief:
    """One import: the file, where it is on its way, how many rows of it are done."""

    id: int
    file_name: str
    state: State
    #: Full names; "" for nobody.
    made_by: str
    made_at: dt.datetime
    started_by: str
    ended_at: dt.datetime | None
    total: int
    #: Rows not checked yet, right and to be logged, logged, known already, wrong.
    unchecked: int
    ready: int
    logged: int
    known: int
    wrong: int
    #: Who stopped it; "" for nobody, and once it was begun again.
    stopped_by: str = ""
    stopped_at: dt.datetime | None = None
    #: Whether whoever looks may stop it now.
    may_stop: bool = False

    @property
    def not_taken(self) -> int:
        """Count the rows that were right and not logged, since it was stopped before them."""
        if self.stopped_at is None:
            return 0
        if self.state == "stopped":
            return self.ready
        return self.total - self.logged - self.known - self.wrong

    @property
    def left(self) -> int:
        """Count the rows that can be downloaded: the wrong ones, and those not taken."""
        return self.wrong + self.not_taken

    @property
    def works(self) -> bool:
        """Tell whether a worker goes on with it, so that the page is different soon."""
        return self.state in {"checking", "running"}

    @property
    def finished(self) -> int:
        """Count the rows that the present step is over for."""
        begun = self.state in {"running", "stopped"}
        return self.total - (self.ready if begun else self.unchecked)


@dataclass(frozen=True)
class ImportRow:
    """One row of the file as the check found it, or the contact that it became."""

    #: 0 for one that is a contact now: its row is gone.
    number: int
    #: What is wrong: heading and sentence; empty when nothing is.
    problems: tuple[tuple[str, str], ...]
    customer: str
    case_reference: str
    on: dt.date | None
    at_time: str
    channel: str
    from_customer: bool
    triage: str
    note: str


@dataclass(frozen=True)
class Window:
    """What the rows to be logged are about, so that no figure stands alone (R-030)."""

    first_on: dt.date | None = None
    last_on: dt.date | None = None
    cases: int = 0
    #: Channel in words -> rows.
    by_channel: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ImportPage:
    """One import as its page shows it."""

    brief: ImportBrief
    #: Headings nothing is read from.
    unused: tuple[str, ...]
    #: What the rows to be logged are about; empty unless somebody has to decide on them.
    window: Window
    #: When the same file was logged before; None when it never was.
    same_file_on: dt.datetime | None
    #: The rows asked for: wrong ones, or those to be logged.
    rows: Page[ImportRow]


def imports(database: Database, person: Person) -> list[ImportBrief]:
    """Give every import, the newest first; NotFound for those none exists for."""
    check_roles(person.roles)
    with reading(database, person) as look:
        rows = look.session.scalars(select(ContactImport).order_by(ContactImport.id.desc())).all()
        counts = _counts(look.session, [row.id for row in rows if row.ended_at is None])
        return [_brief(look, row, counts.get(row.id, {})) for row in rows]


def one_import(
    database: Database, import_id: int, person: Person, *, show: str = "wrong", page: int = 1
) -> ImportPage:
    """Give one import with a page of its rows: the ``wrong`` ones, those ``ready`` or ``logged``.

    At most ten statements, however many rows it has. Raises NotFound.
    """
    check_roles(person.roles)
    if show not in SHOWN:
        raise NotFound
    with reading(database, person) as look:
        row = _found(look.session, import_id)
        brief = _brief(look, row, _counts(look.session, [row.id]).get(row.id, {}))
        total = _total(look, brief, show)
        return ImportPage(
            brief=brief,
            unused=layout_of(row.headings).unused,
            window=_window(look, row),
            same_file_on=_same_file(look.session, row),
            rows=page_of(
                _logged(look, row, page) if show == "logged" else _rows(look, row, show, page),
                total,
                page_number(page),
            ),
        )


def wrong_rows(
    database: Database, import_id: int, person: Person
) -> tuple[list[str], Iterator[list[str]]]:
    """Give the headings of the file and its wrong rows with what is wrong, to be mended.

    Of one that was stopped also the rows that were not taken, which say so.
    The rows follow as they are asked for. Raises NotFound.
    """
    check_roles(person.roles)
    with reading(database, person) as look:
        row = _found(look.session, import_id)
        headings = list(row.headings)
        left = ("wrong", "ready") if row.stopped_at else ("wrong",)

    def rows() -> Iterator[list[str]]:
        after = 0
        while True:
            with database.reading() as session:
                some = session.execute(
                    select(
                        *(ContactImportRow.id, ContactImportRow.number),
                        *(ContactImportRow.cells, ContactImportRow.problems),
                        ContactImportRow.status,
                    )
                    .where(
                        ContactImportRow.import_id == import_id,
                        ContactImportRow.status.in_(left),
                        ContactImportRow.id > after,
                    )
                    .order_by(ContactImportRow.id)
                    .limit(_AT_ONCE)
                ).all()
            if not some:
                return
            after = some[-1].id
            for one in some:
                cells = [*one.cells, *[""] * (len(headings) - len(one.cells))]
                said = " ".join(f"{name}: {text}" for name, text in one.problems or ())
                said = _NOT_TAKEN if one.status == "ready" else said
                yield [*cells[: len(headings)], f"Row {one.number}. {said}"]

    return headings, rows()


def _found(session: Session, import_id: int) -> ContactImport:
    row = session.get(ContactImport, import_id)
    if row is None:
        raise NotFound
    return row


def _counts(session: Session, ids: list[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    rows = session.execute(
        select(ContactImportRow.import_id, ContactImportRow.status, func.count())
        .where(ContactImportRow.import_id.in_(ids))
        .group_by(ContactImportRow.import_id, ContactImportRow.status)
    )
    for import_id, status, count in rows:
        found.setdefault(import_id, {})[status] = count
    return found


def _brief(look: Reading, row: ContactImport, counts: Mapping[str, int]) -> ImportBrief:
    return ImportBrief(
        id=row.id,
        file_name=row.file_name,
        state=state_of(row),
        made_by=look.full_name(row.made_by),
        made_at=row.made_at,
        started_by=look.full_name(row.started_by),
        ended_at=row.ended_at,
        total=row.total,
        unchecked=counts.get("new", 0),
        ready=counts.get("ready", 0),
        logged=row.logged,
        known=row.known if row.ended_at else counts.get("known", 0),
        wrong=row.wrong if row.ended_at else counts.get("wrong", 0),
        stopped_by=look.full_name(row.stopped_by),
        stopped_at=row.stopped_at,
        may_stop=state_of(row) == "running"
        and may_stop(look.viewer.name, look.viewer.roles, row.started_by),
    )


def _window(look: Reading, row: ContactImport) -> Window:
    """Say what the rows to be logged are about; only while a person decides on them."""
    if state_of(row) != "ready":
        return Window()
    theirs = (ContactImportRow.import_id == row.id, ContactImportRow.status == "ready")
    on = ContactImportRow.answers["on"].as_string()
    channel = ContactImportRow.answers["channel"].as_string()
    first, last, cases = look.session.execute(
        select(func.min(on), func.max(on), func.count(ContactImportRow.case_id.distinct())).where(
            *theirs
        )
    ).one()
    counted = look.session.execute(
        select(channel, func.count()).where(*theirs).group_by(channel).order_by(func.count().desc())
    )
    return Window(
        first_on=dt.date.fromisoformat(first) if first else None,
        last_on=dt.date.fromisoformat(last) if last else None,
        cases=cases,
        by_channel={words.name_of("channel", name): count for name, count in counted},
    )


def _same_file(session: Session, row: ContactImport) -> dt.datetime | None:
    return session.scalar(
        select(func.max(ContactImport.ended_at)).where(
            ContactImport.sha256 == row.sha256,
            ContactImport.id != row.id,
            ContactImport.started_at.is_not(None),
        )
    )


def _rows(look: Reading, row: ContactImport, show: str, page: int) -> list[ImportRow]:
    found = look.session.execute(
        select(ContactImportRow, Customer.name, CaseFile.reference)
        .outerjoin(CaseFile, CaseFile.id == ContactImportRow.case_id)
        .outerjoin(Customer, Customer.id == CaseFile.customer_id)
        .where(ContactImportRow.import_id == row.id, ContactImportRow.status == show)
        .order_by(ContactImportRow.number)
        .limit(PAGE_SIZE)
        .offset((page_number(page) - 1) * PAGE_SIZE)
    )
    return [_row(one, name or "", reference or "") for one, name, reference in found]


def _total(look: Reading, brief: ImportBrief, show: str) -> int:
    """Count the rows that are shown: of contacts those this person sees, like ``_logged``."""
    if show == "logged":
        found = (
            select(func.count(Contact.id))
            .join(CaseFile, CaseFile.id == Contact.case_id)
            .join(Customer, Customer.id == CaseFile.customer_id)
            .where(*_shown(look, brief.id))
        )
        return look.session.scalar(found) or 0
    return brief.wrong if show == "wrong" else brief.ready


def _shown(look: Reading, import_id: int) -> tuple[ColumnElement[bool], ...]:
    """Give the conditions for a contact of an import to be shown to this person (R-102)."""
    return (
        Contact.import_id == import_id,
        Contact.corrected_at.is_(None),
        sees(look.viewer, Part.CONTACTS),
    )


def _logged(look: Reading, row: ContactImport, page: int) -> list[ImportRow]:
    """Give the contacts that came with an import; what was deleted with its case is none."""
    found = look.session.execute(
        select(Contact, Customer.name, CaseFile.reference)
        .join(CaseFile, CaseFile.id == Contact.case_id)
        .join(Customer, Customer.id == CaseFile.customer_id)
        .where(*_shown(look, row.id))
        .order_by(Contact.id)
        .limit(PAGE_SIZE)
        .offset((page_number(page) - 1) * PAGE_SIZE)
    )
    return [
        ImportRow(
            number=0,
            problems=(),
            customer=name,
            case_reference=reference,
            on=one.on,
            at_time=one.at_time or "",
            channel=words.name_of("channel", one.channel),
            from_customer=one.direction == "in",
            triage=words.name_of("triage", one.triage),
            note=one.note,
        )
        for one, name, reference in found
    ]


def _row(one: ContactImportRow, customer: str, reference: str) -> ImportRow:
    answers = one.answers or {}
    return ImportRow(
        number=one.number,
        problems=tuple((heading, said) for heading, said in one.problems or ()),
        customer=customer,
        case_reference=reference,
        on=dt.date.fromisoformat(answers["on"]) if "on" in answers else None,
        at_time=answers.get("at_time") or "",
        channel=words.name_of("channel", answers.get("channel")),
        from_customer=answers.get("direction") == "in",
        triage=words.name_of("triage", answers.get("triage")),
        note=answers.get("note", ""),
    )
