"""One task: its form page by page, check your answers, completing it, and the letter it writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner
from web.filling import Filling, first_of_each, pressed, row_to_go_to
from web.questions import error_list, hidden_fields

blueprint = Blueprint("task", __name__, url_prefix="/tasks/<int:work_item_id>")

_INVALID = 422
#: The form that fills in a letter and issues it.
_LETTER_FORM = "issue_letter"


@dataclass(frozen=True)
class Desk:
    """One task as one person has it before them."""

    id: int
    view: engine.FormView
    filling: Filling

    @classmethod
    def of(cls, work_item_id: int) -> Desk:
        """Take up a task; NotFound, NotAllowed or Rejected when there is nothing to do for me."""
        view = engine.form_of_task(auth.database(), work_item_id, by=auth.person().name)
        if view.read_only:
            raise engine.NotAllowed(view.read_only)
        filling = Filling.begun(
            view.form,
            view.choices,
            view.today,
            suggested=view.defaults,
            typed=view.draft,
        )
        return cls(work_item_id, view, filling)

    @cached_property
    def page(self) -> engine.TaskPage:
        """Give what a page shows of the task; what only changes it need not read that."""
        return engine.task(auth.database(), self.id, auth.person())

    @property
    def writes_a_letter(self) -> bool:
        """Tell whether the form fills in a letter."""
        return self.view.form.name == _LETTER_FORM

    def save(self, filling: Filling) -> None:
        """Keep what was typed as the draft of the task; pages only passed by are no draft."""
        engine.save_draft(
            auth.database(),
            self.id,
            filling.typed,
            by=auth.person().name,
            said=filling.says_something,
        )

    def letter(self, filling: Filling) -> Any:
        """Give the letter as it stands; None when the task writes none."""
        if not self.writes_a_letter:
            return None
        return engine.letter_preview(auth.database(), self.id, filling.raw, by=auth.person().name)


@blueprint.get("")
def opened(work_item_id: int) -> ResponseReturnValue:
    """Show the task: its form if it is mine, what is asked if not, what was answered if over."""
    page = engine.task(auth.database(), work_item_id, auth.person())
    if not page.row.is_open:
        return render_template("task/over.html", task=page, submission=_given(page))
    view = engine.form_of_task(auth.database(), work_item_id, by=auth.person().name)
    if view.read_only or page.row.can_start:
        return render_template("task/not_mine.html", task=page, view=view)
    desk = Desk.of(work_item_id)
    if view.form.layout == "sections":
        return _sections(desk)
    first = desk.filling.first_open() or desk.filling.pages()[0]
    if view.form.layout == "pages":
        return redirect(_address(desk, first.id), 303)
    return _questions(desk, first.id)


@blueprint.get("/pages/<page_id>")
def page(work_item_id: int, page_id: str) -> ResponseReturnValue:
    """Show one page of the form with what was typed so far; what became of a task that is over."""
    desk = _desk_unless_over(work_item_id)
    return _questions(desk, page_id) if desk else _over(work_item_id)


@blueprint.post("/pages/<page_id>")
def answer(work_item_id: int, page_id: str) -> ResponseReturnValue:
    """Keep what one page sent as a draft, then go on, or show it again with what is wrong."""
    desk = Desk.of(work_item_id)
    if desk.filling.page(page_id) is None:
        abort(404)
    filling = desk.filling.with_post(page_id, request.form)
    desk.save(filling)
    button = pressed(request.form)
    if button == "rows":
        return redirect(_address(desk, page_id) + f"#{row_to_go_to(request.form)}", 303)
    if button == "preview":
        return redirect(_address(desk, page_id) + "#letter", 303)
    if button == "save":
        kept = _kept(desk, filling)
        banner.note(f"“{desk.page.row.name}” {kept}. Come back to it when you are ready.")
        return redirect(url_for("tasks.listed"), 303)
    problems = filling.problems_of(page_id)
    if problems:
        return _questions(desk, page_id, filling, problems), _INVALID
    onward = filling.after(page_id)
    return redirect(_address(desk, onward.id if onward else None), 303)


@blueprint.get("/check")
def check(work_item_id: int) -> ResponseReturnValue:
    """Show every answer before it counts, or what is missing; of a task that is over, the end."""
    desk = _desk_unless_over(work_item_id)
    if desk is None:
        return _over(work_item_id)
    return _check(desk, desk.filling, desk.filling.problems_of())


@blueprint.post("/check")
def complete(work_item_id: int) -> ResponseReturnValue:
    """Complete the task with exactly the answers that were shown."""
    desk = Desk.of(work_item_id)
    filling = desk.filling.with_post(None, request.form)
    person = auth.person()
    try:
        outcome = engine.complete(auth.database(), desk.id, filling.raw, by=person.name)
    except engine.InvalidAnswers as invalid:
        problems = first_of_each([(one.question, one.message) for one in invalid.problems])
        if desk.view.form.layout == "single":
            return _questions(desk, filling.pages()[0].id, filling, problems), _INVALID
        return _check(desk, filling, problems), _INVALID
    banner.told(outcome)
    return redirect(url_for("tasks.listed"), 303)


@blueprint.get("/letter.pdf")
def letter_pdf(work_item_id: int) -> ResponseReturnValue:
    """Give the letter as it would be printed now, from the draft."""
    desk = Desk.of(work_item_id)
    if not desk.writes_a_letter:
        abort(404)
    pdf = engine.letter_preview_pdf(
        auth.database(), desk.id, desk.filling.raw, by=auth.person().name
    )
    if pdf is None:
        banner.note("This machine cannot make PDFs. The preview below says the same.")
        return redirect(_address(desk, desk.filling.pages()[0].id) + "#letter", 303)
    return Response(pdf, mimetype="application/pdf")


def _desk_unless_over(work_item_id: int) -> Desk | None:
    """Take up a task; None for one that is over, reached by going back in the browser.

    Whoever may not open the page of its end is told by the refusal who did it.
    """
    try:
        return Desk.of(work_item_id)
    except engine.Rejected as over:
        try:
            engine.task(auth.database(), work_item_id, auth.person())
        except engine.NotFound:
            raise over from None
        return None


def _kept(desk: Desk, filling: Filling) -> str:
    """Say what became of the draft that was there when the page was sent."""
    if filling.says_something:
        return "is saved"
    if desk.view.draft_saved_at is None:
        return "stays as it was: nothing was typed"
    return "is empty again: what was typed before is taken out"


def _over(work_item_id: int) -> ResponseReturnValue:
    return redirect(url_for("task.opened", work_item_id=work_item_id), 303)


def _given(page: engine.TaskPage) -> engine.SubmissionPage | None:
    """Give what was answered when the task was completed; None where it is not to be seen."""
    if page.submission_id is None:
        return None
    try:
        return engine.submission(auth.database(), page.submission_id, auth.person())
    except engine.NotFound:
        return None


def _address(desk: Desk, page_id: str | None) -> str:
    """Give the address of one page of the form; None is the page that shows every answer."""
    if page_id is None:
        return url_for("task.check", work_item_id=desk.id)
    return url_for("task.page", work_item_id=desk.id, page_id=page_id)


def _sections(desk: Desk) -> str:
    pages = desk.filling.pages()
    states = [(page, desk.filling.status_of(page), _address(desk, page.id)) for page in pages]
    return render_template(
        "task/sections.html",
        task=desk.page,
        view=desk.view,
        states=states,
        ready=all(status in ("Completed", "Optional") for _, status, _ in states),
    )


def _questions(
    desk: Desk,
    page_id: str,
    filling: Filling | None = None,
    problems: Mapping[str, str] | None = None,
) -> str:
    """Draw one page of the form."""
    now = filling or desk.filling
    page = now.page(page_id)
    if page is None:
        abort(404)
    fields = now.fields(page, problems)
    pages = now.pages()
    return render_template(
        "task/questions.html",
        task=desk.page,
        view=desk.view,
        page=page,
        fields=fields,
        problems=error_list(fields, problems or {}, _pages_of(desk, now)),
        place=(pages.index(page) + 1, len(pages)),
        letter=desk.letter(now),
    )


def _check(desk: Desk, filling: Filling, problems: Mapping[str, str]) -> str:
    """Draw check your answers, with what still has to be mended."""
    return render_template(
        "task/check.html",
        task=desk.page,
        view=desk.view,
        spoken=[(page, rows, _address(desk, page.id)) for page, rows in filling.spoken()],
        problems=error_list([], problems, _pages_of(desk, filling)),
        wrong=problems,
        hidden=hidden_fields(filling.form.questions, filling.raw),
        letter=None if problems else desk.letter(filling),
    )


def _pages_of(desk: Desk, filling: Filling) -> dict[str, str]:
    """Give the name of each field -> address of its page, with the first box of the question."""
    return {
        field.name: f"{_address(desk, page.id)}#{field.first_input}"
        for page in filling.pages()
        for top in filling.fields(page)
        for field in top.everything()
    }
