"""A form: its pages and questions, loaded from a YAML file and checked while loading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from forms.marked import FormFileError, Problems, Section, read
from forms.questions import Question, read_questions
from forms.questions.choices import Radios
from forms.questions.question import SNAKE_CASE
from forms.questions.rows import Rows

#: sections: a list with a page each; single: one page; pages: one after the other.
Layout = Literal["sections", "single", "pages"]
_LAYOUTS: tuple[Layout, ...] = ("sections", "single", "pages")


@dataclass(frozen=True)
class Page:
    """One page of a form."""

    id: str
    title: str
    #: Markdown shown above the questions.
    intro: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Form:
    """One form as its process owner wrote it; immutable, shared between threads."""

    #: As the file is called and as diagrams name it.
    name: str
    title: str
    #: Markdown shown on top of the form.
    intro: str
    source: str
    layout: Layout
    pages: tuple[Page, ...]
    #: Registered checks that need the case to judge.
    checks: tuple[str, ...]
    #: The registered function that stores the answers where they belong; "" for none.
    records: str

    @property
    def questions(self) -> tuple[Question, ...]:
        """Give every question in the order in which it is asked."""
        return tuple(question for page in self.pages for question in page.questions)

    @property
    def questions_and_columns(self) -> tuple[Question, ...]:
        """Give every question, those inside repeated groups right after their group."""
        return tuple(
            one
            for question in self.questions
            for one in (question, *(question.columns if isinstance(question, Rows) else ()))
        )

    @property
    def providers(self) -> frozenset[str]:
        """Name the lists of the case that the questions offer."""
        return frozenset(
            one.choices
            for one in self.questions_and_columns
            if isinstance(one, Radios) and one.choices
        )

    def page(self, page_id: str) -> Page | None:
        """Give a page by its id, None when there is none."""
        return next((page for page in self.pages if page.id == page_id), None)

    def need_page(self, page_id: str) -> Page:
        """Give a page by its id; KeyError when there is none."""
        page = self.page(page_id)
        if page is None:
            raise KeyError(f"Expected a page of {self.name}, but it has no page {page_id}.")
        return page

    def question(self, question_id: str) -> Question | None:
        """Give a question by its id, None when there is none."""
        return next((one for one in self.questions if one.id == question_id), None)


def load_form(name: str, content: bytes) -> Form:
    """Read a form file; FormFileError with every problem and its line when it cannot be used.

    name: the file's name without its ending, which the key ``form`` must repeat.
    """
    problems: Problems = []
    marked = read(content, problems)
    if marked is None:
        raise FormFileError(problems)
    section = Section.of(marked, "this form", problems)
    form = Form(
        name=_name(section, name),
        title=section.text("title", required=True),
        intro=section.text("intro"),
        source=section.text("source", required=True),
        layout=_layout(section),
        pages=tuple(_pages(section)),
        checks=section.texts("checks"),
        records=section.text("records"),
    )
    section.finish()
    _check_form(form, section)
    if problems:
        raise FormFileError(problems)
    return form


def with_questions(form: Form, page_id: str, title: str, questions: Sequence[Question]) -> Form:
    """Give the form with a page of more questions in front; the form itself when there are none.

    FormFileError when a page or question of that id is already there.
    """
    if not questions:
        return form
    taken = {page.id for page in form.pages} & {page_id}
    taken |= {question.id for question in form.questions} & {one.id for one in questions}
    if taken:
        names = ", ".join(f"“{name}”" for name in sorted(taken))
        said = (
            f"Expected the questions asked before the form “{form.title}” to have ids of their "
            f"own, but it has {names} too. Give them other ids."
        )
        raise FormFileError([(0, said)])
    page = Page(page_id, title, "", tuple(questions))
    return replace(form, pages=(page, *form.pages))


def _name(section: Section, name: str) -> str:
    said = section.text("form", required=True)
    if said and said != name:
        section.tell(f"Expected form to be {name}, as the file is called, not {said}.", "form")
    if not SNAKE_CASE.fullmatch(name):
        section.tell(f"Expected the file's name in small letters, digits and _, not {name}.")
    return name


def _layout(section: Section) -> Layout:
    said = section.text("layout") or "single"
    for layout in _LAYOUTS:
        if said == layout:
            return layout
    section.tell(f"Expected layout to be one of {', '.join(_LAYOUTS)}, not “{said}”.", "layout")
    return "single"


def _pages(section: Section) -> Iterator[Page]:
    seen: set[str] = set()
    earlier: list[Question] = []
    for one in section.sections("pages", "this page"):
        page_id = one.text("page", required=True)
        if page_id and not SNAKE_CASE.fullmatch(page_id):
            one.tell(f"Expected page in small letters, digits and _, not “{page_id}”.", "page")
        if page_id in seen:
            one.tell(f"Expected the page {page_id} once, but it stands twice.", "page")
        seen.add(page_id)
        questions = read_questions(one.sections("questions", "this question"), earlier)
        earlier.extend(questions)
        yield Page(page_id, one.text("title", required=True), one.text("intro"), questions)
        one.finish()


def _check_form(form: Form, section: Section) -> None:
    if not form.pages:
        section.tell("Expected pages, but there are none. Add a page with questions.")
    if form.layout == "single" and len(form.pages) > 1:
        section.tell(
            f"Expected one page, because the layout is single, but there are {len(form.pages)}. "
            "Use the layout sections or pages.",
            "layout",
        )
    variables = [question.variable for question in form.questions if question.variable]
    for variable in sorted({one for one in variables if variables.count(one) > 1}):
        section.tell(f"Expected the variable {variable} once, but two questions set it.")
