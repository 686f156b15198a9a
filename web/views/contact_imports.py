"""Contacts from a file: send it, see row by row what it would do, log it, mend what is wrong."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner, taking_in, words
from web.paging import page_asked, pagination
from web.spreadsheet import as_csv

blueprint = Blueprint("contact_imports", __name__, url_prefix="/contacts/imports")

#: State of an import -> what pages say.
STATES = {
    "reading": "The file is being taken in",
    "checking": "Every row is being checked",
    "ready": "Preview: nothing is logged yet",
    "running": "At work",
    "stopped": "Stopped",
    "ended": "Finished",
    "discarded": "Put aside",
}
_INVALID = 422


@blueprint.route("", methods=["GET", "POST"])
def listed() -> ResponseReturnValue:
    """Show every import and take a file in; 404 for those none exists for."""
    problems: list[dict[str, str]] = []
    if request.method == "POST":
        by = auth.person().name
        import_id, problems = taking_in.take_in(
            lambda file, name: engine.imports.take_in(auth.database(), file, name, by=by),
            "Choose a CSV file",
        )
        if import_id is not None:
            return redirect(url_for("contact_imports.shown", import_id=import_id), 303)
    rows = engine.imports.imports(auth.database(), auth.person())
    page = render_template(
        "contact_imports/list.html",
        found=rows,
        states=STATES,
        problems=problems,
        most_rows=engine.imports.MOST_ROWS,
    )
    return (page, _INVALID) if problems else page


@blueprint.get("/<int:import_id>")
def shown(import_id: int) -> str:
    """Show one import: its progress, then its rows, the wrong ones first."""
    show = request.args.get("show", "wrong")
    page = engine.imports.one_import(
        auth.database(), import_id, auth.person(), show=show, page=page_asked()
    )
    return render_template(
        "contact_imports/page.html",
        page=page,
        brief=page.brief,
        states=STATES,
        show=show,
        pagination=pagination(page.rows),
        kept_days=engine.imports.KEPT_DAYS,
    )


@blueprint.get("/<int:import_id>/wrong.csv")
def wrong(import_id: int) -> Response:
    """Give the wrong rows as they came, each with what is wrong, to be mended and sent again."""
    headings, rows = engine.imports.wrong_rows(auth.database(), import_id, auth.person())
    brief = engine.imports.one_import(auth.database(), import_id, auth.person()).brief
    engine.oversight.note_export(
        auth.database(), auth.person(), "import_to_mend", rows=brief.left, object_id=import_id
    )
    return as_csv(f"contacts-to-mend-{import_id}.csv", [*headings, "What is wrong"], rows)


@blueprint.post("/<int:import_id>/begin")
def begin(import_id: int) -> ResponseReturnValue:
    """Let the rows that are right be logged."""
    engine.imports.begin(auth.database(), import_id, by=auth.person().name)
    return redirect(url_for("contact_imports.shown", import_id=import_id), 303)


@blueprint.route("/<int:import_id>/stop", methods=["GET", "POST"])
def stop(import_id: int) -> ResponseReturnValue:
    """Ask whether an import is to be stopped, and stop it; who may not is led back or refused."""
    if request.method == "POST":
        engine.imports.stop(auth.database(), import_id, by=auth.person().name)
    brief = engine.imports.one_import(auth.database(), import_id, auth.person()).brief
    if request.method == "POST":
        banner.success(
            f"The import is stopped. {words.counted(brief.logged, 'row')} logged, "
            f"{words.counted(brief.not_taken, 'row')} not taken."
        )
    elif brief.may_stop:
        return render_template(
            "parts/stop_import.html",
            brief=brief,
            done=brief.logged,
            did="logged",
            kept_days=engine.imports.KEPT_DAYS,
            here=url_for("contact_imports.shown", import_id=import_id),
        )
    return redirect(url_for("contact_imports.shown", import_id=import_id), 303)


@blueprint.post("/<int:import_id>/resume")
def resume(import_id: int) -> ResponseReturnValue:
    """Let the rows be logged that a stopped import left."""
    engine.imports.resume(auth.database(), import_id, by=auth.person().name)
    return redirect(url_for("contact_imports.shown", import_id=import_id), 303)


@blueprint.post("/<int:import_id>/discard")
def discard(import_id: int) -> ResponseReturnValue:
    """Put an import aside that logged nothing yet."""
    engine.imports.discard(auth.database(), import_id, by=auth.person().name)
    banner.success("The file is put aside. Nothing of it was logged.")
    return redirect(url_for("contact_imports.listed"), 303)
