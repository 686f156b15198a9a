"""Every case of bad input in A.1 to A.13 has its test."""

from __future__ import annotations

from tests.requirements import proofs

SAID = proofs.read("bad_input.yaml")
#: All of them, but two whose row of the catalogue names no bad input.
WITH_BAD_INPUT = [f"R-{number:03d}" for number in range(1, 130) if number not in {80, 115}]
#: What no process asks yet; none now: everything has its test.
NOT_YET: set[str] = set()


def test_every_requirement_with_bad_input_is_there_in_its_order() -> None:
    assert list(SAID) == WITH_BAD_INPUT
    assert all(cases for cases in SAID.values())


def test_each_case_has_a_test_that_names_its_number() -> None:
    faults = [
        f"{number}: {case['case']}: {fault}"
        for number, cases in SAID.items()
        for case in cases
        if "proof" in case and (fault := _fault(number, case["proof"]))
    ]
    assert faults == []


def test_only_what_has_no_process_yet_is_left_out_and_says_why() -> None:
    left_out = {number for number, cases in SAID.items() if any("not_yet" in one for one in cases)}
    assert left_out == NOT_YET
    assert all(
        set(case) in ({"case", "proof"}, {"case", "not_yet"}) and all(case.values())
        for cases in SAID.values()
        for case in cases
    )


def test_no_case_is_named_twice() -> None:
    for number, cases in SAID.items():
        assert len({case["case"] for case in cases}) == len(cases), number


def _fault(number: str, proof: str) -> str:
    cited = proofs.cited_by(proof)
    if cited is None:
        return f"there is no test {proof}"
    return "" if number in cited else f"{proof} does not name {number}"
