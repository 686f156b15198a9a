"""Notices to people who work here: an e-mail with a link and no personal data (R-102)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import select

from engine.calendar import Due
from engine.casework import (
    appeals,
    arrangements,
    directors,
    holders,
    ombudsman,
    outgoing,
    owed_action_tasks,
    passing_on,
    people,
    reviews,
    stages,
)
from engine.casework.context import Context
from engine.casework.outgoing import Mail
from engine.casework.people import Holder
from engine.tables.people import User
from engine.tables.process import Outbox

_PEOPLE_OF_THE_CASE: dict[str, Callable[[Context], Holder]] = {
    "case.contact_of_customer": passing_on.contact_of_customer,
    "case.order_owner": ombudsman.order_owner,
    "case.owed_action_owner": owed_action_tasks.owed_action_owner,
    "case.owner": holders.case_owner,
    "case.passed_on_taker": passing_on.passed_on_taker,
    "case.director": directors.director,
    "case.spoc": arrangements.spoc_of_case,
}
#: What each notice is about, in words that name nobody.
_SENTENCES = {
    "informal_contact_late": "The first talk with the customer is late.",
    "comparison_late": "The comparison of contact before and after the warning is late.",
    "meeting_late": "The decision meeting is late.",
    "letter_late": "A letter is late.",
    "review_near": "A periodic review is due soon.",
    "appeal_day_three": "An appeal has to be answered soon: this is the first reminder.",
    "appeal_day_four": "An appeal has to be answered soon: this is the last reminder.",
    "flag_late": "A flag in another system is not confirmed yet.",
    "partner_ack_late": "The partner has not acknowledged a notice yet.",
    "partner_answer_late": "A notice of the partner has not been answered yet.",
    "partner_appeal_late": "An appeal has not been passed on to the partner yet.",
    "deletion_near": "The case will be deleted soon, unless a hold is placed on it.",
    "cover_notice_late": "A customer has not been told who stands in for their contact.",
    "order_near": "Something the Ombudsman asked for is due soon.",
    "order_late": "Something the Ombudsman asked for is late.",
    "contact_unread": "A message has not been read and sorted yet.",
    "refusal_decided": "It is decided whether further contact is refused.",
    "data_request_unread": "Somebody asked for their data, and nobody has looked at it yet.",
    "data_request_near": "The answer to a request for data is due soon.",
    "data_request_late": "The answer to a request for data is late.",
    "answer_late": "A customer waits for an answer that is late.",
    "hold_review_late": "A hold on a case has not been looked at again yet.",
    "owed_action": "You have something to do that we owe a customer.",
    "owed_action_late": "Something that we owe a customer is late.",
}
_ANYTHING = "Something on this case needs you."
#: Notices about a date that can stay the same while their timer fires anew: what date it is.
_DATES: dict[str, Callable[[Context], dt.date | Due | None]] = {
    "informal_contact_late": lambda context: context.case().opened_on,
    "comparison_late": stages.warning_review_on,
    "meeting_late": stages.meeting_due,
    "review_near": reviews.review_due,
    "appeal_day_three": appeals.appeal_due,
    "appeal_day_four": appeals.appeal_due,
    "deletion_near": lambda context: context.case().delete_after,
}


def tell(
    context: Context, role: str, about: str, also: str | None = None, and_also: str | None = None
) -> int:
    """Tell people that something is late or near; gives to how many an e-mail goes.

    role, also, and_also: a role, whose holders are all told, or a person of the case such as
        ``case.director``.
    Each is told once for one instance and one date, however often the timer fires.
    """
    date = _date_of(context, about)
    named = [name for name in (role, also, and_also) if name]
    wanted = (user for name in named for user in _people(context, name))
    told = write(context, wanted, about, date)
    if told:
        context.audit("told", "notice", None, new={"about": about, "people": told})
    return len(told)


def write(context: Context, names: Iterable[str], about: str, date: dt.date) -> list[str]:
    """Write one e-mail to each person who has none about this date yet; gives who they are.

    It holds the case's reference and the way to it, nothing about the customer.
    """
    keys = {name: f"{about}:{context.instance_id or 0}:{date.isoformat()}:{name}" for name in names}
    written = _written(context, keys.values())
    new = [name for name, key in keys.items() if key not in written]
    users = context.session.scalars(select(User).where(User.name.in_(new)).order_by(User.name))
    told = {user.name: _email(context, user, about, keys[user.name]) for user in users}
    context.session.add_all(told.values())
    return list(told)


def _email(context: Context, user: User, about: str, key: str) -> Outbox:
    sentence = _SENTENCES.get(about, _ANYTHING)
    return outgoing.email(
        context,
        Mail(
            to=user.email,
            subject=f"{context.case().reference}: {sentence}",
            text=f"{sentence} Open the case to see what to do.",
            path=f"/cases/{context.case_id}",
            about=key,
        ),
    )


def _written(context: Context, keys: Iterable[str]) -> set[str]:
    rows = context.session.scalars(
        select(Outbox.about).where(Outbox.case_id == context.case_id, Outbox.about.in_(keys))
    )
    return {about for about in rows if about is not None}


def _people(context: Context, name: str) -> Iterator[str]:
    find = _PEOPLE_OF_THE_CASE.get(name)
    holder = find(context) if find else Holder(name, None)
    if holder.user is not None:
        yield holder.user
    else:
        yield from people.holders_of(context.session, holder.role, context.today)


def _date_of(context: Context, about: str) -> dt.date:
    """Give the date a notice is about; today when it can only come once anyway."""
    found = _DATES[about](context) if about in _DATES else None
    date = found.on if isinstance(found, Due) else found
    return date or context.today
