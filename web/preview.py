"""A form as it would be asked, drawn from a file that may still be wrong; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import render_template
from markupsafe import Markup

import forms
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


def broken_preview(said: Sequence[str]) -> Markup:
    """Say that there is no preview yet, and what has to be mended for one."""
    return Markup(render_template("drafts/preview_broken.html", said=said))


def _fields(
    questions: Sequence[forms.Question], offered: Mapping[str, Sequence[forms.Choice]]
) -> list[Field]:
    return fields_of(questions, Around({}, offered), _PREFIX)
