"""The first page of a demonstration: what this does, and one person a role to look at it as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, words

blueprint = Blueprint("sign_in", __name__)

#: The way a case takes, as the first page draws it: look of the step, its name, what happens.
_STRIP = (
    ("stage", "1 Informal", "One conversation, then time to change"),
    ("stage", "2 Warning", "A letter that says what must change"),
    ("stage", "3 Formal", "Evidence, a meeting, a reasoned decision"),
    ("force", "Arrangement", "One named person, with cover"),
    ("force", "Review", "On its date: go on, change or end"),
)
#: What each role does here, in the order of the page; a role that needs two people is here twice.
_DOES = (
    (
        "team_leader",
        "Raises a concern, talks with the customer, warns in writing, refers it.",
    ),
    ("dmo", "Checks referrals, writes the letters, keeps the register, logs every appeal."),
    ("manager", "Records what a decision meeting decided, and sees what is late."),
    ("assistant_director", "Decides appeals, having taken no part in the decision."),
    ("officer", "Is the one person a customer gets in touch with."),
    ("complaints_manager", "Reads every case, and is warned before an appeal runs out of time."),
    ("systems_team", "Sets and removes the marker in the other systems."),
    ("legal", "Reads every case, and says what must be kept."),
    ("contact_centre", "Finds out who a caller should be put through to."),
    ("process_owner", "Changes processes, forms and letters in a draft, and hands it in."),
    ("administrator", "Says who works here in which role, and what letters say of us."),
    (
        "process_owner",
        "Reads what another one changed, and publishes it or sends it back.",
    ),
)


@dataclass(frozen=True)
class Card:
    """One person of the demonstration and what they would do here."""

    person: engine.Person
    title: str
    does: str


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """Lead to where whoever is signed in begins."""
    return redirect(auth.first_page(auth.person().roles), 303)


@blueprint.get("/sign-in")
def page() -> ResponseReturnValue:
    """Say what this does and offer the people of the demonstration; 404 outside of it."""
    _only_in_a_demonstration()
    people = [person for person in engine.people(auth.database()) if person.is_demo]
    cards = cards_of(people)
    shown = {card.person.name for card in cards}
    return render_template(
        "sign_in/page.html",
        strip=_STRIP,
        cards=cards,
        others=[person for person in people if person.name not in shown],
        next=auth.local_path(request.args.get("next")),
    )


@blueprint.post("/sign-in")
def enter() -> ResponseReturnValue:
    """Sign in as one of the people of the demonstration; 404 outside of it, or for anybody else."""
    _only_in_a_demonstration()
    name = request.form.get("person", "")
    wanted = engine.person(auth.database(), name if name.isprintable() else "")
    if not wanted.is_demo:
        abort(404)
    auth.sign_in(wanted.name)
    onward = auth.local_path(request.form.get("next")) or auth.first_page(wanted.roles)
    return redirect(onward, 303)


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    """Forget who was signed in."""
    auth.sign_out()
    return redirect(url_for("sign_in.home"), 303)


def cards_of(people: Sequence[engine.Person]) -> list[Card]:
    """Give a card for each thing done here, in the order of the page; nobody is on two of them."""
    cards: list[Card] = []
    taken: set[str] = set()
    for role, does in _DOES:
        person = next((one for one in people if role in one.roles and one.name not in taken), None)
        if person is not None:
            taken.add(person.name)
            cards.append(Card(person, person.job_title or words.role(role), does))
    return cards


def _only_in_a_demonstration() -> None:
    if not auth.settings().demo:
        abort(404)
