"""A landlord in rows: its people, a small release, and cases written down without any process."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from engine.clock import at_local
from engine.queries import Person
from engine.releases import install
from engine.tables.casefile import CaseFile, Contact, Customer, Evidence, Stage, Submission
from engine.tables.database import Database
from engine.tables.decisions import (
    Appeal,
    Arrangement,
    Decision,
    Flag,
    Letter,
    Restriction,
)
from engine.tables.people import RoleHolder, User
from engine.tables.process import (
    ElementHistory,
    ElementInstance,
    ProcessInstance,
    Setting,
    WorkItem,
)
from tests.engine.spiff.drawing import event, properties

#: The morning on which every test looks.
NOW = dt.datetime(2026, 4, 13, 9, tzinfo=dt.UTC)
TODAY = NOW.date()
#: User name -> full name and roles.
PEOPLE: dict[str, tuple[str, tuple[str, ...]]] = {
    "amina": ("Amina Diallo", ("team_leader",)),
    "carl": ("Carl Boyd", ("team_leader",)),
    "mark": ("Mark Osei", ("manager",)),
    "dorothy": ("Dorothy Marsh", ("dmo",)),
    "ann": ("Ann Abbot", ("assistant_director",)),
    "ben": ("Ben Ashe", ("assistant_director",)),
    "colin": ("Colin Frost", ("complaints_manager",)),
    "lee": ("Lee Grant", ("legal",)),
    "sia": ("Sia Wood", ("systems_team",)),
    "cora": ("Cora Hill", ("contact_centre",)),
    "olga": ("Olga Brand", ("process_owner",)),
    "priya": ("Priya Nair", ("officer",)),
    "tom": ("Tom Reed", ("officer",)),
    "pat": ("Pat Lowe", ("officer",)),
}
POLICY = "bpmn/decisions/policy.dmn"
ROOT = Path(__file__).parents[3]
FORM = b"""
form: decide
title: Decide
source: R-076
layout: single
pages:
  - page: answer
    title: The answer
    questions:
      - {id: outcome, type: yes_no, label: "Is it upheld?", source: R-076}
      - {id: director, type: person, label: "Who decides?", choices: staff, source: R-075}
      - {id: health, type: text, label: "What about their health?", restricted: true, source: R-109}
"""


def person(name: str) -> Person:
    """Give one of the people as a query wants them."""
    full_name, roles = PEOPLE[name]
    return Person(name, full_name, "", roles)


def figures() -> bytes:
    """Give the figures as shipped, but one set prepares its reviews 31 days ahead, not 30."""
    ours = (ROOT / POLICY).read_bytes()
    lead = rb'(id="livewest_2020_review_lead_value">\s*<text>)(?=</text>)'
    changed, count = re.subn(lead, rb'\g<1>"31"', ours)
    assert count == 1
    return changed


def drawn() -> bytes:
    """A process with a phase, a date at its edge, a question, a letter and two ends."""
    place: dict[str, int] = {}

    def node(tag: str, id_: str, name: str, inner: str = "", **more: str) -> str:
        place[id_] = 100 * (len(place) + 1)
        said = "".join(f' {key}="{value}"' for key, value in more.items())
        text = f"<bpmn:documentation>What {id_} is for (R-076).</bpmn:documentation>"
        return f'<bpmn:{tag} id="{id_}" name="{name}"{said}>{text}{inner}</bpmn:{tag}>'

    def flow(source: str, target: str) -> str:
        return (
            f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'
        )

    inside = (
        node("startEvent", "hearing_began", "Hearing began")
        + node("userTask", "decide", "Decide", properties(form="decide"))
        + node("endEvent", "heard", "It is heard")
        + flow("hearing_began", "decide")
        + flow("decide", "heard")
    )
    operation = (
        "<bpmn:extensionElements><spiffworkflow:serviceTaskOperator "
        'id="appeals.work_out_dates"/></bpmn:extensionElements>'
    )
    body = (
        node("startEvent", "came_in", "It came in")
        + node("serviceTask", "work_out", "Work out the dates", operation)
        + node("subProcess", "hear", "Hear it", inside)
        + node(
            "boundaryEvent",
            "too_late",
            "Time has passed",
            event(timer="on(day)"),
            attachedToRef="hear",
            cancelActivity="false",
        )
        + node("userTask", "explain", "Explain the delay", properties(form="decide"))
        + node("exclusiveGateway", "upheld", "Is it upheld?", default="upheld_refuse")
        + node("callActivity", "write", "Write the letter", calledElement="letter")
        + node("endEvent", "refuse", "It is refused")
        + node("endEvent", "told", "Customer was told")
        + node("endEvent", "explained", "Delay was explained")
        + flow("came_in", "work_out")
        + flow("work_out", "hear")
        + flow("hear", "upheld")
        + '<bpmn:sequenceFlow id="upheld_write" sourceRef="upheld" targetRef="write">'
        "<bpmn:conditionExpression>outcome == 'yes'</bpmn:conditionExpression>"
        "</bpmn:sequenceFlow>"
        + flow("upheld", "refuse")
        + flow("write", "told")
        + flow("too_late", "explain")
        + flow("explain", "explained")
    )
    return _file("hearing", "Hearing", body, place)


def letter_drawn() -> bytes:
    """A called process of one task."""
    body = (
        '<bpmn:startEvent id="wanted" name="Letter is wanted"/>'
        '<bpmn:userTask id="issue" name="Issue the letter"/>'
        '<bpmn:endEvent id="issued" name="Letter was issued"/>'
        '<bpmn:sequenceFlow id="a" sourceRef="wanted" targetRef="issue"/>'
        '<bpmn:sequenceFlow id="b" sourceRef="issue" targetRef="issued"/>'
    )
    return _file("letter", "Letter", body, {"wanted": 100, "issue": 200, "issued": 300})


def _file(process_id: str, name: str, body: str, place: dict[str, int]) -> bytes:
    shapes = "".join(
        f'<bpmndi:BPMNShape id="shape_{id_}" bpmnElement="{id_}">'
        f'<dc:Bounds x="{x}" y="100" width="80" height="60"/></bpmndi:BPMNShape>'
        for id_, x in place.items()
    )
    return (
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
        'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
        'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" id="all" targetNamespace="urn:test">'
        f'<bpmn:process id="{process_id}" name="{name}" isExecutable="true">{body}</bpmn:process>'
        f'<bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane id="p" bpmnElement="{process_id}">'
        f"{shapes}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>"
    ).encode()


def settle(database: Database) -> int:
    """Put the people and the release into an empty database and hold its clock at ``NOW``."""
    with database.writing() as session:
        for name, (full_name, roles) in PEOPLE.items():
            email = f"{name}@nph.example"
            session.add(User(name=name, full_name=full_name, email=email, is_demo=True))
            session.flush()
            session.add_all(
                RoleHolder(role=role, user_name=name, from_on=dt.date(2025, 1, 1)) for role in roles
            )
        files = {
            "bpmn/hearing.bpmn": drawn(),
            "bpmn/letter.bpmn": letter_drawn(),
            "forms/definitions/decide.yaml": FORM,
            POLICY: figures(),
        }
        session.add(Setting(name="calendar_version", value="0"))
        return install(session, files, at=NOW, by="olga", note="").id


class Pen:
    """Writes rows of one session, with only what a test wants to say of them."""

    def __init__(self, session: Session, release_id: int = 1) -> None:
        self.session = session
        self.release_id = release_id

    def add(self, row: Any) -> Any:
        """Write a row and give it with its id."""
        self.session.add(row)
        self.session.flush()
        return row

    def case(self, name: str = "Jo Carter", owner: str = "amina", **more: Any) -> CaseFile:
        """Write a case with its customer."""
        customer = self.add(
            Customer(name=name, address="4 Elm Court", tenancy_reference=f"2045/{len(name)}")
        )
        count = self.session.query(CaseFile).count()
        values = {"opened_on": dt.date(2026, 1, 12), "opened_by": owner, **more}
        case: CaseFile = self.add(
            CaseFile(
                reference=f"SP-2026-{count + 1:03d}",
                parameter_set="NPH_2022",
                customer_id=customer.id,
                owner=owner,
                **values,
            )
        )
        return case

    def customer_of(self, case: CaseFile) -> Customer:
        """Give the customer of a case."""
        return self.session.get_one(Customer, case.customer_id)

    def stage(self, case: CaseFile, kind: str, **more: Any) -> Stage:
        """Write a stage of a case."""
        stage: Stage = self.add(
            Stage(case_id=case.id, kind=kind, **{"opened_on": dt.date(2026, 1, 12), **more})
        )
        return stage

    def instance(self, case: CaseFile, process_id: str = "hearing", **more: Any) -> ProcessInstance:
        """Write a run of a process."""
        instance: ProcessInstance = self.add(
            ProcessInstance(
                process_id=process_id,
                release_id=self.release_id,
                parameter_set="NPH_2022",
                case_id=case.id,
                started_at=NOW,
                **more,
            )
        )
        return instance

    def item(self, instance: ProcessInstance, **more: Any) -> WorkItem:
        """Write a task of a run; of ``decide`` for a team leader unless said otherwise."""
        values = {
            "case_id": instance.case_id,
            "process_id": "hearing",
            "element_id": "decide",
            "task_id": "t",
            "name": "Decide",
            "form": "decide",
            "role": "team_leader",
            "opened_at": NOW,
            **more,
        }
        item: WorkItem = self.add(WorkItem(instance_id=instance.id, **values))
        return item

    def place(
        self, instance: ProcessInstance, path: str, item: WorkItem | None = None, **more: Any
    ) -> ElementInstance:
        """Write a place of a run: ``hear/decide``, all of the process ``hearing``."""
        steps = [step if ":" in step else f"hearing:{step}" for step in path.split("/")]
        process_id, element_id = steps[-1].split(":")
        values = {
            "process_id": process_id,
            "element_id": element_id,
            "task_id": f"{len(steps)}",
            "name": element_id.capitalize(),
            "entered_at": NOW,
            "work_item_id": item.id if item else None,
            "due_on": item.due_on if item else None,
            **more,
        }
        place: ElementInstance = self.add(
            ElementInstance(
                instance_id=instance.id,
                release_id=instance.release_id,
                case_id=instance.case_id,
                path=f"/{'/'.join(steps)}/",
                **values,
            )
        )
        return place

    def happened(self, instance: ProcessInstance, *what: str, process_id: str = "hearing") -> None:
        """Write a history: ``decide entered``, ``decide left amina``."""
        for line in what:
            element_id, happened, *by = line.split()
            self.add(
                ElementHistory(
                    instance_id=instance.id,
                    case_id=instance.case_id,
                    process_id=process_id,
                    element_id=element_id,
                    what=happened,
                    at=NOW,
                    by=by[0] if by else "the system",
                )
            )

    def arrangement(self, case: CaseFile, **more: Any) -> Arrangement:
        """Write an arrangement in force with Priya Nair, covered by Tom Reed."""
        values = {
            "kind": "spoc",
            "spoc": "priya",
            "cover": "tom",
            "contact_method": "email",
            "contact_address": "contact@nph.example",
            "visiting": "Not limited",
            "emergency_route": "01632 960 100",
            "response_time": "5 working days",
            "owner_organisation": "Northfield Homes",
            "from_on": dt.date(2026, 4, 1),
            "letter_issued_on": dt.date(2026, 3, 27),
            "in_force_on": dt.date(2026, 4, 1),
            "next_review_on": dt.date(2026, 10, 1),
            **more,
        }
        arrangement: Arrangement = self.add(Arrangement(case_id=case.id, **values))
        return arrangement

    def flag(self, arrangement: Arrangement, system: str = "Open Housing", **more: Any) -> Flag:
        """Write the flag of an arrangement in one system."""
        flag: Flag = self.add(
            Flag(
                arrangement_id=arrangement.id,
                system=system,
                text="Ask Priya Nair",
                requested_on=dt.date(2026, 3, 27),
                **more,
            )
        )
        return flag

    def limit(self, arrangement: Arrangement, **more: Any) -> Restriction:
        """Write a restriction with a reason that no card may show."""
        values = {
            "kind": "times",
            "limit": "One call on Tuesdays",
            "reason": "SECRET reason",
            "from_on": dt.date(2026, 4, 1),
            **more,
        }
        limit: Restriction = self.add(Restriction(arrangement_id=arrangement.id, **values))
        return limit

    def letter(self, case: CaseFile, **more: Any) -> Letter:
        """Write an issued letter."""
        values = {
            "template": "introduction",
            "title": "Your single point of contact",
            "html": "<p>Dear Jo Carter</p>",
            "sha256": "0" * 64,
            "issued_on": dt.date(2026, 3, 27),
            "issued_at": NOW,
            "issued_by": "dorothy",
            "channel": "letter",
            "sent_to": "4 Elm Court",
            "proof": "Certificate of posting 12",
            **more,
        }
        letter: Letter = self.add(Letter(case_id=case.id, release_id=self.release_id, **values))
        return letter

    def decision(self, case: CaseFile, kind: str = "agreed", **more: Any) -> Decision:
        """Write a decision of the manager; Pat Lowe and the later cover took part in it."""
        values = {
            "reasons": "SECRET reasons",
            "decided_on": dt.date(2026, 3, 26),
            "decided_by": "mark",
            "took_part": ["mark", "pat", "tom"],
            "owner_kind": "case",
            "owner_id": case.id,
            **more,
        }
        decision: Decision = self.add(Decision(case_id=case.id, kind=kind, **values))
        return decision

    def appeal(self, decision: Decision, **more: Any) -> Appeal:
        """Write an appeal received on Wed 1 Apr, to be answered by Fri 10 Apr."""
        values = {
            "received_on": dt.date(2026, 4, 1),
            "received_by": "priya",
            "grounds": "It is not fair.",
            "logged_by": "amina",
            "answer_due_on": dt.date(2026, 4, 10),
            "answer_due_reason": "5 working days from Wed 1 Apr 2026.",
            **more,
        }
        appeal: Appeal = self.add(
            Appeal(case_id=decision.case_id, decision_id=decision.id, **values)
        )
        return appeal

    def contact(self, case: CaseFile, on: str, channel: str = "telephone", **more: Any) -> Contact:
        """Write a contact of the customer."""
        values = {"direction": "in", "logged_by": "amina", "logged_at": NOW, **more}
        contact: Contact = self.add(
            Contact(case_id=case.id, on=dt.date.fromisoformat(on), channel=channel, **values)
        )
        return contact

    def evidence(self, case: CaseFile, on: str, evidence_class: str = "first_hand") -> Evidence:
        """Write a record of evidence."""
        evidence: Evidence = self.add(
            Evidence(
                case_id=case.id,
                on=dt.date.fromisoformat(on),
                author="amina",
                witness="Amina Diallo",
                channel="telephone",
                text="SECRET evidence",
                behaviour_kind="excessive_demands",
                evidence_class=evidence_class,
                attested=["relevant", "factual"],
                recorded_at=NOW,
            )
        )
        return evidence

    def submission(self, case: CaseFile, **more: Any) -> Submission:
        """Write the answers to the form ``decide``, health included."""
        values = {
            "form": "decide",
            "answers": {"outcome": "yes", "director": "ann"},
            "restricted": {"health": "SECRET health"},
            "by": "amina",
            "at": NOW,
            **more,
        }
        submission: Submission = self.add(
            Submission(case_id=case.id, release_id=self.release_id, **values)
        )
        return submission


def full_case(pen: Pen, **more: Any) -> CaseFile:
    """Write a case in force with something in each part of it."""
    case = pen.case(**{"stage": "in_force", **more})
    pen.stage(case, "formal", referred_by="amina", closed_on=dt.date(2026, 3, 26))
    decision = pen.decision(case)
    arrangement = pen.arrangement(case, decision_id=decision.id)
    pen.limit(arrangement)
    pen.flag(arrangement)
    decision.letter_id = pen.letter(case, decision_id=decision.id).id
    pen.appeal(decision, director="ann")
    pen.contact(case, "2026-03-03")
    pen.evidence(case, "2026-03-03")
    pen.submission(case)
    instance = pen.instance(case, appeal_id=1)
    pen.happened(
        instance,
        *("came_in entered", "came_in left", "work_out entered", "work_out left"),
        *("hear entered", "hearing_began entered", "hearing_began left", "decide entered"),
    )
    pen.item(instance, role="assistant_director", assignee="ann", due_on=dt.date(2026, 4, 10))
    return case


def morning(day: str) -> dt.datetime:
    """Give nine in the morning of a day in London."""
    return at_local(dt.datetime.fromisoformat(f"{day} 09:00"))
