"""Cases: the list, and the page of one with its timeline, contacts, letters and diagrams."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth
from web.downloads import downloaded
from web.paging import page_asked, pagination, slice_of
from web.views import papers

blueprint = Blueprint("cases", __name__)

#: Section -> what its link and its heading say.
NAMES = {
    "overview": "Overview",
    "open": "What is open",
    "customer": "Customer",
    "timeline": "Timeline",
    "contacts": "Contacts",
    "evidence": "Evidence",
    "letters": "Letters",
    "decisions": "Decisions",
    "where": "Where it is",
    "audience": "Who sees this",
}
#: The most actions that stand as buttons; the others open with "More".
_BUTTONS = 3
#: What the address of a timeline says when the steps of the system are to be shown as well.
_EVERYTHING = "everything"


@dataclass(frozen=True)
class ActionLink:
    """Something that can be done on a case, with the address of its form."""

    label: str
    href: str


@blueprint.get("/cases")
def listed() -> ResponseReturnValue:
    """Show the cases this person may see, open ones first."""
    search = request.args.get("search", "").strip()
    found = engine.case_list(auth.database(), auth.person(), search, page_asked())
    return render_template(
        "cases/list.html", found=found, search=search, pagination=pagination(found)
    )


@blueprint.get("/cases/<int:case_id>")
def shown(case_id: int) -> ResponseReturnValue:
    """Show a case: what applies now, who is who, what is to be done."""
    return _section(case_id, "overview")


@blueprint.get("/cases/<int:case_id>/<section>")
def section(case_id: int, section: str) -> ResponseReturnValue:
    """Show one section of a case."""
    if section not in NAMES or section == "overview":
        abort(404)
    return _section(case_id, section)


@blueprint.get("/cases/<int:case_id>/letters/<int:letter_id>")
def letter(case_id: int, letter_id: int) -> ResponseReturnValue:
    """Show one letter as it was issued."""
    page = engine.letter(auth.database(), letter_id, auth.person())
    if page.case_id != case_id:
        abort(404)
    deliver = None
    if page.delivered_on is None:
        deliver = url_for("doors.act", case_id=case_id, action="record_delivery")
    again = url_for("doors.act", case_id=case_id, action="send_letter_again")
    return render_template("cases/letter.html", letter=page, deliver=deliver, again=again)


@blueprint.get("/cases/<int:case_id>/letters/<int:letter_id>.pdf")
def letter_pdf(case_id: int, letter_id: int) -> ResponseReturnValue:
    """Give one letter as it was printed."""
    page = engine.letter(auth.database(), letter_id, auth.person())
    pdf = engine.letter_pdf(auth.database(), letter_id, auth.person())
    if pdf is None or page.case_id != case_id:
        abort(404)
    name = f"{page.case_reference} {page.issued_on.isoformat()} {page.title}.pdf"
    return downloaded(pdf, name, "application/pdf")


@blueprint.get("/cases/<int:case_id>/answers/<int:submission_id>")
def answers(case_id: int, submission_id: int) -> ResponseReturnValue:
    """Show what was answered in a form, then."""
    page = engine.submission(auth.database(), submission_id, auth.person())
    if page.case_id != case_id:
        abort(404)
    return render_template("cases/answers.html", answers=page, may_open_case=_may_open(case_id))


def _section(case_id: int, name: str) -> str:
    days = (_day_asked("from"), _day_asked("until"))
    page = engine.case(auth.database(), case_id, auth.person(), [name], days)
    if name not in page.sections:
        abort(404)
    links = [_link(case_id, action) for action in page.actions]
    return render_template(
        f"cases/{name}.html",
        case=page,
        here=name,
        links=[(NAMES[one], _address(case_id, one), one == name) for one in page.sections],
        buttons=links[:_BUTTONS],
        more=links[_BUTTONS:],
        **_extra(page, name),
    )


def _day_asked(name: str) -> dt.date | None:
    """Give a day that the address names; None when it names none that exists."""
    try:
        return dt.date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def _extra(page: engine.CasePage, name: str) -> dict[str, Any]:
    """Give what one section needs beyond the case: the part of a long list, the run chosen."""
    long: dict[str, Sequence[Any]] = {"contacts": page.contacts, "evidence": page.evidence}
    if name == "overview":
        return {"papers": [(paper, papers.NAMES[paper]) for paper in _papers(page)]}
    if name == "timeline":
        return _timeline(page.timeline)
    if name in long:
        listed_part = slice_of(long[name], page_asked())
        return {"part": listed_part, "pagination": pagination(listed_part)}
    if name == "where":
        return {"shown": _chosen(page), "chosen": request.args.get("run", "")}
    return {}


def _papers(page: engine.CasePage) -> list[str]:
    """Name the papers that exist of this case for who looks."""
    found = ["summary"]
    if page.brief.stage == "formal" and {"decisions", "evidence"} <= set(page.sections):
        found.append("agenda")
    return [*found, "told"] if "letters" in page.sections else found


def _timeline(entries: Sequence[engine.TimelineEntry]) -> dict[str, Any]:
    """Give one page of the timeline: people and dates, or everything if the address says so."""
    short = [entry for entry in entries if not entry.is_routine]
    is_whole = request.args.get("show") == _EVERYTHING
    part = slice_of(entries if is_whole else short, page_asked())
    return {
        "part": part,
        "days": [(day, list(ones)) for day, ones in groupby(part, attrgetter("day"))],
        "pagination": pagination(part),
        "is_whole": is_whole,
        "routine": len(entries) - len(short),
    }


def _chosen(page: engine.CasePage) -> list[engine.DiagramState]:
    """Give the processes to draw: the one asked for, else those that are running."""
    asked = request.args.get("run", "")
    chosen = [one for one in page.processes if f"{one.instance_id}-{one.process_id}" == asked]
    if asked and not chosen:
        abort(404)
    return chosen or [one for one in page.processes if one.is_running]


def _link(case_id: int, action: engine.CaseAction) -> ActionLink:
    if action.is_door:
        refs: dict[str, Any] = dict(action.refs)
        return ActionLink(action.label, url_for("doors.message", message=action.name, **refs))
    if action.name == "log_contact":
        # The short form: day and time stand there already.
        return ActionLink(action.label, url_for("contacts.log", case_id=case_id))
    return ActionLink(action.label, url_for("doors.act", case_id=case_id, action=action.name))


def _address(case_id: int, name: str) -> str:
    if name == "overview":
        return url_for("cases.shown", case_id=case_id)
    return url_for("cases.section", case_id=case_id, section=name)


def _may_open(case_id: int) -> bool:
    try:
        engine.case(auth.database(), case_id, auth.person(), ())
    except engine.NotFound:
        return False
    return True


@blueprint.app_template_filter()
def upper_first(text: str) -> str:
    """Begin a sentence with what may stand in the middle of one."""
    return text[:1].upper() + text[1:]


@blueprint.app_template_filter()
def lower_first(text: str) -> str:
    """Put what begins a sentence into the middle of one; ``SPOC`` stays as it is."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
