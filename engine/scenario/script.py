"""Scenario files: read and check what a process owner wrote, before anything runs."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

#: Every verb and the arguments it must have; each is described in bpmn/scenarios/README.md.
VERBS: dict[str, frozenset[str]] = {
    "start": frozenset({"process", "as"}),
    "complete": frozenset({"task", "as"}),
    "act": frozenset({"action", "as"}),
    "receive": frozenset({"message", "as"}),
    "at": frozenset(),
    "wait": frozenset(),
    "fail_job": frozenset({"operation"}),
    "expect_open": frozenset(),
    "expect_not_open": frozenset(),
    "expect_due": frozenset(),
    "expect_history": frozenset(),
    "expect_letter": frozenset({"template"}),
    "expect_register": frozenset(),
    "expect_flag": frozenset(),
    "expect_rejected": frozenset({"because"}),
    "expect_decision": frozenset(),
    "expect_ended": frozenset(),
}
#: The verbs that do something, and so may be expected to be refused.
DOING = frozenset({"start", "complete", "act", "receive"})
_REQUIRED = ("scenario", "source", "set", "at", "people", "steps")


class PlainLoader(yaml.SafeLoader):
    """Safe YAML in which only ``true`` and ``false`` are truth values: yes, no, on are words."""


PlainLoader.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf")
)


class ScriptError(Exception):
    """A scenario file cannot be read; the message names the file, the line and the mend."""


@dataclass(frozen=True)
class Step:
    """One step: its verb, its arguments as written, and the line it stands on."""

    verb: str
    arguments: Any
    line: int


@dataclass(frozen=True)
class Script:
    """One scenario: what must happen, on which dates, done by whom."""

    file: str
    name: str
    source: str
    parameter_set: str
    at: dt.datetime
    #: User name -> the roles that person holds.
    people: dict[str, list[str]] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()


def read_scripts(path: Path) -> list[Script]:
    """Read one file, or every ``*.yaml`` in a folder; a file may hold a list of scenarios.

    Raises ScriptError for a path that is not there and for a file that cannot be read.
    """
    if path.is_dir():
        found = sorted(path.glob("*.yaml"))
        if not found:
            raise ScriptError(f"Expected scenario files (*.yaml) in {path}, but there are none.")
        return [script for file in found for script in read_scripts(file)]
    if not path.is_file():
        raise ScriptError(f"Expected a scenario file or folder at {path}, but there is none.")
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=PlainLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ScriptError(f"{path}: Expected YAML, but it cannot be read: {error}") from error
    if node is None:
        raise ScriptError(f"{path}: Expected a scenario, but the file is empty.")
    many = node.value if isinstance(node, yaml.SequenceNode) else [node]
    return [_script(path, one) for one in many]


def moment(value: Any) -> dt.datetime:
    """Read a date or a time as London time: ``2026-03-27 09:00``; a date alone is nine o'clock."""
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time(9))
    text = str(value).strip()
    for pattern in ("%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y-%m-%dT%H:%M"):
        try:
            read = dt.datetime.strptime(text, pattern)
        except ValueError:
            continue
        return read.replace(hour=9) if pattern == "%Y-%m-%d" else read
    raise ValueError(f"Expected a time like 2026-03-27 09:00, but got {text!r}.")


def _script(path: Path, node: yaml.Node) -> Script:
    where = f"{path}:{node.start_mark.line + 1}"
    if not isinstance(node, yaml.MappingNode):
        raise ScriptError(f"{where}: Expected a scenario with its fields, but this is not one.")
    content = _plain(node)
    missing = [name for name in _REQUIRED if not content.get(name)]
    if missing:
        raise ScriptError(f"{where}: Expected the fields {', '.join(missing)}. Fill them in.")
    unknown = sorted(set(content) - set(_REQUIRED))
    if unknown:
        raise ScriptError(f"{where}: Expected no field named {', '.join(unknown)}.")
    steps_node = next(value for key, value in node.value if key.value == "steps")
    try:
        at = moment(content["at"])
    except ValueError as error:
        raise ScriptError(f"{where}: {error}") from error
    return Script(
        file=str(path),
        name=str(content["scenario"]),
        source=str(content["source"]),
        parameter_set=str(content["set"]),
        at=at,
        people={
            str(name): [held] if isinstance(held, str) else [str(role) for role in held]
            for name, held in content["people"].items()
        },
        steps=tuple(_steps(path, steps_node)),
    )


def _steps(path: Path, node: yaml.Node) -> Iterator[Step]:
    if not isinstance(node, yaml.SequenceNode):
        raise ScriptError(f"{path}:{node.start_mark.line + 1}: Expected a list of steps.")
    for one in node.value:
        line = one.start_mark.line + 1
        content = _plain(one)
        if not isinstance(content, dict) or len(content) != 1:
            raise ScriptError(f"{path}:{line}: Expected one verb with its arguments in a step.")
        ((verb, arguments),) = content.items()
        _check_step(f"{path}:{line}", verb, arguments)
        yield Step(verb, arguments, line)


def _check_step(where: str, verb: str, arguments: Any) -> None:
    if verb not in VERBS:
        raise ScriptError(f"{where}: Expected one of {', '.join(VERBS)}, but got {verb!r}.")
    if VERBS[verb]:
        given = set(arguments) if isinstance(arguments, dict) else set()
        missing = sorted(VERBS[verb] - given)
        if missing:
            raise ScriptError(f"{where}: Expected {verb} to say {', '.join(missing)}.")
    if verb == "expect_rejected":
        done = [name for name in arguments if name in DOING]
        if len(done) != 1:
            raise ScriptError(f"{where}: Expected expect_rejected to hold one of {sorted(DOING)}.")
        _check_step(where, done[0], arguments[done[0]])


def _plain(node: yaml.Node) -> Any:
    """Turn a YAML node into plain values, with the safe constructors only."""
    loader = PlainLoader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()
