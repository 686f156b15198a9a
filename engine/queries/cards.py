"""The arrangement card: who deals with the customer, how, and what applies; never a reason."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select

from engine.calendar import said
from engine.casework import contact_card
from engine.casework import flags as casework_flags
from engine.casework.standing_in import Away, away_on, read_at
from engine.queries import words
from engine.queries.reading import Reading
from engine.queries.standing import of_arrangement
from engine.tables.decisions import Arrangement, Flag, Restriction
from engine.tables.people import User


@dataclass(frozen=True)
class Limit:
    """One restriction; the card says what is limited, the decisions say why."""

    kind: str
    limit: str
    from_on: dt.date


@dataclass(frozen=True)
class FlagState:
    """The marker of an arrangement in one other system."""

    system: str
    #: requested, claimed, set, update_requested, removal_requested, removed, failed.
    state: str
    #: The state in words, with its date.
    text: str
    #: The system shows what it should: set while the arrangement lives, removed after it.
    is_settled: bool


@dataclass(frozen=True)
class ArrangementCard:
    """What anybody who deals with the customer needs to know, in one look (R-060, R-066)."""

    id: int
    #: spoc or other_action.
    kind: str
    #: How it stands, in one sentence.
    standing: str
    #: Full names; "" for none.
    spoc: str
    cover: str
    #: In words: E-mail, telephone.
    contact_method: str
    #: The landlord's address or number the customer uses.
    contact_address: str
    visiting: str
    emergency_route: str
    response_time: str
    limits: tuple[Limit, ...]
    owner_organisation: str
    #: From when it belongs to that organisation; None where it always did (R-101).
    owned_from: dt.date | None
    from_on: dt.date
    in_force_on: dt.date | None
    next_review_on: dt.date | None
    end_on: dt.date | None
    ended_on: dt.date | None
    flags: tuple[FlagState, ...]
    #: The last day on which the contact is away, today being one of them; None while they are here.
    away_until: dt.date | None = None
    #: Full name of who stands in today; "" for nobody.
    stands_in: str = ""
    #: Where somebody reads or answers while the contact is away or has left; "" for nowhere, and
    #: while they are here.
    read_at: str = ""
    #: The contact works here no longer, and the arrangement lives.
    has_left: bool = False
    #: Full name of the cover who answers once the contact has left; "" for nobody.
    covered_by: str = ""
    #: What holds while contact is refused, never why; "" while it is not (R-095).
    refused: str = ""

    @property
    def is_amber(self) -> bool:
        """Tell whether a system does not yet show what it should (R-065, R-067)."""
        nowhere_yet = not self.flags and self.ended_on is None
        return nowhere_yet or any(not flag.is_settled for flag in self.flags)


def card_of_case(look: Reading, case_id: int) -> ArrangementCard | None:
    """Give the card of the newest arrangement of a case; None without one. Four statements."""
    arrangement = look.session.scalar(
        select(Arrangement)
        .where(Arrangement.case_id == case_id)
        .order_by(Arrangement.id.desc())
        .limit(1)
    )
    if arrangement is None:
        return None
    limits = limits_of(look, [arrangement.id])
    flags = flags_of(look, [arrangement])
    away = away_on(look.session, arrangement, look.today)
    return card(look, arrangement, limits[arrangement.id], flags[arrangement.id], away)


def card(
    look: Reading,
    arrangement: Arrangement,
    limits: Collection[Limit],
    flags: Collection[FlagState],
    away: Away | None,
) -> ArrangementCard:
    """Make the card of an arrangement that is already read."""
    has_left = arrangement.ended_on is None and arrangement.spoc in look.gone
    covers = arrangement.cover if has_left and arrangement.cover not in look.gone else None
    instead = away.stand_in if away else covers
    return ArrangementCard(
        id=arrangement.id,
        kind=arrangement.kind,
        standing=of_arrangement(arrangement, look.today),
        spoc=look.full_name(arrangement.spoc) or arrangement.partner_contact,
        cover=look.full_name(arrangement.cover),
        contact_method=words.name_of("channel", arrangement.contact_method),
        contact_address=arrangement.contact_address,
        visiting=arrangement.visiting,
        emergency_route=arrangement.emergency_route,
        response_time=arrangement.response_time,
        limits=tuple(limits),
        owner_organisation=arrangement.owner_organisation,
        owned_from=arrangement.owned_from,
        from_on=arrangement.from_on,
        in_force_on=arrangement.in_force_on,
        next_review_on=arrangement.next_review_on,
        end_on=arrangement.end_on,
        ended_on=arrangement.ended_on,
        flags=tuple(flags),
        away_until=away.until_on if away else None,
        stands_in=look.full_name(away.stand_in) if away else "",
        read_at=_read_at(look, arrangement, instead) if away or has_left else "",
        has_left=has_left,
        covered_by=look.full_name(covers),
        refused=contact_card.refused(arrangement),
    )


def _read_at(look: Reading, arrangement: Arrangement, instead: str | None) -> str:
    own, theirs = (look.session.get(User, name or "") for name in (arrangement.spoc, instead))
    return read_at(arrangement.contact_address, own, theirs)


def limits_of(look: Reading, arrangement_ids: Collection[int]) -> Mapping[int, list[Limit]]:
    """Give the restrictions in force or to come of these arrangements; one statement."""
    found: dict[int, list[Limit]] = defaultdict(list)
    rows = look.session.scalars(
        select(Restriction)
        .where(
            Restriction.arrangement_id.in_(arrangement_ids),
            or_(Restriction.until_on.is_(None), Restriction.until_on > look.today),
        )
        .order_by(Restriction.id)
    )
    for row in rows:
        kind = words.name_of("restriction", row.kind)
        found[row.arrangement_id].append(Limit(kind, row.limit, row.from_on))
    return found


def flags_of(look: Reading, arrangements: Collection[Arrangement]) -> Mapping[int, list[FlagState]]:
    """Give the flags of these arrangements by system; one statement."""
    by_id = {arrangement.id: arrangement for arrangement in arrangements}
    found: dict[int, list[FlagState]] = defaultdict(list)
    rows = select(Flag).where(Flag.arrangement_id.in_(by_id)).order_by(Flag.system, Flag.id)
    for flag in look.session.scalars(rows):
        is_over = by_id[flag.arrangement_id].ended_on is not None
        found[flag.arrangement_id].append(flag_state(flag, is_over=is_over))
    return found


def flag_state(flag: Flag, *, is_over: bool) -> FlagState:
    """Say how the flag in one system stands; `is_over` tells whether it should be gone."""
    state = casework_flags.flag_state(flag)
    dated = {
        "removed": ("removed on {}", flag.removed_on),
        "removal_requested": ("still set, removal asked for on {}", flag.removal_requested_on),
        "update_requested": ("change asked for on {}, not confirmed yet", flag.update_requested_on),
        "set": ("still set, since {}" if is_over else "set on {}", flag.set_on),
        "claimed": ("claimed by the old register, not confirmed: asked on {}", flag.requested_on),
        "requested": ("asked for on {}, not confirmed yet", flag.requested_on),
        "failed": ("to be changed by hand: the call failed on {}", flag.failed_on),
    }
    text, on = dated[state]
    is_settled = state == "removed" or (state == "set" and not is_over)
    return FlagState(flag.system, state, text.format(said(on) if on else ""), is_settled)
