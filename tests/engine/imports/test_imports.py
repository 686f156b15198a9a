"""Contacts from a file: every row is checked and shown first, and none is ever logged twice."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from sqlalchemy import func, select

from engine import clock, imports
from engine.casework.audit import Chain
from engine.errors import InvalidAnswers, NotFound, Rejected
from engine.imports import checking, logging_rows
from engine.tables.audit import AuditEvent
from engine.tables.casefile import CaseFile, Contact
from engine.tables.database import Database
from engine.tables.decisions import Arrangement
from engine.tables.imports import ContactImport, ContactImportRow
from engine.tables.process import Message
from tests.engine.imports.conftest import HEADINGS, checked, logged, take
from tests.engine.queries.landlord import NOW, person

JO = "2026-04-01,14:02,Phone,in,204518/02,Jo Carter,Boiler again"
SAM = '02/04/2026,9.30am,E-mail,Outbound,204518/02,"Carter, Sam","Answered, at length"'
OLA = "2026-04-03,,post,received,77-12 b,,"


def brief(database: Database, import_id: int) -> imports.ImportBrief:
    return imports.one_import(database, import_id, person("dorothy")).brief


def contacts(database: Database) -> list[Contact]:
    with database.reading() as session:
        return list(session.scalars(select(Contact).order_by(Contact.on, Contact.id)))


def test_rows_are_logged_as_contacts_of_the_right_customers(both_houses: Database) -> None:
    import_id = logged(both_houses, JO, SAM, OLA)
    found = brief(both_houses, import_id)
    assert (found.state, found.total, found.logged, found.wrong) == ("ended", 3, 3, 0)
    said = [
        (one.case_id, one.on, one.at_time, one.channel, one.direction, one.note, one.logged_by)
        for one in contacts(both_houses)
    ]
    assert said == [
        (1, dt.date(2026, 4, 1), "14:02", "telephone", "in", "Boiler again", "dorothy"),
        (2, dt.date(2026, 4, 2), "09:30", "email", "out", "Answered, at length", "dorothy"),
        (4, dt.date(2026, 4, 3), None, "letter", "in", "", "dorothy"),
    ]


def test_nothing_is_logged_before_somebody_has_seen_it(house: Database) -> None:
    import_id = checked(house, JO, SAM, OLA)
    imports.work(house)
    page = imports.one_import(house, import_id, person("mark"), show="ready")
    assert (page.brief.state, page.brief.ready, contacts(house)) == ("ready", 3, [])
    assert (page.window.first_on, page.window.last_on) == (
        dt.date(2026, 4, 1),
        dt.date(2026, 4, 3),
    )
    assert page.window.cases == 3
    assert page.window.by_channel == {"E-mail": 1, "Letter": 1, "Telephone": 1}
    assert [row.customer for row in page.rows] == ["Jo Carter", "Sam Carter", "Ola Finn"]


@pytest.mark.parametrize("times", [1, 2])
def test_a_second_import_of_the_same_file_logs_nothing(both_houses: Database, times: int) -> None:
    lines = (JO, SAM, OLA)[: times + 1]
    logged(both_houses, *lines)
    again = logged(both_houses, *lines)
    found = brief(both_houses, again)
    assert (found.logged, found.known) == (0, len(lines))
    assert len(contacts(both_houses)) == len(lines)
    page = imports.one_import(both_houses, again, person("dorothy"))
    assert page.same_file_on == NOW


def test_a_later_file_that_overlaps_logs_only_what_is_new(house: Database) -> None:
    logged(house, JO, JO)
    assert brief(house, logged(house, OLA, JO, JO, JO)).logged == 2
    # Two calls that look the same are two; the file that says a third is believed.
    assert sum(one.case_id == 1 for one in contacts(house)) == 3


def test_an_id_of_the_other_system_tells_contacts_apart(house: Database) -> None:
    headings = "Call id,Date,Channel,Direction,Tenancy,Name"
    row = "2026-04-01,call,in,204518/02,Jo Carter"
    import_id = logged(house, f"a1,{row}", f"a2,{row}", f"a1,{row}", headings=headings)
    found = imports.one_import(house, import_id, person("dorothy"))
    assert (found.brief.logged, found.brief.wrong) == (2, 1)
    said = "Expected each id once, but “a1” stands in a row above."
    assert [row.problems for row in found.rows] == [(("Call id", said),)]
    # The note of a contact may be mended there; it is the same contact still.
    again = logged(house, f"a2,{row}", headings=headings)
    assert brief(house, again).known == 1


@pytest.mark.parametrize(
    ("line", "heading", "sentence"),
    [
        ("31/02/2026,,phone,in,77-12 B,,", "date", "but it is “31/02/2026”"),
        (",,phone,in,77-12 B,,", "date", "but it is empty"),
        ("2026-04-14,,phone,in,77-12 B,,", "date", "up to today, Mon 13 Apr 2026, but it is Tue"),
        ("0026-04-01,,phone,in,77-12 B,,", "date", "Expected a day such as"),
        ("2026-04-01,25:00,phone,in,77-12 B,,", "time", "but it is “25:00”"),
        ("2026-04-13,23:30,phone,in,77-12 B,,", "time", "23:30 is still to come"),
        ("2026-04-01,,phone,in,77-12 B,,Called, and shouted", "row", "“and shouted” belongs"),
        ("2026-04-01,,pigeon,in,77-12 B,,", "channel", "but it is “pigeon”"),
        ("2026-04-01,,phone,,77-12 B,,", "direction", "Expected in or out, but it is empty"),
        ("2026-04-01,,phone,in,,,", "tenancy reference", "but it is empty"),
        ("2026-04-01,,phone,in,999999/9,,", "tenancy reference", "but not “999999/9”"),
        ("2026-04-01,,phone,in,300100/01,,", "tenancy reference", "SP-2026-003 is closed"),
        ("2026-04-01,,phone,in,204518/02,,", "name", "Jo Carter, Sam Carter, who share"),
        ("2026-04-01,,phone,in,204518/02,Al Bo,", "name", "but not “Al Bo”"),
        (f"2026-04-01,,phone,in,77-12 B,,{'x' * 2001}", "note", "but it has 2,001"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_exactly(
    house: Database, line: str, heading: str, sentence: str
) -> None:
    import_id = checked(house, OLA, line)
    page = imports.one_import(house, import_id, person("dorothy"))
    assert (page.brief.ready, page.brief.wrong) == (1, 1)
    (row,) = page.rows
    assert row.number == 3
    assert [name for name, _ in row.problems] == [heading]
    assert sentence in row.problems[0][1]


def test_a_file_nobody_begins_does_not_lie_there_for_ever(both_houses: Database) -> None:
    import_id = checked(both_houses, JO, SAM)
    with clock.frozen(NOW + dt.timedelta(days=imports.KEPT_DAYS - 1)):
        imports.work(both_houses)
        assert brief(both_houses, import_id).state == "ready"
    with clock.frozen(NOW + dt.timedelta(days=imports.KEPT_DAYS + 1)):
        imports.work(both_houses)
        assert brief(both_houses, import_id).state == "discarded"
    with both_houses.reading() as session:
        assert session.scalar(select(func.count(ContactImportRow.id))) == 0


def test_everything_that_is_wrong_with_a_row_is_said_at_once(house: Database) -> None:
    import_id = checked(house, "x,y,z,q,,,")
    (row,) = imports.one_import(house, import_id, person("dorothy")).rows
    assert [name for name, _ in row.problems] == [
        *("date", "time", "channel", "direction", "tenancy reference")
    ]


def test_a_case_reference_will_do_and_must_fit(house: Database) -> None:
    headings = "Date;Channel;Direction;Case;Tenancy"
    import_id = logged(
        house,
        "2026-04-01;phone;in;sp-2026-001;",
        "2026-04-01;phone;in;SP-2026-099;",
        "2026-04-01;phone;in;SP-2026-001;77-12 B",
        "2026-04-01;phone;in;SP-2026-003;",
        headings=headings,
    )
    page = imports.one_import(house, import_id, person("dorothy"))
    assert [row.problems[0][1] for row in page.rows] == [
        "Expected a case here, but there is no “SP-2026-099”.",
        "Expected the tenancy of SP-2026-001, but “77-12 B” is another one.",
        "Expected an open case, but SP-2026-003 is closed.",
    ]
    assert [one.case_id for one in contacts(house)] == [1]


def test_wrong_rows_come_back_as_they_came_with_what_is_wrong(house: Database) -> None:
    import_id = logged(house, OLA, '2026-04-01,,pigeon,in,77-12 B,,"Loud, again"')
    headings, rows = imports.wrong_rows(house, import_id, person("dorothy"))
    assert headings == HEADINGS.split(",")
    (row,) = rows
    assert row[6] == "Loud, again"
    assert row[7].startswith("Row 3. channel: Expected telephone")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "it is empty"),
        (b"\n\n", "it is empty"),
        (b"PK\x03\x04zip", "this is a workbook"),
        (b"Date,Channel\n2026-04-01,phone\n", "among them direction, tenancy reference"),
        (b"Date,Day,Channel,Direction,Tenancy\n", "there are two: “Date” and “Day”"),
        (b"Date,Channel,Direction,Tenancy\n", "Expected rows below the headings"),
        (b'Date,Channel,Direction,Tenancy\n1,2,3,"4\n', "line 2 cannot be read"),
        (b"Date,Channel,Direction,Tenancy\n" + b"," * 80, "Expected at most 60 columns, but row 2"),
        (b"Date,Channel,Direction,Tenancy\n" + b"x" * 200_000, "line 2 cannot be read"),
    ],
)
def test_a_file_that_is_no_table_is_refused_whole(
    house: Database, content: bytes, sentence: str
) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        imports.take_in(house, io.BytesIO(content), "x.csv", by="dorothy")
    assert sentence in refused.value.problems[0].message
    with house.reading() as session:
        assert session.scalar(select(func.count(ContactImport.id))) == 0
        assert session.scalar(select(func.count(ContactImportRow.id))) == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_files_are_read_as_spreadsheets_write_them(
    house: Database, encoding: str, separator: str
) -> None:
    lines = [
        separator.join(("Date", "Channel", "Direction", "Tenancy", "Note")),
        "",
        separator.join(("01/04/2026 14:05:33", "Telephone", "In", "77-12 B", "Café, £5")),
    ]
    if separator == ",":
        lines[2] = lines[2].replace("Café, £5", '"Café, £5"')
    content = "\r\n".join(lines).encode(encoding)
    imports.take_in(house, io.BytesIO(content), "x.csv", by="dorothy")
    imports.work(house)
    imports.begin(house, 1, by="mark")
    imports.work(house)
    (contact,) = contacts(house)
    assert (contact.note, contact.at_time, contact.logged_by) == ("Café, £5", "14:05", "mark")


def test_an_import_goes_on_where_a_worker_died(
    both_houses: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "SLICE", 2)
    monkeypatch.setattr(logging_rows, "SLICE", 2)
    lines = [f"2026-04-0{day},1{day}:00,phone,in,77-12 B,," for day in range(1, 8)]
    import_id = take(both_houses, *lines)
    assert checking.check_some(both_houses, import_id) == 2
    assert brief(both_houses, import_id).unchecked == 5
    imports.work(both_houses)
    imports.begin(both_houses, import_id, by="dorothy")
    assert logging_rows.log_some(both_houses, import_id) == 2
    found = brief(both_houses, import_id)
    assert (found.state, found.logged, found.ready, found.finished) == ("running", 2, 5, 2)
    imports.work(both_houses)
    assert brief(both_houses, import_id).logged == 7
    assert len(contacts(both_houses)) == 7


def test_a_case_that_closed_meanwhile_gets_nothing(house: Database) -> None:
    import_id = checked(house, JO, OLA)
    with house.writing() as session:
        session.get_one(CaseFile, 1).closed_on = NOW.date()
    imports.begin(house, import_id, by="dorothy")
    imports.work(house)
    page = imports.one_import(house, import_id, person("dorothy"))
    assert (page.brief.logged, page.brief.wrong) == (1, 1)
    assert "closed since the file was checked" in next(iter(page.rows)).problems[0][1]


def test_each_case_and_the_administration_keep_what_came(both_houses: Database) -> None:
    logged(both_houses, JO, JO, OLA, "2026-04-01,,pigeon,in,77-12 B,,")
    with both_houses.reading() as session:
        links = session.execute(
            select(AuditEvent.chain, AuditEvent.action).order_by(AuditEvent.id)
        ).all()
        assert [Chain(session, f"case:{one}").broken_at() for one in (1, 4)] == [None, None]
    assert [tuple(link) for link in links if link.chain.startswith("case:")] == [
        ("case:1", "contacts_imported"),
        ("case:4", "contacts_imported"),
    ]
    assert [action for chain, action in links if chain == "administration"] == [
        *("contacts_taken_in", "contacts_import_begun", "contacts_imported")
    ]


def test_what_was_put_aside_is_gone_and_cannot_begin(house: Database) -> None:
    import_id = checked(house, JO)
    imports.discard(house, import_id, by="dorothy")
    with pytest.raises(Rejected, match="it was put aside"):
        imports.begin(house, import_id, by="dorothy")
    with house.reading() as session:
        assert session.scalar(select(func.count(ContactImportRow.id))) == 0
    assert brief(house, import_id).state == "discarded"


def test_wrong_rows_are_deleted_after_a_month_and_what_broke_off_after_a_day(
    house: Database,
) -> None:
    import_id = logged(house, JO, "2026-04-01,,pigeon,in,77-12 B,,")
    with house.writing() as session:
        session.get_one(ContactImport, import_id).ended_at = NOW - dt.timedelta(days=31)
        old = {"file_name": "x", "sha256": "x", "headings": [], "made_by": "mark"}
        session.add(ContactImport(**old, made_at=NOW - dt.timedelta(days=2)))
        session.add(ContactImport(**old, made_at=NOW - dt.timedelta(hours=2)))
    imports.work(house)
    with house.reading() as session:
        assert session.scalar(select(func.count(ContactImportRow.id))) == 0
        assert list(session.scalars(select(ContactImport.id).order_by(ContactImport.id))) == [1, 3]
    assert brief(house, import_id).wrong == 1


@pytest.mark.parametrize("name", ["amina", "ann", "colin", "lee", "sia", "cora", "olga", "priya"])
def test_for_all_others_there_is_no_import(house: Database, name: str) -> None:
    import_id = checked(house, JO)
    for ask in (
        lambda: take(house, JO, by=name),
        lambda: imports.imports(house, person(name)),
        lambda: imports.one_import(house, import_id, person(name)),
        lambda: imports.wrong_rows(house, import_id, person(name)),
        lambda: imports.begin(house, import_id, by=name),
        lambda: imports.discard(house, import_id, by=name),
    ):
        with pytest.raises(NotFound):
            ask()


def test_what_came_while_contact_is_refused_is_read_by_somebody(house: Database) -> None:
    """R-095: a row of a file has been read by nobody; what it calls for is not guessed."""
    with house.writing() as session:
        session.add(
            Arrangement(
                case_id=1,
                kind="other_action",
                contact_method="email",
                contact_address="contact@homes.example",
                emergency_route="our Contact Centre",
                owner_organisation="Northfield Homes",
                from_on=dt.date(2026, 3, 1),
                refused_on=dt.date(2026, 4, 1),
            )
        )
    earlier = "2026-03-31,09:00,Phone,in,204518/02,Jo Carter,Before"
    logged(house, earlier, JO, JO.replace(",in,", ",out,"))
    assert [one.triage for one in contacts(house)] == ["nothing_new", "to_be_read", "nothing_new"]
    unread = next(one.id for one in contacts(house) if one.triage == "to_be_read")
    with house.reading() as session:
        (sent,) = session.scalars(select(Message)).all()
        assert (sent.name, sent.payload) == (
            "contact_to_be_read",
            {"contact_ref": f"contact:{unread}"},
        )
        assert sent.case_id == 1
