"""Scenarios: what must happen, on a simulated clock, as files and as a Python object."""

from __future__ import annotations

from engine.scenario.expectations import Unexpected
from engine.scenario.scenario import Scenario
from engine.scenario.script import (
    DOING,
    VERBS,
    PlainLoader,
    Script,
    ScriptError,
    Step,
    read_scripts,
    scripts_in,
)
from engine.scenario.stage import Stages, add_people, stages
from engine.scenario.suite import ScenarioResult, run_scenarios, run_script

__all__ = [
    "DOING",
    "VERBS",
    "PlainLoader",
    "Scenario",
    "ScenarioResult",
    "Script",
    "ScriptError",
    "Stages",
    "Step",
    "Unexpected",
    "add_people",
    "read_scripts",
    "run_scenarios",
    "run_script",
    "scripts_in",
    "stages",
]
