"""What a diagram names must exist; a duration that is written out names nothing."""

from __future__ import annotations

import pytest

from engine.checks import check_references
from engine.releases import build, read_folder
from tests.long.chaos.drawing import FILES
from web.settings import ROOT


@pytest.mark.parametrize(("timer", "named"), [("PT8H", []), ("PTEIGHT", ["PTEIGHT"])])
def test_a_duration_that_is_written_out_is_no_variable(timer: str, named: list[str]) -> None:
    vigil = FILES["bpmn/vigil.bpmn"].replace(b"PT8H", timer.encode())
    bundle = build({**read_folder(ROOT), **FILES, "bpmn/vigil.bpmn": vigil})
    missing = [one for one in check_references(bundle) if one.rule == "variable_exists"]
    assert [one.element_id for one in missing] == ["lap"] * len(named)
    assert all(name in one.message for name, one in zip(named, missing, strict=True))
