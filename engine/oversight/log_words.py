"""What the log keeps, in the words of the pages: people, forms, letters, days and kinds."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from engine.calendar import said
from engine.queries import words
from engine.queries.kinds import NAMES
from engine.queries.reading import Reading
from engine.releases import Bundle, bundle, current_release_id

#: Name of a value -> what kind of thing it names, where its own name does not say it.
_KINDS: Mapping[str, str] = {
    "class": "evidence_class",
    "ended_with": "ending",
    "gained": "role",
    "lost": "role",
    "roles": "role",
    "ways": "way",
    "contact_method": "channel",
    "behaviour_kinds": "behaviour",
    "attested": "attestation",
}
#: Name of a value -> what it is called, where its own name would say little.
_CALLED: Mapping[str, str] = {
    "sha256": "Fingerprint",
    "record": "Fingerprint of its PDF, address and proof",
    "to": "With",
    "draft_of": "Draft typed by",
    "case_id": "Case",
    "spoc": "Single point of contact",
    "on": "Day",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}\S*", re.ASCII)
#: What nobody types: a name kept for something, such as ``customer_left``.
_CODE = re.compile(r"[a-z]+(_[a-z0-9]+)+", re.ASCII)
_YES_NO = {True: "yes", False: "no", None: "nothing"}


class LogWords:
    """Puts what links of the log keep into words, for one page of it."""

    def __init__(self, look: Reading) -> None:
        self._look = look

    @cached_property
    def _release(self) -> Bundle:
        return bundle(self._look.session, current_release_id(self._look.session))

    def lines(self, value: Any) -> tuple[str, ...]:
        """Write what was kept as one line a value; () where nothing was."""
        if value is None:
            return ()
        if isinstance(value, dict):
            return tuple(f"{_called(name)}: {self._said(name, one)}" for name, one in value.items())
        return (self._said("", value),)

    def _said(self, name: str, value: Any) -> str:
        if isinstance(value, str):
            return self._text(name, value)
        if isinstance(value, list):
            return ", ".join(self._said(name, one) for one in value) or "nothing"
        if isinstance(value, dict):
            return "; ".join(
                f"{_called(key)}: {self._said(key, one)}" for key, one in value.items()
            )
        return _YES_NO[value] if value is None or isinstance(value, bool) else json.dumps(value)

    def _text(self, name: str, text: str) -> str:
        if text in self._look.full_names:
            return self._look.full_names[text]
        if name == "form" and text in self._release.forms:
            return self._release.forms[text].title
        if name == "template" and text in self._release.letters:
            return self._release.letters[text].title
        kind = NAMES.get(_KINDS.get(name, name), {})
        if text in kind:
            return kind[text]
        return _day(text) or (words.plain(text) if _CODE.fullmatch(text) else text)


def _called(name: str) -> str:
    return _CALLED.get(name) or words.plain(name.removesuffix("_on").removesuffix("_at"))


def _day(text: str) -> str:
    """Write a day or a moment as pages do; "" for what is none."""
    try:
        if _DAY.fullmatch(text):
            return said(dt.date.fromisoformat(text))
        if _MOMENT.fullmatch(text):
            return words.moment(dt.datetime.fromisoformat(text))
    except ValueError:
        pass
    return ""
