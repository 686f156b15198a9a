"""A form file is read whole: either a form comes out, or every problem with its line."""

from __future__ import annotations

import textwrap

import pytest

import forms
from forms import FormFileError

GOOD = textwrap.dedent(
    """\
    form: talk
    title: Talk with the customer
    intro: Read this first.
    source: R-013
    layout: sections
    pages:
      - page: behaviour
        title: The behaviour
        intro: What was seen.
        questions:
          - id: mediation
            type: radios
            label: Did they accept mediation?
            variable: mediation
            source: R-020
            options:
              - {value: accepted, label: Accepted, hint: Both sides}
              - {value: no, label: No}
          - id: mediator
            type: text
            label: Who mediates?
            when: {mediation: accepted}
            messages: {required: Enter who mediates}
            max_length: 80
      - page: people
        title: People
        questions:
          - {id: health, type: textarea, label: Needs, optional: yes, restricted: true,
             source: R-109}
    checks: [time_to_change_is_enough]
    records: informal_conversation
    """
)


def problems_of(content: str, name: str = "talk") -> list[tuple[int, str]]:
    with pytest.raises(FormFileError) as error:
        forms.load_form(name, content.encode())
    return error.value.problems


def test_a_form_holds_what_its_file_says() -> None:
    form = forms.load_form("talk", GOOD.encode())
    assert (form.name, form.title, form.layout) == ("talk", "Talk with the customer", "sections")
    assert (form.checks, form.records) == (("time_to_change_is_enough",), "informal_conversation")
    assert [page.id for page in form.pages] == ["behaviour", "people"]
    mediation, mediator, health = form.questions
    assert [option.value for option in mediation.options] == ["accepted", "no"]
    assert mediation.variable == "mediation"
    assert mediator.when == {"mediation": ("accepted",)}
    assert mediator.say("required") == "Enter who mediates"
    assert health.restricted
    assert health.optional
    assert form.question("mediator") is mediator
    assert form.question("nobody") is None
    assert form.page("nowhere") is None


def test_every_problem_is_told_at_once_with_its_line() -> None:
    content = textwrap.dedent(
        """\
        form: other
        titel: Talk
        layout: rows
        pages:
          - page: Behaviour
            title: The behaviour
            questions:
              - id: Mediation
                type: radios
                label: Did they?
              - id: who
                type: chooser
                label: Who?
                when: {mediation: "yes"}
                variable: Who Is It
              - id: who
                type: number
                label: How many?
                min: many
                restricted: perhaps
                messages: {requird: Say it}
        """
    )
    told = problems_of(content)
    assert told == sorted(told)
    expected = [
        (1, "Expected form to be talk"),
        (1, "Expected this form to have a title"),
        (1, "Expected this form to have a source"),
        (2, "Did you mean title?"),
        (3, "Expected layout to be one of sections, single, pages"),
        (5, "small letters, digits and _, not “Behaviour”"),
        (8, "Expected id to be small letters"),
        (8, "Expected options to choose from"),
        (11, "Expected a source for who, because it steers the process"),
        (12, "but the type is “chooser”"),
        (14, "Expected when to name a question asked before this one"),
        (15, "Expected variable to be small letters"),
        (16, "Expected the id who once"),
        (19, "Expected min to be a whole number"),
        (20, "Expected restricted to be true or false"),
        (21, "Did you mean required?"),
    ]
    for line, words in expected:
        assert any(one == line and words in said for one, said in told), (line, words, told)
    assert len(told) == len(expected)


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("type: text\n", "type: text\n        columns: []\n"), 21, "Expected no “columns”"),
        (("accepted}\n", "declined}\n"), 22, "Expected when to name an answer of mediation"),
        (("when: {mediation: accepted}", "when: {mediator: x}"), 22, "a question asked before"),
        (("  - page: people", "  - page: behaviour"), 25, "Expected the page behaviour once"),
        (("id: health", "id: mediator"), 28, "Expected the id mediator once"),
        (("layout: sections", "layout: single"), 5, "Expected one page"),
        ((",\n         source: R-109", ""), 27, "because it asks restricted details"),
        (("restricted: true", "restricted: true, variable: health"), 28, "not to enter the engine"),
        (("{value: no, ", "{value: accepted, "), 18, "“accepted” stands twice"),
        (("max_length: 80", "max_length: 0"), 24, "Expected max_length to be 1 or more"),
        (("title: People", "title: [People]"), 26, "Expected title to be a text"),
        (("checks: [time", "checks: {time"), 30, "Expected YAML"),
        (("form: talk", "form: &anchor talk\nmore: *anchor"), 1, "Expected no anchors"),
    ],
)
def test_a_mistake_is_told_where_it_is(change: tuple[str, str], line: int, words: str) -> None:
    assert change[0] in GOOD
    told = problems_of(GOOD.replace(*change, 1))
    assert any(words in said and abs(one - line) <= 1 for one, said in told), told


@pytest.mark.parametrize("content", ["", "# nothing", "- a list", "text", "form: talk"])
def test_a_file_without_a_form_is_told(content: str) -> None:
    assert problems_of(content)


def test_a_file_in_another_encoding_is_told() -> None:
    with pytest.raises(FormFileError, match="UTF-8"):
        forms.load_form("talk", GOOD.encode("utf-16"))


def test_groups_hold_columns_and_no_groups() -> None:
    group = textwrap.dedent(
        """\
        form: talk
        title: T
        source: R-001
        pages:
          - page: one
            title: One
            questions:
              - id: limits
                type: rows
                label: Limits
                at_least: 3
                at_most: 2
                columns:
                  - {id: kind, type: text, label: Kind, variable: kind, source: R-004}
                  - {id: inner, type: rows, label: Inner, columns: []}
              - {id: empty, type: rows, label: Empty}
        """
    )
    told = [said for _, said in problems_of(group)]
    for words in (
        "Expected at_least to be 0 or more",
        "Expected no variable, restricted or default_from inside a group",
        "Expected no group inside a group",
        "Expected columns, the questions of each entry",
    ):
        assert any(words in said for said in told), told


def test_a_page_of_more_questions_goes_in_front() -> None:
    form = forms.load_form("talk", GOOD.encode())
    more = forms.load_form(
        "more",
        b"form: more\ntitle: M\nsource: R-001\npages:\n  - page: a\n    title: A\n    questions:\n"
        b"      - {id: asked, type: text, label: Asked}\n",
    ).questions
    assert [page.id for page in forms.with_questions(form, "letter", "The letter", more).pages] == [
        "letter",
        "behaviour",
        "people",
    ]
    assert forms.with_questions(form, "letter", "The letter", ()) is form
    with pytest.raises(FormFileError, match="ids of their own"):
        forms.with_questions(form, "letter", "The letter", form.questions)
