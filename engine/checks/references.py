"""Everything a diagram or a form names must exist: forms, letters, roles, figures, operations."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from engine.errors import Finding
from engine.operations import REGISTRY, Registry, clocks
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
_EXPRESSIONS = ("due", "about", "message_key", "fallback_key", "payload")


def check_references(bundle: Bundle, registry: Registry = REGISTRY) -> list[Finding]:
    """Give a finding for each name in the release that nothing stands behind."""
    found: list[Finding] = []
    for process_id in bundle.definitions.process_ids:
        diagram = bundle.definitions.diagram(process_id)
        for element in diagram.elements.values():
            found.extend(_element(bundle, registry, diagram, element))
        for flow in diagram.flows:
            if flow.condition:
                found.extend(
                    _named(bundle, registry, diagram, flow.id, flow.line, [flow.condition])
                )
    found.extend(_forms(bundle, registry))
    return found


def _element(
    bundle: Bundle, registry: Registry, diagram: Diagram, element: Element
) -> Iterator[Finding]:
    def finding(message: str, rule: str) -> Finding:
        return Finding(diagram.file, element.id, element.line, message, rule)

    if element.kind == "user_task":
        yield from _user_task(registry, element, finding)
    form = element.properties.get("form")
    if form and form not in bundle.form_names:
        yield finding(
            f"Expected the form {form} to exist, but it does not. Write "
            f"forms/definitions/{form}.yaml or choose another form.",
            "form_exists",
        )
    letter = element.properties.get("letter")
    if letter and letter not in bundle.letter_names:
        yield finding(
            f"Expected the letter {letter} to exist, but it does not. Write "
            f"forms/letters/{letter}.md or choose another letter.",
            "letter_exists",
        )
    author = element.properties.get("author")
    if author and author not in ROLES and author not in registry.holders:
        yield finding(
            f"Expected the author to be a role or a person of the case, not {author}.",
            "author_exists",
        )
    yield from _clock(element, finding)
    if element.operation:
        yield from _operation(registry, element, finding)
    texts = [element.properties[name] for name in _EXPRESSIONS if element.properties.get(name)]
    texts += element.parameters.values()
    # P28D is a duration and no variable of that name.
    texts += [element.timer] if element.timer and not literal_timer(element.timer) else []
    yield from _named(bundle, registry, diagram, element.id, element.line, texts)


def _user_task(registry: Registry, element: Element, finding: Say) -> Iterator[Finding]:
    if not element.properties.get("form"):
        yield finding(
            f"Expected the user task “{element.name}” to have a form. Choose one.", "task_has_form"
        )
    held_by = element.held_by
    if not held_by:
        yield finding(
            f"Expected the user task “{element.name}” to stand in a lane that somebody holds. "
            "Move it into a lane of a role, or say who holds this lane.",
            "task_has_role",
        )
    elif held_by != _CALLED_AUTHOR and held_by not in ROLES and held_by not in registry.holders:
        yield finding(
            f"Expected the lane to be held by a role or a person of the case, not {held_by}.",
            "role_exists",
        )


def _clock(element: Element, finding: Say) -> Iterator[Finding]:
    whose = element.properties.get(clocks.PROPERTY)
    if whose is None:
        return
    if whose not in (clocks.LANDLORD, clocks.CUSTOMER):
        yield finding(
            f"Expected the clock to be {clocks.LANDLORD} or {clocks.CUSTOMER}, not {whose}.",
            "clock_known",
        )
    elif not element.timer and not element.properties.get("due"):
        yield finding(
            f"Expected a step with a date to say whose clock it is, but “{element.name}” has none. "
            "Give it a due date or a timer, or take the property clock away.",
            "clock_has_date",
        )


def _operation(registry: Registry, element: Element, finding: Say) -> Iterator[Finding]:
    operation = element.operation or ""
    if operation not in registry.operations:
        yield finding(
            f"Expected the operation {element.operation} to exist, but it does not. Choose one of "
            f"{', '.join(sorted(registry.operations))}.",
            "operation_exists",
        )
        return
    known = registry.parameters_of(operation)
    for name in element.parameters:
        if name not in known:
            yield finding(
                f"Expected no parameter {name} for {element.operation}; it takes "
                f"{', '.join(known) or 'none'}.",
                "operation_parameters",
            )
    for name, needed in known.items():
        if needed and name not in element.parameters:
            yield finding(
                f"Expected the parameter {name} for {element.operation}. Fill it in.",
                "operation_parameters",
            )


def _named(
    bundle: Bundle,
    registry: Registry,
    diagram: Diagram,
    element_id: str,
    line: int,
    texts: Iterable[str],
) -> Iterator[Finding]:
    """Check the facts, figures and variables that expressions name."""
    figures = _every_figure(bundle)
    for text in texts:
        for kind, name in named_in(text):
            known = {
                "fact": name in registry.facts,
                "figure": name in figures or not bundle.knows_figures,
                "variable": name in bundle.variables or not bundle.knows_variables,
            }[kind]
            if not known:
                yield Finding(
                    diagram.file,
                    element_id,
                    line,
                    f"Expected the {kind} {name} to exist, but it does not (in: {text}). "
                    "Check the spelling or choose another.",
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
        file = f"forms/definitions/{name}.yaml"
        for check in form.checks:
            if check not in registry.checks:
                yield Finding(file, name, 0, f"Expected the check {check} to exist.", "form_check")
        if form.records and form.records not in registry.recorders:
            message = f"Expected the recorder {form.records} to exist, but it does not."
            yield Finding(file, name, 0, message, "form_records")
        for provider in sorted(form.providers - set(registry.choices)):
            message = f"Expected the list {provider} to exist, but it does not."
            yield Finding(file, name, 0, message, "form_choices")
        for question in form.questions:
            if question.default_from and question.default_from not in registry.facts:
                message = f"Expected the fact {question.default_from} to exist, but it does not."
                yield Finding(file, question.id, question.line, message, "form_default")
