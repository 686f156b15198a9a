"""Whether what was chosen for a step can be: a name of the lists, a text that can be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping

from engine.editing.steps import DraftStep
from engine.editing.vocabulary import Vocabulary
from engine.errors import Problem
from engine.spiff import check_expression, literal_timer

#: Fields that hold an expression of the small language.
EXPRESSIONS = frozenset({"due", "about", "message_key", "fallback_key", "payload", "timer"})
#: So much of a wrong value is repeated to the one who gave it.
_GLANCE = 60
_VARIABLE = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
#: Field -> what it is, and the names it may hold.
_LISTS: Mapping[str, tuple[str, Callable[[Vocabulary], Collection[str]]]] = {
    "form": ("a form", lambda words: {one.value for one in words.forms}),
    "letter": ("a letter", lambda words: {one.value for one in words.letters}),
    "author": ("a role or a person of the case", lambda words: {o.value for o in words.holders}),
    "operation": ("an operation", lambda words: {one.name for one in words.operations}),
    "message": ("a message", lambda words: {one.name for one in words.messages}),
    "called": ("a process", lambda words: {one.value for one in words.processes}),
    "decision": ("a decision table", lambda words: {one.id for one in words.decisions}),
    "policy_tag": ("a policy tag", lambda words: {one.value for one in words.policy_tags}),
    "letter_from": ("a variable", lambda words: words.variables),
}


def problems_of(
    step: DraftStep, changes: Mapping[str, str], words: Vocabulary
) -> tuple[Problem, ...]:
    """Give a sentence for each changed field that names nothing there is, or cannot be read.

    What is not changed is not judged, and what an expression names is left to the gate.
    """
    return tuple(
        Problem(name, message)
        for name, text in changes.items()
        if text.strip() and text.strip() != step.fields.get(name, "")
        for message in _wrong(name, text.strip(), words)
    )


def _wrong(name: str, text: str, words: Vocabulary) -> Iterator[str]:
    kind = name.partition(".")[0]
    if name in _LISTS:
        what, known = _LISTS[name]
        if text not in known(words):
            shown = text if len(text) <= _GLANCE else f"{text[:_GLANCE]}…"
            yield f"Expected {what} of this draft, but got “{shown}”. Choose one from the list."
    elif name in EXPRESSIONS or kind in ("parameter", "condition"):
        if not (name == "timer" and literal_timer(text)):
            problem = check_expression(text)
            if problem:
                yield problem
    elif name == "result" and not _VARIABLE.fullmatch(text):
        yield f"Expected a variable in small letters, digits and _, not “{text[:60]}”."
