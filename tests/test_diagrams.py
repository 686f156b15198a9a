"""The diagrams are good BPMN 2.0: valid by the standard's own schema, clean by bpmnlint."""

from __future__ import annotations

import subprocess
from importlib.resources import files
from pathlib import Path

from lxml import etree

DIAGRAMS = sorted(Path("bpmn").glob("*.bpmn"))
ASSETS = Path("web/assets")


def test_each_diagram_is_valid_by_the_schema_of_the_standard() -> None:
    schema = etree.XMLSchema(file=str(files("SpiffWorkflow.bpmn.parser") / "schema/BPMN20.xsd"))
    problems = []
    for path in DIAGRAMS:
        if not schema.validate(etree.parse(str(path))):
            problems += [f"{path}:{error.line} {error.message}" for error in schema.error_log]
    assert not problems, "\n" + "\n".join(problems)


def test_each_diagram_passes_the_recommended_rules_of_bpmnlint() -> None:
    lint = [str(ASSETS / "node_modules/.bin/bpmnlint"), "--config", str(ASSETS / ".bpmnlintrc")]
    done = subprocess.run(
        [*lint, *map(str, DIAGRAMS)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_diagrams_to_look_at() -> None:
    assert DIAGRAMS
