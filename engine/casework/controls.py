"""The safeguards by number: what the Ombudsman found in case 202006136, and rules of the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Control:
    """One safeguard: what goes wrong without it, and where that is written."""

    #: What was not kept, as a heading says it.
    what: str
    #: The paragraph of the Ombudsman's report, or of the policy.
    paragraph: str
    #: The requirements that keep it.
    rows: str = ""


#: Upheld as reasonable by the Ombudsman: shown as kept, and never listed as an exception.
UPHELD = "C-22"
UPHELD_WORDS = (
    "The Ombudsman upheld the use of a single point of contact as reasonable (L-F2, L-F3). Nothing "
    "in this report speaks against it; it lists how it was brought about and told."
)

#: Number -> safeguard. Requirements A.14 in their order, then rules without a criticism behind.
CONTROLS: Mapping[str, Control] = {
    "C-01": Control("No verbal warning before acting on contact", "L-F4", "R-013, R-014"),
    "C-02": Control("No time to change before formal action", "L-F4", "R-014, R-023"),
    "C-03": Control("Not told that it is formal", "L-F5, L-F6", "R-050"),
    "C-04": Control("Not told what it means for the customer", "L-F5", "R-047"),
    "C-05": Control("Not told how long it lasts", "L-F5", "R-046, R-082"),
    "C-06": Control("Not told how to appeal", "L-F5, L-F6", "R-051, K-10"),
    "C-07": Control("Held to rules that nobody had told", "L-F6", "R-090"),
    "C-08": Control("Not told what to do in an emergency or absence", "L-F7", "R-048"),
    "C-09": Control("A promise was not kept", "L-F7", "R-058"),
    "C-10": Control("Nobody stood in for the contact", "L-F7", "R-036, R-060, R-070"),
    "C-11": Control("Not told how soon an answer comes", "L-F8", "R-007, R-049"),
    "C-12": Control("Not told who reads the messages", "L-F9", "R-007"),
    "C-13": Control("Staff got in touch past the contact", "L-F9, observed", "R-066"),
    "C-14": Control("No date for the answer to a request", "L-F11", "R-085"),
    "C-15": Control("Our own process was not followed", "L-F1, L-F12", "R-063, R-114"),
    "C-16": Control("No time of our own to answer appeals", "L-P5, observed", "R-076"),
    "C-17": Control("One decision with two dates, or an appeal in the air", "L-F10", "R-087"),
    "C-18": Control("The contact was often not there", "L-E6.1, observed", "R-043"),
    "C-19": Control("No proof that the customer was told", "L-E7.1, L-E8, observed", "R-057"),
    "C-20": Control("Contact counted with gaps", "L-E6.5, observed", "R-030"),
    "C-21": Control("Review and complaint mixed up", "L-E6.7, L-E8, L-E9, observed", "R-081"),
    "C-22": Control("The use of a single point of contact", "L-F2, L-F3", "R-005, R-052"),
    "K-10": Control("The time to appeal has not begun", "L-F5, L-F6", "R-051"),
    "R-007": Control("What was passed on is not answered in time", "N§1", ""),
    "R-010": Control("Something the customer asked for has no answer", "N§2", ""),
    "R-015": Control("What we owe is not done in time", "N§4", ""),
    "R-031": Control("A letter did not leave in time", "N§4.1", "R-045, R-054, R-092"),
    "R-040": Control("No meeting weighed the seven factors", "L-P2", ""),
    "R-046": Control("A part of the letter was missing", "N§4.1, L-P4", ""),
    "R-062": Control("A review was not held in time", "N§4.1, §6", ""),
    "R-063": Control("A date was changed by hand", "N§6", ""),
    "R-068": Control("Another system showed other flags than ours", "N§7", "R-065, R-067"),
    "R-070": Control("Nobody stood in, by a decision of its own", "N§4.1, §6", ""),
    "R-071": Control("Not told of an absence in time", "N§6, L-F7", ""),
    "R-073": Control("An appeal came after its last day", "N§4.1", ""),
    "R-075": Control("An appeal went to somebody outside the list", "N§4.1", ""),
    "R-076": Control("An appeal was not answered in time", "N§4.1", ""),
    "R-079": Control("More time to appeal was agreed", "L-E13", ""),
    "R-081": Control("A complaint was not dealt with in time", "Complaint Handling Code", ""),
    "R-085": Control("A request to look again was not answered in time", "L-F11, L-E8", ""),
    "R-098": Control("The list of the partner and our register differed", "N§7", ""),
    "R-103": Control("A case was opened in an emergency", "N§1", ""),
    "R-104": Control("A request for data was not answered in time", "UK GDPR, Article 12", ""),
    "R-115": Control("Published without an impact assessment", "N-AppD", ""),
    "R-125": Control("An order of the Ombudsman was not met in time", "L-O1", ""),
    "R-129": Control("A recommendation was declined", "L-F7, L-F8", ""),
}


def order_of(number: str) -> tuple[int, str]:
    """Give the place of a number in the report: the Ombudsman's criticisms come first."""
    return ("CKR".find(number[:1]), number)
