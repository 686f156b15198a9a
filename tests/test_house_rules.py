"""The conventions we care about: each is one test that names what breaks it."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml
from lxml import etree
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from engine.scenario import PlainLoader

ROOT = Path(__file__).parent.parent
PRODUCT = ("engine", "forms", "web")
LONGEST_MODULE = 400
LONGEST_TEST_MODULE = 500
LONGEST_FUNCTION = 60
MOST_PUBLIC_NAMES = 12
SAYS_NOTHING = {"helper", "util", "manager", "service", "common", "base", "data", "info"}

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DMN = "{*}"
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"

#: Put together here, so that this file does not break its own rules.
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
REGISTRIES = re.compile(
    r"pypi\." r"org|python" r"hosted|registry\." r"npmjs|registry\." r"yarnpkg|deb\." r"debian"
)


def test_no_module_is_too_long() -> None:
    allowed = dict.fromkeys(_modules(*PRODUCT), LONGEST_MODULE)
    allowed |= dict.fromkeys(_modules("tests", "bench"), LONGEST_TEST_MODULE)
    lengths = {path: len(path.read_text().splitlines()) for path in allowed}
    _none(
        f"{_name(path)} has {lengths[path]} lines, but {most} are allowed; split it by noun"
        for path, most in allowed.items()
        if lengths[path] > most
    )


def test_no_function_is_too_long() -> None:
    _none(
        f"{_name(path)}: {node.name} has {_lines(node)} lines"
        for path in _modules(*PRODUCT, "tests", "bench")
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and _lines(node) > LONGEST_FUNCTION
    )


def test_no_module_offers_too_many_names() -> None:
    counts = {path: len(_public_names(_tree(path))) for path in _modules(*PRODUCT)}
    _none(
        f"{_name(path)} offers {count} public names, but {MOST_PUBLIC_NAMES} are allowed"
        for path, count in counts.items()
        if count > MOST_PUBLIC_NAMES and path.name != "__init__.py"
    )


def test_each_module_says_in_one_sentence_what_it_is_for() -> None:
    firsts = {
        path: (ast.get_docstring(_tree(path)) or "").split("\n")[0]
        for path in _modules(*PRODUCT, "tests", "bench")
    }
    _none(_name(path) for path, first in firsts.items() if not first.endswith((".", ":")))


def test_no_module_has_a_name_that_says_nothing() -> None:
    parts = {path: set(path.relative_to(ROOT).with_suffix("").parts) for path in _all_modules()}
    _none(
        _name(path)
        for path, names in parts.items()
        if {n.removesuffix("s") for n in names} & SAYS_NOTHING
    )


def test_nothing_installed_takes_the_names_of_our_packages() -> None:
    assert set(PRODUCT) & set(importlib.metadata.packages_distributions()) == set()


def test_tests_have_no_packages_of_the_same_names_as_ours() -> None:
    """With an __init__.py, tests/engine could be taken for engine."""
    _none(_name(path) for path in (ROOT / "tests").rglob("__init__.py"))


def test_each_decision_record_has_a_number_of_its_own() -> None:
    names = [path.name for path in (ROOT / "docs" / "decisions").glob("*.md")]
    numbers = Counter(name.split("-")[0] for name in names if name[0].isdigit())
    _none(number for number, count in numbers.items() if count > 1)


def test_nothing_is_left_unfinished() -> None:
    _none(_lines_with(UNFINISHED))


def test_no_file_names_the_host_of_a_package_registry() -> None:
    _none(_lines_with(REGISTRIES))
    for lock in (ROOT / "web" / "assets", ROOT / "bench", ROOT / "tests" / "provider"):
        assert '"resolved"' not in (lock / "package-lock.json").read_text()


def test_each_dependency_is_locked_with_its_hash() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {
        "requirements.txt": project["dependencies"],
        "requirements-dev.txt": project["dependencies"] + project["optional-dependencies"]["dev"],
    }
    _none(
        f"{name} lacks {requirement}: make lock"
        for name, requirements in wanted.items()
        for requirement in requirements
        if canonicalize_name(Requirement(requirement).name) not in _locked(ROOT / name)
    )


def test_continuous_integration_runs_make_test_and_nothing_else() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text().splitlines()[-1] == "make test"


def test_each_setting_is_documented() -> None:
    """Whoever runs the product finds every environment variable that it reads."""
    texts = [path.read_text() for path in _files() if path.suffix == ".md"]
    known = "\n".join(texts)
    _none(
        f"{_name(path)} reads {setting}, which no page of docs/ names"
        for path in _modules(*PRODUCT)
        for setting in _settings(path)
        if setting not in known and (ROOT / "docs").exists()
    )


def test_each_user_task_has_a_form() -> None:
    known = {path.stem for path in (ROOT / "forms" / "definitions").rglob("*.yaml")}
    _none(
        f"{_name(path)} {element.get('id')}: there is no form {form!r}"
        for path in _edited("bpmn/**/*.bpmn")
        for element, form in _forms_asked_for(path)
        if form not in known
    )


def test_each_form_and_scenario_names_its_source() -> None:
    files = [*_edited("forms/definitions/**/*.yaml"), *_edited("bpmn/scenarios/**/*.yaml")]
    _none(_name(path) for path in files if not _sourced(path))


def test_each_row_of_a_decision_table_names_its_source() -> None:
    _none(
        f"{_name(path)}: row {number} names no source"
        for path in _edited("bpmn/**/*.dmn")
        for number, text in enumerate(_row_sources(path), start=1)
        if text in {"", '""'}
    )


def _none(found: Iterable[str]) -> None:
    """Pass when nothing was found, else name each thing found on a line of its own."""
    lines = list(found)
    assert not lines, "\n" + "\n".join(lines)


def _modules(*folders: str) -> list[Path]:
    return [path for path in _all_modules() if path.relative_to(ROOT).parts[0] in folders]


def _all_modules() -> list[Path]:
    migrations = ROOT / "engine" / "migrations" / "versions"
    return [path for path in _files() if path.suffix == ".py" and path.parent != migrations]


def _files() -> list[Path]:
    """Every file that is, or is about to be, part of the repository."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return sorted(path for path in paths if path.is_file())


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _public_names(tree: ast.Module) -> set[str]:
    names = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return {name for name in names if not name.startswith("_")}


def _lines_with(pattern: re.Pattern[str]) -> Iterator[str]:
    for path in _files():
        try:
            lines = path.read_text().splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, start=1):
            if pattern.search(line):
                yield f"{_name(path)}:{number} {line.strip()[:80]}"


def _locked(path: Path) -> set[str]:
    entries = re.findall(r"^([\w.-]+)==\S+ \\\n +--hash=sha256:", path.read_text(), re.MULTILINE)
    return {canonicalize_name(name) for name in entries}


def _settings(path: Path) -> set[str]:
    """The names of environment variables in a module that reads the environment."""
    text = path.read_text()
    if "environ" not in text:
        return set()
    return set(re.findall(r"[\"']((?:SPOC|FLASK)_[A-Z_]+|[A-Z]+_URL)[\"']", text))


def _edited(pattern: str) -> list[Path]:
    return sorted(ROOT.glob(pattern))


def _forms_asked_for(path: Path) -> Iterator[tuple[etree._Element, str]]:
    tree = etree.parse(str(path))
    for prop in tree.iter(f"{SPIFF}property"):
        element = next(prop.iterancestors(f"{BPMN}extensionElements")).getparent()
        if prop.get("name") == "form" and element is not None:
            yield element, prop.get("value", "")
    for task in tree.iter(f"{BPMN}userTask"):
        asked = {prop.get("name") for prop in task.iter(f"{SPIFF}property")}
        if "form" not in asked:
            yield task, ""


def _sourced(path: Path) -> bool:
    with path.open() as stream:
        content = yaml.load(stream, PlainLoader)
    entries = content if isinstance(content, list) else [content]
    return all(isinstance(entry, dict) and entry.get("source") for entry in entries)


def _row_sources(path: Path) -> Iterator[str]:
    for table in etree.parse(str(path)).iter(f"{DMN}decisionTable"):
        names = [output.get("name") for output in table.findall(f"{DMN}output")]
        for rule in table.findall(f"{DMN}rule"):
            cells = [
                (cell.findtext(f"{DMN}text") or "") for cell in rule.findall(f"{DMN}outputEntry")
            ]
            said = dict(zip(names, cells, strict=True))
            yield said.get("source", rule.findtext(f"{DMN}description") or "").strip()
