"""Files of a draft to and from somebody's own machine: one, several, or the release as a zip."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner, findings, words
from web.downloads import AS_TEXT, TO_KEEP, downloaded
from web.views.drafts import KINDS

blueprint = Blueprint("draft_transfer", __name__, url_prefix="/drafts/<int:draft_id>")

_INVALID = 422
_OVERTAKEN = 409
_NO_FILE = "Choose a file of yours first: a diagram, a table, a form, a letter, or a whole zip."
_NO_NAME = "Enter a name of small letters, digits and _, like decide_appeal_again."
_TWICE = "Expected each file once, but two of this name were sent. Leave one out."
_NAME = re.compile(r"[a-z][a-z0-9_]{1,60}", re.ASCII)


@blueprint.get("/raw/<path:path>")
def raw(draft_id: int, path: str) -> Response:
    """Give a file as it was saved; ``?download=1`` offers it to be kept."""
    file = engine.draft_file(auth.database(), draft_id, path, auth.person())
    if request.args.get("download"):
        return downloaded(file.content, path.rsplit("/", 1)[-1], TO_KEEP)
    return Response(file.content, mimetype=AS_TEXT)


@blueprint.get("/release.zip")
def archive(draft_id: int) -> Response:
    """Give the whole release as this draft would publish it."""
    files = engine.draft_files(auth.database(), draft_id, auth.person())
    return downloaded(engine.release_archive(files), f"draft-{draft_id}.zip", "application/zip")


@blueprint.get("/upload")
def uploading(draft_id: int) -> str:
    """Ask for the files to take in."""
    return _page(draft_id)


@blueprint.post("/upload")
def upload(draft_id: int) -> ResponseReturnValue:
    """Take in files, all of them or none; say what was taken, or what was refused and why."""
    try:
        given = _given()
    except engine.InvalidRelease as invalid:
        return _refused(draft_id, invalid.findings)
    if not given:
        return _page(draft_id, problems=[("files", _NO_FILE)]), _INVALID
    database, person = auth.database(), auth.person()
    before = engine.draft_files(database, draft_id, person)
    taken = engine.take_files(
        database, draft_id, given, person, replacing=_replacing(request.form.get("replacing", ""))
    )
    if taken.refused:
        return _refused(draft_id, taken.refused)
    if taken.others:
        problems = [("replacing", _saved_by_another(one)) for one in taken.others]
        told = " ".join(f"{one.path}:{one.version}" for one in taken.others)
        return _page(draft_id, problems=problems, told=told), _OVERTAKEN
    left_out = _left_out(before, engine.draft_files(database, draft_id, person), taken.changed)
    return _page(draft_id, changed=taken.changed, left_out=left_out)


@blueprint.post("/copy")
def copy(draft_id: int) -> ResponseReturnValue:
    """Add a file to a draft as a copy of one it has, under another name."""
    database, person = auth.database(), auth.person()
    name, source = request.form.get("name", "").strip(), request.form.get("source", "")
    if not _NAME.fullmatch(name):
        return _page(draft_id, problems=[("name", _NO_NAME)], copying=(source, name)), _INVALID
    file = engine.draft_file(database, draft_id, source, person)
    folder, old = source.rsplit("/", 1)
    path = f"{folder}/{name}.{old.rsplit('.', 1)[-1]}"
    if path in engine.draft_files(database, draft_id, person):
        problem = f"There is a file {name} already. Enter another name."
        return _page(draft_id, problems=[("name", problem)], copying=(source, name)), _INVALID
    engine.save_file(database, draft_id, path, file.content, version=0, person=person)
    banner.success(f"{name} is added as a copy of “{file.title}”. Change what has to differ.")
    return redirect(url_for("draft_files.edit", draft_id=draft_id, path=path), 303)


def _refused(draft_id: int, found: Iterable[engine.Finding]) -> ResponseReturnValue:
    return _page(draft_id, problems=[("files", _said(one)) for one in found]), _INVALID


def _given() -> dict[str, bytes]:
    """Give what was uploaded by name; raises InvalidRelease, also for two files of one name."""
    given: dict[str, bytes] = {}
    for one in request.files.getlist("files"):
        with one.stream as opened:
            content = opened.read()
        files = _opened(one.filename, content) if one.filename else {}
        twice = [engine.Finding(name, "", 0, _TWICE, "upload") for name in files if name in given]
        if twice:
            raise engine.InvalidRelease(twice)
        given.update(files)
    return given


def _left_out(
    before: Mapping[str, bytes], after: Mapping[str, bytes], changed: Iterable[str]
) -> dict[str, list[str]]:
    """Say what another program left out of the diagrams and tables it saved, by path."""
    drawn = [path for path in changed if path.endswith(findings.DRAWN) and path in before]
    found = {path: engine.losses(before[path], after.get(path, b"")) for path in drawn}
    return {path: [loss.what for loss in losses] for path, losses in found.items() if losses}


def _opened(name: str, content: bytes) -> dict[str, bytes]:
    """Give one uploaded file by its name, or the files in it when it is a zip."""
    if name.lower().endswith(".zip"):
        return engine.open_archive(content)
    return {name.replace("\\", "/").rsplit("/", 1)[-1]: content}


def _page(
    draft_id: int,
    *,
    problems: Sequence[tuple[str, str]] = (),
    changed: Sequence[str] | None = None,
    left_out: Mapping[str, Sequence[str]] | None = None,
    copying: tuple[str, str] = ("", ""),
    told: str = "",
) -> str:
    """Draw the page.

    problems: (id of the box, sentence). changed: the paths taken in, None when nothing was sent.
    left_out: path -> what a program left out of it. told: what others saved, as `_replacing` reads.
    """
    page = engine.draft(auth.database(), draft_id, auth.person())
    placed = findings.placed(draft_id, page.findings, changed or ())
    return render_template(
        "drafts/upload.html",
        draft=page.brief,
        problems=[{"text": said, "href": f"#{box}"} for box, said in problems],
        problem_of=dict(reversed(problems)),
        changed=changed,
        left_out=left_out or {},
        files={file.path: file for file in page.files},
        found=findings.by_file(placed, {file.path: file.title for file in page.files}),
        copying=copying,
        told=told,
        kinds=KINDS,
    )


def _replacing(told: str) -> dict[str, int]:
    """Read what somebody was told that others saved: ``bpmn/appeal.bpmn:3 forms/...:1``."""
    parts = [one.rpartition(":") for one in told.split()]
    return {path: int(version) for path, _, version in parts if version.isdecimal()}


def _saved_by_another(one: engine.OtherChange) -> str:
    return (
        f"{one.saved_by} saved {one.path} in this draft, {words.moment(one.saved_at)}. Nothing was "
        "taken in. Compare it with yours; to replace it, choose the files again and tick the box."
    )


def _said(finding: engine.Finding) -> str:
    place = f"{finding.file}, line {finding.line}" if finding.line else finding.file
    return f"{place}: {finding.message}" if place else finding.message
