"""A letter template: front matter, blocks named by requirement, and the HTML they become."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from forms import letter_text
from forms.letter_blocks import required_blocks
from forms.letter_gaps import Gap, dummy_in
from forms.letter_text import Fact
from forms.marked import FormFileError, Problems, Section, read
from forms.questions import Question, read_questions
from forms.questions.question import SNAKE_CASE
from forms.signs import says_something

_FRONT = re.compile(rb"---[ \t]*\r?\n(?P<front>.*?)^---[ \t]*\r?$\n?", re.S | re.M)
_HEADING = re.compile(r"##\s*(?P<title>.*?)\s*\{#(?P<id>[^\s}]+)(?P<attributes>[^}]*)\}\s*")
_ATTRIBUTE = re.compile(r"(\w+)=\"([^\"]*)\"")
_OPENING = "opening"


@dataclass(frozen=True)
class Block:
    """One part of a letter: a heading and what stands below it."""

    id: str
    #: "" for a part without a heading.
    title: str
    #: The requirements it answers: ``R-046, R-047``.
    source: str
    #: Said only when this fact is filled, or has one of the values; "" for always.
    when: str
    when_values: tuple[str, ...]
    line: int
    tokens: tuple[Token, ...] = field(repr=False, compare=False)

    @property
    def placeholders(self) -> frozenset[str]:
        """Name the placeholders in the text."""
        return letter_text.placeholders(self.tokens)

    def applies(self, facts: Mapping[str, Fact]) -> bool:
        """Tell whether this part is said in a letter with these facts."""
        if not self.when:
            return True
        value = facts.get(self.when) or ""
        return value in self.when_values if self.when_values else bool(value)


@dataclass(frozen=True)
class LetterTemplate:
    """One letter as its process owner wrote it; immutable, shared between threads."""

    name: str
    title: str
    source: str
    #: Kinds of decision it tells; () when it tells none that is already recorded.
    decisions: tuple[str, ...]
    #: The kind of decision that issuing this letter makes; "" when it makes none.
    makes_decision: str
    #: It carries an appeal block, and the time to appeal starts with it (K-10).
    appealable: bool
    #: A yes/no figure of the policy that can switch the appeal off; "" for none.
    appealable_if: str
    #: The date it must leave by is counted from this one, ``decided_on`` unless named.
    due_from: str
    #: The figure of the policy that says how many working days; "" for that date itself.
    due_within: str
    #: What the author fills in.
    asks: tuple[Question, ...]
    blocks: tuple[Block, ...]
    #: Block -> requirement: what no edit may take out.
    required_blocks: Mapping[str, str]

    @property
    def placeholders(self) -> frozenset[str]:
        """Name every placeholder and every fact a condition looks at."""
        conditions = {block.when for block in self.blocks if block.when}
        return frozenset(conditions).union(*(block.placeholders for block in self.blocks))

    @property
    def figures(self) -> frozenset[str]:
        """Name the figures of the policy that the keys at its top name."""
        return frozenset({self.due_within, self.appealable_if} - {""})


@dataclass(frozen=True)
class WrittenLetter:
    """What a template became with the facts of a case."""

    #: The blocks, without the frame of a letter.
    html: str
    gaps: tuple[Gap, ...]


def load_letter(name: str, content: bytes) -> LetterTemplate:
    """Read a template; FormFileError with every problem and its line when it cannot be used.

    name: the file's name without its ending, which the key ``letter`` must repeat.
    """
    problems: Problems = []
    found = _FRONT.match(content)
    if found is None:
        said = "Expected the file to begin with keys between two lines of three dashes (---)."
        raise FormFileError([(1, said)])
    marked = read(found["front"], problems, first_line=2)
    if marked is None:
        raise FormFileError(problems)
    first_line = content[: found.end()].count(b"\n") + 1
    text = content[found.end() :].decode("utf-8", errors="replace")
    section = Section.of(marked, "this letter", problems)
    blocks = tuple(_blocks(text, first_line, section))
    template = _template(section, name, blocks)
    _check_blocks(section, template)
    section.finish()
    if problems:
        raise FormFileError(problems)
    return template


def write_letter(
    template: LetterTemplate, facts: Mapping[str, Fact], *, waived: frozenset[str] = frozenset()
) -> WrittenLetter:
    """Give the letter's blocks as HTML, and what is missing; missing parts are marked in the HTML.

    facts: by placeholder; an absent or empty one is missing. waived: required blocks that this
        letter need not have, such as the appeal where the policy offers none.
    """
    parts: list[str] = []
    gaps: list[Gap] = []
    said: set[str] = set()
    for block in template.blocks:
        if not block.applies(facts):
            continue
        found = _gaps_of(block, template, facts)
        gaps.extend(found)
        said.add(block.id)
        parts.append(_block_html(block, facts, found))
    for block_id, source in template.required_blocks.items():
        if block_id not in said | waived:
            gap = Gap(block_id, source, "", f"This letter must have the part “{block_id}”")
            gaps.append(gap)
            parts.append(f'<p><mark class="letter__missing">{html.escape(gap.sentence)}</mark></p>')
    return WrittenLetter("\n".join(parts), tuple(gaps))


def _gaps_of(block: Block, template: LetterTemplate, facts: Mapping[str, Fact]) -> list[Gap]:
    found = []
    labels = {question.id: question.label for question in template.asks}
    for name in sorted(block.placeholders):
        words = labels.get(name, name.replace("_", " "))
        value = facts.get(name) or ""
        if not says_something("".join(value)):
            sentence = f"Missing: {words}"
        elif dummy := dummy_in(value):
            sentence = f"“{dummy}” still stands for: {words}"
        else:
            continue
        found.append(Gap(block.id, block.source, name, sentence))
    return found


def _block_html(block: Block, facts: Mapping[str, Fact], gaps: Sequence[Gap]) -> str:
    marks = {gap.placeholder: gap.sentence for gap in gaps}
    heading = f"<h3>{html.escape(block.title)}</h3>\n" if block.title else ""
    text = letter_text.render(block.tokens, facts, marks)
    return f'<section class="letter__block" data-block="{block.id}">\n{heading}{text}</section>'


def _template(section: Section, name: str, blocks: tuple[Block, ...]) -> LetterTemplate:
    said = section.text("letter", required=True)
    if said and said != name:
        section.tell(f"Expected letter to be {name}, as the file is called, not {said}.", "letter")
    if not SNAKE_CASE.fullmatch(name):
        section.tell(f"Expected the file's name in small letters, digits and _, not {name}.")
    decisions, makes = _decision(section)
    appealable = section.flag("appealable")
    due_from = section.text("due_from") or "decided_on"
    template = LetterTemplate(
        name=name,
        title=section.text("title", required=True),
        source=section.text("source", required=True),
        decisions=decisions,
        makes_decision=makes,
        appealable=appealable,
        appealable_if=section.text("appealable_if"),
        due_from=due_from,
        due_within=section.text("due_within"),
        asks=read_questions(section.sections("asks", "this question")),
        blocks=blocks,
        required_blocks=required_blocks(
            name, tells_decision=bool(decisions or makes), appealable=appealable
        ),
    )
    if any(question.variable or question.restricted for question in template.asks):
        section.tell("Expected no variable and no restricted answer in a letter.", "asks")
    return template


def _decision(section: Section) -> tuple[tuple[str, ...], str]:
    if section.has("decision") and isinstance(section.keys["decision"].value, dict):
        new = section.section("decision")
        makes = new.text("new", required=True) if new else ""
        if new:
            new.finish()
        return (), makes
    return section.texts("decision"), ""


def _blocks(text: str, first_line: int, section: Section) -> Iterator[Block]:
    lines: list[str] = []
    heading, line = None, first_line
    for number, said in enumerate(text.splitlines(), start=first_line):
        found = _HEADING.fullmatch(said)
        if found is None and said.startswith("#"):
            problem = 'Expected a heading such as ## Why {#reasons source="R-046"}.'
            section.problems.append((number, problem))
        if found is None:
            lines.append(said)
            continue
        if heading is not None or "".join(lines).strip():
            yield _block(heading, lines, line, section)
        heading, lines, line = found, [], number
    if heading is not None or "".join(lines).strip():
        yield _block(heading, lines, line, section)


def _block(heading: re.Match[str] | None, lines: list[str], line: int, section: Section) -> Block:
    attributes = dict(_ATTRIBUTE.findall(heading["attributes"])) if heading else {}
    when, _, values = attributes.get("when", "").partition(":")
    block = Block(
        id=heading["id"] if heading else _OPENING,
        title=heading["title"] if heading else "",
        source=attributes.get("source", "") if heading else section.text("source"),
        when=when.strip(),
        when_values=tuple(value.strip() for value in values.split(",") if value.strip()),
        line=line,
        tokens=tuple(letter_text.parse("\n".join(lines))),
    )
    section.problems.extend((line, problem) for problem in _problems_of(block, attributes, lines))
    return block


def _problems_of(block: Block, attributes: Mapping[str, str], lines: list[str]) -> Iterator[str]:
    if not SNAKE_CASE.fullmatch(block.id):
        yield f"Expected the part's name in small letters, digits and _, not “{block.id}”."
    for name in attributes.keys() - {"source", "when"}:
        yield f"Expected source or when in the heading of {block.id}, not “{name}”."
    if not block.source:
        yield f'Expected a source for the part {block.id}, such as source="R-046".'
    if not "".join(lines).strip():
        yield f"Expected text in the part {block.id}, but it is empty. Write it."
    for text in letter_text.half_placeholders(block.tokens):
        yield f"Expected double brackets to hold a name, like ((spoc_name)), but got “{text}”."
    if dummy := dummy_in(letter_text.PLACEHOLDER.sub("", "\n".join(lines))):
        yield f"Expected the text of {block.id} to be ready, but “{dummy}” stands in it."


def _check_blocks(section: Section, template: LetterTemplate) -> None:
    here = {block.id for block in template.blocks}
    listed = set(section.texts("required_blocks"))
    for block_id, source in template.required_blocks.items():
        if block_id not in here:
            section.tell(
                f"Expected the part “{block_id}”, because every such letter must have it "
                f"({source}), but it is gone. Put it back."
            )
        elif block_id not in listed:
            section.tell(
                f"Expected “{block_id}” under “required_blocks” ({source}). Put it back.",
                "required_blocks",
            )
    for block_id in sorted(listed - here):
        section.tell(
            f"Expected the part “{block_id}”, but there is none. Write it.", "required_blocks"
        )
    seen: set[str] = set()
    for block in template.blocks:
        if block.id in seen and not block.when:
            section.problems.append(
                (block.line, f"Expected the part {block.id} once, or each with a condition.")
            )
        seen.add(block.id)
