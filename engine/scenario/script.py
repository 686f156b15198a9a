"""Scenario files: read and check what a process owner wrote, before anything runs."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator
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
    "expect_absence": frozenset({"person"}),
    "expect_exceptions": frozenset(),
}
#: The verbs that do something, and so may be expected to be refused.
DOING = frozenset({"start", "complete", "act", "receive"})
#: What a verb may say besides.
_MAY: dict[str, frozenset[str]] = {
    "start": frozenset(),
    "complete": frozenset({"answers", "about"}),
    "act": frozenset({"answers", "case"}),
    "receive": frozenset({"answers", "refs"}),
    "wait": frozenset({"days", "working_days"}),
    "fail_job": frozenset({"times", "reason"}),
    "expect_letter": frozenset({"on", "appeal_until", "contains", "count"}),
    "expect_exceptions": frozenset({"as_of", "at_least", "none_of", "exactly", "says"}),
    "expect_absence": frozenset(
        {"working_days", "uncovered_days", "told_in_time", "told_late", "not_told"}
    ),
    "expect_rejected": DOING | {"about", "says"},
}
#: Verbs that take names with a value each, and those that take one id or a list of ids.
_NAMED = frozenset(
    {"expect_due", "expect_register", "expect_flag", "expect_decision", "expect_exceptions"}
)
_IDS = frozenset({"expect_open", "expect_not_open", "expect_ended", "expect_history"})
#: How a doing verb can be refused; only wrong answers are about a question.
_INVALID = "InvalidAnswers"
_REFUSALS = ("NotFound", "NotAllowed", "Rejected", _INVALID)
_REQUIRED = ("scenario", "source", "set", "at", "people", "steps")


#: Longest file that is read, in bytes, and most steps of a scenario: lists of lists grow fast.
LARGEST_FILE = 500_000
MOST_STEPS = 1_000


class PlainLoader(yaml.SafeLoader):
    """Safe YAML in which only ``true`` and ``false`` are truth values: yes, no, on are words."""


PlainLoader.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf")
)


def _date(loader: PlainLoader, node: yaml.ScalarNode) -> Any:
    """Give a date; one that no calendar has stays text, for a form to refuse."""
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        return node.value


PlainLoader.add_constructor("tag:yaml.org,2002:timestamp", _date)


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
    return scripts_in(str(path), path.read_bytes())


def scripts_in(file: str, content: bytes) -> list[Script]:
    """Read the scenarios of one file; ScriptError, and nothing else, when it cannot be read.

    file: how it is called in the message, which begins with it and the line.
    """
    if len(content) > LARGEST_FILE:
        raise ScriptError(f"{file}:0: Expected at most {LARGEST_FILE} bytes. Split the file.")
    try:
        node = yaml.compose(content.decode("utf-8"), Loader=PlainLoader)
        if node is None:
            raise ScriptError(f"{file}:0: Expected a scenario, but the file is empty.")
        _check_repeated(file, node, set())
        many = node.value if isinstance(node, yaml.SequenceNode) else [node]
        return [_script(file, one) for one in many]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        said = (
            f"Expected YAML, keys with values such as “title: A letter”, but {error.problem}. "
            "Check this line and the one above it: colons, dashes, blanks and quotes."
        )
        raise ScriptError(f"{file}:{line}: {said}") from error
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ScriptError(f"{file}:0: Expected YAML, but it cannot be read: {error}") from error


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


def _script(file: str, node: yaml.Node) -> Script:
    where = f"{file}:{node.start_mark.line + 1}"
    if not isinstance(node, yaml.MappingNode):
        raise ScriptError(f"{where}: Expected a scenario with its fields, but this is not one.")
    content = _plain(file, node)
    missing = [name for name in _REQUIRED if not content.get(name)]
    if missing:
        raise ScriptError(f"{where}: Expected the fields {', '.join(missing)}. Fill them in.")
    unknown = sorted(str(name) for name in set(content) - set(_REQUIRED))
    if unknown:
        raise ScriptError(f"{where}: Expected no field named {', '.join(unknown)}.")
    if not isinstance(content["people"], dict):
        raise ScriptError(f"{where}: Expected people to be names, each with a role or roles.")
    steps_node = next(value for key, value in node.value if key.value == "steps")
    try:
        at = moment(content["at"])
    except ValueError as error:
        raise ScriptError(f"{where}: {error}") from error
    people = {
        str(name): [held] if isinstance(held, str) else [str(role) for role in held or ()]
        for name, held in content["people"].items()
    }
    return Script(
        file=file,
        name=str(content["scenario"]),
        source=str(content["source"]),
        parameter_set=str(content["set"]),
        at=at,
        people=people,
        steps=tuple(_steps(file, steps_node, people)),
    )


def _steps(file: str, node: yaml.Node, people: Collection[str]) -> Iterator[Step]:
    """Give the steps in order; a list among them is played in its place."""
    for number, step in enumerate(_each_step(file, node, people), start=1):
        if number > MOST_STEPS:
            raise ScriptError(f"{file}:{step.line}: Expected at most {MOST_STEPS} steps.")
        yield step


def _each_step(file: str, node: yaml.Node, people: Collection[str]) -> Iterator[Step]:
    if not isinstance(node, yaml.SequenceNode):
        raise ScriptError(f"{file}:{node.start_mark.line + 1}: Expected a list of steps.")
    for one in node.value:
        if isinstance(one, yaml.SequenceNode):
            yield from _each_step(file, one, people)
            continue
        line = one.start_mark.line + 1
        content = _plain(file, one)
        if not isinstance(content, dict) or len(content) != 1:
            raise ScriptError(f"{file}:{line}: Expected one verb with its arguments in a step.")
        ((verb, arguments),) = content.items()
        try:
            _check_step(verb, arguments, people)
        except ValueError as error:
            raise ScriptError(f"{file}:{line}: {error}") from error
        yield Step(verb, arguments, line)


def _check_step(verb: str, arguments: Any, people: Collection[str]) -> None:
    """Raise ValueError when a verb is none, or its arguments are not what it takes."""
    if verb not in VERBS:
        raise ValueError(f"Expected one of {', '.join(VERBS)}, but got {verb!r}.")
    given = set(arguments) if isinstance(arguments, dict) else set()
    missing = sorted(VERBS[verb] - given)
    if missing:
        raise ValueError(f"Expected {verb} to say {', '.join(missing)}.")
    unknown = sorted(str(name) for name in given - VERBS[verb] - _MAY.get(verb, given))
    if unknown:
        raise ValueError(f"Expected {verb} not to say {', '.join(unknown)}.")
    if verb in _NAMED and not given:
        raise ValueError(f"Expected {verb} to name what it expects, each with a value.")
    if verb in _IDS and not _holds_ids(verb, arguments):
        raise ValueError(f"Expected {verb} to hold an id or a list of ids.")
    if verb in DOING and str(arguments["as"]) not in people:
        raise ValueError(f"Expected one of the people of this scenario, not {arguments['as']}.")
    if verb == "expect_rejected":
        _check_refusal(arguments, people)


def _holds_ids(verb: str, arguments: Any) -> bool:
    """Tell whether there is at least one id; a history may say how often or when beside it."""
    ids = arguments if isinstance(arguments, list) else [arguments]
    kinds = str | dict if verb == "expect_history" else str
    return bool(ids) and all(isinstance(one, kinds) and one for one in ids)


def _check_refusal(arguments: dict[str, Any], people: Collection[str]) -> None:
    done = [name for name in arguments if name in DOING]
    if len(done) != 1:
        raise ValueError(f"Expected expect_rejected to hold one of {', '.join(sorted(DOING))}.")
    if arguments["because"] not in _REFUSALS:
        raise ValueError(
            f"Expected because to be one of {', '.join(_REFUSALS)}, not {arguments['because']}."
        )
    if "about" in arguments and arguments["because"] != _INVALID:
        raise ValueError(f"Expected about only with {_INVALID}: nothing else is about a question.")
    _check_step(done[0], arguments[done[0]], people)


def _check_repeated(file: str, node: yaml.Node, seen: set[int]) -> None:
    """Raise ScriptError for a name that stands twice in one place: the first would be lost."""
    if id(node) in seen or isinstance(node, yaml.ScalarNode):
        return
    seen.add(id(node))
    inner = node.value
    if isinstance(node, yaml.MappingNode):
        names = [str(key.value) for key, _ in node.value]
        for (key, _), name in zip(node.value, names, strict=True):
            if names.count(name) > 1:
                line = key.start_mark.line + 1
                raise ScriptError(f"{file}:{line}: Expected {name} once, but it stands here twice.")
        inner = [value for _, value in node.value]
    for one in inner:
        _check_repeated(file, one, seen)


def _plain(file: str, node: yaml.Node) -> Any:
    """Turn a YAML node into plain values, with the safe constructors only."""
    loader = PlainLoader("")
    try:
        return loader.construct_document(node)
    except yaml.YAMLError as error:
        where = f"{file}:{node.start_mark.line + 1}"
        raise ScriptError(
            f"{where}: Expected plain YAML, but it cannot be read: {error}"
        ) from error
    finally:
        loader.dispose()
