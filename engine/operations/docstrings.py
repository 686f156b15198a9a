"""What the registry's docstrings say, in the words of a process owner."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

_PARAMETER = re.compile(r"^(?P<names>[a-z_]+(?:, [a-z_]+)*): (?P<text>.*)$", re.S)
_VERB = re.compile(r"^(?:(?:Give|Offer|Name)s? |(?:Tell|Say) (?=whether|which))")
_MARKS = re.compile(r"\s*\((?:[A-Z]{1,2}[-§]?\d[^()]*)\)")
_ASIDE = re.compile(r"[;:] .*|, nothing .*", re.S)


def sentences_of(function: Callable[..., Any]) -> str:
    """Give what a function does: every paragraph but those about its parameters and errors."""
    return " ".join(
        paragraph for paragraph in _paragraphs(function) if not _PARAMETER.match(paragraph)
    )


def parameters_of(function: Callable[..., Any]) -> Mapping[str, str]:
    """Give what each parameter means, by name; one nobody has documented is not there."""
    found: dict[str, str] = {}
    for paragraph in _paragraphs(function):
        match = _PARAMETER.match(paragraph)
        if match:
            found.update(dict.fromkeys(match["names"].split(", "), _sentence(match["text"])))
    return found


def thing_of(function: Callable[..., Any]) -> str:
    """Name what a fact or a holder gives, as it stands in a sentence: ``the day of the appeal``."""
    paragraphs = _paragraphs(function)
    first = _VERB.sub("", paragraphs[0]) if paragraphs else ""
    return _ASIDE.sub("", _MARKS.sub("", first)).rstrip(". ").removesuffix(" and why").rstrip(",")


def described(function: Callable[..., Any]) -> str:
    """Say what a fact or a holder gives, whole: ``The day of the appeal (K-9).``."""
    return _sentence(_VERB.sub("", sentences_of(function)))


def _paragraphs(function: Callable[..., Any]) -> list[str]:
    text = inspect.getdoc(function) or ""
    text = text.replace("``", "").replace("NotFound", "nothing").replace("None", "nothing")
    joined = [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]
    return [_without_errors(paragraph) for paragraph in joined]


def _without_errors(paragraph: str) -> str:
    return re.sub(r"\s*Raises [^.]*\.", "", paragraph)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
