"""Letters as they are written: which template, which decision, by when, and what still lacks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.calendar import Due
from engine.casework import (
    arrangements,
    letter_dates,
    letter_facts,
    letter_logo,
    letter_page,
    letter_words,
    refusals,
)
from engine.casework.context import Context
from engine.casework.letter_facts import Facts, Subject
from engine.errors import NotFound
from engine.tables.casefile import ThirdParty
from engine.tables.decisions import Decision
from forms import Gap, LetterTemplate, write_letter

_APPEAL_BLOCK = "appeal"


@dataclass(frozen=True)
class Preview:
    """A letter as it would leave now."""

    #: Name of the template.
    template: str
    title: str
    #: One HTML article; what is missing is marked in it.
    html: str
    missing: tuple[Gap, ...]
    #: The customer's last day to appeal; None when nothing in it can be appealed.
    appeal_until: Due | None
    issued_on: dt.date
    #: What each placeholder stands for.
    facts: Facts


def template_of(context: Context) -> LetterTemplate:
    """Give the template of the letter that is to be written here.

    The call activity names it in ``letter``, or in ``letter_from`` the control variable that
    holds its name. Raises NotFound when the release has no such letter.
    """
    name = context.calling.get("letter")
    if not name:
        name = str(context.variables.get(context.calling.get("letter_from", "")) or "")
    template = context.letters.get(name)
    if template is None:
        raise NotFound(
            f"Expected a letter template called “{name}”, but this version has "
            f"{', '.join(sorted(context.letters)) or 'none'}. Name it at the call of the letter."
        )
    return template


def letter_title(context: Context) -> str:
    """Give what the letter to be written is called."""
    return template_of(context).title


def letter_due(context: Context) -> Due | None:
    """Give the last day on which the letter should leave, and why (R-031, R-045)."""
    template = template_of(context)
    return letter_dates.due_on(context, template, decision_told(context, template))


def decision_told(context: Context, template: LetterTemplate) -> Decision | None:
    """Give the decision a letter tells: the newest of its kind that no letter has told yet.

    It belongs to the appeal or the arrangement the instance works on, if it works on one. None
    when the template tells none, or none waits for a letter.
    """
    if not template.decisions:
        return None
    waiting = context.session.scalars(
        select(Decision)
        .where(
            Decision.case_id == context.case_id,
            Decision.kind.in_(template.decisions),
            Decision.letter_id.is_(None),
        )
        .order_by(Decision.id.desc())
    )
    return next((row for row in waiting if _belongs_here(context, row)), None)


def preview(context: Context, template: LetterTemplate, answers: Mapping[str, Any]) -> Preview:
    """Give a letter as it would leave now, with its gaps.

    answers: those to the letter's own questions and to the form that issues it, as far as given.
    """
    decision = decision_told(context, template)
    subject = Subject(template, decision, _issued_on(context, answers), answers)
    facts = letter_facts.facts(context, subject)
    until = letter_dates.appeal_until(context, template, subject.issued_on)
    facts["appealable_code"] = "yes" if until else "no"
    if until:
        facts["appeal_until"] = until.on
    said = {
        name: letter_words.date(value) if isinstance(value, dt.date) else value
        for name, value in facts.items()
    }
    waived = frozenset() if until else frozenset({_APPEAL_BLOCK})
    written = write_letter(template, said, waived=waived)
    missing = (*letter_page.gaps_in_frame(said), *written.gaps)
    if template.decisions and decision is None:
        missing = (Gap("frame", template.source, "", "There is no decision to tell"), *missing)
    html = letter_page.framed(
        template.title,
        written.html,
        said,
        copy_to=_copy_to(context, answers),
        logo=letter_logo.picture(str(said.get("landlord_name", ""))),
    )
    return Preview(template.name, template.title, html, missing, until, subject.issued_on, facts)


def third_party_of(context: Context) -> ThirdParty | None:
    """Give whoever speaks for the customer with authority today; None when nobody does."""
    return context.session.scalars(
        select(ThirdParty)
        .where(ThirdParty.case_id == context.case_id, ThirdParty.ended_on.is_(None))
        .order_by(ThirdParty.id.desc())
        .limit(1)
    ).one_or_none()


def copy_address(context: Context) -> str | None:
    """Offer where a copy for whoever speaks for the customer goes; None when nobody does."""
    third_party = third_party_of(context)
    return third_party.contact if third_party else None


def _belongs_here(context: Context, decision: Decision) -> bool:
    if decision.kind == refusals.KIND:
        return context.variables.get(refusals.REF) == f"{refusals.KIND}:{decision.owner_id}"
    if decision.kind == "appeal":
        return decision.details.get("appeal_id") == context.appeal_id
    if context.arrangement_id is None:
        return True
    arrangement = arrangements.find(context)
    if arrangement is not None and decision.id == arrangement.decision_id:
        return True
    owner = (decision.owner_kind, decision.owner_id)
    return owner == ("arrangement", context.arrangement_id)


def _issued_on(context: Context, answers: Mapping[str, Any]) -> dt.date:
    sent_on = answers.get("sent_on")
    return dt.date.fromisoformat(sent_on) if isinstance(sent_on, str) else context.today


def _copy_to(context: Context, answers: Mapping[str, Any]) -> str:
    if answers.get("copy_to_third_party") != "yes":
        return ""
    third_party = third_party_of(context)
    return third_party.name if third_party else ""
