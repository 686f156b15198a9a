"""Run scenario files and say, one line each, whether what must happen happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import EngineError
from engine.scenario.expectations import Unexpected
from engine.scenario.scenario import Scenario
from engine.scenario.script import Script, ScriptError, read_scripts
from engine.scenario.stage import Stages, stages


@dataclass(frozen=True)
class ScenarioResult:
    """How one scenario went."""

    file: str
    scenario: str
    passed: bool
    #: Empty when it passed; else the line, what was expected, what was found, and the history.
    message: str


def run_scenarios(
    paths: Sequence[Path],
    files: Mapping[str, bytes],
    tell: Callable[[ScenarioResult], None] | None = None,
) -> list[ScenarioResult]:
    """Run every scenario below `paths` against one set of release files.

    tell: called with each result as it comes. A file that cannot be read is a failed result.
    Raises InvalidRelease when the files cannot be published as they are.
    """
    results: list[ScenarioResult] = []
    with stages(files) as prepared:
        for path in paths:
            for result in _run_path(path, prepared):
                results.append(result)
                if tell is not None:
                    tell(result)
    return results


def _run_path(path: Path, prepared: Stages) -> list[ScenarioResult]:
    try:
        scripts = read_scripts(path)
    except ScriptError as error:
        return [ScenarioResult(str(path), "", passed=False, message=str(error))]
    return [run_script(script, prepared) for script in scripts]


def run_script(script: Script, prepared: Stages) -> ScenarioResult:
    """Run one scenario on a stage of its own."""
    message = ""
    try:
        with prepared.one(script.people, script.parameter_set, script.at) as db:
            Scenario(db).play(script)
    except (Unexpected, EngineError) as error:
        message = str(error)
    return ScenarioResult(script.file, script.name, passed=not message, message=message)
