"""The form of one step of a diagram: which boxes it has, what each offers, what stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import engine
from web import words

#: Fields whose text comes to a date that can be shown.
DATED = frozenset({"due", "timer"})

#: Field -> label and hint.
_SAID: Mapping[str, tuple[str, str]] = {
    "name": ("Name", ""),
    "lane": ("Lane", "Who does it. The step is drawn in this lane, where there is room for it."),
    "form": ("Form", "What is asked, and kept when it is answered."),
    "due": ("Due", "A date, in the small language of the diagrams."),
    "about": ("What it is about", "Said behind the name of the task. May stay empty."),
    "called": ("Process it calls", ""),
    "letter": ("Letter", "Which letter is written here."),
    "letter_from": ("Or: the variable that names the letter", "Where a table chooses the letter."),
    "author": ("Who writes it", ""),
    "operation": ("What the system does", ""),
    "result": ("Variable for what it gives", "May stay empty."),
    "decision": ("Decision table", ""),
    "timer": ("When", "A moment, such as on(date) or after(date), or a length such as P28D."),
    "message": ("Message", ""),
    "message_key": ("Whom it concerns", "The key by which the receiver is found: case.ref."),
    "fallback_key": ("Whom else", "Who gets it when nobody waits under the first key."),
    "payload": ("What it carries", "Control variables: {'name': value}. May stay empty."),
    "default": ("Way taken when no condition holds", ""),
    "policy_tag": ("Policy tag", "Keeps its meaning for the rules when it is renamed."),
    "documentation": ("What it is for", "With the source in the policy: R-076."),
}
_EXPRESSIONS = frozenset({"due", "about", "message_key", "fallback_key", "payload", "timer"})
_NONE = "None"
_CHOOSE = "Choose…"
#: Fields that must not be empty, so that no choice takes them away.
_NEEDED = frozenset({"lane", "operation", "message"})


@dataclass(frozen=True)
class StepField:
    """One box of the form."""

    name: str
    label: str
    hint: str
    #: line, passage, code or list.
    kind: str
    #: What stands in it now: as typed, else as saved.
    text: str
    #: What is saved, where that differs from what was typed and somebody else saved it.
    theirs: str = ""
    error: str = ""
    #: Of a list: (value, words).
    options: Sequence[tuple[str, str]] = ()

    @property
    def id(self) -> str:
        """Give the id of the box in the page."""
        return "field-" + self.name.replace(".", "-")

    @property
    def is_dated(self) -> bool:
        """Tell whether its date can be shown."""
        return self.name in DATED


@dataclass(frozen=True)
class Typed:
    """What was sent, and what came of it."""

    values: Mapping[str, str]
    #: Field -> what is wrong.
    problems: Mapping[str, str]
    #: Somebody else saved first: what they saved is told beside each box that differs.
    is_overtaken: bool = False


NOTHING_TYPED = Typed({}, {})


def fields_of(
    step: engine.DraftStep, vocabulary: engine.Vocabulary, typed: Typed = NOTHING_TYPED
) -> list[StepField]:
    """Give the boxes for one step, in the order of the page, with what was typed in them."""
    return [
        _field(step, vocabulary, name, saved, typed) for name, saved in _saved(step, vocabulary)
    ]


def _saved(step: engine.DraftStep, vocabulary: engine.Vocabulary) -> Iterator[tuple[str, str]]:
    """Give each field with what is saved; what an operation can be told stands right below it."""
    parameters = {f"parameter.{name}": "" for name in _takes(step, vocabulary)}
    given = {name: text for name, text in step.fields.items() if name.startswith("parameter.")}
    for name, saved in step.fields.items():
        if name not in given:
            yield name, saved
        if name == "operation":
            yield from {**parameters, **given}.items()


def _takes(step: engine.DraftStep, vocabulary: engine.Vocabulary) -> list[str]:
    chosen = step.fields.get("operation", "")
    found = (one.parameters for one in vocabulary.operations if one.name == chosen)
    return [parameter.name for parameter in next(found, ())]


def _field(
    step: engine.DraftStep,
    vocabulary: engine.Vocabulary,
    name: str,
    saved: str,
    typed: Typed,
) -> StepField:
    label, hint = _said(step, vocabulary, name)
    said = vocabulary.in_words(saved) if _kind(name, None) == "code" and saved else ""
    hint = f"{hint} As saved, it says: {said}.".strip() if said else hint
    text = typed.values.get(name, saved)
    options = _options(step, vocabulary, name)
    return StepField(
        name=name,
        label=label,
        hint=hint,
        kind=_kind(name, options),
        text=text,
        theirs=saved if typed.is_overtaken and _plain(text) != _plain(saved) else "",
        error=typed.problems.get(name, ""),
        options=_with_current(options, text, name) if options is not None else (),
    )


def _said(step: engine.DraftStep, vocabulary: engine.Vocabulary, name: str) -> tuple[str, str]:
    kind, _, part = name.partition(".")
    if kind == "parameter":
        return _parameter(step, vocabulary, part)
    if kind in ("flow_name", "condition"):
        target = next((way.target for way in step.onward if way.flow_id == part), part)
        if kind == "flow_name":
            return f"Words on the way to “{target}”", ""
        return f"When it goes on to “{target}”", "A condition, such as in_time == 'no'."
    label, hint = _SAID[name]
    if name == "name" and step.kind.endswith("gateway"):
        hint = "The question that is decided here."
    if name == "operation":
        chosen = step.fields[name]
        hint = next((one.documentation for one in vocabulary.operations if one.name == chosen), "")
    return label, hint


def _parameter(step: engine.DraftStep, vocabulary: engine.Vocabulary, name: str) -> tuple[str, str]:
    label = f"What it is told: {words.plain(name).lower()}"
    for operation in vocabulary.operations:
        if operation.name == step.fields.get("operation"):
            for parameter in operation.parameters:
                if parameter.name == name:
                    optional = "" if parameter.needed else " (optional)"
                    said = f"{parameter.documentation} Put a text in quotes."
                    return label + optional, said.strip()
    return label, "The operation does not take this. Empty it."


def _kind(name: str, options: object) -> str:
    if options is not None:
        return "list"
    if name == "documentation":
        return "passage"
    is_code = name in _EXPRESSIONS or name.partition(".")[0] in ("parameter", "condition")
    return "code" if is_code else "line"


def _options(
    step: engine.DraftStep, vocabulary: engine.Vocabulary, name: str
) -> list[tuple[str, str]] | None:
    """Give what may be chosen for a field; None for one that is typed."""
    lists: Mapping[str, Iterable[tuple[str, str]]] = {
        "lane": step.lanes,
        "default": [(way.flow_id, _way(way)) for way in step.onward],
        "form": _named(vocabulary.forms),
        "letter": _named(vocabulary.letters),
        "author": _named(vocabulary.holders),
        "called": _named(vocabulary.processes),
        "policy_tag": [(one.value, one.label) for one in vocabulary.policy_tags],
        "letter_from": [
            (one, f"{vocabulary.variable(one)} ({one})") for one in vocabulary.variables
        ],
        "operation": [(one.name, f"{one.label} ({one.name})") for one in vocabulary.operations],
        "message": [(one.name, f"{one.label} ({one.name})") for one in vocabulary.messages],
        "decision": [(one.id, f"{one.name} ({one.id})") for one in vocabulary.decisions],
    }
    return list(lists[name]) if name in lists else None


def _named(named: Iterable[engine.Named]) -> list[tuple[str, str]]:
    return [(one.value, f"{one.label} ({one.value})") for one in named]


def _way(way: object) -> str:
    name, target = getattr(way, "name", ""), getattr(way, "target", "")
    return f"{name}: {target}" if name else f"To {target}"


def _with_current(
    options: Sequence[tuple[str, str]], text: str, name: str
) -> list[tuple[str, str]]:
    """Give a list with nothing on top, and with what stands there although nothing is behind it."""
    found = [(value, said) for value, said in options]
    if text and text not in {value for value, _ in options}:
        found.insert(0, (text, f"{text[:80]} (there is none of that name)"))
    if name not in _NEEDED or not text:
        found.insert(0, ("", _CHOOSE if name in _NEEDED else _NONE))
    return found


def _plain(text: str) -> str:
    return " ".join(text.split())
