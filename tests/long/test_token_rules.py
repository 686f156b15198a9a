"""Random walks through random sound diagrams: the engine does what BPMN's token rules say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway, ParallelGateway

from engine.errors import InvalidDiagram
from engine.spiff.gateways import InclusiveJoin, ParallelJoin
from tests.engine.spiff.lockstep import Different, LockStep

#: Diagrams at full size and in the sample; the most steps in each.
DIAGRAMS = {True: 1_500, False: 60}
STEPS = 60


def test_random_lives_go_as_the_standard_says(full: bool) -> None:
    walked: list[int] = []

    @settings(max_examples=DIAGRAMS[full], database=None)
    @given(seed=st.integers(0, 2**32), size=st.integers(1, 3))
    def live(seed: int, size: int) -> None:
        try:
            walked.append(LockStep(seed, size).walk(STEPS))
        except InvalidDiagram as refused:
            assume({finding.rule for finding in refused.findings} != {"too_large"})
            raise

    live()
    print(f"{len(walked)} diagrams, {sum(walked)} steps")
    assert sum(walked) > DIAGRAMS[full] * 3


@pytest.mark.parametrize(
    ("ours", "theirs", "seed", "size"),
    [(ParallelJoin, ParallelGateway, 16, 2), (InclusiveJoin, InclusiveGateway, 249, 3)],
)
def test_the_joins_of_the_library_are_found_out(
    ours: type, theirs: Any, seed: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has to be shown of any such test: that it can fail (fact F1)."""
    assert not _is_different(seed, size)
    monkeypatch.setattr(ours, "_update_hook", theirs._update_hook)
    assert _is_different(seed, size)


def _is_different(seed: int, size: int) -> bool:
    try:
        LockStep(seed, size, saved=False).walk(STEPS)
    except Different:
        return True
    return False
