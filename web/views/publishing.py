"""From a draft to a published version: what changed, handing in, and the second person's yes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner, findings
from web import changes as changes_of_files
from web.views.drafts import either, to_open, who_may_approve

blueprint = Blueprint("publishing", __name__, url_prefix="/drafts/<int:draft_id>")

_INVALID = 422
#: The longest note, and the longest reason.
_LONGEST_NOTE = 2000
_NO_NOTE = "Say what changed and why, for the person who approves it and for those who look later."
_NO_REASON = "Say what should be changed before it can be published."
_MEND_FIRST = "Mend what is wrong before you hand it in."
_LONG = f"Use {_LONGEST_NOTE} characters or fewer."


@blueprint.get("/changes")
def changes(draft_id: int) -> str:
    """Show everything that differs from the published version the draft is based on."""
    return _changes(draft_id, None)


@blueprint.get("/changes/<path:path>")
def changes_of(draft_id: int, path: str) -> str:
    """Show what differs in one file."""
    return _changes(draft_id, path)


@blueprint.route("/hand-in", methods=["GET", "POST"])
def hand_in(draft_id: int) -> ResponseReturnValue:
    """Ask for the note, then give a draft to a second person."""
    if request.method == "GET":
        return _hand_in(draft_id, "", "")
    note = request.form.get("note", "").strip()
    exemption = request.form.get("exemption", "").strip()
    problem = _problem_of(note, _NO_NOTE)
    if problem:
        return _hand_in(draft_id, note, problem, exemption), _INVALID
    try:
        engine.submit_draft(auth.database(), draft_id, note, auth.person(), exemption=exemption)
    except engine.InvalidRelease:
        return _hand_in(draft_id, note, _MEND_FIRST, exemption), _INVALID
    except engine.InvalidAnswers as refusal:
        return _hand_in(draft_id, note, "", exemption, str(refusal)), _INVALID
    brief = engine.draft_brief(auth.database(), draft_id, auth.person())
    banner.success(f"“{brief.title}” is handed in. {_who(who_may_approve(brief))}")
    return redirect(url_for("drafts.shown", draft_id=draft_id), 303)


@blueprint.post("/take-back")
def take_back(draft_id: int) -> ResponseReturnValue:
    """Take a draft that waits back to go on with it."""
    engine.take_back(auth.database(), draft_id, auth.person())
    banner.note("The draft is taken back. It can be changed again.")
    return redirect(url_for("drafts.shown", draft_id=draft_id), 303)


@blueprint.get("/approval")
def approval(draft_id: int) -> str:
    """Show a second person all there is to decide by: note, editors, findings, what changed."""
    return _approval(draft_id)


@blueprint.post("/send-back")
def send_back(draft_id: int) -> ResponseReturnValue:
    """Send a draft that waits back to those who wrote it, with the reason."""
    reason = request.form.get("reason", "").strip()
    problem = _problem_of(reason, _NO_REASON)
    if problem:
        return _approval(draft_id, reason=reason, problem=problem), _INVALID
    engine.send_back(auth.database(), draft_id, reason, auth.person())
    banner.note("The draft is sent back with your reason. It can be changed again.")
    return redirect(url_for("drafts.shown", draft_id=draft_id), 303)


@blueprint.post("/approve")
def approve(draft_id: int) -> ResponseReturnValue:
    """Publish a draft that somebody else wrote."""
    database, person = auth.database(), auth.person()
    running = sum(one.running for one in engine.published_versions(database, person))
    try:
        number = engine.approve_draft(
            database, draft_id, person, looked_at=request.form.get("looked_at", -1, int)
        )
    except engine.InvalidRelease:
        return _approval(draft_id), _INVALID
    banner.success(f"Version {number} is published. New cases run on it; {_stay(running)}.")
    return redirect(url_for("drafts.shown", draft_id=draft_id), 303)


def _changes(draft_id: int, path: str | None) -> str:
    page = engine.draft(auth.database(), draft_id, auth.person())
    titles = {file.path: file.title for file in page.files}
    if path is not None and path not in titles:
        abort(404)
    found = _differences(page.brief, titles, path)
    return render_template(
        "drafts/changes.html", draft=page.brief, path=path, title=titles.get(path or ""), **found
    )


def _hand_in(draft_id: int, note: str, problem: str, exemption: str = "", lacking: str = "") -> str:
    page = engine.draft(auth.database(), draft_id, auth.person())
    placed = findings.placed(draft_id, page.findings, to_open(page))
    return render_template(
        "drafts/hand_in.html",
        draft=page.brief,
        blocking=[one for one in placed if one.is_error],
        to_look_at=[one for one in placed if not one.is_error],
        titles={file.path: file.title for file in page.files},
        changed=[file for file in page.files if file.state != "same"],
        versions=_with_runs(),
        approvers=who_may_approve(page.brief),
        note=note or page.brief.note,
        problem=problem,
        needs_exemption=engine.policy_control.needs_exemption(auth.database()),
        exemption=exemption or engine.policy_control.exemption(auth.database(), draft_id),
        lacking=lacking,
        problems=[
            *_problems(problem, "" if problem == _MEND_FIRST else "#note"),
            *_problems(lacking, "#exemption"),
        ],
    )


def _approval(draft_id: int, *, reason: str = "", problem: str = "") -> str:
    page = engine.draft(auth.database(), draft_id, auth.person())
    titles = {file.path: file.title for file in page.files}
    placed = findings.placed(draft_id, page.findings, to_open(page))
    return render_template(
        "drafts/approval.html",
        draft=page.brief,
        blocking=[one for one in placed if one.is_error],
        to_look_at=[one for one in placed if not one.is_error],
        titles=titles,
        versions=_with_runs(),
        approvers=who_may_approve(page.brief),
        exemption=engine.policy_control.exemption(auth.database(), draft_id),
        reason=reason,
        problem=problem,
        problems=_problems(problem, "#reason"),
        **_differences(page.brief, titles),
    )


def _differences(
    brief: engine.DraftBrief, titles: Mapping[str, str], path: str | None = None
) -> dict[str, Any]:
    """Give what differs from the version a draft is based on, for the page; of one file if named.

    A draft that is published is compared with the version before it.
    """
    database, person = auth.database(), auth.person()
    before = engine.base_files(database, brief.id, person)
    after = engine.draft_files(database, brief.id, person)
    if path is not None:
        before = {name: content for name, content in before.items() if name == path}
        after = {name: content for name, content in after.items() if name == path}
    found = changes_of_files.compared(
        engine.differences(before, after),
        titles,
        lambda name: url_for("versions.file", number=brief.based_on, path=name),
        lambda name: url_for("draft_transfer.raw", draft_id=brief.id, path=name),
    )
    return {
        "found": found,
        "draws": any(one.now or one.then for one in found),
        "before": f"Version {brief.based_on}",
        "after": f"Version {brief.number}" if brief.number else "This draft",
    }


def _with_runs() -> list[engine.VersionBrief]:
    """Give the published versions that cases still run on."""
    versions = engine.published_versions(auth.database(), auth.person())
    return [one for one in versions if one.running]


def _stay(running: int) -> str:
    if not running:
        return "nothing was running"
    one = running == 1
    return f"{running} running {'one stays on its version' if one else 'ones stay on theirs'}"


def _who(approvers: Sequence[str]) -> str:
    if not approvers:
        return "Nobody can approve it yet: every process owner has changed something in it."
    return f"It waits for a second person: {either(approvers)}."


def _problem_of(text: str, missing: str) -> str:
    if not text:
        return missing
    return _LONG if len(text) > _LONGEST_NOTE else ""


def _problems(said: str, href: str) -> list[dict[str, str]]:
    return [{"text": said, **({"href": href} if href else {})}] if said else []
