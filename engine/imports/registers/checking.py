"""The check of the rows of a register: what will happen with each, before anything is written."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.orm import Session

from engine.calendar import Calendar
from engine.casework import flags, limits, take_over
from engine.casework.context import Context
from engine.casework.old_letters import CLAIMED
from engine.commands.answers import check_answers, form_named
from engine.commands.instances import door_named, open_door
from engine.errors import EngineError, InvalidAnswers
from engine.imports.registers.asking import REVIEW
from engine.imports.registers.cells import Told, claimed, read_row
from engine.imports.registers.columns import heading_of
from engine.imports.registers.naming import PEOPLE, Names, question_of
from engine.imports.registers.states import MESSAGE
from engine.installation import read_surroundings
from engine.releases import bundle
from engine.tables.casefile import CaseFile, Submission
from engine.tables.columns import table_of
from engine.tables.database import Database
from engine.tables.register_imports import RegisterImport, RegisterImportRow
from forms import Form

#: How many rows one transaction checks.
SLICE = 50
_ROWS = table_of(RegisterImportRow)
_KEPT = ("status", "case_id", "mark", "answers", "exceptions", "problems", "waits")
_KEEP = (
    update(_ROWS)
    .where(_ROWS.c.id == bindparam("of"))
    .values(**{name: bindparam(f"its_{name}") for name in _KEPT})
)
_TENANCY = "tenancy_reference"


def check_some(db: Database, import_id: int) -> int:
    """Check the next rows of an import; gives how many, 0 when none is left for this worker."""
    with db.writing() as session:
        row = session.scalar(
            select(RegisterImport)
            .where(RegisterImport.id == import_id)
            .with_for_update(skip_locked=True)
        )
        if row is None or row.mapped_at is None or row.checked_at or row.discarded_at:
            return 0
        mine = (_ROWS.c.import_id == import_id, _ROWS.c.status == "new")
        some = session.execute(
            select(_ROWS.c.id, _ROWS.c.number, _ROWS.c.cells)
            .where(*mine)
            .order_by(_ROWS.c.number)
            .limit(SLICE)
        ).all()
        if some:
            look = _Look(session, row)
            found = [look.row(one.id, one.number, one.cells) for one in some]
            session.execute(_KEEP, found)
        if not session.scalar(select(exists().where(*mine))):
            row.checked_at = read_surroundings(session).now
        return len(some)


def mark_of(cells: Mapping[str, str], from_on: str) -> str:
    """Give the fingerprint of an arrangement: whose it is, on which tenancy, and since when."""
    said = [
        " ".join(cells.get("customer_name", "").casefold().split()),
        "".join(cells.get(_TENANCY, "").upper().split()),
        from_on,
    ]
    return "register:" + hashlib.sha256(json.dumps(said).encode()).hexdigest()[:40]


class _Look:
    """What the rows of one slice are looked at with."""

    def __init__(self, session: Session, row: RegisterImport) -> None:
        around = read_surroundings(session)
        self.session, self.import_ = session, row
        self.today = around.today
        self.context: Context = open_door(session, around, MESSAGE, by=row.made_by, refs={})
        self.form: Form = form_named(
            bundle(session, self.context.release_id), door_named(MESSAGE).form
        )
        _, most = limits.of(self.context, "review.interval")
        self.latest = Calendar({}).months(self.today, most).on
        self.names = Names(session, self.today, row.choices)
        self.seen: dict[str, int] = {}

    def row(self, row_id: int, number: int, given: list[str]) -> dict[str, Any]:
        """Say what will happen with one row."""
        cells = {
            column: given[place].strip() if place < len(given) else ""
            for place, column in enumerate(self.import_.mapping)
            if column
        }
        told = read_row(cells, self.today, self.latest)
        waits = self._people(told, cells)
        self._review(told, waits)
        self._flags(told, cells.get(CLAIMED, ""))
        mark = mark_of(cells, told.answers["from_on"])
        found: dict[str, Any] = {
            "of": row_id,
            "status": "ready",
            "mark": mark,
            "waits": waits,
            "case_id": None,
        }
        self._twice(told, found, number)
        if found["status"] == "ready":
            self._judge(told, waits, found)
        if found["status"] in ("ready", "waiting"):
            self.seen.setdefault(mark, number)
        answers = told.answers if found["status"] == "ready" else None
        found.update(answers=answers, exceptions=told.exceptions, problems=told.problems)
        return {"of": row_id, **{f"its_{name}": found[name] for name in _KEPT}}

    def _people(self, told: Told, cells: Mapping[str, str]) -> list[list[str]]:
        waits = []
        for column in PEOPLE:
            text = cells.get(column, "")
            found = self.names.find(column, text)
            if found is None:
                waits.append([question_of(column, text), heading_of(column), text])
            else:
                told.answers[column] = found
        self._own_address(told)
        told.answers.setdefault("response_days", str(self.context.policy("spoc.response_time")))
        return waits

    def _own_address(self, told: Told) -> None:
        spoc, method = told.answers.get("spoc"), told.answers.get("contact_method", "")
        if spoc and not told.answers["contact_address"]:
            own = self.names.address_of(spoc, method)
            if own:
                told.answers["contact_address"] = own
                told.except_(
                    "contact_address", "None is recorded: the contact's own is taken (R-060)."
                )

    def _review(self, told: Told, waits: list[list[str]]) -> None:
        if not told.wants_review:
            return
        chosen = self.import_.choices.get(REVIEW, "")
        told.except_("next_review_on", told.wants_review)
        if chosen and dt.date.fromisoformat(chosen) <= self.latest:
            told.answers["next_review_on"] = chosen
        else:
            waits.append([REVIEW, heading_of("next_review_on"), ""])

    def _flags(self, told: Told, text: str) -> None:
        """Keep what is said of flags as said: each system is asked and looked at (R-065)."""
        systems = [one.value for one in flags.flag_systems(self.context)]
        found, unknown = claimed(text, systems)
        if found:
            told.answers[CLAIMED] = found
            told.except_(
                CLAIMED,
                f"Said to be set in {', '.join(found)}, not confirmed: each is looked at (R-065).",
            )
        for name in unknown:
            told.except_(
                CLAIMED, f"“{name[:40]}” is none of {', '.join(systems)}: it is left out (R-065)."
            )

    def _twice(self, told: Told, found: dict[str, Any], number: int) -> None:
        """Tell a row that another row of the file, or this register, has already."""
        mark = found["mark"]
        above = self.seen.get(mark) or self._row_above(mark, found["of"])
        if above:
            found["status"] = "duplicate"
            told.problems[:] = [[heading_of(_TENANCY), f"Row {above} is the same arrangement."]]
            return
        name, tenancy = told.answers["customer_name"], told.answers[_TENANCY]
        case = take_over.held_for(self.context, name, tenancy)
        if case is None and not self._is_kept(mark):
            return
        found["status"] = "duplicate"
        words = f"{case} holds it" if case else "It was taken over before, and has ended since"
        told.problems[:] = [[heading_of(_TENANCY), f"It is in this register already. {words}."]]
        if case:
            found["case_id"] = self.session.scalar(
                select(CaseFile.id).where(CaseFile.reference == case)
            )

    def _row_above(self, mark: str, row_id: int) -> int | None:
        return self.session.scalar(
            select(_ROWS.c.number).where(
                _ROWS.c.import_id == self.import_.id,
                _ROWS.c.mark == mark,
                _ROWS.c.id != row_id,
                _ROWS.c.status.in_(("ready", "waiting", "taken")),
            )
        )

    def _is_kept(self, mark: str) -> bool:
        kept = select(Submission.id).where(Submission.page_mark == mark)
        return self.session.scalar(kept) is not None

    def _judge(self, told: Told, waits: list[list[str]], found: dict[str, Any]) -> None:
        """Hold the answers against the form and the checks that one by hand goes through."""
        if not told.problems:
            told.problems.extend(self._objections(told, waits))
        if told.problems:
            found["status"] = "refused"
        elif waits:
            found["status"] = "waiting"

    def _objections(self, told: Told, waits: list[list[str]]) -> list[list[str]]:
        if waits:
            # Who waits for a choice is held against the rest once it is made.
            return []
        try:
            check_answers(self.form, told.answers, self.context)
        except InvalidAnswers as invalid:
            return [
                [heading_of(one.question.split(".")[0]), one.message] for one in invalid.problems
            ]
        except EngineError as error:
            return [["", str(error)]]
        return []
