"""What one step of a diagram says, as a list of names and values for somebody who reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import engine
from web import words

#: Field -> how the list names it; in this order, and only what is filled in.
_NAMES: Mapping[str, str] = {
    "form": "Form",
    "due": "Due",
    "about": "About",
    "called": "Calls",
    "letter": "Letter",
    "letter_from": "Letter chosen by",
    "author": "Written by",
    "operation": "Does",
    "result": "Gives",
    "decision": "Asks the table",
    "timer": "When",
    "message": "Message",
    "message_key": "Concerns",
    "fallback_key": "Else",
    "payload": "Carries",
    "policy_tag": "Policy tag",
}
#: Written in the small language.
_CODE = frozenset({"due", "about", "timer", "message_key", "fallback_key", "payload"})
#: The name of a control variable.
_VARIABLES = frozenset({"result", "letter_from"})


@dataclass(frozen=True)
class Fact:
    """One line about a step."""

    label: str
    text: str
    #: How the file writes it, where that is not the text; "" for none.
    code: str = ""
    #: There are no words for it: the text stands as the file writes it.
    is_code: bool = False


def facts_of(step: engine.DraftStep, vocabulary: engine.Vocabulary) -> list[Fact]:
    """Give what a step says, in the order in which it is read."""
    return list(_facts(step, vocabulary))


def _facts(step: engine.DraftStep, vocabulary: engine.Vocabulary) -> Iterator[Fact]:
    if step.attached_to:
        verb = "Ends" if step.interrupting else "Happens beside"
        yield Fact(verb, step.attached_to)
    if step.lane:
        yield Fact("Who", _who(step, vocabulary))
    if step.repeats:
        yield Fact("How often", step.repeats)
    known = _labels(vocabulary)
    for name, label in _NAMES.items():
        text = step.fields.get(name, "")
        if text:
            yield _field(name, label, text, vocabulary, known)
        if name == "operation":
            yield from _parameters(step, vocabulary)
    if step.edges:
        yield Fact("Meanwhile", "; ".join(name for _, name in step.edges))
    yield from _onward(step, vocabulary)


def _field(
    name: str,
    label: str,
    text: str,
    vocabulary: engine.Vocabulary,
    known: Mapping[str, Mapping[str, str]],
) -> Fact:
    if name in _CODE:
        return _written(label, text, vocabulary)
    if name in _VARIABLES:
        return Fact(label, vocabulary.variable(text), text)
    return Fact(label, known.get(name, {}).get(text, text))


def _written(label: str, text: str, vocabulary: engine.Vocabulary) -> Fact:
    """Say an expression in words, with the expression itself behind them."""
    code = " ".join(text.split())
    named = {f"'{one.value}'": one.label for one in vocabulary.holders}
    said = named.get(code) or vocabulary.in_words(code)
    return Fact(label, said[:1].upper() + said[1:], code) if said else Fact(label, code, "", True)


def _who(step: engine.DraftStep, vocabulary: engine.Vocabulary) -> str:
    holder = next((one.label for one in vocabulary.holders if one.value == step.held_by), "")
    return f"{step.lane} ({holder})" if holder and holder != step.lane else step.lane


def _parameters(step: engine.DraftStep, vocabulary: engine.Vocabulary) -> Iterator[Fact]:
    for name, text in step.fields.items():
        kind, _, part = name.partition(".")
        if kind == "parameter" and text:
            yield _written(f"Told: {words.plain(part).lower()}", text, vocabulary)


def _onward(step: engine.DraftStep, vocabulary: engine.Vocabulary) -> Iterator[Fact]:
    for way in step.onward:
        said = f"{way.name}: {way.target}" if way.name else way.target
        if way.condition:
            condition = " ".join(way.condition.split())
            when = vocabulary.in_words(condition)
            yield Fact("Goes on to", f"{said}, when {when or condition}", condition if when else "")
        elif way.is_default:
            yield Fact("Goes on to", f"{said}, otherwise")
        else:
            yield Fact("Goes on to", said)


def _labels(vocabulary: engine.Vocabulary) -> Mapping[str, Mapping[str, str]]:
    return {
        "form": _by_value(vocabulary.forms),
        "letter": _by_value(vocabulary.letters),
        "author": _by_value(vocabulary.holders),
        "called": _by_value(vocabulary.processes),
        "policy_tag": _by_value(vocabulary.policy_tags),
        "operation": {one.name: one.label for one in vocabulary.operations},
        "message": {one.name: one.label for one in vocabulary.messages},
        "decision": {one.id: one.name for one in vocabulary.decisions},
    }


def _by_value(named: Iterable[engine.Named]) -> Mapping[str, str]:
    return {one.value: one.label for one in named}
