"""Batches that give arrangements to another organisation, with their whole history (R-101)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.orm import Session

from engine.batches.kind import Done, Item, Planned
from engine.calendar import said
from engine.casework.matrix import PAGES
from engine.casework.ownership import Transfer, give
from engine.errors import Rejected
from engine.installation import read_surroundings
from engine.tables.casefile import CaseFile
from engine.tables.decisions import Arrangement

KIND = "ownership"
_OVER = "The arrangement has ended."
#: Which arrangements -> what else must be so.
WHICH: Mapping[str, ColumnElement[bool]] = {
    "all": true(),
    "ours": Arrangement.partner_contact == "",
    "in_force": Arrangement.in_force_on.is_not(None),
}


class GiveOver:
    """Gives arrangements that go on to another organisation.

    ``{"owner": "A", "to": "B", "from_on": "2027-04-01", "basis": "...", "which": "all"}``.
    """

    name = KIND
    may = PAGES["partner"]
    needs_preview = True
    undone_by = ""
    do, done, thing = "Give over", "Gave over", "arrangement"

    def title(self, session: Session, wanted: Mapping[str, Any]) -> str:
        """Say from whom they go to whom, and from when."""
        day = said(dt.date.fromisoformat(wanted["from_on"]))
        return f"Give arrangements of {wanted['owner']} to {wanted['to']} from {day}"

    def subjects(self, session: Session, wanted: Mapping[str, Any]) -> Select[Any]:
        """Give the arrangements of the one organisation that go on."""
        return (
            select(Arrangement.id)
            .where(
                Arrangement.owner_organisation == wanted["owner"],
                Arrangement.ended_on.is_(None),
                WHICH[wanted["which"]],
            )
            .order_by(Arrangement.id)
        )

    def plan(self, session: Session, wanted: Mapping[str, Any], subject_id: int) -> Planned:
        """Say whose it is and whose it becomes; one that began later cannot go before that."""
        arrangement, case = _found(session, subject_id)
        if wrong := _too_early(wanted, arrangement):
            return Planned("cannot", case.reference, (wrong,), case_id=case.id)
        says = f"From {arrangement.owner_organisation} to {wanted['to']}; nothing else changes."
        return Planned("changes", case.reference, (says,), case_id=case.id)

    def apply(
        self, session: Session, wanted: Mapping[str, Any], item: Item, *, by: str, reason: str
    ) -> Done:
        """Give one over; the row and the log of its case keep whose it was (R-101)."""
        session.execute(
            select(Arrangement.id).where(Arrangement.id == item.subject_id).with_for_update()
        )
        arrangement, _ = _found(session, item.subject_id)
        if arrangement.owner_organisation != wanted["owner"]:
            raise Rejected("It was given to somebody else meanwhile.")
        if wrong := _too_early(wanted, arrangement):
            raise Rejected(wrong)
        transfer = Transfer(
            wanted["to"], dt.date.fromisoformat(wanted["from_on"]), wanted["basis"], by
        )
        give(session, arrangement, transfer, at=read_surroundings(session).now)
        return Done(says=(f"It belongs to {wanted['to']} from {said(transfer.from_on)}.",))


def _found(session: Session, arrangement_id: int) -> tuple[Arrangement, CaseFile]:
    arrangement = session.get(Arrangement, arrangement_id)
    if arrangement is None or arrangement.ended_on is not None:
        raise Rejected(_OVER)
    return arrangement, session.get_one(CaseFile, arrangement.case_id)


def _too_early(wanted: Mapping[str, Any], arrangement: Arrangement) -> str:
    if dt.date.fromisoformat(wanted["from_on"]) >= arrangement.from_on:
        return ""
    return (
        f"Expected a day on or after {said(arrangement.from_on)}, when it began. Give it over from "
        "that day on."
    )
