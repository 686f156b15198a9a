"""Everything a diagram or a form names must exist: forms, letters, roles, figures, operations."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from engine.checks.wording import called, named
from engine.errors import Finding
from engine.operations import REGISTRY, Registry, clocks
from engine.operations.expression_words import dotted, plain
from engine.releases import Bundle
from engine.spiff import Diagram, Element, literal_timer

#: Roles people can hold; a lane must name one, or a holder of the case.
ROLES = frozenset(
    {
        "team_leader",
        "manager",
        "dmo",
        "assistant_director",
        "complaints_manager",
        "legal",
        "systems_team",
        "contact_centre",
        "process_owner",
        "officer",
    }
)
Say = Callable[[str, str], Finding]
_CALLED_AUTHOR = "call.author"
#: Property -> how the page of a step names its box.
_EXPRESSIONS = {
    "due": "Due",
    "about": "What it is about",
    "message_key": "Whom it concerns",
    "fallback_key": "Whom else",
    "payload": "What it carries",
}


@dataclass(frozen=True)
class _Place:
    diagram: Diagram
    element_id: str
    line: int

    def finding(self, message: str, rule: str) -> Finding:
        """Give a finding at this place."""
        return Finding(self.diagram.file, self.element_id, self.line, message, rule)


def check_references(bundle: Bundle, registry: Registry = REGISTRY) -> list[Finding]:
    """Give a finding for each name in the release that nothing stands behind."""
    found: list[Finding] = []
    for process_id in bundle.definitions.process_ids:
        diagram = bundle.definitions.diagram(process_id)
        for element in diagram.elements.values():
            found.extend(_element(bundle, registry, diagram, element))
        for flow in diagram.flows:
            if flow.condition:
                where = f"the condition on the way to {named(diagram, flow.target)}"
                place = _Place(diagram, flow.id, flow.line)
                found.extend(_named(bundle, registry, place, [(where, flow.condition)]))
    found.extend(_forms(bundle, registry))
    return found


def _element(
    bundle: Bundle, registry: Registry, diagram: Diagram, element: Element
) -> Iterator[Finding]:
    def finding(message: str, rule: str) -> Finding:
        return Finding(diagram.file, element.id, element.line, message, rule)

    name = called(element)
    if element.kind == "user_task":
        yield from _user_task(registry, element, finding)
    form = element.properties.get("form")
    if form and form not in bundle.form_names:
        yield finding(
            f"Expected the form “{form}” of the step “{name}” to exist, but it does not. Write "
            f"the file “forms/definitions/{form}.yaml”, or choose another form for this step.",
            "form_exists",
        )
    letter = element.properties.get("letter")
    if letter and letter not in bundle.letter_names:
        yield finding(
            f"Expected the letter “{letter}” of the step “{name}” to exist, but it does not. Write "
            f"the file “forms/letters/{letter}.md”, or choose another letter for this step.",
            "letter_exists",
        )
    author = element.properties.get("author")
    if author and author not in ROLES and author not in registry.holders:
        yield finding(
            f"Expected the letter of the step “{name}” to be written by a role or a person of the "
            f"case, but it says “{author}”. Choose who writes it from the list.",
            "author_exists",
        )
    yield from _clock(element, finding)
    if element.operation:
        yield from _operation(registry, element, finding)
    yield from _named(
        bundle, registry, _Place(diagram, element.id, element.line), list(_texts(element))
    )


def _texts(element: Element) -> Iterator[tuple[str, str]]:
    """Give each expression of a step with the words for where it stands."""
    step = f"the step “{called(element)}”"
    for name, label in _EXPRESSIONS.items():
        if element.properties.get(name):
            yield f"“{label}” of {step}", element.properties[name]
    for name, text in element.parameters.items():
        yield f"“What it is told: {plain(name).lower()}” of {step}", text
    # P28D is a duration and no variable of that name.
    if element.timer and not literal_timer(element.timer):
        yield f"“When” of {step}", element.timer


def _user_task(registry: Registry, element: Element, finding: Say) -> Iterator[Finding]:
    if not element.properties.get("form"):
        yield finding(
            f"Expected the step “{called(element)}” to have a form, because a person does it, but "
            "it has none. Choose one.",
            "task_has_form",
        )
    held_by = element.held_by
    if not held_by:
        yield finding(
            f"Expected the step “{called(element)}” to stand in a lane that somebody holds, but it "
            "does not. Move it into a lane of a role, or say who holds this lane.",
            "task_has_role",
        )
    elif held_by != _CALLED_AUTHOR and held_by not in ROLES and held_by not in registry.holders:
        yield finding(
            f"Expected the lane of the step “{called(element)}” to be held by a role or a person "
            f"of the case, but it says “{held_by}”. Choose who holds it from the list.",
            "role_exists",
        )


def _clock(element: Element, finding: Say) -> Iterator[Finding]:
    whose = element.properties.get(clocks.PROPERTY)
    if whose is None:
        return
    if whose not in (clocks.LANDLORD, clocks.CUSTOMER):
        yield finding(
            f"Expected the clock of the step “{called(element)}” to be “{clocks.LANDLORD}” or "
            f"“{clocks.CUSTOMER}”, but it says “{whose}”. Write one of the two.",
            "clock_known",
        )
    elif not element.timer and not element.properties.get("due"):
        yield finding(
            "Expected a step that says whose clock it is to have a date, but the step "
            f"“{called(element)}” has none. Give it a due date or a timer, or take its property "
            "“clock” away.",
            "clock_has_date",
        )


def _operation(registry: Registry, element: Element, finding: Say) -> Iterator[Finding]:
    operation = element.operation or ""
    if operation not in registry.operations:
        yield finding(
            f"Expected the system to know “{operation}” of the step “{called(element)}”, but it "
            "does not. Choose what the system does from the list of this step.",
            "operation_exists",
        )
        return
    known = registry.parameters_of(operation)
    for name in element.parameters:
        if name not in known:
            yield finding(
                f"Expected the step “{called(element)}” to tell “{dotted(operation)}” only what "
                f"it takes, which is {_listed(known)}, but it also tells “{name}”. Take that out.",
                "operation_parameters",
            )
    for name, needed in known.items():
        if needed and name not in element.parameters:
            yield finding(
                f"Expected the step “{called(element)}” to tell “{dotted(operation)}” its "
                f"“{name}”, but it does not. Fill in “What it is told: {plain(name).lower()}”.",
                "operation_parameters",
            )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"“{name}”" for name in names) or "nothing"


def _named(
    bundle: Bundle, registry: Registry, place: _Place, texts: Iterable[tuple[str, str]]
) -> Iterator[Finding]:
    """Check the facts, figures and variables that expressions name; where each one stands first."""
    figures = _every_figure(bundle)
    for where, text in texts:
        for kind, name in named_in(text):
            known = {
                "fact": name in registry.facts,
                "figure": name in figures or not bundle.knows_figures,
                "variable": name in bundle.variables or not bundle.knows_variables,
            }[kind]
            if not known:
                written = f"case.{name}" if kind == "fact" else name
                yield place.finding(
                    f"Expected the {kind} “{written}” to exist, but it does not. It stands in "
                    f"{where}: “{' '.join(text.split())}”. Check the spelling or choose another.",
                    f"{kind}_exists",
                )


def _every_figure(bundle: Bundle) -> set[str]:
    sets: list[set[str]] = [set(figures) for figures in bundle.figures.values()]
    return set.intersection(*sets) if sets else set()


def named_in(text: str) -> Iterator[tuple[str, str]]:
    """Give what an expression names, as (fact, figure or variable; its name), as often as it does.

    Nothing for a text that cannot be read.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return  # the gate of the diagrams has said so already
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = {call.func.id for call in calls if isinstance(call.func, ast.Name)}
    for call in calls:
        yield from _figure_asked(call)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "case":
                yield "fact", node.attr
        elif isinstance(node, ast.Name) and node.id not in called | {"case", "call"}:
            yield "variable", node.id


def _figure_asked(call: ast.Call) -> Iterator[tuple[str, str]]:
    """Give the figure that a call of ``policy`` names."""
    if isinstance(call.func, ast.Name) and call.func.id == "policy" and call.args:
        asked = call.args[0]
        if isinstance(asked, ast.Constant):
            yield "figure", str(asked.value)


def _forms(bundle: Bundle, registry: Registry) -> Iterator[Finding]:
    for name, form in bundle.forms.items():
        file, title = f"forms/definitions/{name}.yaml", form.title
        for check in form.checks:
            if check not in registry.checks:
                message = _unknown("check", check, f"the form “{title}”")
                yield Finding(file, name, 0, message, "form_check")
        if form.records and form.records not in registry.recorders:
            message = _unknown("recorder", form.records, f"the form “{title}”")
            yield Finding(file, name, 0, message, "form_records")
        for provider in sorted(form.providers - set(registry.choices)):
            message = _unknown("list of choices", provider, f"the form “{title}”")
            yield Finding(file, name, 0, message, "form_choices")
        for question in form.questions:
            if question.default_from and question.default_from not in registry.facts:
                where = f"the question “{question.label}” of the form “{title}”"
                message = _unknown("fact", question.default_from, where)
                yield Finding(file, question.id, question.line, message, "form_default")


def _unknown(kind: str, name: str, where: str) -> str:
    return (
        f"Expected the {kind} “{name}” to exist, but it does not. {where[0].upper()}{where[1:]} "
        "names it. Check the spelling or choose another."
    )
