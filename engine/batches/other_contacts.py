"""Batches that name other contacts where one leaves, each by a decision with a letter (R-069)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from engine.batches.kind import Done, Item, Planned
from engine.casework import people
from engine.commands import take_in, try_in
from engine.errors import InvalidAnswers, Rejected
from engine.operations import DOORS
from engine.tables.casefile import CaseFile
from engine.tables.decisions import Arrangement
from engine.tables.people import User

KIND = "other_contact"
#: Brought in for each arrangement, as from the page of its case.
_MESSAGE = "contact_changed"
#: Who may name another contact.
MAY_NAME = DOORS[_MESSAGE].roles
#: Column of a person by which a way of contact reaches them.
_OWN: Mapping[str, str] = {"email": "email", "telephone": "phone"}
_OVER = "The arrangement has ended."


class NameOthers:
    """Names other people in the arrangements of one who leaves.

    ``{"leaver": "priya", "by": "dorothy", "letter": "why", "to": {"7": {"spoc": "lena",
    "cover": "tom"}}}``: who is contact and cover of each arrangement from now on. An address that
    is the leaver's own becomes that of the new contact; any other stays.
    """

    name = KIND
    may = MAY_NAME
    needs_preview = True
    undone_by = ""
    do, done, thing = "Name other contacts in", "Named other contacts", "arrangement"

    def title(self, session: Session, wanted: Mapping[str, Any]) -> str:
        """Say whose arrangements they are."""
        return f"Name other contacts for {people.full_name(session, wanted['leaver'])}"

    def subjects(self, session: Session, wanted: Mapping[str, Any]) -> Select[Any]:
        """Give the arrangements chosen in which the one who leaves still is."""
        chosen = [int(number) for number in wanted["to"]]
        return with_part_for(wanted["leaver"]).where(Arrangement.id.in_(chosen))

    def plan(self, session: Session, wanted: Mapping[str, Any], subject_id: int) -> Planned:
        """Check the answers as the form of the case page does; say who and what changes."""
        arrangement, case = _found(session, subject_id)
        answers = _answers(session, wanted, arrangement)
        barred = _barred(session, case, answers)
        if barred:
            return Planned("cannot", case.reference, barred, case_id=case.id)
        refs = {"case_id": case.id, "arrangement_id": arrangement.id}
        try:
            try_in(session, _MESSAGE, answers, by=wanted["by"], refs=refs)
        except InvalidAnswers as invalid:
            says = tuple(problem.message for problem in invalid.problems)
            return Planned("cannot", case.reference, says, case_id=case.id)
        except Rejected as refused:
            return Planned("cannot", case.reference, (str(refused),), case_id=case.id)
        return Planned(
            "changes", case.reference, _changes(session, arrangement, answers), case_id=case.id
        )

    def apply(
        self, session: Session, wanted: Mapping[str, Any], item: Item, *, by: str, reason: str
    ) -> Done:
        """Bring the change in as from the page of the case; its letter and flags follow."""
        session.execute(
            select(Arrangement.id).where(Arrangement.id == item.subject_id).with_for_update()
        )
        arrangement, case = _found(session, item.subject_id)
        if wanted["leaver"] not in (arrangement.spoc, arrangement.cover):
            raise Rejected("Somebody else was named meanwhile.")
        answers = _answers(session, wanted, arrangement)
        refs = {"case_id": case.id, "arrangement_id": arrangement.id}
        try:
            take_in(session, _MESSAGE, answers, by=by, refs=refs)
        except InvalidAnswers as invalid:
            raise Rejected(" ".join(one.message for one in invalid.problems)) from invalid
        return Done(says=("A letter to the customer is a task now; the flags follow it.",))


def with_part_for(name: str) -> Select[int]:
    """Ask for the arrangements not ended in which somebody is the contact or the cover."""
    return (
        select(Arrangement.id)
        .where(
            Arrangement.ended_on.is_(None),
            Arrangement.spoc.is_not(None),
            or_(Arrangement.spoc == name, Arrangement.cover == name),
        )
        .order_by(Arrangement.id)
    )


def _found(session: Session, arrangement_id: int) -> tuple[Arrangement, CaseFile]:
    """Give an arrangement that goes on, and its case."""
    arrangement = session.get(Arrangement, arrangement_id)
    if arrangement is None or arrangement.ended_on is not None:
        raise Rejected(_OVER)
    return arrangement, session.get_one(CaseFile, arrangement.case_id)


def _answers(
    session: Session, wanted: Mapping[str, Any], arrangement: Arrangement
) -> dict[str, Any]:
    """Give the answers to the form that names another contact."""
    chosen = wanted["to"][str(arrangement.id)]
    return {
        "spoc": chosen["spoc"],
        "cover": chosen["cover"],
        "accepted": "yes",
        "contact_method": arrangement.contact_method,
        "contact_address": _address(session, wanted["leaver"], arrangement, chosen["spoc"]),
        "reasons": wanted["letter"],
    }


def _barred(session: Session, case: CaseFile, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """Say who cannot be named here; why is not for everybody who may name contacts (R-102)."""
    named = dict.fromkeys(answers[part] for part in ("spoc", "cover"))
    return tuple(
        f"{people.full_name(session, name)} can take no part in this case. Choose somebody else."
        for name in named
        if name in case.allegation_against
    )


def _address(session: Session, leaver: str, arrangement: Arrangement, spoc: str) -> str:
    """Give the address the customer uses: that of the new contact where it was the leaver's own."""
    column = _OWN.get(arrangement.contact_method)
    old, new = session.get(User, leaver), session.get(User, spoc)
    if column is None or old is None or new is None:
        return arrangement.contact_address
    if not is_own_address(old, arrangement):
        return arrangement.contact_address
    return str(getattr(new, column))


def _changes(
    session: Session, arrangement: Arrangement, answers: Mapping[str, Any]
) -> tuple[str, ...]:
    said = []
    for column, words in (("spoc", "contact"), ("cover", "cover")):
        old, new = getattr(arrangement, column), answers[column]
        if old != new:
            was = people.full_name(session, old) if old else "nobody"
            said.append(f"The {words} is {people.full_name(session, new)} instead of {was}.")
    address = answers["contact_address"]
    if address != arrangement.contact_address:
        said.append(f"The customer uses {address} instead of {arrangement.contact_address}.")
    return tuple(said)


def is_own_address(person: User, arrangement: Arrangement) -> bool:
    """Tell whether customers write to or ring this very person, not a mailbox or a desk."""
    own = _plain(getattr(person, _OWN.get(arrangement.contact_method, ""), ""))
    return bool(own) and own == _plain(arrangement.contact_address)


def _plain(text: str) -> str:
    return "".join(text.casefold().split())
