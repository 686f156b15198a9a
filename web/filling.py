"""A form that somebody is filling in: what is typed so far, which page comes next, what is left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from werkzeug.datastructures import MultiDict

import forms
from web.questions import Around, Field, Problems, fields_of

Status = Literal["Completed", "In progress", "Not started", "Optional"]


@dataclass(frozen=True)
class Filling:
    """One form, the lists it offers and the answers typed so far."""

    form: forms.Form
    choices: Mapping[str, Sequence[forms.Choice]]
    today: dt.date
    #: Everything to be shown: what was typed, else what the case suggests.
    raw: Mapping[str, Any]
    #: Ids of the questions that somebody has answered or passed by.
    touched: frozenset[str] = field(default_factory=frozenset)
    #: What the case suggests, which nobody typed.
    suggested: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def begun(
        cls,
        form: forms.Form,
        choices: Mapping[str, Sequence[forms.Choice]],
        today: dt.date,
        *,
        suggested: Mapping[str, Any] | None = None,
        typed: Mapping[str, Any] | None = None,
    ) -> Filling:
        """Take up a form where it was left; what was typed wins over what is suggested."""
        told, first = dict(typed or {}), dict(suggested or {})
        return cls(form, choices, today, {**first, **told}, frozenset(told), first)

    @property
    def typed(self) -> dict[str, Any]:
        """Give what a draft keeps: the answers somebody has seen, not those only suggested."""
        return {name: raw for name, raw in self.raw.items() if name in self.touched}

    @property
    def says_something(self) -> bool:
        """Tell whether anything was answered otherwise than it stood there to begin with."""
        before = self._texts(self.suggested)
        return any(text != before.get(name, "") for name, text in self._texts(self.raw).items())

    def with_post(self, page_id: str | None, post: MultiDict[str, str]) -> Filling:
        """Give the filling with what one page (None: the whole form) has sent."""
        sent = forms.raw_from_post(self.form, page_id, post.to_dict(flat=False))
        return Filling(
            self.form,
            self.choices,
            self.today,
            {**self.raw, **sent},
            self.touched | set(sent),
            self.suggested,
        )

    def pages(self) -> list[forms.Page]:
        """Give the pages that these answers lead through."""
        return forms.pages_asked(self.form, self.raw)

    def page(self, page_id: str) -> forms.Page | None:
        """Give one of these pages; None when it does not exist or is not asked."""
        return next((page for page in self.pages() if page.id == page_id), None)

    def fields(self, page: forms.Page, problems: Problems | None = None) -> list[Field]:
        """Give the fields of one page."""
        return fields_of(page.questions, self._around(page.questions, problems))

    def all_fields(self, problems: Problems | None = None) -> list[tuple[forms.Page, list[Field]]]:
        """Give the fields of every page, for a form that is shown whole."""
        fields = fields_of(self.form.questions, self._around(self.form.questions, problems))
        by_page: dict[str, list[Field]] = {}
        for one in fields:
            by_page.setdefault(self.page_of(one.question.id).id, []).append(one)
        return [(page, by_page[page.id]) for page in self.form.pages if page.id in by_page]

    def problems_of(self, page_id: str | None = None) -> dict[str, str]:
        """Give what is wrong on one page, or anywhere: name of the field -> the first sentence."""
        try:
            if page_id is None:
                forms.check(self.form, self.raw, choices=self.choices, today=self.today)
            else:
                forms.check_page(
                    self.form, page_id, self.raw, choices=self.choices, today=self.today
                )
        except forms.AnswersInvalid as invalid:
            return first_of_each(invalid.problems)
        return {}

    def status_of(self, page: forms.Page) -> Status:
        """Say how far one page is."""
        complete = forms.page_is_complete(
            self.form, page.id, self.raw, choices=self.choices, today=self.today
        )
        if page.questions and not self._is_touched(page):
            return "Optional" if complete and _asks_for_nothing(page) else "Not started"
        return "Completed" if complete else "In progress"

    def after(self, page_id: str) -> forms.Page | None:
        """Give the page to go on with: the next that is not done, else an earlier one or None."""
        pages = self.pages()
        place = next((n for n, page in enumerate(pages) if page.id == page_id), -1)
        others = [*pages[place + 1 :], *pages[: max(place, 0)]]
        return next((page for page in others if not self._is_done(page, pages)), None)

    def first_open(self) -> forms.Page | None:
        """Give the first page that is not done; None when everything is."""
        pages = self.pages()
        return next((page for page in pages if not self._is_done(page, pages)), None)

    def spoken(self) -> list[tuple[forms.Page, list[tuple[forms.Question, str, str]]]]:
        """Give check your answers: page, then (question, label, text)."""
        return forms.summary(self.form, self.raw, self.choices)

    def page_of(self, question_id: str) -> forms.Page:
        """Give the page a question of the form stands on."""
        return next(
            page
            for page in self.form.pages
            if any(question.id == question_id for question in page.questions)
        )

    def _texts(self, raw: Mapping[str, Any]) -> dict[str, str]:
        summed = forms.summary(self.form, raw, self.choices)
        return {question.id: text.strip() for _, asked in summed for question, _, text in asked}

    def _around(self, here: Sequence[forms.Question], problems: Problems | None) -> Around:
        ids = {question.id for question in here}
        return Around(
            raw=self.raw,
            choices=self.choices,
            problems=problems or {},
            elsewhere={
                question.id: question.given(self.raw.get(question.id))
                for page in self.pages()
                for question in forms.questions_asked(self.form, page.id, self.raw)
                if question.id not in ids
            },
        )

    def _is_touched(self, page: forms.Page) -> bool:
        return any(question.id in self.touched for question in page.questions)

    def _is_done(self, page: forms.Page, pages: Sequence[forms.Page]) -> bool:
        """Tell whether a page was passed; one that is only read, when a later one was."""
        if page.questions:
            return self._is_touched(page) and self.status_of(page) == "Completed"
        later = pages[[one.id for one in pages].index(page.id) + 1 :]
        return any(self._is_touched(one) for one in later)


def first_of_each(problems: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Give the first sentence of each field, in the order of the form."""
    found: dict[str, str] = {}
    for name, sentence in problems:
        found.setdefault(name, sentence)
    return found


def pressed(post: Mapping[str, Any]) -> str:
    """Give the button that sent a form: continue, save, change... or rows for add and remove."""
    if any(name.startswith(("add.", "remove.")) for name in post):
        return "rows"
    return str(post.get("action", "continue"))


def row_to_go_to(post: Mapping[str, Any]) -> str:
    """Give the id in the page where the group stands whose rows were changed."""
    name = next((key for key in post if key.startswith(("add.", "remove."))), "")
    return f"add-{name.split('.')[1]}" if name else ""


def _asks_for_nothing(page: forms.Page) -> bool:
    return all(question.optional for question in page.questions)
