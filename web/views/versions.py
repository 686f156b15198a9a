"""The published versions: who wrote and approved each, what runs on it, and going back to one."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner, changes
from web.downloads import AS_TEXT, downloaded
from web.running_filter import version_asked

blueprint = Blueprint("versions", __name__)


@blueprint.get("/versions")
def listed() -> str:
    """Show the published versions, the newest first."""
    found = engine.published_versions(auth.database(), auth.person())
    return render_template("versions/list.html", found=found)


@blueprint.route("/versions/<int:number>/restore", methods=["GET", "POST"])
def restore(number: int) -> ResponseReturnValue:
    """Ask whether to go back to a version, then start a draft that has its files."""
    brief = _brief(number)
    if request.method == "GET":
        return render_template("versions/restore.html", version=brief)
    draft_id = engine.start_draft(
        auth.database(), auth.person(), f"Back to version {number}", restore=number
    )
    banner.success(
        f"A draft with the files of version {number} is started. Hand it in to have it published."
    )
    return redirect(url_for("drafts.shown", draft_id=draft_id), 303)


@blueprint.get("/versions/<int:number>/release.zip")
def archive(number: int) -> Response:
    """Give the files of a published version as a zip."""
    files = engine.version_files(auth.database(), number, auth.person())
    return downloaded(engine.release_archive(files), f"version-{number}.zip", "application/zip")


@blueprint.get("/versions/<int:number>/files/<path:path>")
def file(number: int, path: str) -> Response:
    """Give one file of a published version."""
    content = engine.version_files(auth.database(), number, auth.person()).get(path)
    return Response(content, mimetype=AS_TEXT) if content is not None else abort(404)


@blueprint.get("/versions/compare")
def compared() -> str:
    """Show what differs between two published versions, ``?from=1&to=3``."""
    old, new = _number("from"), _number("to")
    database, person = auth.database(), auth.person()
    before = engine.version_files(database, old, person)
    after = engine.version_files(database, new, person)
    found = changes.compared(
        engine.differences(before, after),
        {},
        lambda path: url_for("versions.file", number=old, path=path),
        lambda path: url_for("versions.file", number=new, path=path),
    )
    return render_template(
        "versions/compare.html",
        old=old,
        new=new,
        found=found,
        draws=any(one.now or one.then for one in found),
        before=f"Version {old}",
        after=f"Version {new}",
    )


def _brief(number: int) -> engine.VersionBrief:
    found = engine.published_versions(auth.database(), auth.person())
    wanted = next((one for one in found if one.number == number), None)
    return wanted if wanted is not None else abort(404)


def _number(name: str) -> int:
    number = version_asked(name)
    return number if number is not None else abort(404)
