"""Flags in other systems: what is asked, set, failed and late; lists out and in; comparisons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import IO, Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner, frame
from web.spreadsheet import Cell, as_csv

blueprint = Blueprint("flags", __name__, url_prefix="/flags")

_INVALID = 422
#: Headings of the worklist; the last three are for the answers.
HEADINGS = (
    *("Request", "System", "Tenancy reference", "Old tenancy reference", "What to do", "Text"),
    *("Asked on", "Due on", "Done on", "Done by", "Reference"),
)


@blueprint.get("")
def listed() -> str:
    """Show how flags stand in each system; 404 for those it is not for."""
    return _page()


@blueprint.get("/worklist.csv")
def worklist() -> Response:
    """Give what one system is asked for, to be filled in and sent back."""
    name = request.args.get("system", "")
    systems = engine.flagging.flag_systems(auth.database(), auth.person())
    found = next((one for one in systems if one.name == name), None)
    if found is None:
        raise engine.NotFound
    rows = list(worklist_rows(found))
    engine.oversight.note_export(auth.database(), auth.person(), "flag_worklist", rows=len(rows))
    file = f"flags-{engine.flagging.short_name(name)}-{frame.today().isoformat()}.csv"
    return as_csv(file, HEADINGS, rows)


def worklist_rows(system: Any) -> Iterator[Sequence[Cell]]:
    """Give the rows of the worklist of one system, as the command writes them too."""
    for one in system.wanted:
        if one.reference:
            yield (
                *(one.reference, system.name, one.person_key, one.former_person_key),
                *(engine.flagging.ACTIONS[one.action], one.text, one.asked_on, one.due_on),
                *("", "", ""),
            )
    for gone in system.removals:
        yield (
            *(gone.reference, system.name, gone.person_key, ""),
            *(engine.flagging.ACTIONS["end"], "", gone.asked_on, gone.due_on),
            *("", "", ""),
        )


@blueprint.get("/confirmations", endpoint="sent_to")
@blueprint.get("/comparisons", endpoint="sent_to")
def _sent_to() -> ResponseReturnValue:
    """Lead on to the page a file is sent from, for an address opened again; 404 for others."""
    if not auth.may_open("flags"):
        raise engine.NotFound
    return redirect(url_for("flags.listed"))


@blueprint.post("/confirmations")
def confirmed() -> ResponseReturnValue:
    """Take the filled-in worklist back: each row that is right confirms its flag."""
    return _with_file(
        lambda file, _name: render_template(
            "flags/confirmed.html",
            taken=engine.flagging.confirming.take_confirmations(
                auth.database(), file, by=auth.person().name
            ),
        ),
        "confirmations",
    )


@blueprint.post("/comparisons")
def compared() -> ResponseReturnValue:
    """Compare a file of another system's flags with the register, as a preview."""

    def compare(file: IO[bytes], name: str) -> ResponseReturnValue:
        made = engine.flagging.comparing.compare(
            auth.database(), request.form.get("system", ""), file, name, by=auth.person().name
        )
        return redirect(url_for("flags.comparison", comparison_id=made), 303)

    return _with_file(compare, "flags")


@blueprint.get("/comparisons/<int:comparison_id>")
def comparison(comparison_id: int) -> str:
    """Show one comparison: three lists, and what each difference opens."""
    return _comparison(comparison_id)


@blueprint.post("/comparisons/<int:comparison_id>/keep")
def keep(comparison_id: int) -> ResponseReturnValue:
    """Keep a preview as the record of the day."""
    engine.flagging.comparing.keep(auth.database(), comparison_id, by=auth.person().name)
    banner.success("The comparison is kept. Nothing was changed: ask for what differs below.")
    return redirect(url_for("flags.comparison", comparison_id=comparison_id), 303)


@blueprint.post("/comparisons/<int:comparison_id>/put-aside")
def put_aside(comparison_id: int) -> ResponseReturnValue:
    """Delete a preview."""
    engine.flagging.comparing.put_aside(auth.database(), comparison_id, by=auth.person().name)
    banner.success("The preview is deleted. Nothing was changed.")
    return redirect(url_for("flags.listed"), 303)


@blueprint.post("/comparisons/<int:comparison_id>/differences/<int:difference_id>/ask")
def ask(comparison_id: int, difference_id: int) -> ResponseReturnValue:
    """Ask for what puts one difference right."""
    engine.flagging.comparing.ask_for(auth.database(), difference_id, by=auth.person().name)
    banner.success("It is asked for. The systems team has it on its list.")
    return redirect(url_for("flags.comparison", comparison_id=comparison_id), 303)


@blueprint.post("/comparisons/<int:comparison_id>/differences/<int:difference_id>/done")
def done(comparison_id: int, difference_id: int) -> ResponseReturnValue:
    """Keep that a flag that was not ours is gone."""
    said = request.form.get("reference", "")
    try:
        engine.flagging.comparing.done(auth.database(), difference_id, said, by=auth.person().name)
    except engine.InvalidAnswers as invalid:
        href = f"#reference-{difference_id}"
        problems = [{"text": one.message, "href": href} for one in invalid.problems]
        return _comparison(comparison_id, problems=problems), _INVALID
    banner.success("It is kept that the flag is gone.")
    return redirect(url_for("flags.comparison", comparison_id=comparison_id), 303)


def _with_file(
    take: Callable[[IO[bytes], str], ResponseReturnValue], field: str
) -> ResponseReturnValue:
    """Hand the file that was sent on; show the page with what is wrong with it."""
    sent = request.files.get(field)
    try:
        if sent is None or not sent.filename:
            raise engine.InvalidAnswers([engine.Problem(field, "Choose a CSV file")])
        return take(BytesIO(sent.stream.read()), sent.filename)
    except engine.InvalidAnswers as invalid:
        problems = [{"text": one.message, "href": f"#{field}"} for one in invalid.problems]
        return _page(problems=problems, wrong=field), _INVALID


def _page(problems: Sequence[dict[str, str]] = (), wrong: str = "") -> str:
    me = auth.person()
    return render_template(
        "flags/list.html",
        systems=engine.flagging.flag_systems(auth.database(), me),
        comparisons=engine.flagging.records.comparisons(auth.database(), me),
        actions=engine.flagging.ACTIONS,
        compares=bool(engine.flagging.COMPARES.intersection(me.roles)),
        sets=bool(engine.flagging.SETS.intersection(me.roles)),
        problems=problems,
        wrong=wrong,
    )


def _comparison(comparison_id: int, problems: Sequence[dict[str, str]] = ()) -> str:
    me = auth.person()
    found = engine.flagging.records.comparison(auth.database(), comparison_id, me)
    return render_template(
        "flags/comparison.html",
        found=found,
        brief=found.brief,
        compares=bool(engine.flagging.COMPARES.intersection(me.roles)),
        sets=bool(engine.flagging.SETS.intersection(me.roles)),
        problems=problems,
    )
