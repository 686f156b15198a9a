"""What the files of a draft may name: the lists to pick from, so that nobody types a name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from engine.checks import ROLES
from engine.operations import DOORS, FUNCTIONS, REGISTRY, Function
from engine.operations.docstrings import described, parameters_of, sentences_of, thing_of
from engine.operations.expression_words import NO_LABELS, Labels, dotted, in_words, labels_of, thing
from engine.queries import words
from engine.releases import (
    Figure,
    diagrams_of,
    figures_of,
    forms_of,
    letters_of,
    tables_of,
    variables_of,
)
from engine.spiff import Diagram, Element
from forms import Form, LetterTemplate

#: Whom the lane of a called process may name: the one the call puts in.
CALLED_AUTHOR = "call.author"


_Files = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class Named:
    """One name that may be chosen."""

    #: As it is written in a file.
    value: str
    #: As people call it.
    label: str
    #: What it is, with its source; "" when nobody says.
    documentation: str = ""


@dataclass(frozen=True)
class Parameter:
    """One thing an operation is told."""

    name: str
    needed: bool
    documentation: str


@dataclass(frozen=True)
class OperationWords:
    """One operation a service task may call."""

    name: str
    label: str
    documentation: str
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True)
class MessageWords:
    """One message that a diagram declares, or that a person brings from outside."""

    name: str
    label: str
    #: ``Appeal: Decision was changed``, in the order of the files.
    sent_by: tuple[str, ...]
    received_by: tuple[str, ...]
    #: A person may bring it through a page.
    by_people: bool


@dataclass(frozen=True)
class DecisionWords:
    """One decision table a business rule task may ask."""

    id: str
    name: str
    #: The control variables it sets.
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class FigureWords:
    """One figure of the policy."""

    name: str
    unit: str
    #: Parameter set -> what its cell says.
    values: Mapping[str, str]


@dataclass(frozen=True)
class Vocabulary:
    """Every list that the editors of a draft offer; what cannot be read is left out."""

    forms: tuple[Named, ...]
    letters: tuple[Named, ...]
    #: Roles and persons of the case, for lanes.
    holders: tuple[Named, ...]
    operations: tuple[OperationWords, ...]
    messages: tuple[MessageWords, ...]
    processes: tuple[Named, ...]
    decisions: tuple[DecisionWords, ...]
    figures: tuple[FigureWords, ...]
    #: ``case.appeal_due`` and its like.
    facts: tuple[Named, ...]
    #: Each with the steps that carry it.
    policy_tags: tuple[Named, ...]
    functions: tuple[Function, ...]
    #: Control variables that something in the draft sets.
    variables: tuple[str, ...]
    #: What the forms call the control variables and their values.
    labels: Labels = NO_LABELS

    def in_words(self, expression: str) -> str:
        """Say an expression of a diagram as people would; "" when there are no words for it."""
        return in_words(expression, self.labels)

    def variable(self, name: str) -> str:
        """Name a control variable: the question that sets it, else its name in words."""
        return self.labels.variables.get(name) or words.plain(name)


def vocabulary_of(
    files: Mapping[str, bytes], published: Mapping[str, bytes] | None = None
) -> Vocabulary:
    """Give what a set of files may name; a file that cannot be read only lacks in the lists.

    files: by path, as in a release. published: those they come from, whose policy tags stay to
    be chosen when the last step that carried one gave it up.
    """
    return _vocabulary_of(tuple(sorted(files.items())), tuple(sorted((published or {}).items())))


@lru_cache(maxsize=8)
def _vocabulary_of(files_: _Files, published: _Files) -> Vocabulary:
    """Read the files once for all who edit them at the same time."""
    files = dict(files_)
    diagrams = diagrams_of(files)
    return Vocabulary(
        forms=tuple(_titled(forms_of(files))),
        letters=tuple(_titled(letters_of(files))),
        holders=tuple(_holders()),
        operations=tuple(_operations()),
        messages=tuple(_messages(diagrams)),
        processes=tuple(
            Named(each.process_id, each.name or words.plain(each.process_id), each.documentation)
            for each in diagrams
            if each.process_id
        ),
        decisions=tuple(
            DecisionWords(table.id, table.name or words.plain(table.id), table.outputs)
            for table in tables_of(files)
        ),
        figures=tuple(_figures(files)),
        facts=tuple(
            Named(f"case.{name}", _label(thing(name)), described(fact))
            for name, fact in REGISTRY.facts.items()
        ),
        policy_tags=tuple(_tags(diagrams, diagrams_of(dict(published)))),
        functions=FUNCTIONS,
        variables=tuple(sorted(variables_of(files))),
        labels=labels_of(form for _, form in forms_of(files) if form),
    )


def _titled(found: Iterable[tuple[str, Form | LetterTemplate | None]]) -> Iterator[Named]:
    for name, loaded in found:
        if loaded is None:
            yield Named(name, words.plain(name), "This file has something to mend.")
        else:
            yield Named(name, loaded.title, loaded.source)


def _holders() -> Iterator[Named]:
    for role in sorted(ROLES, key=lambda name: words.name_of("role", name)):
        yield Named(role, words.name_of("role", role))
    for name, find in REGISTRY.holders.items():
        yield Named(name, _label(thing_of(find)), described(find))
    yield Named(
        CALLED_AUTHOR,
        "Whoever the calling step names as author",
        "For a process that others call, such as writing a letter.",
    )


def _operations() -> Iterator[OperationWords]:
    for name, run in REGISTRY.operations.items():
        said = parameters_of(run)
        parameters = tuple(
            Parameter(parameter, needed, said.get(parameter, ""))
            for parameter, needed in REGISTRY.parameters_of(name).items()
        )
        yield OperationWords(name, dotted(name), sentences_of(run), parameters)


def _messages(diagrams: Iterable[Diagram]) -> Iterator[MessageWords]:
    sent: dict[str, list[str]] = {}
    received: dict[str, list[str]] = {}
    for diagram in diagrams:
        for element in diagram.elements.values():
            if element.message:
                where = sent if element.kind in _SENDING else received
                place = f"{diagram.name}: {element.name or words.plain(element.id)}"
                where.setdefault(element.message, []).append(place)
    brought = {name for name, door in DOORS.items() if door.is_message}
    for name in sorted({*sent, *received, *brought}):
        yield MessageWords(
            name,
            words.plain(name),
            tuple(sent.get(name, ())),
            tuple(received.get(name, ())),
            name in brought,
        )


_SENDING = frozenset({"throw_event", "end_event", "send_task"})


def _figures(files: Mapping[str, bytes]) -> Iterator[FigureWords]:
    by_name: dict[str, list[Figure]] = {}
    for figures in figures_of(files).values():
        for figure in figures.values():
            by_name.setdefault(figure.name, []).append(figure)
    for name, found in sorted(by_name.items()):
        values = {figure.parameter_set: figure.text for figure in found}
        yield FigureWords(name, found[0].unit, values)


def _tags(diagrams: Iterable[Diagram], published: Iterable[Diagram]) -> Iterator[Named]:
    carried: dict[str, list[str]] = {tag: [] for tag, _ in _carried(published)}
    for tag, element in _carried(diagrams):
        carried.setdefault(tag, []).append(element.name or element.id)
    for tag, names in sorted(carried.items()):
        yield Named(tag, words.plain(tag), f"Carried by: {', '.join(names) or 'no step'}")


def _carried(diagrams: Iterable[Diagram]) -> Iterator[tuple[str, Element]]:
    for diagram in diagrams:
        for element in diagram.elements.values():
            if element.properties.get("policy_tag"):
                yield element.properties["policy_tag"], element


def _label(text: str) -> str:
    return text[:1].upper() + text[1:]
