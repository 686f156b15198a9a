"""No step that the policy needs can be taken out or led around, by changed diagrams (C)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.checks import check_laws
from engine.checks.laws import LAWS
from engine.errors import Finding
from engine.releases import read_folder, survey
from tests.engine.checks.plainly import said_plainly

FILES = read_folder(Path(__file__).parents[3])
#: Every diagram with laws of its own.
DIAGRAMS = sorted(
    path
    for path in FILES
    if path.endswith(".bpmn")
    and any(f'<bpmn:process id="{law.process}"'.encode() in FILES[path] for law in LAWS)
)
B = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
STEPS = {
    *("userTask", "serviceTask", "callActivity", "businessRuleTask"),
    *("intermediateCatchEvent", "intermediateThrowEvent"),
}
#: Steps that can be taken out without breaking a law, and why that harms nobody.
HARMLESS = {
    "bpmn/absence_cover.bpmn next_day_has_come": "each change of the absence is looked at anyway",
}


def found(path: str, text: bytes) -> list[Finding]:
    """Give what the laws say of one changed diagram, each in words for people."""
    return said_plainly(check_laws(survey({path: text})[0]))


def without(path: str, step: str) -> bytes | None:
    """Take one step out of a diagram, its ways joined; None where it has several ways on."""
    tree = ET.fromstring(FILES[path])
    holds = {child: parent for parent in tree.iter() for child in parent}
    gone = next(one for one in tree.iter() if one.get("id") == step and one.tag.startswith(B))
    flows = list(tree.iter(B + "sequenceFlow"))
    on = [flow for flow in flows if flow.get("sourceRef") == step]
    if len(on) != 1:
        return None
    target = next(one for one in tree.iter() if one.get("id") == on[0].get("targetRef"))
    for incoming in [one for one in target if one.text == on[0].get("id")]:
        target.remove(incoming)
    for flow in flows:
        if flow.get("targetRef") == step:
            flow.set("targetRef", str(target.get("id")))
            ET.SubElement(target, B + "incoming").text = flow.get("id")
    beside = [one for one in tree.iter() if one.get("attachedToRef") == step]
    refs = [ref for ref in tree.iter(B + "flowNodeRef") if ref.text == step]
    for one in (on[0], gone, *beside, *refs):
        holds[one].remove(one)
    return ET.tostring(tree)


@pytest.mark.parametrize("path", DIAGRAMS)
def test_no_step_of_our_diagrams_can_be_taken_out_unless_it_harms_nobody(path: str) -> None:
    assert found(path, FILES[path]) == []
    steps = [
        str(one.get("id"))
        for one in ET.fromstring(FILES[path]).iter()
        if one.tag.removeprefix(B) in STEPS
    ]
    passed = set()
    for step in steps:
        changed = without(path, step)
        if changed is not None and not found(path, changed):
            passed.add(f"{path} {step}")
    assert passed == {name for name in HARMLESS if name.startswith(f"{path} ")}


def led(source: str, target: str, other: str) -> Callable[[str], str]:
    """Lead the way from one step to another than its own."""
    old = f'sourceRef="{source}" targetRef="{target}"'

    def change(text: str) -> str:
        assert old in text
        return text.replace(old, f'sourceRef="{source}" targetRef="{other}"')

    return change


def decided_by_a_clock(host: str, lands: str, when: str) -> Callable[[str], str]:
    """Let a timer end a task and go on where its answer would have led."""
    event = (
        f'<bpmn:boundaryEvent id="a_clock" name="Time is up" attachedToRef="{host}">'
        "<bpmn:outgoing>flow_of_the_clock</bpmn:outgoing>"
        '<bpmn:timerEventDefinition id="timer_of_a_clock">'
        f'<bpmn:timeDate xsi:type="bpmn:tFormalExpression">{when}</bpmn:timeDate>'
        "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
        f'<bpmn:sequenceFlow id="flow_of_the_clock" sourceRef="a_clock" targetRef="{lands}" />'
    )

    def change(text: str) -> str:
        task = re.search(rf'<bpmn:userTask id="{host}".*?</bpmn:userTask>', text, re.DOTALL)
        assert task is not None
        return text.replace(task[0], task[0] + event)

    return change


def waiting_for(old: str, new: str) -> Callable[[str], str]:
    """Let a timer wait for another moment."""

    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return change


@pytest.mark.parametrize(
    ("process", "change", "sentence"),
    [
        (
            "appeal",
            led("allocate_director", "was_it_in_time", "appeal_was_decided"),
            "A person decides an appeal before its letter goes (R-078, R-110)",
        ),
        (
            "appeal",
            decided_by_a_clock("decide_appeal", "appeal_was_decided", "after(case.appeal_due)"),
            "A person decides an appeal before its letter goes (R-078, R-110)",
        ),
        (
            "appeal",
            waiting_for("after(case.appeal_due)", "after(case.opened_on)"),
            "The days to answer an appeal are those of the policy (R-076)",
        ),
        (
            "appeal",
            led("outcome_is_written", "issue_appeal_outcome", "record_outcome"),
            "Every decision on an appeal ends in the letter with its outcome (R-078)",
        ),
        (
            "appeal",
            led("record_appeal_breach", "write_holding_letter", "customer_was_told_of_delay"),
            "A customer whose answer is late is told so (R-076)",
        ),
        (
            "warning_stage",
            led("watching_began", "review_date_has_come", "compare_contact"),
            "The customer has the time to change before anybody compares",
        ),
        (
            "warning_stage",
            led("letter_is_due", "issue_fair_treatment_letter", "start_evidence_log"),
            "The Fair Treatment Letter comes before its time to change",
        ),
        (
            "formal_stage",
            decided_by_a_clock("record_meeting", "spoc_is_asked", "after(case.meeting_due)"),
            "People weigh the seven factors before a contact is agreed (R-040, R-110)",
        ),
        (
            "formal_stage",
            led("arrange_meeting", "record_meeting", "spoc_is_asked"),
            "People weigh the seven factors before a contact is agreed (R-040, R-110)",
        ),
        (
            "formal_stage",
            waiting_for("on(case.look_again_on)", "on(case.opened_on)"),
            "What was not agreed has a date on which it is looked at again (R-042)",
        ),
        (
            "arrangement",
            led("arrangement_was_agreed", "issue_introduction_letter", "effects_are_wanted"),
            "The customer has the letter before an arrangement is in force (R-045)",
        ),
        (
            "arrangement",
            waiting_for("on(case.review_opens_on)", "on(case.opened_on)"),
            "Whatever is in force waits for the date of its review (R-082)",
        ),
        (
            "arrangement",
            led("effects_are_removed", "flag_removal_is_wanted", "arrangement_has_ended"),
            "The flags go when an arrangement ends (R-067)",
        ),
        (
            "periodic_review",
            led("preparation_began", "report_on_arrangement", "decide_review"),
            "The contact reports before a review is decided (R-084)",
        ),
        (
            "periodic_review",
            decided_by_a_clock("decide_review", "review_is_decided_on", "after(case.review_due)"),
            "A person decides a review before its letter goes (R-083, R-110)",
        ),
        (
            "retention",
            led("deletion_is_due", "find_holds", "delete_the_case"),
            "Nothing is deleted before holds were looked for (R-108)",
        ),
        (
            "retention",
            led("hold_was_lifted", "deletion_is_due", "delete_the_case"),
            "Holds are looked for again whenever one was lifted (R-108)",
        ),
        (
            "retention",
            led("notice_date_has_come", "tell_officer_of_deletion", "retention_has_passed"),
            "The officer is told before anything is deleted (R-107)",
        ),
        (
            "retention",
            waiting_for("after(case.delete_after)", "after(case.opened_on)"),
            "Nothing is deleted before the months of the policy are over (R-107)",
        ),
        (
            "partner_arrangement",
            led("partner_started_it", "partner_flags_are_wanted", "hold_arrangement"),
            "The flags are asked for when the partner starts an arrangement (R-100)",
        ),
        (
            "partner_arrangement",
            led("hold_arrangement", "end_as_partner_said", "partner_flags_must_go"),
            "It is ended before its case is closed (R-100)",
        ),
        (
            "partner_arrangement",
            decided_by_a_clock("answer_notice", "partner_was_answered", "after(case.opened_on)"),
            "A person answers every notice of the partner (R-098, R-110)",
        ),
        (
            "sharing_agreement",
            led("its_end_is_near", "remind_to_renew", "last_day_has_passed"),
            "Somebody is reminded before an agreement ends (R-099)",
        ),
        (
            "partner_share",
            led("partner_notice_was_wanted", "share_with_partner", "record_acknowledgement"),
            "Nothing is acknowledged that no person has shared (R-098, R-099)",
        ),
        (
            "cover_notice",
            led("does_somebody_stand_in", "tell_customer", "customer_was_told"),
            "The customer is told who stands in before the notice is done (R-071)",
        ),
    ],
)
def test_no_way_leads_around_what_the_policy_needs_and_no_clock_decides(
    process: str, change: Callable[[str], str], sentence: str
) -> None:
    path = f"bpmn/{process}.bpmn"
    said = [one.message for one in found(path, change(FILES[path].decode()).encode())]
    assert any(sentence in message for message in said), said


def test_each_law_is_said_once_and_names_where_it_stands() -> None:
    assert len({(law.process, law.sentence) for law in LAWS}) == len(LAWS)
    assert all(re.fullmatch(r"[RKCX]-\d+(, [RKCX]-\d+)*", law.source) for law in LAWS)


def test_a_step_that_is_gone_is_named_in_plain_words() -> None:
    text = without("bpmn/retention.bpmn", "find_holds")
    assert text is not None
    said = [one.message for one in found("bpmn/retention.bpmn", text)]
    assert any(
        "no step lets the system do “Retention: find holds”. Put such a step back." in one
        for one in said
    )
