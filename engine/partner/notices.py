"""Notices of the partner from elsewhere than our form: one by one, or a file as a whole (R-098)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.commands import deliver_messages
from engine.commands.instances import open_door, take_in
from engine.errors import EngineError, InvalidAnswers
from engine.installation import read_surroundings
from engine.partner.fields import check_fields
from engine.partner.files import rows_of
from engine.releases import bundle
from engine.tables.database import Database
from engine.tables.partners import PartnerNotice

_DOOR, _FORM = "partner_notice", "partner_notice"


@dataclass(frozen=True)
class TakenNotice:
    """What became of one notice."""

    reference: str
    #: True where we had it already, so that nothing was done.
    is_known: bool


@dataclass(frozen=True)
class NoticeRow:
    """One row of a file and what it would do, or why it cannot be taken."""

    number: int
    reference: str
    what: str
    #: What is wrong with it, a sentence each; empty where it can be taken.
    problems: tuple[str, ...]
    is_known: bool = False


class NoticesRefused(EngineError):
    """A file of which some row cannot be taken: nothing of it was; ``rows`` say why."""

    def __init__(self, rows: Sequence[NoticeRow]) -> None:
        """Keep the rows as they were looked at."""
        super().__init__("Expected a file of which every row can be taken, but some cannot.")
        self.rows = tuple(rows)


def take_notice(database: Database, raw: Mapping[str, Any], *, by: str) -> TakenNotice:
    """Take one notice; the same again does nothing, also when both come at one moment.

    Raises InvalidAnswers with what is wrong, NotAllowed for somebody who may enter none.
    """
    try:
        with database.writing() as session:
            found = _taken(session, raw, by)
    except IntegrityError:
        with database.writing() as session:
            found = _taken(session, raw, by)
    deliver_messages(database, by=by)
    return found


def look_at_notices(database: Database, text: str, *, by: str) -> list[NoticeRow]:
    """Say row by row what a file would do; nothing of it is kept.

    Raises InvalidAnswers for a file that cannot be read, NotAllowed as ``take_notice``.
    """
    rows = rows_of(text)
    with database.writing() as session:
        found = _looked_at(session, rows, by)
        session.rollback()
    return found


def take_notices(database: Database, text: str, *, by: str) -> list[NoticeRow]:
    """Take every notice of a file in one change, in their order, or none.

    Raises NoticesRefused where a row cannot be taken; else as ``look_at_notices``.
    """
    rows = rows_of(text)
    with database.writing() as session:
        found = _looked_at(session, rows, by)
        if any(row.problems for row in found):
            raise NoticesRefused(found)
    deliver_messages(database, by=by)
    return found


def _looked_at(session: Session, rows: Sequence[Mapping[str, str]], by: str) -> list[NoticeRow]:
    """Take row after row, since a later one may speak of an earlier; whoever calls keeps or not."""
    found = []
    for number, raw in enumerate(rows, start=2):
        reference, what = raw.get("notice_reference", ""), raw.get("notice_kind", "")
        try:
            with session.begin_nested():
                one = _taken(session, raw, by)
            found.append(NoticeRow(number, reference, what, (), one.is_known))
        except InvalidAnswers as wrong:
            said = tuple(f"{one.question or 'row'}: {one.message}" for one in wrong.problems)
            found.append(NoticeRow(number, reference, what, said))
    return found


def _taken(session: Session, raw: Mapping[str, Any], by: str) -> TakenNotice:
    context = open_door(session, read_surroundings(session), _DOOR, by=by, refs={})
    form = bundle(session, context.release_id).forms[_FORM]
    known = {question.id for question in form.questions}
    check_fields(raw, known)
    reference = str(raw.get("notice_reference", "")).strip()
    partner = context.policy("partner.name")
    if session.scalar(
        select(PartnerNotice.id).where(
            PartnerNotice.partner == partner, PartnerNotice.reference == reference
        )
    ):
        return TakenNotice(reference, is_known=True)
    answers = {name: value for name, value in raw.items() if value}
    take_in(session, _DOOR, answers, by=by, refs={})
    return TakenNotice(reference, is_known=False)
