"""Random walks through random sound diagrams: the engine does what BPMN's token rules say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway, ParallelGateway

from engine.errors import EngineError
from engine.spiff.gateways import InclusiveJoin, ParallelJoin
from tests.engine.spiff.lockstep import Different, LockStep

#: Diagrams at full size and in the sample; the most steps in each.
DIAGRAMS = {True: 2_000, False: 60}
STEPS = 60


def test_random_lives_go_as_the_standard_says(full: bool) -> None:
    walked: list[int] = []

    @settings(max_examples=DIAGRAMS[full], database=None)
    @given(seed=st.integers(0, 2**32), size=st.integers(0, 4))
    def live(seed: int, size: int) -> None:
        walked.append(LockStep(seed, size).walk(STEPS))

    live()
    print(f"{len(walked)} diagrams, {sum(walked)} steps")
    assert sum(walked) > DIAGRAMS[full] * 2


@pytest.mark.parametrize(
    ("ours", "theirs"), [(ParallelJoin, ParallelGateway), (InclusiveJoin, InclusiveGateway)]
)
def test_the_joins_of_the_library_are_found_out(
    ours: type, theirs: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ours, "_update_hook", theirs._update_hook)  # type: ignore[attr-defined]
    assert any(_is_different(seed) for seed in range(300))


def _is_different(seed: int) -> bool:
    try:
        LockStep(seed, 4, saved=False).walk(STEPS)
    except (Different, EngineError):
        return True
    return False
