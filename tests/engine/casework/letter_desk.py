"""A desk at which every letter is written, checked and issued as a person does it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import forms
from engine.casework import issued_letters, letter_check, letters
from engine.casework.context import Context
from engine.casework.letters import Preview
from engine.tables.casefile import Submission
from engine.tables.decisions import Letter
from forms import LetterTemplate
from tests.engine.casework.new_case import Landlord, form_named

TEMPLATES: dict[str, LetterTemplate] = {
    path.stem: forms.load_letter(path.stem, path.read_bytes())
    for path in sorted(Path("forms/letters").glob("*.md"))
}
WARNED: dict[str, Any] = {
    "what_happened": "On 10 February you called six times.",
    "expected_behaviour": "Call once a day, and speak calmly.",
    "review_on": "2026-03-16",
}
INTRODUCED: dict[str, Any] = {"change_required": "Fewer than five e-mails a week."}


def sent(on: str, **changed: Any) -> dict[str, Any]:
    """Give the answers that say how a letter left."""
    return {
        "channel": "letter",
        "sent_to": "Jo Carter\n4 Elm Court",
        "sent_on": on,
        "proof": "Certificate of posting 7",
        **changed,
    }


def at(landlord: Landlord, name: str, on: str, actor: str = "dorothy", **more: Any) -> Context:
    """Give the context in which a letter is written."""
    return landlord.context(
        on,
        actor,
        **{"letters": TEMPLATES, "calling": {"letter": name}, "process_id": "issue_letter", **more},
    )


def preview(context: Context, answers: dict[str, Any] | None = None) -> Preview:
    """Give the letter as it would leave now."""
    return letters.preview(context, letters.template_of(context), answers or {})


def problems(context: Context, answers: dict[str, Any]) -> dict[str, str]:
    """Give what form and case object to, by question."""
    try:
        values = _checked(context, answers)
    except forms.AnswersInvalid as invalid:
        return dict(invalid.problems)
    return {one.question: one.message for one in letter_check.letter_is_complete(context, values)}


def issue(context: Context, answers: dict[str, Any]) -> Letter:
    """Issue a letter: checked as the form says, kept as the diagram's operation keeps it."""
    values = _checked(context, answers)
    assert letter_check.letter_is_complete(context, values) == []
    context.session.add(
        Submission(
            case_id=context.case_id,
            instance_id=context.instance_id,
            release_id=context.release_id,
            form="issue_letter",
            answers=values,
            by=context.actor,
            at=context.now,
        )
    )
    context.session.flush()
    letter_id = issued_letters.issue(context)
    context.session.flush()
    return context.session.get_one(Letter, letter_id)


def _checked(context: Context, answers: dict[str, Any]) -> dict[str, Any]:
    asks = letters.template_of(context).asks
    form = forms.with_questions(form_named("issue_letter"), "letter", "The letter", asks)
    staff = [forms.Choice(name, name) for name in ("amina", "dorothy", "priya")]
    return forms.check(form, answers, choices={"staff": staff}, today=context.today).values
