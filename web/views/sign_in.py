"""Signing in: a demonstration's people, the organisation's provider, a password in an emergency."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, oidc, words

blueprint = Blueprint("sign_in", __name__)
_log = logging.getLogger("spoc.web")
_LONGEST_REASON = 300

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
    """Offer the ways to sign in here: the people of a demonstration, or the organisation's."""
    onward = auth.local_path(request.args.get("next"))
    if auth.settings().demo:
        return _demonstration(onward)
    found = oidc.provider()
    return render_template(
        "sign_in/ways.html",
        called=found.settings.called if found is not None else "",
        has_emergency=engine.sign_in.has_emergency_accounts(auth.database()),
        next=onward,
    )


def _demonstration(onward: str | None) -> ResponseReturnValue:
    people = [person for person in engine.people(auth.database()) if person.is_demo]
    cards = cards_of(people)
    shown = {card.person.name for card in cards}
    return render_template(
        "sign_in/page.html",
        strip=_STRIP,
        cards=cards,
        others=[person for person in people if person.name not in shown],
        next=onward,
    )


@blueprint.post("/sign-in")
def enter() -> ResponseReturnValue:
    """Sign in as one of the people of the demonstration; 404 outside of it, or for anybody else."""
    if not auth.settings().demo:
        abort(404)
    name = request.form.get("person", "")
    wanted = engine.person(auth.database(), name if name.isprintable() else "")
    if not wanted.is_demo:
        abort(404)
    auth.sign_in(wanted.name, "demonstration")
    return _onward(wanted, request.form.get("next"))


@blueprint.get("/sign-in/organisation")
def there() -> ResponseReturnValue:
    """Send the browser to the organisation's provider; 404 where there is none."""
    onward = auth.local_path(request.args.get("next")) or ""
    return redirect(_provider().way_there(onward), 303)


@blueprint.get("/sign-in/back")
def back() -> ResponseReturnValue:
    """Take in who comes back from the provider, with the roles it names now."""
    found = _provider()
    proven = found.way_back(request.args.to_dict())
    name = engine.sign_in.admit(auth.database(), proven.said)
    auth.sign_in(name, "organisation")
    return _onward(engine.person(auth.database(), name), proven.next)


@blueprint.route("/sign-in/emergency", methods=["GET", "POST"])
def emergency() -> ResponseReturnValue:
    """Sign in by a password, for a reason; 404 where nobody has one."""
    if not engine.sign_in.has_emergency_accounts(auth.database()):
        abort(404)
    if request.method == "GET":
        return render_template("sign_in/emergency.html", given={}, problems=[])
    given = {name: request.form.get(name, "").strip() for name in ("name", "reason")}
    problems = _problems(given)
    if problems:
        return render_template("sign_in/emergency.html", given=given, problems=problems), 422
    auth.sign_in(given["name"], "emergency", reason=given["reason"])
    _log.warning("Somebody signed in by an emergency account. Look at: Emergency sign-ins.")
    return _onward(engine.person(auth.database(), given["name"]), None)


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    """End what was signed in at this browser, also for a cookie copied from it."""
    session: engine.sign_in.Session = g.signed_in
    auth.sign_out()
    came_back = session.way == "organisation"
    onward = url_for("sign_in.out") if came_back else url_for("sign_in.home")
    answer = redirect(onward, 303)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@blueprint.get("/sign-in/out")
def out() -> ResponseReturnValue:
    """Say that this browser is signed out here, and where to sign out of everything else."""
    found = oidc.provider()
    if found is None:
        return redirect(url_for("sign_in.page"), 303)
    return render_template(
        "sign_in/out.html", called=found.settings.called, elsewhere=found.sign_out_page()
    )


def provider_failed(error: Exception) -> ResponseReturnValue:
    """Say why nobody was signed in, and what to do; the log has the cause and nobody's name."""
    is_away = isinstance(error, oidc.ProviderAway)
    _log.warning("Nobody was signed in by the provider: %s", error)
    page = render_template(
        "sign_in/failed.html",
        is_away=is_away,
        refused="",
        has_emergency=engine.sign_in.has_emergency_accounts(auth.database()),
    )
    return page, 503 if is_away else 400


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


def _provider() -> oidc.Provider:
    found = oidc.provider()
    return found if found is not None else abort(404)


def _onward(person: engine.Person, wanted: str | None) -> ResponseReturnValue:
    return redirect(auth.local_path(wanted) or auth.first_page(person.roles), 303)


def _problems(given: dict[str, str]) -> list[engine.Problem]:
    """Check what was typed; the password is looked at only when the rest is there."""
    missing = {
        "name": "Expected the name of an emergency account, but it is empty. Type it.",
        "reason": "Expected why you sign in this way, but it is empty. Say it in a sentence.",
    }
    problems = [engine.Problem(name, said) for name, said in missing.items() if not given[name]]
    if len(given["reason"]) > _LONGEST_REASON:
        said = f"Expected at most {_LONGEST_REASON} characters, but there are more. Shorten it."
        problems.append(engine.Problem("reason", said))
    if problems:
        return problems
    try:
        engine.sign_in.check_password(
            auth.database(), given["name"], request.form.get("password", "")
        )
    except engine.Rejected as refused:
        return [engine.Problem("password", str(refused))]
    return []
