"""Papers of a case to print or take along: agenda, summary, who told the customer what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

import engine
from web import auth
from web.downloads import downloaded

blueprint = Blueprint("papers", __name__, url_prefix="/cases/<int:case_id>/papers")

#: Paper -> what its link and its heading say.
NAMES = {
    "summary": "Summary of the case",
    "agenda": "Agenda of the decision meeting",
    "told": "Who told the customer what, and when",
}
#: Sections of the case that its summary is made of, as far as they exist for who looks.
_SUMMED_UP = ("overview", "contacts", "evidence", "letters", "decisions")


@blueprint.get("/<paper>")
def shown(case_id: int, paper: str) -> str:
    """Show a paper as it is printed."""
    return render_template("papers/page.html", **_read(case_id, paper))


@blueprint.get("/<paper>.pdf")
def pdf(case_id: int, paper: str) -> ResponseReturnValue:
    """Give a paper as PDF."""
    read = _read(case_id, paper)
    title = f"{read['brief'].reference} {read['title']}"
    made = engine.papers.as_pdf(render_template(f"papers/{paper}.html", **read), title)
    if made is None:
        abort(404)
    return downloaded(made, f"{title}.pdf", "application/pdf")


def _read(case_id: int, paper: str) -> dict[str, Any]:
    """Give what a paper is made of; what is not for this person to see is NotFound or left out."""
    if paper not in _READ:
        abort(404)
    found = _READ[paper](case_id)
    return {
        "paper": paper,
        "sheet": found,
        "brief": found.brief,
        "title": NAMES[paper],
        "made_at": engine.now(auth.database()),
        "has_pdf": engine.papers.can_be_made(),
    }


def _summary(case_id: int) -> engine.CasePage:
    return engine.case(auth.database(), case_id, auth.person(), _SUMMED_UP)


def _agenda(case_id: int) -> engine.papers.Agenda:
    return engine.papers.agenda(auth.database(), case_id, auth.person())


def _told(case_id: int) -> engine.papers.ToldPage:
    return engine.papers.told(auth.database(), case_id, auth.person())


_READ: dict[str, Callable[[int], Any]] = {
    "summary": _summary,
    "agenda": _agenda,
    "told": _told,
}
