"""A driven case as it stands: every row of it, and how each becomes a row of a copy."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Date, String, Table, or_, select
from sqlalchemy.orm import Session

from engine import spiff
from engine.casework import audit, evidence_records, letter_records
from engine.casework.issued_letters import fingerprint
from engine.demo.multiplying import columns, days
from engine.demo.multiplying.values import Copy, Names, Recipe, Values
from engine.demo.multiplying.words import People, described
from engine.releases import Bundle, bundle
from engine.tables.columns import Sealed, UtcDateTime
from engine.tables.people import User

#: Lists a question can offer whose values are ids -> of which table.
CHOSEN: Mapping[str, str] = {
    "breaches_since_letter": "evidence",
    "complaints_open": "complaint",
    "complaints_to_go_on_with": "complaint",
    "data_copies": "data_copy",
    "data_request_third_party_cases": "case_file",
    "evidence_citable": "evidence",
    "evidence_since_review": "evidence",
    "evidence_to_class": "evidence",
    "evidence_to_correct": "evidence",
    "holds_open": "legal_hold",
    "owed_actions_open": "owed_action",
    "third_parties_current": "third_party",
}
#: Rows of each table, by its name.
Rows = dict[str, list[dict[str, Any]]]
#: Where the answers to a form are kept: table -> columns; another column names the form.
_ANSWERS = {"submission": ("answers", "restricted"), "work_item": ("draft",)}
_LETTERS, _EVIDENCE, _SENDINGS = "letter", "evidence", "sending"
#: What somebody wrote of what happened.
_RECORDS = frozenset({"evidence.text", "outside_event.what"})
#: Tables of which the audit repeats what tells one row from another.
_MARKED = (_LETTERS, _EVIDENCE, _SENDINGS)


@dataclass(frozen=True)
class _RowRecipe:
    row: dict[str, Any]
    #: The columns that are different in a copy.
    changes: tuple[tuple[str, Recipe], ...]

    def made(self, copy: Copy) -> dict[str, Any]:
        return {**self.row, **{name: recipe(copy) for name, recipe in self.changes}}


class Original:
    """One driven case, read once, of which any number of copies can be made."""

    def __init__(self, session: Session, case_id: int) -> None:
        """Read every row of the case and work out what is different in a copy."""
        self.case_id = case_id
        rows = read_rows(session, case_id)
        [self.case] = rows["case_file"]
        self.next_due_at: dt.datetime | None = min(
            (row["next_due_at"] for row in rows["process_instance"] if row["next_due_at"]),
            default=None,
        )
        self._people = People(described(rows), _names_of_staff(session))
        self._marks = {
            known for table in _MARKED for row in rows[table] for known in _marks(table, row)
        }
        self._values = Values({*self._people.words(0), *self._marks, self.case["reference"]})
        runs = {row["id"]: row["release_id"] for row in rows["process_instance"]}
        self._asked = {release: _chosen(bundle(session, release)) for release in runs.values()}
        self._releases = runs
        self._recipes = {
            table: [self._row(table, row) for row in rows[table.name]] for table in columns.tables()
        }
        #: How many new ids a copy needs in each table.
        self.counts = {
            table.name: len(recipes)
            for table, recipes in self._recipes.items()
            if "id" in table.columns
        }

    def words(self, number: int, reference: str) -> dict[str, str]:
        """Give what stands for each word in the copy of this number and reference."""
        marks = {known: known for known in self._marks}
        return {**self._people.words(number), self.case["reference"]: reference, **marks}

    def number_rows(self, ids: Mapping[str, Sequence[int]]) -> dict[str, dict[int, int]]:
        """Give each row its id in a copy: table -> id in the original -> new id."""
        return {
            table.name: {
                recipe.row["id"]: new for recipe, new in zip(recipes, ids[table.name], strict=True)
            }
            for table, recipes in self._recipes.items()
            if table.name in ids
        }

    def made(self, copy: Copy) -> Rows:
        """Give every row of a copy, its audit chain chained anew."""
        rows: Rows = {}
        for table in (table for table in self._recipes if not _is_audit(table)):
            rows[table.name] = [recipe.made(copy) for recipe in self._recipes[table]]
            if table.name == _LETTERS:
                self._seal_letters(table, rows[table.name])
            if table.name in _MARKED:
                self._mark(table, rows[table.name], copy)
        for table in (table for table in self._recipes if _is_audit(table)):
            rows[table.name] = [recipe.made(copy) for recipe in self._recipes[table]]
        details = {row["event_id"]: row for row in rows["audit_detail"]}
        hashes = audit.chain_anew(rows["audit_event"], details)
        for anchor in rows["audit_anchor"]:
            anchor["hash"] = hashes[anchor["number"]]
        [case] = rows["case_file"]
        case["audit_head"] = hashes.get(case["audit_number"], "")
        return rows

    def _seal_letters(self, table: Table, letters: list[dict[str, Any]]) -> None:
        """Give each letter the fingerprint of its new text."""
        for recipe, letter in zip(self._recipes[table], letters, strict=True):
            known = recipe.row["sha256"]
            is_whole = known == fingerprint(recipe.row["html"])
            letter["sha256"] = fingerprint(letter["html"]) if is_whole else known

    def _mark(self, table: Table, made: list[dict[str, Any]], copy: Copy) -> None:
        """Let the audit of the copy repeat the marks of each row as it reads now."""
        for recipe, row in zip(self._recipes[table], made, strict=True):
            copy.words.update(
                zip(_marks(table.name, recipe.row), _marks(table.name, row), strict=True)
            )

    def _row(self, table: Table, row: dict[str, Any]) -> _RowRecipe:
        recipes = ((column.name, self._recipe(column, row)) for column in table.columns)
        return _RowRecipe(row, tuple((name, recipe) for name, recipe in recipes if recipe))

    def _recipe(self, column: Column[Any], row: dict[str, Any]) -> Recipe | None:
        value = row[column.name]
        full_name = f"{column.table.name}.{column.name}"
        if value is None:
            return None
        if full_name in columns.LEFT_OUT:
            return lambda copy: None
        if full_name in (columns.STATE, *columns.TASK_IDS, *columns.KEYS):
            return self._of_its_own(full_name, value)
        if isinstance(column.type, JSON | Sealed):
            return self._values.json(value, self._names(column, row), column.name)
        led_to = columns.leads_to(column, row)
        if led_to is not None:
            return lambda copy: copy.id_of(led_to, value)
        return self._plain(column, value)

    def _of_its_own(self, full_name: str, value: Any) -> Recipe:
        """Give the recipe of what only the workflow engine can read, and of keys."""
        if full_name in columns.KEYS:
            return lambda copy: hashlib.sha256(f"{value} {copy.mark}".encode()).hexdigest()[:32]
        if full_name in columns.TASK_IDS:
            return lambda copy: spiff.copied_task_id(value, mark=copy.mark)
        return lambda copy: spiff.copied_state(
            value, lambda inner: self._values.made(inner, copy), mark=copy.mark
        )

    def _plain(self, column: Column[Any], value: Any) -> Recipe | None:
        if isinstance(column.type, UtcDateTime):
            return lambda copy: days.moment_before(value, copy.days)
        if isinstance(column.type, Date):
            return lambda copy: days.date_before(value, copy.days)
        if isinstance(column.type, String):
            is_record = f"{column.table.name}.{column.name}" in _RECORDS
            return self._values.record(value) if is_record else self._values.text(value)
        return None

    def _names(self, column: Column[Any], row: dict[str, Any]) -> Names:
        """Give which answers of a row hold ids."""
        if column.name not in _ANSWERS.get(column.table.name, ()):
            return columns.REFERENCES
        release_id = row.get("release_id") or self._releases.get(row["instance_id"], 0)
        return {**columns.REFERENCES, **self._asked.get(release_id, {}).get(row["form"], {})}


def read_rows(session: Session, case_id: int) -> Rows:
    """Give every row of a case by its table, each table's in the order of their ids."""
    case = columns.table("case_file")
    [row] = session.execute(select(case).where(case.c.id == case_id)).mappings()
    ids = {"case_file": [case_id], "customer": [row["customer_id"]]}
    rows: Rows = {}
    for table in columns.tables():
        wanted = _wanted(table, ids, case_id)
        found = session.execute(select(table).where(wanted).order_by(*table.primary_key.columns))
        rows[table.name] = [dict(each) for each in found.mappings()]
        if "id" in table.columns:
            ids[table.name] = [each["id"] for each in rows[table.name]]
    return rows


def _wanted(table: Table, ids: Mapping[str, list[int]], case_id: int) -> ColumnElement[bool]:
    if columns.CHAINED in table.columns:
        return table.c[columns.CHAINED] == f"case:{case_id}"
    if table.name in ("case_file", "customer"):
        return table.c.id.in_(ids[table.name])
    placed = columns.places(table)
    return or_(*(table.c[name].in_(ids[to]) for name, to in placed.items() if to in ids))


def _is_audit(table: Table) -> bool:
    return table.name.startswith("audit_")


def _names_of_staff(session: Session) -> set[str]:
    return {word for name in session.scalars(select(User.full_name)) for word in name.split()}


def _chosen(release: Bundle) -> dict[str, dict[str, str]]:
    """Give the questions of each form whose answers are ids, with the table they are of.

    A letter asks its questions in front of the form that issues it, so they count for every form.
    """
    letters = [question for letter in release.letters.values() for question in letter.asks]
    return {
        name: {
            question.id: CHOSEN[question.choices]
            for question in (*form.questions_and_columns, *letters)
            if question.choices in CHOSEN
        }
        for name, form in release.forms.items()
    }


def _marks(table: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the marks of one row that the audit repeats."""
    if table == _LETTERS:
        return (row["sha256"], letter_records.of_letter(row, row["pdf"]))
    if table == _SENDINGS:
        return (letter_records.of_sending(row),)
    return (evidence_records.fingerprint(row),)
