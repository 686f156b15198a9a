"""The text of a letter: Markdown with ((placeholders)) to HTML in which every value is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

#: What a placeholder may become: a text, or the items of a list.
Fact = str | Sequence[str]
PLACEHOLDER = re.compile(r"\(\(([a-z][a-z0-9_]*)\)\)", re.ASCII)
_HALF = re.compile(r"\(\(|\)\)")
_INLINE, _BLOCK = "placeholder", "placeholder_block"


def parse(text: str) -> list[Token]:
    """Read the Markdown of one block; HTML in it stays text."""
    return _MARKDOWN.parse(text)


def render(tokens: Sequence[Token], facts: Mapping[str, Fact], marks: Mapping[str, str]) -> str:
    """Give the HTML of a block.

    facts: by placeholder. marks: placeholder -> the words that mark it as missing.
    """
    env = {"facts": facts, "marks": marks}
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, env))


def placeholders(tokens: Sequence[Token]) -> frozenset[str]:
    """Name the placeholders of a block."""
    return frozenset(token.content for token in _walk(tokens) if token.type in (_INLINE, _BLOCK))


def half_placeholders(tokens: Sequence[Token]) -> list[str]:
    """Give each text in which double brackets stand that are no placeholder."""
    return [
        token.content
        for token in _walk(tokens)
        if token.type == "text" and _HALF.search(token.content)
    ]


def paragraphs(text: str) -> str:
    """Give a value as HTML paragraphs, its line breaks kept."""
    parts = re.split(r"\n\s*\n", text.strip())
    return "".join(f"<p>{_lines(part)}</p>\n" for part in parts if part.strip())


def _lines(text: str) -> str:
    return html.escape(text.strip()).replace("\n", "<br>\n")


def _walk(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _walk(token.children or ())


def _find_placeholders(state: StateCore) -> None:
    """Cut each text into text and placeholders; one that fills its paragraph becomes a block."""
    for token in state.tokens:
        if token.type == "inline":
            token.children = [piece for child in token.children or () for piece in _cut(child)]
    found: list[Token] = []
    for token in state.tokens:
        if token.type == "paragraph_close" and _is_alone(found):
            name = (found.pop().children or [])[0].content
            found.pop()
            found.append(Token(_BLOCK, "", 0, content=name))
        else:
            found.append(token)
    state.tokens = found


def _cut(token: Token) -> Iterator[Token]:
    if token.type != "text":
        yield token
        return
    for place, piece in enumerate(PLACEHOLDER.split(token.content)):
        if place % 2:
            yield Token(_INLINE, "", 0, content=piece)
        elif piece:
            yield Token("text", "", 0, content=piece)


def _is_alone(tokens: list[Token]) -> bool:
    if len(tokens) < 2 or tokens[-2].type != "paragraph_open" or tokens[-2].hidden:  # noqa: PLR2004  (opening and content)
        return False
    children = tokens[-1].children or []
    return len(children) == 1 and children[0].type == _INLINE


def _render_inline(
    renderer: RendererProtocol, tokens: Sequence[Token], place: int, options: Any, env: Any
) -> str:
    name = tokens[place].content
    if name in env["marks"]:
        return _mark(env["marks"][name])
    value = env["facts"][name]
    return _lines(value if isinstance(value, str) else "; ".join(value))


def _render_block(
    renderer: RendererProtocol, tokens: Sequence[Token], place: int, options: Any, env: Any
) -> str:
    name = tokens[place].content
    if name in env["marks"]:
        return f"<p>{_mark(env['marks'][name])}</p>\n"
    value = env["facts"][name]
    if isinstance(value, str):
        return paragraphs(value)
    items = "".join(f"<li>{_lines(item)}</li>\n" for item in value)
    return f"<ul>\n{items}</ul>\n"


def _mark(words: str) -> str:
    return f'<mark class="letter__missing">{html.escape(words)}</mark>'


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("zero", {"html": False})
    markdown.enable(["paragraph", "list", "emphasis", "newline", "escape"])
    markdown.core.ruler.push("placeholders", _find_placeholders)
    markdown.add_render_rule(_INLINE, _render_inline)
    markdown.add_render_rule(_BLOCK, _render_block)
    return markdown


_MARKDOWN = _markdown()
