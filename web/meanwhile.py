"""What somebody else changed while a page was filled in stays, or is asked about: nothing is lost.

A page begins with what stands there and sends along what it began with.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import forms
from web.filling import Filling

#: The field with which a form says what it began with.
BEGAN = "began"
#: Before the name of a field: what stood in it when the page was drawn.
WAS = "was-"
_SHOWN = 80


def as_begun(defaults: Mapping[str, Any]) -> str:
    """Write down what a form begins with, for the page to send along."""
    return json.dumps(defaults, ensure_ascii=False, sort_keys=True)


def of_form(filling: Filling, began: str, now: Mapping[str, Any]) -> tuple[Filling, dict[str, str]]:
    """Take into a form what others changed and its writer did not; gives what both changed.

    began: as ``as_begun`` wrote it; anything else changes nothing. now: what stands there now.
    """
    try:
        before = json.loads(began)
    except ValueError:
        return filling, {}
    if not isinstance(before, dict) or before == dict(now):
        return filling, {}
    typed, was, stands = (_values(filling, raw) for raw in (filling.raw, before, now))
    raw, problems = dict(filling.raw), {}
    for question in filling.form.questions:
        name = question.id
        if stands.get(name) in (was.get(name), typed.get(name)):
            continue
        if typed.get(name) == was.get(name):
            raw.pop(name, None)
            raw.update({name: now[name]} if name in now else {})
        else:
            shown = question.shown(stands[name], {}) if name in stands else ""
            problems[name] = _both(shown)
    return replace(filling, raw=raw), problems


def of_fields(
    sent: Mapping[str, str], now: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Do the same for a page of plain fields; gives what is to be kept, and what both changed."""
    kept, problems = dict(sent), {}
    for name, stands in now.items():
        was = sent.get(f"{WAS}{name}")
        typed = sent.get(name, "")
        if was is None or _plain(stands) in (_plain(was), _plain(typed)):
            continue
        if _plain(typed) == _plain(was):
            kept[name] = stands
        else:
            problems[name] = _both(stands)
    return kept, problems


def _values(filling: Filling, raw: Mapping[str, Any]) -> dict[str, Any]:
    return forms.values_so_far(filling.form, raw, choices=filling.choices, today=filling.today)


def _both(stands: str) -> str:
    short = f"{stands[:_SHOWN]}…" if len(stands) > _SHOWN else stands
    said = f"says “{short}” now" if short else "is empty now"
    return (
        f"Somebody else changed this while you filled it in: it {said}. Check which is right, then "
        "send it again."
    )


def _plain(text: str) -> str:
    return text.replace("\r", "").strip()
