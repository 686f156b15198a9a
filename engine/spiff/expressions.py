"""Evaluates the small language: within a work budget, on whitelisted types, without side effects.

Fact F4: the library evaluates with ``eval`` and goes back to it on every load; this takes its
place wherever a diagram or a decision table holds text.
"""

from __future__ import annotations

import ast
import datetime as dt
import difflib
import math
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import EngineError
from engine.spiff.language import Unreadable, parse_expression, parse_script
from engine.spiff.plain import NotPlain, plain, variable_name
from engine.spiff.vocabulary import (
    FUNCTIONS,
    LONGEST_STRING,
    METHODS,
    ExpressionError,
    combine,
    compared,
    need_numbers,
    readable,
)

#: Steps and values one evaluation may look at.
WORK = 20_000
_MOST_BITS = 64
#: Characters of a text that cost as much as one value.
_CHARACTERS_A_STEP = 100
_SCALARS = (bool, int, float, str, dt.date, dt.datetime, dt.timedelta, type(None))
_CONTAINERS = (list, tuple, dict)
_CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None}
#: What a failing expression can raise; anything else is a fault of the installation.
FAULTS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    RecursionError,
    MemoryError,
    EngineError,
)
#: What is wrong in the words of people; of two that fit, the first.
_IN_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (ZeroDivisionError, "Expected another number to divide by, but it is 0."),
    (OverflowError, "Expected a smaller number, but it grew too large."),
    (IndexError, "Expected an entry at that place of the list, but the list is shorter."),
    (MemoryError, "Expected less at once, but the memory does not suffice. Make it simpler."),
    (RecursionError, "Expected a simpler expression, but its brackets are too deep. Split it."),
    (
        TypeError,
        "Expected values that go together, such as two numbers or two dates, but they do not. "
        "Check what each one is and what each function takes.",
    ),
    (ValueError, "Expected a value the function can read, but it cannot. Check what it is given."),
)


@dataclass(frozen=True)
class Scope:
    """What one evaluation can read."""

    variables: Mapping[str, Any] = field(default_factory=dict)
    #: Known to the release, so None when unset.
    known: frozenset[str] = frozenset()
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    #: Gives ``case.<name>``; called at most once a name and evaluation.
    fact: Callable[[str], Any] | None = None
    #: Properties of the calling element, read as ``call.<name>``.
    calling: Mapping[str, str] = field(default_factory=dict)


def evaluate(text: str, scope: Scope) -> Any:
    """Give the value of an expression; it may be a date or a due date. Raises ExpressionError."""
    return _guarded(text, lambda: _Evaluation(scope).value(parse_expression(text).body))


def execute(text: str, scope: Scope) -> dict[str, Any]:
    """Give the variables a script sets, all of them or none. Raises ExpressionError."""

    def run() -> dict[str, Any]:
        evaluation = _Evaluation(scope)
        evaluation.run(parse_script(text).body)
        return {name: plain(value) for name, value in evaluation.written.items()}

    written: dict[str, Any] = _guarded(text, run)
    return written


def _guarded(text: str, action: Callable[[], Any]) -> Any:
    try:
        return action()
    except (ExpressionError, Unreadable, NotPlain) as error:
        raise ExpressionError(f"{_short(text)}: {error}") from None
    except FAULTS as error:
        raise ExpressionError(f"{_short(text)}: {_in_words(error)}") from error


def _in_words(error: Exception) -> str:
    """Say what is wrong: our own sentences as they are, those of the interpreter in plain words."""
    said = str(error)
    if isinstance(error, EngineError) or said.startswith("Expected "):
        return said or "Expected a value, but there is none."
    if isinstance(error, KeyError):
        missing = _short(str(error.args[0])) if error.args else "such a name"
        return f"Expected an entry named {missing} in the mapping, but there is none."
    plainly = (words for kind, words in _IN_WORDS if isinstance(error, kind))
    return next(plainly, "Expected a value that can be worked out, but it cannot.")


def _short(text: str) -> str:
    return textwrap.shorten(text, 80, placeholder=" ...")


class _Evaluation:
    """One evaluation: its budget, its facts already asked for, its local names."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.left = WORK
        self.local: dict[str, Any] = {}
        self.written: dict[str, Any] = {}
        self.facts: dict[str, Any] = {}

    def charge(self, work: int) -> None:
        self.left -= work
        if self.left < 0:
            raise ExpressionError("Expected a short computation, but it goes on. Make it simpler.")

    def value(self, node: ast.expr) -> Any:
        self.charge(1)
        result = _READERS[type(node)](self, node)
        kind = type(result)
        if kind is str:
            self._weigh_text(result)
        if (kind is int and result.bit_length() > _MOST_BITS) or (
            kind is float and not math.isfinite(result)
        ):
            raise ExpressionError("Expected a smaller number, but it grew too large.")
        if kind in _CONTAINERS:
            if not isinstance(node, ast.Name | ast.Subscript | ast.Attribute):
                self.weigh(result)
        elif kind not in _SCALARS and not getattr(kind, "__expression_value__", False):
            raise ExpressionError(f"Expected a plain value, but got {kind.__name__}.")
        return result

    def _weigh_text(self, text: str) -> None:
        if len(text) > LONGEST_STRING:
            raise ExpressionError("Expected a short text, but it grew too long. Make it shorter.")
        self.charge(len(text) // _CHARACTERS_A_STEP)

    def weigh(self, container: Any) -> None:
        """Charge for every value inside, each as often as it is there."""
        stack = [container]
        while stack:
            item = stack.pop()
            self.charge(1)
            if isinstance(item, dict):
                stack.extend(item.values())
            elif isinstance(item, list | tuple):
                stack.extend(item)

    # Names

    def name(self, node: ast.Name) -> Any:
        name = node.id
        for source in (self.local, self.written, self.scope.variables, _CONSTANTS):
            if name in source:
                return source[name]
        if name in self.scope.known:
            return None
        if name in ("case", "call"):
            raise ExpressionError(f"Expected {name}.something, but {name} stands alone.")
        raise ExpressionError(self._unknown("variable", name, self._variable_names()))

    def _variable_names(self) -> Iterable[str]:
        return {*self.local, *self.written, *self.scope.variables, *self.scope.known}

    @staticmethod
    def _unknown(what: str, name: str, names: Iterable[str]) -> str:
        close = difflib.get_close_matches(name, sorted(names), n=1)
        advice = f"Did you mean {close[0]}?" if close else "Check its spelling."
        return f"Expected a known {what}, but there is no {name}. {advice}"

    def attribute(self, node: ast.Attribute) -> Any:
        owner = node.value
        if isinstance(owner, ast.Name) and owner.id not in self.local:
            if owner.id == "case":
                return self.fact(node.attr)
            if owner.id == "call":
                return self.scope.calling.get(node.attr)
        value = self.value(owner)
        if node.attr in readable(value):
            return getattr(value, node.attr)
        raise ExpressionError(f"Expected a value that has {node.attr}, but this one has not.")

    def fact(self, name: str) -> Any:
        if name not in self.facts:
            if self.scope.fact is None:
                raise ExpressionError(f"Expected no fact of a case here, but case.{name} is used.")
            self.facts[name] = self.scope.fact(name)
        return self.facts[name]

    # Calls

    def call(self, node: ast.Call) -> Any:
        function = self._function(node.func)
        arguments = [self.value(argument) for argument in node.args]
        named = {word.arg: self.value(word.value) for word in node.keywords if word.arg}
        for argument in (*arguments, *named.values()):
            if isinstance(argument, _CONTAINERS):
                self.weigh(argument)
            elif isinstance(argument, int | float) and self._is_of_host(node.func):
                # The functions of the product count days: a number is what they cost.
                self._count_to(argument)
        return function(*arguments, **named)

    def _count_to(self, number: float) -> None:
        if not abs(number) <= WORK:
            raise ExpressionError(f"Expected at most {WORK} days or months, but there are more.")
        self.charge(int(abs(number)))

    def _is_of_host(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self.scope.functions

    def _function(self, node: ast.expr) -> Callable[..., Any]:
        if isinstance(node, ast.Name):
            for source in (self.scope.functions, FUNCTIONS):
                if node.id in source:
                    return source[node.id]
            names = {*self.scope.functions, *FUNCTIONS}
            raise ExpressionError(self._unknown("function", node.id, names))
        assert isinstance(node, ast.Attribute)
        value = self.value(node.value)
        method = METHODS.get((type(value), node.attr))
        if method is None:
            raise ExpressionError(f"Expected a function of the product, but got .{node.attr}().")
        if isinstance(value, _CONTAINERS):
            self.weigh(value)
        return lambda *arguments: method(value, *arguments)

    # Operators

    def unary(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return not value
        need_numbers(value)
        return -value if isinstance(node.op, ast.USub) else +value

    def binary(self, node: ast.BinOp) -> Any:
        return combine(type(node.op), self.value(node.left), self.value(node.right))

    def both(self, node: ast.BoolOp) -> Any:
        stop_at = isinstance(node.op, ast.Or)
        result: Any = None
        for part in node.values:
            result = self.value(part)
            if bool(result) is stop_at:
                break
        return result

    def compare(self, node: ast.Compare) -> Any:
        left = self.value(node.left)
        for sign, part in zip(node.ops, node.comparators, strict=True):
            right = self.value(part)
            self._weigh_both(left, right)
            if not compared(sign, left, right):
                return False
            left = right
        return True

    def _weigh_both(self, *values: Any) -> None:
        for value in values:
            if isinstance(value, _CONTAINERS):
                self.weigh(value)
            elif isinstance(value, str):
                self._weigh_text(value)

    def either(self, node: ast.IfExp) -> Any:
        return self.value(node.body if self.value(node.test) else node.orelse)

    # Containers

    def subscript(self, node: ast.Subscript) -> Any:
        value = self.value(node.value)
        if not isinstance(value, str | list | tuple | dict):
            raise ExpressionError("Expected a list or a mapping before the bracket, but it is not.")
        if isinstance(node.slice, ast.Slice):
            parts = (node.slice.lower, node.slice.upper, node.slice.step)
            cut = value[slice(*(None if part is None else self.value(part) for part in parts))]
            self.weigh(cut)
            return cut
        return value[self.value(node.slice)]

    def listed(self, node: ast.List | ast.Tuple) -> Any:
        items = [self.value(item) for item in node.elts]
        return items if isinstance(node, ast.List) else tuple(items)

    def mapped(self, node: ast.Dict) -> dict[Any, Any]:
        pairs = zip(node.keys, node.values, strict=True)
        return {self.value(key): self.value(item) for key, item in pairs if key is not None}

    def each(self, node: ast.ListComp | ast.GeneratorExp) -> list[Any]:
        result: list[Any] = []
        before = dict(self.local)
        self._generate(node, 0, result)
        self.local = before
        return result

    def _generate(self, node: ast.ListComp | ast.GeneratorExp, at: int, into: list[Any]) -> None:
        if at == len(node.generators):
            into.append(self.value(node.elt))
            return
        generator = node.generators[at]
        items = self.value(generator.iter)
        if not isinstance(items, list | tuple | dict):
            raise ExpressionError("Expected a list after 'in', but it is not one.")
        assert isinstance(generator.target, ast.Name)
        for item in items:
            self.charge(1)
            self.local[generator.target.id] = item
            if all(self.value(condition) for condition in generator.ifs):
                self._generate(node, at + 1, into)

    # Scripts

    def run(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self.charge(1)
            if isinstance(statement, ast.If):
                self.run(statement.body if self.value(statement.test) else statement.orelse)
            elif isinstance(statement, ast.Assign):
                assert isinstance(statement.targets[0], ast.Name)
                self._write(statement.targets[0].id, self.value(statement.value))
            elif isinstance(statement, ast.AugAssign):
                assert isinstance(statement.target, ast.Name)
                old = self.name(ast.Name(statement.target.id, ast.Load()))
                new = combine(type(statement.op), old, self.value(statement.value))
                self._write(statement.target.id, new)

    def _write(self, name: str, value: Any) -> None:
        if isinstance(value, _CONTAINERS):
            self.weigh(value)
        self.written[variable_name(name)] = value


_READERS: dict[type[ast.expr], Callable[[_Evaluation, Any], Any]] = {
    ast.Constant: lambda _, node: node.value,
    ast.Name: _Evaluation.name,
    ast.Attribute: _Evaluation.attribute,
    ast.Call: _Evaluation.call,
    ast.UnaryOp: _Evaluation.unary,
    ast.BinOp: _Evaluation.binary,
    ast.BoolOp: _Evaluation.both,
    ast.Compare: _Evaluation.compare,
    ast.IfExp: _Evaluation.either,
    ast.Subscript: _Evaluation.subscript,
    ast.List: _Evaluation.listed,
    ast.Tuple: _Evaluation.listed,
    ast.Dict: _Evaluation.mapped,
    ast.ListComp: _Evaluation.each,
    ast.GeneratorExp: _Evaluation.each,
}
