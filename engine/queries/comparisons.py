"""What comparisons with other systems and the partner found, and what is left of it (Q14)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select

from engine.casework.flag_removals import NOT_OURS
from engine.queries import words
from engine.queries.exception_sources import NO_CASE, Asked, Found
from engine.queries.reading import Reading
from engine.tables.decisions import Arrangement, Flag
from engine.tables.flagging import FlagDifference, FlagReconciliation
from engine.tables.partners import PartnerComparison

#: Under which numbers the report lists them.
FLAGS, PARTNER = "R-068", "R-098"


@dataclass(frozen=True)
class Compared:
    """The last comparison of one system that was kept."""

    id: int
    on: dt.date
    #: How many differences of it nobody has dealt with.
    left: int


def compared(asked: Asked) -> Iterator[Found]:
    """Give each comparison that found a difference, as figures; three statements.

    Past due is what is left of the last one of each system, and the last one with the partner.
    """
    yield from _with_systems(asked)
    yield from _with_partner(asked)


def last_compared(look: Reading) -> Mapping[str, Compared]:
    """Give by system its last comparison that was kept, with what nobody has dealt with of it.

    A flag that ended, or that something is asked of since, is dealt with. One statement.
    """
    of_nobody = and_(FlagDifference.flag_id.is_(None), FlagDifference.kind == NOT_OURS)
    settled = and_(
        Arrangement.ended_on.is_(None),
        Flag.removed_on.is_(None),
        Flag.update_requested_on.is_(None),
        Flag.removal_requested_on.is_(None),
        Flag.failed_on.is_(None),
    )
    ours = (
        select(Flag.id)
        .join(Arrangement, Arrangement.id == Flag.arrangement_id)
        .where(Flag.id == FlagDifference.flag_id, settled)
        .exists()
    )
    left = (
        select(func.count(FlagDifference.id))
        .where(
            FlagDifference.reconciliation_id == FlagReconciliation.id,
            FlagDifference.asked_at.is_(None),
            or_(of_nobody, ours),
        )
        .scalar_subquery()
    )
    last = (
        select(FlagReconciliation.system, func.max(FlagReconciliation.kept_at).label("at"))
        .where(FlagReconciliation.kept_at.is_not(None))
        .group_by(FlagReconciliation.system)
        .subquery()
    )
    rows = look.session.execute(
        select(FlagReconciliation.system, FlagReconciliation.kept_at, FlagReconciliation.id, left)
        .join(
            last,
            and_(
                last.c.system == FlagReconciliation.system,
                last.c.at == FlagReconciliation.kept_at,
            ),
        )
        .order_by(FlagReconciliation.id)
    )
    return {
        system: Compared(number, words.local_date(at), count) for system, at, number, count in rows
    }


def _with_systems(asked: Asked) -> Iterator[Found]:
    last = last_compared(asked.look)
    differing = FlagReconciliation.not_ours + FlagReconciliation.missing
    rows = asked.look.session.scalars(
        select(FlagReconciliation).where(
            FlagReconciliation.kept_at.is_not(None), differing + FlagReconciliation.differing > 0
        )
    )
    for row in rows:
        on = words.local_date(row.kept_at) if row.kept_at else asked.as_of
        if on > asked.as_of:
            continue
        newest = last.get(row.system)
        left = newest.left if newest is not None and newest.id == row.id else 0
        why = (
            f"{row.system}: {row.not_ours} not ours, {row.missing} missing, {row.differing} with "
            f"another text{f'; {left} not dealt with' if left else ''}"
        )
        yield Found(
            *(NO_CASE, FLAGS, on, row.kept_by or "", why), is_past_due=left > 0, about_id=row.id
        )


def _with_partner(asked: Asked) -> Iterator[Found]:
    newest = asked.look.session.scalar(select(func.max(PartnerComparison.id)))
    rows = asked.look.session.scalars(
        select(PartnerComparison).where(
            PartnerComparison.only_theirs + PartnerComparison.only_ours > 0
        )
    )
    for row in rows:
        on = words.local_date(row.made_at)
        if on <= asked.as_of:
            why = f"{row.only_theirs} held by the partner alone, {row.only_ours} by us alone"
            found = (NO_CASE, PARTNER, on, row.made_by, why)
            yield Found(*found, is_past_due=row.id == newest, about_id=row.id)
