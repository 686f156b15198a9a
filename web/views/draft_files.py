"""One file of a draft on its page: drawn in an editor, or written as text and saved by a form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner, findings, policy, words
from web.findings import DRAWN
from web.views.draft_preview import preview_of

blueprint = Blueprint("draft_files", __name__, url_prefix="/drafts/<int:draft_id>")

_INVALID = 422
_OVERTAKEN = 409
#: A text of more lines is not listed again as a whole: only lines around the one asked for.
_LONG = 600
_AROUND = 40
_EDITORS = {".bpmn": "drafts/diagram.html", ".dmn": "drafts/decision.html"}


@blueprint.get("/files/<path:path>")
def edit(draft_id: int, path: str) -> ResponseReturnValue:
    """Show the page on which a file is changed; ``?as=text`` shows a drawn one as text."""
    page = engine.draft(auth.database(), draft_id, auth.person())
    file = engine.draft_file(auth.database(), draft_id, path, auth.person())
    if file.state == "removed":
        return render_template("drafts/removed.html", draft=page.brief, file=file)
    if path.endswith(DRAWN) and request.args.get("as") != "text":
        return _drawn(page, file)
    return _written(page, file, file.content.decode("utf-8", "replace"), page.findings)


@blueprint.post("/files/<path:path>")
def write(draft_id: int, path: str) -> ResponseReturnValue:
    """Keep a file as it was typed; what cannot be kept comes back with what was typed."""
    database, person = auth.database(), auth.person()
    file = engine.draft_file(database, draft_id, path, person)
    typed = request.form.get("content", "").replace("\r\n", "\n")
    content = _with_its_line_ends(typed, file.content)
    try:
        saved = engine.save_file(
            database, draft_id, path, content, version=version_sent(), person=person
        )
    except engine.Overtaken as overtaken:
        return _overtaken(draft_id, path, typed, overtaken), _OVERTAKEN
    except engine.InvalidRelease as invalid:
        page = engine.draft(database, draft_id, person)
        return _written(page, file, typed, invalid.findings, refused=True), _INVALID
    here = [one for one in saved.findings if one.file == path]
    banner.success(f"Saved {words.moment(saved.saved_at)}. {_to_mend(here)}")
    return redirect(_back_to(draft_id, path), 303)


@blueprint.route("/undo/<path:path>", methods=["GET", "POST"])
def undo(draft_id: int, path: str) -> ResponseReturnValue:
    """Ask whether a file is to be as it was published again, then do it."""
    database, person = auth.database(), auth.person()
    file = engine.draft_file(database, draft_id, path, person)
    brief = engine.draft_brief(database, draft_id, person)
    if request.method == "GET":
        return render_template("drafts/undo.html", draft=brief, file=file)
    engine.undo_file(database, draft_id, path, version=version_sent(), person=person)
    gone = "is gone from the draft" if file.base is None else "is as it was published again"
    banner.success(f"“{file.title}” {gone}.")
    return redirect(url_for("drafts.shown", draft_id=draft_id), 303)


@blueprint.route("/remove/<path:path>", methods=["GET", "POST"])
def remove(draft_id: int, path: str) -> ResponseReturnValue:
    """Ask whether a file is to be taken out of the release, then do it."""
    database, person = auth.database(), auth.person()
    file = engine.draft_file(database, draft_id, path, person)
    brief = engine.draft_brief(database, draft_id, person)
    if request.method == "GET":
        return render_template("drafts/remove.html", draft=brief, file=file)
    engine.remove_file(database, draft_id, path, version=version_sent(), person=person)
    banner.success(f"“{file.title}” is taken out. It can be put back until the draft is published.")
    return redirect(url_for("drafts.shown", draft_id=draft_id), 303)


def _drawn(page: engine.DraftPage, file: engine.DraftFile) -> ResponseReturnValue:
    """Draw the page of an editor, which alone may place what it draws with style attributes."""
    ending = file.path[file.path.rindex(".") :]
    here = [one for one in page.findings if one.file == file.path]
    answer = make_response(
        render_template(
            _EDITORS[ending],
            draft=page.brief,
            file=file,
            may_edit=page.brief.state == "open",
            urls=urls_of(page.brief.id, file.path),
            findings=findings.as_json(page.brief.id, here),
            tables=engine.decision_tables(file.content) if ending == ".dmn" else (),
        )
    )
    answer.headers.update(policy.DRAWING)
    return answer


def urls_of(draft_id: int, path: str) -> dict[str, str]:
    """Give the addresses a script of an editor page calls, and those the page links to."""
    about: dict[str, Any] = {"draft_id": draft_id, "path": path}
    return {
        "raw": url_for("draft_transfer.raw", **about),
        "download": url_for("draft_transfer.raw", download=1, **about),
        "save": url_for("draft_saving.save", **about),
        "check": url_for("draft_saving.check", **about),
        "preview": url_for("draft_preview.preview", **about),
        "vocabulary": url_for("draft_preview.vocabulary", draft_id=draft_id),
        "due": url_for("draft_preview.due", draft_id=draft_id),
        "steps": f"/drafts/{draft_id}/steps/{quote(path)}",
        "changes": url_for("publishing.changes_of", **about),
        "text": url_for("draft_files.edit", **{**about, "as": "text"}),
        "draft": url_for("drafts.shown", draft_id=draft_id),
        "undo": url_for("draft_files.undo", **about),
        "remove": url_for("draft_files.remove", **about),
    }


def _written(
    page: engine.DraftPage,
    file: engine.DraftFile,
    typed: str,
    found: Sequence[engine.Finding],
    *,
    refused: bool = False,
) -> str:
    """Draw a file as text, with what is wrong in it; `refused`: it could not be kept at all."""
    here = [one for one in found if one.file == file.path]
    placed = findings.placed(page.brief.id, here, [file.path])
    problems = [{"text": one.finding.message, "href": "#content"} for one in placed]
    wrong = {one.finding.line for one in placed}
    line = request.args.get("line", type=int)
    may_edit = page.brief.state == "open"
    # Where there is no box to read it in, the whole text is listed however long it is.
    shown = _numbered(typed, line) if may_edit else list(enumerate(typed.split("\n"), start=1))
    return render_template(
        "drafts/text.html",
        draft=page.brief,
        file=file,
        may_edit=may_edit,
        urls=urls_of(page.brief.id, file.path),
        typed=typed,
        rows=typed.count("\n") + 1,
        lines=[(number, text, number in wrong) for number, text in shown],
        line=line,
        found=placed,
        problems=problems if refused else [],
        preview=None if refused else preview_of(file.path, typed.encode("utf-8", "replace")),
        is_drawn=file.path.endswith(DRAWN),
    )


def _overtaken(draft_id: int, path: str, typed: str, overtaken: engine.Overtaken) -> str:
    """Draw my text beside the one that somebody else saved meanwhile."""
    file = engine.draft_file(auth.database(), draft_id, path, auth.person())
    theirs = file.content.decode("utf-8", "replace")
    return render_template(
        "drafts/overtaken.html",
        draft=engine.draft_brief(auth.database(), draft_id, auth.person()),
        file=file,
        overtaken=overtaken,
        typed=typed,
        theirs=theirs,
        lines=_line_by_line(path, theirs, typed),
        problems=[{"text": str(overtaken), "href": "#content"}],
        urls=urls_of(draft_id, path),
    )


def _line_by_line(path: str, theirs: str, mine: str) -> tuple[engine.DiffLine, ...]:
    """Give what differs between two texts of one file; () when they are the same."""
    found = engine.differences({path: theirs.encode()}, {path: mine.encode("utf-8", "replace")})
    return found[0].lines if found else ()


def _numbered(text: str, line: int | None) -> list[tuple[int, str]]:
    """Give the lines of a text with their numbers; of a long one those around a line, or none."""
    lines = list(enumerate(text.split("\n"), start=1))
    if len(lines) <= _LONG:
        return lines
    return lines[max(0, line - _AROUND) : line + _AROUND] if line else []


def _with_its_line_ends(typed: str, stored: bytes) -> bytes:
    """Give a text as bytes with the line ends its file had: a browser sends ends of its own."""
    return (typed.replace("\n", "\r\n") if b"\r\n" in stored else typed).encode()


def version_sent() -> int:
    """Give the number of the save a page was drawn from; one that never was if it sent none."""
    sent = request.form.get("version", type=int)
    return -1 if sent is None else sent


def _to_mend(here: Sequence[engine.Finding]) -> str:
    errors = sum(one.severity == "error" for one in here)
    if errors:
        return f"{words.counted(errors, 'thing')} to mend before it can be published."
    return f"{words.counted(len(here), 'thing')} to look at." if here else "Nothing is wrong."


def _back_to(draft_id: int, path: str) -> str:
    place: dict[str, Any] = {"draft_id": draft_id, "path": path}
    if path.endswith(DRAWN):
        place["as"] = "text"
    return url_for("draft_files.edit", **place)
