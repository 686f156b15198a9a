"""An old register from a file: send it, name its columns, see what would happen, take it over."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner, taking_in, words
from web.paging import page_asked, pagination
from web.spreadsheet import as_csv

blueprint = Blueprint("register_imports", __name__, url_prefix="/register/imports")

#: State of an import -> what pages say.
STATES = {
    "mapping": "Name the columns: nothing is taken over yet",
    "checking": "Every row is being checked",
    "ready": "Preview: nothing is taken over yet",
    "running": "At work",
    "stopped": "Stopped",
    "ended": "Finished",
    "discarded": "Put aside",
}
#: What became of a row -> what its tab says.
_KINDS = {
    "taken": "Taken over",
    "taken_with": "Taken over, with exceptions",
    "ready": "To take over",
    "ready_with": "To take over, with exceptions",
    "waiting": "Wait for a choice",
    "refused": "Cannot be taken over",
    "duplicate": "There already",
    "blank": "Blank",
    "new": "Not checked yet",
}
#: What it is called of an import that was stopped before those rows.
_NOT_TAKEN = {"ready": "Not taken", "ready_with": "Not taken, with exceptions"}
_INVALID = 422


@blueprint.route("", methods=["GET", "POST"])
def listed() -> ResponseReturnValue:
    """Show every import and take a file in; 404 for those none exists for."""
    problems: list[dict[str, str]] = []
    if request.method == "POST":
        by = auth.person().name
        import_id, problems = taking_in.take_in(
            lambda file, name: engine.imports.registers.take_in(auth.database(), file, name, by=by),
            "Choose a file",
        )
        if import_id is not None:
            return _to(import_id)
    page = render_template(
        "register_imports/list.html",
        found=engine.imports.registers.imports(auth.database(), auth.person()),
        columns=engine.imports.registers.COLUMNS,
        states=STATES,
        kinds=_KINDS,
        problems=problems,
    )
    return (page, _INVALID) if problems else page


@blueprint.get("/template.csv")
def template() -> Response:
    """Give an empty register with our headings, to be filled in."""
    engine.imports.registers.imports(auth.database(), auth.person())
    headings = [column.heading for column in engine.imports.registers.COLUMNS]
    return as_csv("register-to-fill-in.csv", headings, ())


@blueprint.get("/<int:import_id>")
def shown(import_id: int) -> str:
    """Show one import: its columns to be named, or its rows and what becomes of each."""
    return _page(import_id, {})


@blueprint.post("/<int:import_id>/columns")
def columns(import_id: int) -> ResponseReturnValue:
    """Say what each column is; every row is checked then."""
    sheet = request.form.get("sheet", "")
    chosen = [request.form.get(f"column-{place}") for place in range(len(request.form))]
    mapping = [one for one in chosen if one is not None]
    try:
        engine.imports.registers.name_columns(
            auth.database(),
            import_id,
            sheet=int(sheet) if sheet.isdecimal() else -1,
            mapping=mapping,
            by=auth.person().name,
        )
    except engine.InvalidAnswers as invalid:
        return _page(import_id, {one.question: one.message for one in invalid.problems}), _INVALID
    return _to(import_id)


@blueprint.post("/<int:import_id>/choices")
def choices(import_id: int) -> ResponseReturnValue:
    """Answer what rows wait for; those rows are checked anew."""
    places = range(len(request.form))
    answers = {
        request.form[f"question-{place}"]: request.form.get(f"choice-{place}", "").strip()
        for place in places
        if f"question-{place}" in request.form
    }
    try:
        engine.imports.registers.choose(auth.database(), import_id, answers, by=auth.person().name)
    except engine.InvalidAnswers as invalid:
        return _page(import_id, {one.question: one.message for one in invalid.problems}), _INVALID
    return _to(import_id)


@blueprint.post("/<int:import_id>/begin")
def begin(import_id: int) -> ResponseReturnValue:
    """Let the rows that are ready be taken over."""
    engine.imports.registers.begin(auth.database(), import_id, by=auth.person().name)
    return _to(import_id)


@blueprint.route("/<int:import_id>/stop", methods=["GET", "POST"])
def stop(import_id: int) -> ResponseReturnValue:
    """Ask whether an import is to be stopped, and stop it; who may not is led back or refused."""
    registers = engine.imports.registers
    if request.method == "POST":
        registers.stop(auth.database(), import_id, by=auth.person().name)
    brief = registers.one_import(auth.database(), import_id, auth.person()).brief
    if request.method == "POST":
        banner.success(
            f"The import is stopped. {words.counted(brief.taken, 'row')} taken over, "
            f"{words.counted(brief.not_taken, 'row')} not taken."
        )
    elif brief.may_stop:
        return render_template(
            "parts/stop_import.html",
            brief=brief,
            done=brief.taken,
            did="taken over",
            kept_days=engine.imports.registers.KEPT_DAYS,
            here=url_for("register_imports.shown", import_id=import_id),
        )
    return _to(import_id)


@blueprint.post("/<int:import_id>/resume")
def resume(import_id: int) -> ResponseReturnValue:
    """Let the rows be taken over that a stopped import left."""
    engine.imports.registers.resume(auth.database(), import_id, by=auth.person().name)
    return _to(import_id)


@blueprint.post("/<int:import_id>/discard")
def discard(import_id: int) -> ResponseReturnValue:
    """Put an import aside that took nothing over yet."""
    engine.imports.registers.discard(auth.database(), import_id, by=auth.person().name)
    banner.success("The file is put aside. Nothing of it was taken over.")
    return redirect(url_for("register_imports.listed"), 303)


@blueprint.get("/<int:import_id>/left.csv")
def left(import_id: int) -> Response:
    """Give the rows that were not taken over as they came, each with the reason."""
    headings, rows = engine.imports.registers.left_rows(auth.database(), import_id, auth.person())
    found = list(rows)
    engine.oversight.note_export(
        auth.database(), auth.person(), "register_to_mend", rows=len(found), object_id=import_id
    )
    return as_csv(f"register-to-mend-{import_id}.csv", [*headings, "Why not"], found)


def _to(import_id: int) -> ResponseReturnValue:
    return redirect(url_for("register_imports.shown", import_id=import_id), 303)


def _page(import_id: int, problems: dict[str, str]) -> str:
    page = engine.imports.registers.one_import(
        auth.database(),
        import_id,
        auth.person(),
        show=request.args.get("show", ""),
        page=page_asked(),
    )
    asked = request.values.get("sheet", "")
    number = int(asked) if asked.isdecimal() and int(asked) < len(page.sheets) else page.sheet
    wants_columns = page.brief.state == "mapping" or (
        page.brief.state == "ready" and "columns" in request.args
    )
    return render_template(
        "register_imports/page.html",
        page=page,
        brief=page.brief,
        states=STATES,
        kinds={**_KINDS, **_NOT_TAKEN} if page.brief.stopped_at else _KINDS,
        sheet=page.sheets[number] if page.sheets else None,
        wants_columns=wants_columns or any(one.startswith("column-") for one in problems),
        columns=engine.imports.registers.COLUMNS,
        problems=problems,
        pagination=pagination(page.rows),
        show=request.args.get("show", ""),
        kept_days=engine.imports.registers.KEPT_DAYS,
    )
