"""A form as it would be asked and a letter as it would read, from files that may still be wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flask import render_template
from markupsafe import Markup

import forms
from web import words
from web.questions import Around, Field, fields_of

#: Before each name in a preview: it must not be the name of anything else in the page.
_PREFIX = "preview."
#: What a list of the case could offer.
_SAMPLES = (
    forms.Choice("sample-1", "Sam Example"),
    forms.Choice("sample-2", "Alex Sample"),
)


def form_preview(name: str, content: bytes) -> Markup:
    """Give a form as part of a page, every page of it one below the other, or what is in the way.

    name: of its file without the ending, which the form must repeat.
    """
    try:
        form = forms.load_form(name, content)
    except forms.FormFileError as broken:
        return broken_preview([said for _, said in broken.problems])
    offered = dict.fromkeys(form.providers, _SAMPLES)
    pages = [(page, _fields(page.questions, offered)) for page in form.pages]
    return Markup(render_template("drafts/preview_form.html", form=form, pages=pages))


def letter_preview(name: str, content: bytes) -> Markup:
    """Give a letter as part of a page, each part with the words that say when it is said.

    name: of its file without the ending, which the letter must repeat. What the case fills in
    stands there in brackets, by its name.
    """
    try:
        template = forms.load_letter(name, content)
    except forms.FormFileError as broken:
        return broken_preview([said for _, said in broken.problems])
    parts = [(_only_when(block), _written(template, block)) for block in template.blocks]
    return Markup(render_template("drafts/preview_letter.html", letter=template, parts=parts))


def broken_preview(said: Sequence[str]) -> Markup:
    """Say that there is no preview yet, and what has to be mended for one."""
    return Markup(render_template("drafts/preview_broken.html", said=said))


def _fields(
    questions: Sequence[forms.Question], offered: Mapping[str, Sequence[forms.Choice]]
) -> list[Field]:
    return fields_of(questions, Around({}, offered), _PREFIX)


def _written(template: forms.LetterTemplate, block: forms.Block) -> Markup:
    """Give one part of a letter with a sample for each of its placeholders."""
    labels = {question.id: question.label for question in template.asks}
    facts: dict[str, str] = {
        name: f"({labels.get(name, name.replace('_', ' '))})" for name in block.placeholders
    }
    if block.when:
        facts[block.when] = (
            block.when_values[0] if block.when_values else facts.get(block.when, "x")
        )
    alone = replace(template, blocks=(block,), required_blocks={})
    # Our own renderer made this; it escapes what the file and the samples say.
    return Markup(forms.write_letter(alone, facts).html)


def _only_when(block: forms.Block) -> str:
    if not block.when:
        return ""
    name = f"“{words.plain(block.when.removesuffix('_code'))}”"
    if not block.when_values:
        return f"Said only when there is something to say about {name}"
    values = " or ".join(f"“{words.plain(value).lower()}”" for value in block.when_values)
    return f"Said only when {name} is {values}"
