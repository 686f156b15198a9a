"""Drafts of process owners: the list, starting one, and the page of one with what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner, findings

blueprint = Blueprint("drafts", __name__)

_INVALID = 422
#: The longest name of a draft.
_LONGEST_TITLE = 120
_NO_TITLE = "Enter a name that says what the draft is about, like “Longer time to appeal”."
_LONG_TITLE = f"The name must be {_LONGEST_TITLE} characters or fewer."
#: Kind of a file -> heading of its list; in the order of the page.
KINDS = {
    "diagram": "Diagrams",
    "decision": "Decision tables",
    "form": "Forms",
    "letter": "Letters",
    "scenario": "Scenarios",
}


@blueprint.get("/drafts")
def listed() -> str:
    """Show the drafts: those that wait for my approval first; 404 for who is no process owner."""
    return _listed("", "")


@blueprint.post("/drafts")
def start() -> ResponseReturnValue:
    """Start a draft from the published version and open it."""
    title = request.form.get("title", "").strip()
    problem = _problem_of_title(title)
    if problem:
        return _listed(title, problem), _INVALID
    draft_id = engine.start_draft(auth.database(), auth.person(), title)
    banner.success(f"“{title}” is started. Nothing changes for anybody before it is published.")
    return redirect(url_for("drafts.shown", draft_id=draft_id), 303)


@blueprint.get("/drafts/change/<process_id>")
def change(process_id: str) -> ResponseReturnValue:
    """Lead from a published process to its diagram in the one draft being worked on."""
    open_ones = [
        one for one in engine.drafts(auth.database(), auth.person()) if one.state == "open"
    ]
    if len(open_ones) != 1:
        chosen = "Choose the draft" if open_ones else "Start a draft"
        banner.note(f"{chosen} in which the process is to be changed.")
        return redirect(url_for("drafts.listed"), 303)
    (only,) = open_ones
    path = f"bpmn/{process_id}.bpmn"
    if path not in engine.draft_files(auth.database(), only.id, auth.person()):
        return redirect(url_for("drafts.shown", draft_id=only.id), 303)
    return redirect(url_for("draft_files.edit", draft_id=only.id, path=path), 303)


@blueprint.get("/drafts/<int:draft_id>")
def shown(draft_id: int) -> str:
    """Show one draft: what to do next, its files, its findings."""
    return _shown(draft_id)


@blueprint.post("/drafts/<int:draft_id>/rename")
def rename(draft_id: int) -> ResponseReturnValue:
    """Give a draft another name."""
    title = request.form.get("title", "").strip()
    problem = _problem_of_title(title)
    if problem:
        return _shown(draft_id, title=title, problem=problem), _INVALID
    engine.rename_draft(auth.database(), draft_id, title, auth.person())
    banner.success(f"The draft is called “{title}” now.")
    return redirect(url_for("drafts.shown", draft_id=draft_id), 303)


@blueprint.route("/drafts/<int:draft_id>/discard", methods=["GET", "POST"])
def discard(draft_id: int) -> ResponseReturnValue:
    """Ask whether a draft is to be discarded, then do it."""
    brief = engine.draft_brief(auth.database(), draft_id, auth.person())
    if request.method == "GET":
        return render_template("drafts/discard.html", draft=brief)
    engine.discard_draft(auth.database(), draft_id, auth.person())
    banner.note(f"“{brief.title}” is discarded. It stays in the list, but nobody can publish it.")
    return redirect(url_for("drafts.listed"), 303)


@blueprint.post("/drafts/<int:draft_id>/bring-up-to-date")
def bring_up_to_date(draft_id: int) -> ResponseReturnValue:
    """Take what was published since into a draft; say what both sides had changed."""
    both = engine.bring_up_to_date(auth.database(), draft_id, auth.person())
    number = engine.draft_brief(auth.database(), draft_id, auth.person()).based_on
    if not both:
        banner.success(f"The draft is up to date with version {number}. Nothing of it was touched.")
        return redirect(url_for("drafts.shown", draft_id=draft_id), 303)
    named = ", ".join(path.rsplit("/", 1)[-1] for path in both)
    banner.note(
        f"The draft is up to date with version {number}, but both had changed {named}. It was kept "
        "as this draft has it: look at what differs, and bring over by hand what is still missing."
    )
    return redirect(url_for("publishing.changes", draft_id=draft_id), 303)


@blueprint.app_template_filter()
def either(names: Sequence[str]) -> str:
    """Name those of whom one is enough: ``A``, ``A or B``, ``A, B or C``."""
    return " or ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def who_may_approve(brief: engine.DraftBrief) -> list[str]:
    """Give the full names of the process owners who have changed nothing in a draft."""
    taken = {*brief.editors, brief.submitted_by}
    return sorted(
        person.full_name
        for person in engine.people(auth.database())
        if "process_owner" in person.roles and person.full_name not in taken
    )


def to_open(page: engine.DraftPage) -> list[str]:
    """Give the paths of the files of a draft that have a page to be mended on."""
    return [file.path for file in page.files if file.state != "removed"]


def _problem_of_title(title: str) -> str:
    """Say what is wrong with the name of a draft; "" when nothing is."""
    if not title:
        return _NO_TITLE
    return _LONG_TITLE if len(title) > _LONGEST_TITLE else ""


def _listed(title: str, problem: str) -> str:
    found = engine.drafts(auth.database(), auth.person())
    mine = [one for one in found if one.state == "waiting" and one.may_approve]
    groups = [
        ("Waiting for your approval", mine),
        (
            "Waiting for a second person",
            [one for one in found if one.state == "waiting" and not one.may_approve],
        ),
        ("Being worked on", [one for one in found if one.state == "open"]),
        ("Over", [one for one in found if one.state not in ("open", "waiting")]),
    ]
    return render_template(
        "drafts/list.html",
        groups=[(heading, ones) for heading, ones in groups if ones],
        title=title,
        problems=[{"text": problem, "href": "#title"}] if problem else [],
        problem=problem,
    )


def _shown(draft_id: int, *, title: str = "", problem: str = "") -> str:
    page = engine.draft(auth.database(), draft_id, auth.person())
    placed = findings.placed(draft_id, page.findings, to_open(page))
    return render_template(
        "drafts/page.html",
        draft=page.brief,
        touched=[file for file in page.files if file.state != "same"],
        kinds=_by_kind(file for file in page.files if file.state == "same"),
        found=findings.by_file(placed, {file.path: file.title for file in page.files}),
        errors=sum(one.is_error for one in placed),
        warnings=sum(not one.is_error for one in placed),
        clashing=[file for file in page.files if file.clashes_with],
        approvers=who_may_approve(page.brief),
        title=title or page.brief.title,
        problems=[{"text": problem, "href": "#title"}] if problem else [],
        problem=problem,
    )


def _by_kind(
    files: Iterable[engine.DraftFileRow],
) -> list[tuple[str, str, list[engine.DraftFileRow]]]:
    """Give the files list by list: (kind, heading, files), by title."""
    order = list(KINDS)
    ordered = sorted(files, key=lambda file: (order.index(file.kind), file.title.lower()))
    return [
        (kind, KINDS[kind], list(inside)) for kind, inside in groupby(ordered, attrgetter("kind"))
    ]
