"""An old register taken over on its pages and by the worker: every row accounted for (R-063)."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from engine import clock, imports
from engine.commands import deliver_messages
from engine.demo.people import add_people
from engine.publishing import prepare
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Decision, Flag
from engine.tables.process import WorkItem
from engine.tables.register_imports import RegisterImport, RegisterImportRow
from engine.worker.periodic import fire_timers
from tests.engine.imports import dirty_register as register
from tests.once import ROOT
from tests.web.conftest import NOW
from tests.web.visitor import Page, Visitor
from web import create_app
from web.settings import Settings


@pytest.fixture
def landlord(database: Database) -> Iterator[Database]:
    """A landlord on the first day, on SQLite and on PostgreSQL."""
    prepare(database, ROOT)
    add_people(database, dt.date(2026, 1, 1))
    with clock.frozen(NOW):
        yield database


@pytest.fixture
def dorothy(landlord: Database) -> Iterator[Visitor]:
    url = landlord.url.render_as_string(hide_password=False)
    app = create_app(Settings(url, "only for tests", demo=True))
    yield Visitor(app.test_client()).sign_in("dorothy")
    app.extensions["database"].close()


def send(visitor: Visitor, content: bytes, name: str = "register.xlsx") -> Page:
    sent: MultiDict[str, object] = MultiDict({"csrf_token": visitor.get("/register/imports").token})
    if name:
        sent.add("file", FileStorage(io.BytesIO(content), filename=name))
    boundary, body = encode_multipart(sent)
    kind = f'multipart/form-data; boundary="{boundary}"'
    answer = Page(
        visitor,
        visitor.client.post(
            "/register/imports", data=body, content_type=kind, follow_redirects=True
        ),
    )
    answer.check()
    return answer


def work(database: Database) -> None:
    while imports.registers.work(database, seconds=60):
        pass


def outcomes(database: Database, import_id: int) -> dict[int, str]:
    with database.reading() as session:
        rows = session.scalars(
            select(RegisterImportRow).where(
                RegisterImportRow.import_id == import_id, RegisterImportRow.status != "raw"
            )
        )
        return {
            row.number: f"{row.status}_with"
            if row.status == "taken" and row.exceptions
            else row.status
            for row in rows
        }


def test_three_hundred_rows_with_forty_kinds_of_dirt_are_all_accounted_for(
    landlord: Database, dorothy: Visitor
) -> None:
    # nothing of the old register is lost without a word.
    made = register.dirty()
    assert len(register.DIRT) >= 40
    content = register.workbook(made.rows)
    page = send(dorothy, content)
    assert "The headings are in row 4; 2 rows above are not read" in page.text
    page = page.press("Check every row")
    work(landlord)
    page = dorothy.get(page.path)
    assert "Nothing is taken over yet" in page.text
    with landlord.reading() as session:
        assert session.scalar(select(func.count(CaseFile.id))) == 0
    page.press("Import")
    work(landlord)
    found = outcomes(landlord, 1)
    wrong = {
        number: (found.get(number), *expected)
        for number, expected in made.expected.items()
        if found.get(number) != expected[1]
    }
    assert not wrong
    assert found.keys() == made.expected.keys()
    page = dorothy.get("/register/imports/1")
    assert f"{taken_of(made)} of {len(made.expected)} rows taken over" in page.text
    hold_counts(dorothy, made)
    hold_register(landlord, dorothy, made)
    hold_second_time(landlord, dorothy, made, content)


def taken_of(made: register.Dirty) -> int:
    return made.counts["taken"] + made.counts["taken_with"]


def hold_counts(dorothy: Visitor, made: register.Dirty) -> None:
    """Hold the counts of the page against the rows, and the file to mend against what is left."""
    page = dorothy.get("/register/imports/1")
    for kind, count in made.counts.items():
        shown = dorothy.get(f"/register/imports/1?show={kind}")
        chosen = shown.one("//nav[@aria-label='Rows of the file']//a[@aria-current]")
        assert chosen.text_content().split()[-1] == str(count)
    left = dorothy.client.get(f"{page.path}/left.csv").get_data(as_text=True)
    rows = list(csv.reader(io.StringIO(left.removeprefix("\ufeff"))))
    assert rows[0] == [*register.HEADINGS, "Why not"]
    not_taken = sum(made.counts[kind] for kind in ("waiting", "refused", "duplicate"))
    assert len(rows) - 1 == not_taken
    assert all(row[-1].startswith("Row ") and len(row[-1]) > 20 for row in rows[1:])


def hold_register(landlord: Database, dorothy: Visitor, made: register.Dirty) -> None:
    """Hold that each is in force, with its review, its time to appeal and its flags (K-10)."""
    for _ in range(40):
        fire_timers(landlord)
    kinds = [kind for kind, outcome in made.expected.values() if outcome.startswith("taken")]
    untold = {"no letter", "letter without the appeal", "appeal column is empty"}
    with landlord.reading() as session:
        rows = session.scalars(select(Arrangement)).all()
        assert len(rows) == taken_of(made)
        assert all(row.taken_over and row.in_force_on and row.next_review_on for row in rows)
        never = select(func.count(Decision.id)).where(Decision.appeal_until.is_(None))
        assert session.scalar(never) == sum(kind in untold for kind in kinds)
        marked = session.scalar(select(func.count(Flag.arrangement_id.distinct())))
        assert marked == len(rows)
        late = [
            row.case_id for row in rows if row.next_review_on and row.next_review_on < NOW.date()
        ]
        assert len(late) == kinds.count("review in the past")
        owed = session.scalars(
            select(WorkItem.case_id)
            .join(Decision, Decision.case_id == WorkItem.case_id)
            .where(WorkItem.element_id == "issue_letter", Decision.appeal_until.is_(None))
        ).all()
        # One task for each of them, and no other letter
        assert len(owed) == len(set(owed)) == sum(kind in untold for kind in kinds)
        opened = select(WorkItem.case_id).where(WorkItem.process_id == "periodic_review")
        assert set(late) <= set(session.scalars(opened))
    assert f"{len(rows)} arrangements" in dorothy.get("/register").text
    gaps = dorothy.get("/register?show=gaps").text
    assert "No letter told the customer how to appeal" in gaps


def hold_second_time(
    landlord: Database, dorothy: Visitor, made: register.Dirty, content: bytes
) -> None:
    """Hold that the same file again takes nothing over: all of it is there already."""
    page = send(dorothy, content).press("Check every row")
    work(landlord)
    page = dorothy.get(page.path)
    assert "This file was imported on" in page.text
    assert not page.has_button("Import")
    found = outcomes(landlord, 2)
    twice = [number for number, (_, kind) in made.expected.items() if kind.startswith("taken")]
    assert {found[number] for number in twice} == {"duplicate"}


def one_row(**changed: str) -> bytes:
    row = register.clean(1)
    for name, text in changed.items():
        row[getattr(register, name)] = text
    return register.workbook({5: row})


def checked(landlord: Database, visitor: Visitor, content: bytes) -> Page:
    page = send(visitor, content).press("Check every row")
    work(landlord)
    return visitor.get(page.path)


def test_what_is_chosen_lets_the_rows_that_waited_be_taken_over(
    landlord: Database, dorothy: Visitor
) -> None:
    page = checked(landlord, dorothy, one_row(SPOC="J. Nobody", REVIEW="TBC", COVER=""))
    assert "Nobody here is known as “J. Nobody”" in page.text
    assert not page.has_button("Import")
    late = page.send("Check these rows again", {"choice-2": "01/02/2020"})
    assert "Expected a day from today" in late.errors[0][0]
    keys = page.tree.xpath("//input[starts-with(@name, 'question-')]/@value")
    said = {"who:j nobody": "priya", "cover:": "tom", "review:": "1 Aug 2026"}
    page.send(
        "Check these rows again",
        {f"choice-{place}": said[key] for place, key in enumerate(keys)},
    )
    work(landlord)
    dorothy.get(page.path).press("Import 1 arrangement")
    work(landlord)
    assert outcomes(landlord, 1) == {5: "taken_with"}
    with landlord.reading() as session:
        [row] = session.scalars(select(Arrangement))
        assert (row.spoc, row.cover) == ("priya", "tom")
        assert row.next_review_on == dt.date(2026, 8, 1)


def test_an_import_of_a_register_is_stopped_between_two_rows_and_begun_again(
    landlord: Database, dorothy: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what is taken over stays in the register, and the rest is said to be not taken.
    rows = {5 + place: register.clean(place + 1) for place in range(3)}
    page = checked(landlord, dorothy, register.workbook(rows))
    page.press("Import 3 arrangements")

    def stopped_on_the_way(database: Database) -> None:
        deliver_messages(database)
        if not calls:
            calls.append(dorothy.get(f"{page.path}/stop").press("Stop it"))

    calls: list[Page] = []
    monkeypatch.setattr("engine.imports.registers.working.deliver_messages", stopped_on_the_way)
    work(landlord)
    assert "1 row taken over, 2 rows not taken" in calls[0].banner
    assert sorted(outcomes(landlord, 1).values()) == ["ready", "ready", "taken"]
    with landlord.reading() as session:
        assert session.scalar(select(func.count(Arrangement.id))) == 1
    left = dorothy.client.get(f"{page.path}/left.csv").get_data(as_text=True)
    assert left.count("Not taken: the import was stopped before this row.") == 2
    assert "Not taken" in dorothy.get(f"{page.path}?show=ready").text
    dorothy.get(page.path).press("Begin again with the rest")
    work(landlord)
    assert "3 of 3 rows taken over" in dorothy.get(page.path).text
    with landlord.reading() as session:
        assert session.scalar(select(func.count(Arrangement.id))) == 3


def test_a_register_that_stays_stopped_ends_after_a_month(
    landlord: Database, dorothy: Visitor
) -> None:
    page = checked(landlord, dorothy, register.workbook({5: register.clean(1)}))
    page.press("Import 1 arrangement")
    dorothy.get(f"{page.path}/stop").press("Stop it")
    with clock.frozen(NOW + dt.timedelta(days=imports.registers.KEPT_DAYS + 1)):
        work(landlord)
    with landlord.reading() as session:
        row = session.get_one(RegisterImport, 1)
        assert row.ended_at is not None
        assert sum(row.counts.values()) == 1
        assert session.scalar(select(func.count(RegisterImportRow.id))) == 0
    assert "0 of 1 row taken over, 1 not taken" in dorothy.get(page.path).text


def test_an_old_register_that_is_begun_again_loses_no_row(
    landlord: Database, dorothy: Visitor
) -> None:
    # Rows left are kept for a month since somebody last went on with it, not since the file came.
    page = checked(landlord, dorothy, register.workbook({5: register.clean(1)}))
    page.press("Import 1 arrangement")
    registers = imports.registers
    with clock.frozen(NOW + dt.timedelta(days=10)):
        registers.stop(landlord, 1, by="dorothy")
    with clock.frozen(NOW + dt.timedelta(days=registers.KEPT_DAYS + 5)):
        registers.resume(landlord, 1, by="dorothy")
        registers.work(landlord, seconds=0)
        assert outcomes(landlord, 1) == {5: "ready"}
        registers.work(landlord)
    assert outcomes(landlord, 1) == {5: "taken"}


def test_columns_that_are_missing_or_twice_are_told(landlord: Database, dorothy: Visitor) -> None:
    page = send(dorothy, one_row())
    wrong = page.send("Check every row", {"column-0": "", "column-2": "email"})
    assert [href for _, href in wrong.errors] == ["#column-3", "#column-0"]
    assert "Customer name" in wrong.errors[1][0]
    assert page.send("Check every row", {}).status == 200


def test_what_is_no_register_is_refused_on_the_page(landlord: Database, dorothy: Visitor) -> None:
    #
    for content, name, said in (
        (b"", "", "Choose a file"),
        (b"", "empty.xlsx", "it is empty"),
        (b"Name,Ref\n", "none.csv", "rows below the headings"),
        (b"%PDF-1.7 ...", "register.pdf", "this is a PDF"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "locked.xlsx", "locked or of an old kind"),
        (b"PK\x03\x04broken", "broken.xlsx", "this file is broken"),
        (packed({"word/document.xml": b"<a/>"}), "letter.docx", "this is another file"),
        (packed({"xl/workbook.xml": bytes(70 * 2**20)}), "bomb.xlsx", "unpacks to 70 MB"),
        (packed({"xl/workbook.xml": b"<workbook"}), "cut.xlsx", "a part of it cannot be read"),
        (b'Name,Ref\n"a,b\n', "quote.csv", "cannot be read"),
        (b"Name,Ref\nx," + b"y" * 20_001 + b"\n", "long.csv", "at most 20,000 characters"),
        (b"Name\n" + b"x\n" * 5_001, "many.csv", "at most 5,000 rows"),
    ):
        page = send(dorothy, content, name)
        assert page.status == 422, name
        assert said in page.errors[0][0], (name, page.errors)


def packed(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_a_csv_file_is_read_in_whatever_encoding(
    landlord: Database, dorothy: Visitor, encoding: str
) -> None:
    row = register.clean(1)
    row[register.NAME] = "Zoë Brontë-Hale"
    lines = [";".join(register.HEADINGS), "", ";".join(row), ""]
    page = send(dorothy, "\r\n".join(lines).encode(encoding), "register.csv")
    page = page.press("Check every row")
    work(landlord)
    assert "Zoë Brontë-Hale" in dorothy.get(f"{page.path}?show=ready").text
    assert outcomes(landlord, 1) == {2: "blank", 3: "ready"}


@pytest.mark.parametrize("said", ["None", "See above", "Ditto."])
def test_reasons_that_say_nothing_are_taken_as_none(
    landlord: Database, dorothy: Visitor, said: str
) -> None:
    row = register.clean(1)
    row[register.REASON] = said
    lines = [";".join(register.HEADINGS), ";".join(row), ""]
    send(dorothy, "\r\n".join(lines).encode(), "register.csv").press("Check every row")
    work(landlord)
    assert outcomes(landlord, 1) == {2: "ready"}
    with landlord.reading() as session:
        kept = session.scalars(select(RegisterImportRow).where(RegisterImportRow.number == 2)).one()
    assert "No reasons are recorded (R-046)." in str(kept.exceptions)


def test_a_cell_that_is_merged_over_rows_counts_for_each(
    landlord: Database, dorothy: Visitor
) -> None:
    first, second = register.clean(1), register.clean(2)
    second[register.SPOC] = ""
    page = send(dorothy, register.workbook({5: first, 6: second}, merge="F5:F6"))
    page.press("Check every row")
    work(landlord)
    assert outcomes(landlord, 1) == {5: "ready", 6: "ready"}


def test_a_file_is_put_aside_and_others_see_no_imports(
    landlord: Database, dorothy: Visitor
) -> None:
    page = send(dorothy, one_row())
    assert "Nothing of it was taken over" in page.press("Put it aside").banner
    with landlord.reading() as session:
        assert session.scalar(select(func.count(RegisterImportRow.id))) == 0
    dorothy.get("/register/imports/1?show=nothing", status=404)
    mo = Visitor(dorothy.client.application.test_client()).sign_in("mo")
    for path in ("", "/1", "/template.csv", "/1/left.csv"):
        mo.get(f"/register/imports{path}", status=404)


def test_the_template_is_understood_when_it_comes_back(
    landlord: Database, dorothy: Visitor
) -> None:
    text = dorothy.client.get("/register/imports/template.csv").get_data(as_text=True)
    page = send(dorothy, f"{text}Jo Carter,1/2\n".encode(), "register.csv")
    chosen = page.tree.xpath("//option[@selected]/@value")
    assert chosen == [column.id for column in imports.registers.COLUMNS]
