"""The steps of a draft's diagram as a list, and one step changed by a form: without drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner, findings, step_words, words
from web.step_fields import NOTHING_TYPED, StepField, Typed, fields_of
from web.views.draft_files import urls_of, version_sent

blueprint = Blueprint("draft_steps", __name__, url_prefix="/drafts/<int:draft_id>/steps/bpmn")

_INVALID = 422
_OVERTAKEN = 409
_NOT_A_FIELD = frozenset({"csrf_token", "version", "action"})


@dataclass(frozen=True)
class Desk:
    """One diagram of a draft as one person has it before them."""

    page: engine.DraftPage
    file: engine.DraftFile

    @classmethod
    def of(cls, draft_id: int, name: str) -> Desk:
        """Take up a diagram; 404 when the draft has none of that name."""
        path = f"bpmn/{name}"
        if not path.endswith(".bpmn"):
            abort(404)
        page = engine.draft(auth.database(), draft_id, auth.person())
        file = engine.draft_file(auth.database(), draft_id, path, auth.person())
        if file.state == "removed":
            abort(404)
        return cls(page, file)

    @property
    def found(self) -> list[engine.Finding]:
        """Give what is wrong in this file."""
        return [one for one in self.page.findings if one.file == self.file.path]

    def about(self, step: engine.DraftStep) -> tuple[findings.Placed, ...]:
        """Give what is wrong with one step, or with a way out of it."""
        ids = {step.element_id, *(way.flow_id for way in step.onward)} - {""}
        here = [one for one in self.found if one.element_id in ids]
        return findings.placed(self.page.brief.id, here, [self.file.path])

    def shared(self) -> dict[str, Any]:
        """Give what every page of the diagram shows."""
        return {
            "draft": self.page.brief,
            "file": self.file,
            "may_edit": self.page.brief.state == "open",
            "urls": urls_of(self.page.brief.id, self.file.path),
        }


@blueprint.get("/<name>")
def listed(draft_id: int, name: str) -> ResponseReturnValue:
    """Show the steps of a diagram in order, each with what it says and the way to change it."""
    desk = Desk.of(draft_id, name)
    try:
        steps = engine.steps_of(desk.file.content, desk.file.path)
    except engine.InvalidRelease as unreadable:
        said = [finding.message for finding in unreadable.findings]
        return render_template("drafts/steps_unreadable.html", said=said, **desk.shared())
    vocabulary = engine.vocabulary(auth.database(), draft_id, auth.person())
    shown = [(step, step_words.facts_of(step, vocabulary), desk.about(step)) for step in steps]
    ids = {one for step in steps for one in (step.element_id, *(w.flow_id for w in step.onward))}
    rest = [one for one in desk.found if one.element_id not in ids - {""}]
    return render_template(
        "drafts/steps.html",
        processes=[
            (process_id, list(inside))
            for process_id, inside in groupby(shown, key=lambda one: one[0].process_id)
        ],
        rest=findings.placed(draft_id, rest, [desk.file.path]),
        name=name,
        **desk.shared(),
    )


@blueprint.get("/<name>/<element_id>")
def edit(draft_id: int, name: str, element_id: str) -> ResponseReturnValue:
    """Show one step with everything that can be changed about it."""
    return _edited(Desk.of(draft_id, name), name, element_id)


@blueprint.post("/<name>/<element_id>")
def change(draft_id: int, name: str, element_id: str) -> ResponseReturnValue:
    """Keep what was changed about a step; what cannot be kept comes back with what was typed."""
    typed = {key: text for key, text in request.form.items() if key not in _NOT_A_FIELD}
    if request.form.get("action") == "show_date":
        return _edited(Desk.of(draft_id, name), name, element_id, Typed(typed, {}))
    try:
        saved = engine.change_draft_step(
            auth.database(),
            draft_id,
            (f"bpmn/{name}", element_id),
            typed,
            version=version_sent(),
            person=auth.person(),
        )
    except engine.InvalidAnswers as invalid:
        problems = {one.question: one.message for one in invalid.problems}
        desk = Desk.of(draft_id, name)
        return _edited(desk, name, element_id, Typed(typed, problems)), _INVALID
    except engine.Overtaken as overtaken:
        desk = Desk.of(draft_id, name)
        back = Typed(typed, {"": str(overtaken)}, is_overtaken=True)
        return _edited(desk, name, element_id, back), _OVERTAKEN
    here = [one for one in saved.findings if one.element_id == element_id]
    said = f"Saved {words.moment(saved.saved_at)}." if saved.saved_at else "Nothing was changed."
    banner.success(f"{said} {_to_mend(here)}")
    return redirect(_after(draft_id, name, element_id, typed), 303)


@blueprint.post("/<name>/<element_id>/add")
def add(draft_id: int, name: str, element_id: str) -> ResponseReturnValue:
    """Add a step behind one, and go on to fill in what it asks for."""
    typed = {key: request.form.get(key, "") for key in ("new_name", "new_kind")}
    try:
        saved, new_id = engine.add_draft_step(
            auth.database(),
            draft_id,
            (f"bpmn/{name}", element_id),
            (typed["new_kind"], typed["new_name"]),
            version=version_sent(),
            person=auth.person(),
        )
    except engine.InvalidAnswers as invalid:
        problems = {
            f"new_{one.question}" if one.question else "": one.message for one in invalid.problems
        }
        desk = Desk.of(draft_id, name)
        return _edited(desk, name, element_id, Typed(typed, problems)), _INVALID
    except engine.Overtaken as overtaken:
        desk = Desk.of(draft_id, name)
        return _edited(desk, name, element_id, Typed(typed, {"": str(overtaken)})), _OVERTAKEN
    banner.success(f"The step is added, {words.moment(saved.saved_at)}. Say what it asks for.")
    return redirect(url_for(".edit", draft_id=draft_id, name=name, element_id=new_id), 303)


@blueprint.route("/<name>/<element_id>/remove", methods=["GET", "POST"])
def remove(draft_id: int, name: str, element_id: str) -> ResponseReturnValue:
    """Ask whether a step is to be taken out of the diagram, then do it."""
    desk = Desk.of(draft_id, name)
    step = _step(desk, element_id)
    if not step.can_be_removed:
        abort(404)
    if request.method == "GET":
        return render_template(
            "drafts/step_remove.html",
            step=step,
            name=name,
            version=desk.file.version,
            problems=[],
            **desk.shared(),
        )
    try:
        engine.remove_draft_step(
            auth.database(),
            draft_id,
            (desk.file.path, element_id),
            version=version_sent(),
            person=auth.person(),
        )
    except (engine.InvalidAnswers, engine.Overtaken) as refusal:
        code = _OVERTAKEN if isinstance(refusal, engine.Overtaken) else _INVALID
        return _edited(desk, name, element_id, Typed({}, {"": str(refusal)})), code
    banner.success(f"“{step.title}” is taken out. What led to it goes on to what came after it.")
    return redirect(url_for(".listed", draft_id=draft_id, name=name), 303)


def _after(draft_id: int, name: str, element_id: str, typed: Mapping[str, str]) -> str:
    """Give where to go on: to the list, or to the step again when it now has other boxes."""
    again = request.form.get("action") == "save_and_stay"
    if again:
        return url_for(".edit", draft_id=draft_id, name=name, element_id=element_id)
    return url_for(".listed", draft_id=draft_id, name=name, _anchor=f"step-{element_id}")


def _edited(desk: Desk, name: str, element_id: str, typed: Typed = NOTHING_TYPED) -> str:
    steps = _steps(desk)
    step = _step(desk, element_id)
    draft_id = desk.page.brief.id
    vocabulary = engine.vocabulary(auth.database(), draft_id, auth.person())
    fields = fields_of(step, vocabulary, typed)
    place = steps.index(step)
    return render_template(
        "drafts/step.html",
        step=step,
        name=name,
        fields=fields,
        dates={one.name: _date(draft_id, one) for one in fields if one.is_dated and one.text},
        facts=step_words.facts_of(step, vocabulary),
        found=desk.about(step),
        problems=_summary(fields, typed),
        typed=typed,
        version=desk.file.version,
        before=steps[place - 1] if place else None,
        after=steps[place + 1] if place + 1 < len(steps) else None,
        functions=vocabulary.functions,
        facts_of_a_case=[one for one in vocabulary.facts if one.value.endswith(_DATES)],
        **desk.shared(),
    )


#: How the facts of a case are called that are dates.
_DATES = ("_on", "_due", "today", "_after")


def _steps(desk: Desk) -> tuple[engine.DraftStep, ...]:
    try:
        return engine.steps_of(desk.file.content, desk.file.path)
    except engine.InvalidRelease:
        abort(404)


def _step(desk: Desk, element_id: str) -> engine.DraftStep:
    """Give one step of the diagram; 404 when there is none."""
    found = next((one for one in _steps(desk) if one.element_id == element_id), None)
    return found if found is not None else abort(404)


def _date(draft_id: int, field: StepField) -> engine.DuePreview:
    return engine.due_preview(auth.database(), draft_id, field.text, auth.person())


def _summary(fields: Sequence[StepField], typed: Typed) -> list[dict[str, str]]:
    """Give the lines of the error summary, each leading to its box."""
    boxes = {field.name: f"#{field.id}" for field in fields}
    boxes |= {"new_name": "#new_name", "new_kind": "#new_kind"}
    return [
        {"text": text, "href": boxes[name]} if name in boxes else {"text": text}
        for name, text in typed.problems.items()
    ]


def _to_mend(here: Sequence[engine.Finding]) -> str:
    errors = sum(one.severity == "error" for one in here)
    if errors:
        return f"{words.counted(errors, 'thing')} to mend in this step."
    return ""
