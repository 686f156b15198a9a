"""The check of the rows of an import: each is ready, known already, or wrong and says why."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, exists, func, select, update
from sqlalchemy.orm import Session

from engine.clock import LONDON
from engine.imports.cells import read_cells
from engine.imports.layout import Layout, layout_of
from engine.imports.matching import Cases
from engine.installation import read_surroundings
from engine.tables.casefile import Contact
from engine.tables.columns import table_of
from engine.tables.database import Database
from engine.tables.imports import ContactImport, ContactImportRow

#: How many rows one transaction checks.
SLICE = 500
_SHOWN = 40
_ROWS = table_of(ContactImportRow)
_KEEP = (
    update(_ROWS)
    .where(_ROWS.c.id == bindparam("of"))
    .values(
        **{
            name: bindparam(f"its_{name}")
            for name in ("status", "case_id", "content", "mark", "answers", "problems")
        }
    )
)
#: What a contact without an id of its own is known by, beside its case.
_SAID = ("on", "at_time", "channel", "direction", "note")


def check_some(db: Database, import_id: int) -> int:
    """Check the next rows of an import; gives how many, 0 when none is left for this worker.

    Its row is locked meanwhile, so several workers never check the same one.
    """
    with db.writing() as session:
        row = session.scalar(
            select(ContactImport)
            .where(ContactImport.id == import_id)
            .with_for_update(skip_locked=True)
        )
        if row is None or row.read_at is None or row.checked_at or row.ended_at:
            return 0
        around = read_surroundings(session)
        some = session.execute(
            select(_ROWS.c.id, _ROWS.c.cells)
            .where(_ROWS.c.import_id == import_id, _ROWS.c.status == "new")
            .order_by(_ROWS.c.case_id, _ROWS.c.id)
            .limit(SLICE)
        ).all()
        if some:
            now = around.now.astimezone(LONDON)
            found = _check(session, row, [(one.id, one.cells) for one in some], now)
            session.execute(_KEEP, found)
        left = exists().where(_ROWS.c.import_id == import_id, _ROWS.c.status == "new")
        if not session.scalar(select(left)):
            row.checked_at = around.now
        return len(some)


def known_marks(session: Session, marks: Collection[str]) -> set[str]:
    """Give those of these fingerprints that a contact was logged with before."""
    found = select(Contact.source_mark).where(Contact.source_mark.in_(marks))
    return {mark for mark in session.scalars(found) if mark}


def _check(
    session: Session, row: ContactImport, some: Sequence[tuple[int, list[str]]], now: dt.datetime
) -> list[dict[str, Any]]:
    layout = layout_of(row.headings)
    cells = [layout.cells_of(each) for _, each in some]
    cases = Cases(
        session,
        {each.get("tenancy_reference", "") for each in cells},
        {each.get("case_reference", "") for each in cells},
    )
    checked = [
        _row(row_id, each, cases, now) for (row_id, _), each in zip(some, cells, strict=True)
    ]
    for one, (_, given) in zip(checked, some, strict=True):
        _refuse_spilled(one, layout, given)
    _mark(session, row.id, checked, layout)
    known = known_marks(session, [one["its_mark"] for one in checked if one["its_mark"]])
    for one in checked:
        if one["its_mark"] in known:
            one["its_status"] = "known"
    return checked


def _refuse_spilled(one: dict[str, Any], layout: Layout, given: list[str]) -> None:
    """Refuse a row with more cells than headings: a comma without quotation marks cut one in two.

    What stands after the last heading would be lost, and what stands before it may be shifted.
    """
    rest = [cell for cell in given[len(layout.headings) :] if cell.strip()]
    if rest:
        said = (
            f"Expected {len(layout.headings)} cells as there are headings, but there are more: "
            f"“{rest[0].strip()[:_SHOWN]}” belongs to none. Put quotation marks around text that "
            "holds the separator."
        )
        problems = [*(one["its_problems"] or ()), ["row", said]]
        one.update(its_status="wrong", its_content=None, its_answers=None, its_problems=problems)


def _row(row_id: int, cells: dict[str, str], cases: Cases, now: dt.datetime) -> dict[str, Any]:
    told = read_cells(cells, now)
    case = cases.find(cells)
    if not isinstance(case, int):
        told.refuse(*case)
    is_right = not told.problems
    return {
        "of": row_id,
        "its_status": "ready" if is_right else "wrong",
        "its_case_id": case if isinstance(case, int) else None,
        "its_content": _content(case, told.answers, cells) if is_right else None,
        "its_mark": None,
        "its_answers": told.answers if is_right else None,
        "its_problems": told.problems or None,
        "source_id": cells.get("source_id", ""),
    }


def _content(case: int | tuple[str, str], answers: dict[str, Any], cells: dict[str, str]) -> str:
    """Give the fingerprint of what a row says: its id in the other system, or all of it."""
    source_id = cells.get("source_id", "")
    said = [source_id] if source_id else [answers.get(name) for name in _SAID]
    text = json.dumps([case, *said], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _mark(session: Session, import_id: int, checked: list[dict[str, Any]], layout: Layout) -> None:
    """Give each contact its fingerprint: the second of two alike rows is another contact.

    A row with an id of its own that the file has already had says the same contact again.
    """
    contents = {one["its_content"] for one in checked if one["its_content"]}
    before: Counter[str] = Counter(
        dict(
            session.execute(
                select(_ROWS.c.content, func.count())
                .where(_ROWS.c.import_id == import_id, _ROWS.c.content.in_(contents))
                .group_by(_ROWS.c.content)
            ).all()
        )
    )
    for one in checked:
        content, source_id = one["its_content"], one.pop("source_id")
        if content is None:
            continue
        before[content] += 1
        turn = before[content]
        if source_id and turn > 1:
            one["its_status"], one["its_content"] = "wrong", content
            heading = layout.headings[layout.places["source_id"]]
            one["its_problems"] = [
                [heading, f"Expected each id once, but “{source_id}” stands in a row above."]
            ]
            continue
        one["its_mark"] = content if turn == 1 else f"{content}-{turn}"
