"""Other systems of the demonstration: how they are asked, calls that fail, what they show."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from sqlalchemy import select

from engine import clock
from engine.casework import flag_requests
from engine.casework.flag_systems import FLAG, FLAG_SYSTEMS, as_setting
from engine.flagging import comparing
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Flag
from engine.tables.process import Outbox, Setting


def ask_by(db: Database, ways: Mapping[str, str]) -> None:
    """Say how each system is asked for flags from now on, by its short name; {} for by hand."""
    with db.writing() as session:
        session.merge(Setting(name=FLAG_SYSTEMS, value=as_setting(ways)))


def calls_fail(db: Database, case_id: int, because: str) -> None:
    """Let every call about flags of a case that has not left fail for good."""
    with db.writing() as session:
        waiting = select(Outbox).where(
            Outbox.kind == FLAG, Outbox.case_id == case_id, Outbox.next_try_at.is_not(None)
        )
        for row in session.scalars(waiting.order_by(Outbox.id)):
            row.attempts, row.last_error = row.attempts + 1, because
            row.dead_at, row.next_try_at = clock.now(), None
            flag_requests.call_failed(session, row, because, clock.now())


def compare(
    db: Database, system: str, *, by: str, missing: int, old: str, left_on: Mapping[str, str]
) -> None:
    """Compare our flags with a list of what a system shows, keep that, ask for what is not ours.

    The list is what we asked for, but for the newest flags, so many of which are missing; one
    shows an old text, unless that is ""; left_on: flags nobody asked for, by tenancy.
    """
    shown = _shown(db, system)
    shown = shown[: len(shown) - missing]
    if old:
        shown[-1] = (shown[-1][0], old)
    sheet = io.StringIO(newline="")
    csv.writer(sheet).writerows([("Tenancy reference", "Text"), *shown, *left_on.items()])
    file = io.BytesIO(sheet.getvalue().encode())
    name = f"{system.lower().replace(' ', '-')}-flags.csv"
    made = comparing.compare(db, system, file, name, by=by)
    comparing.keep(db, made, by=by)
    for difference in comparing.not_ours(db, made):
        comparing.ask_for(db, difference, by=by)


def _shown(db: Database, system: str) -> list[tuple[str, str]]:
    """Give what a system shows when it did as it was asked, in the order in which it was set."""
    with db.reading() as session:
        rows = session.execute(
            select(Customer.tenancy_reference, Flag.text)
            .join(Arrangement, Arrangement.id == Flag.arrangement_id)
            .join(CaseFile, CaseFile.id == Arrangement.case_id)
            .join(Customer, Customer.id == CaseFile.customer_id)
            .where(Flag.system == system, Flag.set_on.is_not(None), Flag.removed_on.is_(None))
            .order_by(Flag.set_on, Flag.id)
        )
        return list({key: (key, text) for key, text in rows if key.strip()}.values())
