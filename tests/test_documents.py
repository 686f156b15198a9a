"""The documents say what is so: each test compares one of their promises with the product."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import engine
from engine.demo.people import PEOPLE
from engine.operations import ACTIONS, DOORS
from engine.scenario.script import VERBS
from engine.tables import Row
from web.app import create_app
from web.settings import Settings

ROOT = Path(__file__).parent.parent
RECORDS = ROOT / "docs" / "decisions"
#: A newcomer who scrolls no further has seen the first command.
FIRST_SCREEN = 25
READERS = ["Process owners", "Operators", "Developers"]
RECORD_PARTS = ["**Context.**", "**Decision.**", "**What we gave up.**", "**Status.**"]

FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")


def test_each_link_leads_somewhere() -> None:
    _none(
        f"{_name(page)} links to {target}"
        for page in _pages()
        for target in LINK.findall(FENCE.sub("", page.read_text()))
        if not target.startswith(("http://", "https://")) and not _leads(page, target)
    )


def test_each_file_that_a_document_names_is_there() -> None:
    folders = ("bpmn/", "docs/", "engine/", "forms/", "tests/", "web/")
    _none(
        f"{_name(page)} names {code}"
        for page in _pages()
        for code in CODE.findall(FENCE.sub("", page.read_text()))
        if code.startswith(folders)
        and not re.search(r"[A-Z]{4}|web/static", code)  # NAME, NNNN; what is built
        and not list(ROOT.glob(code.rstrip("/")))
        and not (ROOT / f"{code}.py").exists()
    )


def test_the_readme_begins_with_a_command_on_its_first_screen() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    assert "make run" in "\n".join(lines[:FIRST_SCREEN])


def test_each_make_target_of_a_document_exists() -> None:
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    _none(
        f"{_name(page)}: make {target}"
        for page in _pages()
        for target in re.findall(r"\bmake ([a-z-]+)", _commands_of(page))
        if target not in known
    )


def test_each_flask_command_of_a_document_exists(tmp_path: Path) -> None:
    known = _flask_commands(tmp_path)
    _none(
        f"{_name(page)}: flask --app web {command}"
        for page in _pages()
        for command in re.findall(r"flask --app web ([a-z-]+)", page.read_text())
        if command not in known
    )


def test_operating_describes_each_flask_command(tmp_path: Path) -> None:
    said = (ROOT / "docs" / "operating.md").read_text()
    ours = _flask_commands(tmp_path) - {"run", "shell", "routes"}
    _none(command for command in ours if f"`{command}" not in said)


def test_operating_describes_each_setting() -> None:
    settings = (ROOT / "web" / "settings.py").read_text()
    known = set(re.findall(r"\b(?:SPOC_[A-Z_]+|DATABASE_URL)\b", settings))
    assert known
    rows = _first_cells(ROOT / "docs" / "operating.md")
    _none(f"no row describes {name}" for name in known if f"`{name}`" not in rows)


def test_the_readme_names_demonstration_people_who_exist() -> None:
    said = (ROOT / "README.md").read_text()
    names = set(re.findall(r"\*\*([A-Z][a-z]+ [A-Z][a-z]+)\*\*", said))
    assert len(names) > 1
    _none(names - {person.full_name for person in PEOPLE})


@pytest.mark.parametrize("verb", VERBS)
def test_the_scenarios_page_describes_a_verb_with_its_arguments(verb: str) -> None:
    page = ROOT / "bpmn" / "scenarios" / "README.md"
    rows = [line for line in page.read_text().splitlines() if line.startswith(f"| `{verb}`")]
    assert len(rows) == 1
    needed = {name for name in VERBS[verb] if f"`{name}`" not in rows[0]}
    assert not needed


def test_the_scenarios_page_names_each_action_and_message() -> None:
    said = (ROOT / "bpmn" / "scenarios" / "README.md").read_text()
    _none(name for name in [*ACTIONS, *DOORS] if f"`{name}`" not in said)


def test_the_scenarios_page_names_each_refusal() -> None:
    said = (ROOT / "bpmn" / "scenarios" / "README.md").read_text()
    refusals = (engine.NotFound, engine.NotAllowed, engine.Rejected, engine.InvalidAnswers)
    _none(kind.__name__ for kind in refusals if f"`{kind.__name__}`" not in said)


def test_the_architecture_names_each_table() -> None:
    said = (ROOT / "ARCHITECTURE.md").read_text()
    _none(name for name in Row.metadata.tables if f"`{name}`" not in said)


def test_each_decision_record_stands_in_both_lists() -> None:
    lists = [(ROOT / "ARCHITECTURE.md").read_text(), (RECORDS / "README.md").read_text()]
    _none(
        f"{record.name} is not in both lists under the title it has"
        for record in _records()
        if not all(f"[{_title(record)}]" in text and record.name in text for text in lists)
    )


def test_each_decision_record_has_its_number_and_its_four_parts() -> None:
    _none(
        record.name
        for record in _records()
        if not _title(record).startswith(record.name.split("-")[0] + " ")
        or any(part not in record.read_text() for part in RECORD_PARTS)
    )


def test_no_two_decision_records_have_the_same_number() -> None:
    numbers = [record.name.split("-")[0] for record in _records()]
    assert len(numbers) == len(set(numbers)) > 1


def test_the_changelog_tells_each_kind_of_reader_of_the_version_that_is_built() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    versions = re.split(r"^## ", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)[1:]
    assert versions[0].startswith(project["version"])
    for version in versions:
        assert re.findall(r"^### (.+)$", version, re.MULTILINE) == READERS


def _none(found: Iterable[str]) -> None:
    """Pass when nothing was found, else name each thing found on a line of its own."""
    lines = sorted(found)
    assert not lines, "\n" + "\n".join(lines)


def _pages() -> list[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    pages = [ROOT / name for name in listed.split("\0") if name]
    # Letters are Markdown of another kind: what they name are placeholders.
    return [page for page in pages if page.exists() and page.parent.name != "letters"]


def _records() -> list[Path]:
    return sorted(RECORDS.glob("[0-9]*.md"))


def _title(record: Path) -> str:
    return record.read_text().splitlines()[0].removeprefix("# ")


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _leads(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = (page.parent / path) if path else page
    return file.exists() and (not anchor or anchor in _anchors(file))


def _anchors(page: Path) -> Iterator[str]:
    for heading in re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _commands_of(page: Path) -> str:
    """What a page sets as code: fenced blocks and words in backticks."""
    text = page.read_text()
    return "\n".join([*FENCE.findall(text), *CODE.findall(FENCE.sub("", text))])


def _first_cells(page: Path) -> set[str]:
    return {line.split("|")[1].strip() for line in page.read_text().splitlines() if "|" in line}


def _flask_commands(folder: Path) -> set[str]:
    database = f"sqlite:///{folder / 'empty.sqlite'}"
    app = create_app(Settings(database_url=database, secret_key="of a test"))
    app.extensions["database"].close()
    return set(app.cli.commands)
