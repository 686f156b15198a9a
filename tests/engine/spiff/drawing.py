"""Draws small diagrams for the tests of the engine, in one line an element."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

_HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id="all" '
    'targetNamespace="urn:test">'
)
_STEP = re.compile(r"\s*(->|=>)\s*")
_CONDITION = re.compile(r"^(\w+)\s*\[(.*)\]$")


def draw(process_id: str, *parts: str, flows: str, rest: str = "") -> bytes:
    """One process; flows as in ``a -> b -> c; g -> d [x > 1]; g => e`` (=> is the default)."""
    body = scope(*parts, flows=flows)
    names = sorted(set(re.findall(r'messageRef="m_(\w+)"', body)))
    messages = "".join(f'<bpmn:message id="m_{name}" name="{name}"/>' for name in names)
    process = f'<bpmn:process id="{process_id}" isExecutable="true">{body}</bpmn:process>'
    return f"{_HEAD}{messages}{rest}{process}</bpmn:definitions>".encode()


def scope(*parts: str, flows: str) -> str:
    """What stands inside a process or a subprocess."""
    body = "".join(parts)
    drawn = []
    for source, target, condition, is_default in _flows(flows):
        id_ = f"{source}_to_{target}"
        inner = ""
        if condition:
            inner = f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>"
        if is_default:
            body = body.replace(f'id="{source}"', f'id="{source}" default="{id_}"', 1)
        drawn.append(
            f'<bpmn:sequenceFlow id="{id_}" sourceRef="{source}" targetRef="{target}">'
            f"{inner}</bpmn:sequenceFlow>"
        )
    return body + "".join(drawn)


def _flows(text: str) -> Iterator[tuple[str, str, str, bool]]:
    for chain in filter(None, (part.strip() for part in text.split(";"))):
        steps = _STEP.split(chain)
        for at in range(0, len(steps) - 1, 2):
            target, condition = steps[at + 2], ""
            found = _CONDITION.match(target)
            if found:
                target, condition = found.groups()
            source = _CONDITION.sub(r"\1", steps[at])
            yield source, target, condition, steps[at + 1] == "=>"


def node(tag: str, id_: str, inner: str = "", **attributes: str) -> str:
    """Any element."""
    said = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f'<bpmn:{tag} id="{id_}"{said}>{inner}</bpmn:{tag}>'


def properties(**values: str) -> str:
    """The properties of an element."""
    if not values:
        return ""
    each = "".join(
        f'<spiffworkflow:property name="{name}" value="{escape(value)}"/>'
        for name, value in values.items()
    )
    return _extension(f"<spiffworkflow:properties>{each}</spiffworkflow:properties>")


def _extension(inner: str) -> str:
    return f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"


def event(**kind: str) -> str:
    """What an event waits for or throws: message=, timer=, duration=, terminate=, error=..."""
    for name, value in kind.items():
        if name in ("timer", "duration", "cycle"):
            tag = {"timer": "timeDate", "duration": "timeDuration", "cycle": "timeCycle"}[name]
            inner = f"<bpmn:{tag}>{escape(value)}</bpmn:{tag}>"
            return f"<bpmn:timerEventDefinition>{inner}</bpmn:timerEventDefinition>"
        if name == "conditional":
            inner = f"<bpmn:condition>{escape(value)}</bpmn:condition>"
            return f"<bpmn:conditionalEventDefinition>{inner}</bpmn:conditionalEventDefinition>"
        mark = "m_" if name == "message" else ""
        attribute = f' {name}Ref="{mark}{value}"' if value else ""
        return f"<bpmn:{name}EventDefinition{attribute}/>"
    return ""


def start(id_: str = "s", **kind: str) -> str:
    return node("startEvent", id_, event(**kind))


def end(id_: str = "e", **kind: str) -> str:
    return node("endEvent", id_, event(**kind))


def user(id_: str, **values: str) -> str:
    return node("userTask", id_, properties(**values))


def catch(id_: str, key: str = "", **kind: str) -> str:
    said = {"message_key": key} if key else {}
    return node("intermediateCatchEvent", id_, properties(**said) + event(**kind))


def throw(id_: str, message: str, **values: str) -> str:
    return node("intermediateThrowEvent", id_, properties(**values) + event(message=message))


def boundary(id_: str, on: str, *, goes_on: bool = False, key: str = "", **kind: str) -> str:
    said = {"message_key": key} if key else {}
    return node(
        "boundaryEvent",
        id_,
        properties(**said) + event(**kind),
        attachedToRef=on,
        cancelActivity="false" if goes_on else "true",
    )


def xor(id_: str) -> str:
    return node("exclusiveGateway", id_)


def both(id_: str) -> str:
    return node("parallelGateway", id_)


def some(id_: str) -> str:
    return node("inclusiveGateway", id_)


def first(id_: str) -> str:
    return node("eventBasedGateway", id_)


def sub(id_: str, *parts: str, flows: str, loop: str = "") -> str:
    return node("subProcess", id_, loop + scope(*parts, flows=flows))


def call(id_: str, process_id: str, **values: str) -> str:
    return node("callActivity", id_, properties(**values), calledElement=process_id)


def service(id_: str, operation: str, result: str = "", **parameters: str) -> str:
    each = "".join(
        f'<spiffworkflow:parameter id="{name}" type="any" value="{escape(value)}"/>'
        for name, value in parameters.items()
    )
    return node(
        "serviceTask",
        id_,
        _extension(
            f'<spiffworkflow:serviceTaskOperator id="{operation}" resultVariable="{result}">'
            f"<spiffworkflow:parameters>{each}</spiffworkflow:parameters>"
            "</spiffworkflow:serviceTaskOperator>"
        ),
    )


def rule(id_: str, decision: str) -> str:
    called = f"<spiffworkflow:calledDecisionId>{decision}</spiffworkflow:calledDecisionId>"
    return node("businessRuleTask", id_, _extension(called))


def script(id_: str, text: str) -> str:
    return node("scriptTask", id_, f"<bpmn:script>{escape(text)}</bpmn:script>")


def each(items: str = "", item: str = "", count: str = "", *, in_turn: bool = False) -> str:
    """Several instances of an activity."""
    inner = f"<bpmn:loopCardinality>{escape(count)}</bpmn:loopCardinality>" if count else ""
    inner += f"<bpmn:loopDataInputRef>{items}</bpmn:loopDataInputRef>" if items else ""
    inner += f'<bpmn:inputDataItem id="{item}"/>' if item else ""
    tag = "multiInstanceLoopCharacteristics"
    return f'<bpmn:{tag} isSequential="{str(in_turn).lower()}">{inner}</bpmn:{tag}>'


def table(decision_id: str, *rows: str, inputs: str, outputs: str, policy: str = "UNIQUE") -> bytes:
    """A decision table; a row as in ``"a" | > 5 => "x" | 3``."""
    columns = "".join(
        f'<input id="i{n}"><inputExpression id="x{n}"><text>{escape(text)}</text>'
        "</inputExpression></input>"
        for n, text in enumerate(inputs.split("|"))
    ) + "".join(f'<output id="o{n}" name="{o.strip()}"/>' for n, o in enumerate(outputs.split("|")))
    drawn = ""
    for number, row in enumerate(rows):
        asked, given = row.split("=>") if "=>" in row else ("", row)
        cells = [("inputEntry", cell) for cell in asked.split("|")]
        cells += [("outputEntry", cell) for cell in given.split("|")]
        drawn += f'<rule id="r{number}">' + "".join(
            f'<{tag} id="c{number}{n}"><text>{escape(cell.strip())}</text></{tag}>'
            for n, (tag, cell) in enumerate(cells)
        )
        drawn += "</rule>"
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" '
        f'namespace="urn:test"><decision id="{decision_id}" name="{decision_id}">'
        f'<decisionTable id="t" hitPolicy="{policy}">{columns}{drawn}</decisionTable>'
        "</decision></definitions>"
    ).encode()
