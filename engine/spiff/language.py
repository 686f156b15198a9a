"""The grammar of the one small language that diagrams and decision tables are written in.

Python-like expressions on a whitelist: values, comparisons, arithmetic, calls of named functions,
lists and comprehensions. Nothing here evaluates anything.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

#: Longest text and largest tree that is read; real conditions have a tenth of that.
LONGEST_TEXT = 4_000
MOST_NODES = 600
DEEPEST = 40

#: Names that always mean something: the case, the calling element, and constants.
SPOKEN_FOR = frozenset({"case", "call", "true", "false", "null"})

_EXPRESSION_NODES = (
    ast.Expression,
    ast.Constant,
    ast.Name,
    ast.Load,
    ast.Store,
    ast.UnaryOp,
    ast.Not,
    ast.USub,
    ast.UAdd,
    ast.BinOp,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.Compare,
    ast.Eq,
    ast.NotEq,
    ast.Lt,
    ast.LtE,
    ast.Gt,
    ast.GtE,
    ast.In,
    ast.NotIn,
    ast.Is,
    ast.IsNot,
    ast.IfExp,
    ast.Call,
    ast.keyword,
    ast.Subscript,
    ast.Slice,
    ast.Attribute,
    ast.Dict,
    ast.Tuple,
    ast.List,
    ast.ListComp,
    ast.GeneratorExp,
    ast.comprehension,
)
_SCRIPT_NODES = (*_EXPRESSION_NODES, ast.Module, ast.Assign, ast.AugAssign, ast.If, ast.Pass)

_ADVICE: dict[type[ast.AST], str] = {
    ast.Pow: "Write a multiplication.",
    ast.JoinedStr: 'Join texts with +, as in "case:" + str(number).',
    ast.Set: "Write a list: [1, 2].",
    ast.Lambda: "Ask for a function of the product instead.",
    ast.Starred: "Write each argument out.",
    ast.Import: "Only the functions of the product can be called.",
    ast.ImportFrom: "Only the functions of the product can be called.",
}


class Unreadable(ValueError):
    """The text is not an expression of this language; the message says why and what to write."""


def check_expression(text: str) -> str | None:
    """Say what is wrong with an expression as it is written, or None if it can be evaluated."""
    try:
        parse_expression(text)
    except Unreadable as problem:
        return str(problem)
    return None


def check_script(text: str) -> str | None:
    """Say what is wrong with a script as it is written, or None if it can be run."""
    try:
        parse_script(text)
    except Unreadable as problem:
        return str(problem)
    return None


def names_in(text: str) -> set[str]:
    """Give every name an expression reads: variables and functions as they are, facts and calling
    properties dotted (``case.owner``, ``call.letter``).

    Raises Unreadable.
    """
    found: set[str] = set()
    _collect(parse_expression(text).body, frozenset(), found)
    return found


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> ast.Expression:
    """Read an expression into its tree, every node of it on the whitelist. Raises Unreadable."""
    tree = _parsed(text, "eval")
    assert isinstance(tree, ast.Expression)
    _check_tree(tree, _EXPRESSION_NODES)
    return tree


@lru_cache(maxsize=512)
def parse_script(text: str) -> ast.Module:
    """Read a script (assignments and ``if``, nothing else) into its tree. Raises Unreadable."""
    tree = _parsed(text, "exec")
    assert isinstance(tree, ast.Module)
    _check_tree(tree, _SCRIPT_NODES)
    return tree


def _parsed(text: str, mode: str) -> ast.AST:
    if not text or not text.strip():
        raise Unreadable("Expected an expression, but there is no text. Write one.")
    if len(text) > LONGEST_TEXT:
        raise Unreadable(
            f"Expected at most {LONGEST_TEXT} characters, but there are {len(text)}. "
            "Use a decision table."
        )
    try:
        return ast.parse(text.strip(), mode=mode)
    except SyntaxError as error:
        where = f" near {error.text.strip()!r}" if error.text and error.text.strip() else ""
        raise Unreadable(
            f"Expected an expression, but it cannot be read{where}: {error.msg}. "
            "Put quotes around text and use == to compare."
        ) from None
    except (ValueError, MemoryError, RecursionError):
        raise Unreadable(
            "Expected an expression, but it cannot be read. Write it again, shorter."
        ) from None


def _check_tree(tree: ast.AST, allowed: tuple[type[ast.AST], ...]) -> None:
    count = 0
    stack: list[tuple[ast.AST, int]] = [(tree, 0)]
    while stack:
        node, depth = stack.pop()
        count += 1
        if count > MOST_NODES or depth > DEEPEST:
            raise Unreadable(
                "Expected a short expression, but this one is too long or too deeply nested. "
                "Use a decision table."
            )
        if not isinstance(node, allowed):
            raise Unreadable(_refusal(node))
        _check_shape(node)
        stack.extend((child, depth + 1) for child in ast.iter_child_nodes(node))


def _refusal(node: ast.AST) -> str:
    advice = _ADVICE.get(type(node), "Use comparisons, arithmetic, lists and named functions only.")
    return f"Expected only what this language has, but {type(node).__name__} is used. {advice}"


def _check_shape(node: ast.AST) -> None:
    """Refuse what a whitelisted node must not hold: dunders, stars, strange constants."""
    for problem in _shape_problems(node):
        raise Unreadable(problem)


def _shape_problems(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        if not isinstance(node.value, str | int | float | bool | None):
            yield f"Expected text or a number, but {type(node.value).__name__} is used. Remove it."
    elif isinstance(node, ast.Name):
        if node.id.startswith("_"):
            yield f"Expected a name that begins with a letter, but got {node.id}. Rename it."
    elif isinstance(node, ast.Attribute):
        if node.attr.startswith("_"):
            yield f"Expected a name that begins with a letter, but got {node.attr}. Rename it."
    else:
        yield from _compound_problems(node)


def _compound_problems(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call | ast.Dict):
        yield from _unpacking(node)
    elif isinstance(node, ast.comprehension):
        if node.is_async or not isinstance(node.target, ast.Name):
            yield "Expected one name after 'for'. Write one name."
    elif isinstance(node, ast.Assign):
        if len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
            yield "Expected one variable on the left of =. Write one assignment a line."
    elif isinstance(node, ast.AugAssign) and not isinstance(node.target, ast.Name):
        yield "Expected a variable on the left. Write a name."


def _unpacking(node: ast.Call | ast.Dict) -> Iterator[str]:
    if isinstance(node, ast.Dict):
        if None in node.keys:
            yield "Expected each key by itself, but ** is used. Write each key out."
        return
    if not isinstance(node.func, ast.Name | ast.Attribute):
        yield "Expected the name of a function before the bracket. Write its name."
    if any(keyword.arg is None for keyword in node.keywords):
        yield "Expected each argument by itself, but ** is used. Write each argument out."


def _collect(node: ast.AST, bound: frozenset[str], found: set[str]) -> None:
    if isinstance(node, ast.Attribute) and _is_asked(node.value, bound):
        assert isinstance(node.value, ast.Name)
        found.add(f"{node.value.id}.{node.attr}")
    elif isinstance(node, ast.Name):
        if node.id not in bound and node.id not in SPOKEN_FOR:
            found.add(node.id)
    elif isinstance(node, ast.ListComp | ast.GeneratorExp):
        _collect_each(node, bound, found)
    else:
        for child in ast.iter_child_nodes(node):
            _collect(child, bound, found)


def _is_asked(node: ast.AST, bound: frozenset[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in {"case", "call"} - bound


def _collect_each(
    node: ast.ListComp | ast.GeneratorExp, bound: frozenset[str], found: set[str]
) -> None:
    for generator in node.generators:
        _collect(generator.iter, bound, found)
        assert isinstance(generator.target, ast.Name)
        bound = bound | {generator.target.id}
        for condition in generator.ifs:
            _collect(condition, bound, found)
    _collect(node.elt, bound, found)
