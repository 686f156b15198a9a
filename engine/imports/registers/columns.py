"""The columns of a register: what each says, whether it is needed, the headings it goes by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of the register as our template has it."""

    id: str
    heading: str
    #: What stands in it, for whoever fills it in.
    explained: str
    is_needed: bool = False
    #: Other headings it goes by, without capitals and signs, with a semicolon between.
    known_as: str = ""


#: In the order of the template. The ids are the questions of the form that takes one over.
COLUMNS: tuple[Column, ...] = (
    Column(
        "customer_name",
        "Customer name",
        "The name of the customer.",
        is_needed=True,
        known_as=(
            "name; customer; tenant; tenant name; resident; full name; complainant; resident "
            "name; name of customer; name of tenant; customer full name"
        ),
    ),
    Column(
        "tenancy_reference",
        "Tenancy reference",
        "As in the housing system, such as 204518/02.",
        is_needed=True,
        known_as=(
            "tenancy ref; tenancy; tenancy number; tenancy no; reference; ref; tenancy id; "
            "account number; rent account; payment reference; uprn tenancy"
        ),
    ),
    Column(
        "address",
        "Address",
        "The customer's home. It is needed for letters.",
        is_needed=True,
        known_as="property; property address; home address; customer address; tenant address",
    ),
    Column(
        "customer_kind",
        "Kind of customer",
        "Tenant, joint tenant, leaseholder, representative, or tenant who works here. Empty: "
        "tenant.",
        known_as="customer type; tenure; type of customer",
    ),
    Column(
        "other_tenants",
        "Others on the tenancy",
        "Their names, with a comma between.",
        known_as="joint tenants; other tenants; household",
    ),
    Column(
        "email",
        "Customer e-mail",
        "The customer's own address.",
        known_as=(
            "email; e mail; customer email; customer email address; email address; tenant email"
        ),
    ),
    Column(
        "phone",
        "Customer telephone",
        "The customer's own number.",
        known_as=(
            "phone; telephone; mobile; phone number; telephone number; customer phone; "
            "contact number; tel; mobile number"
        ),
    ),
    Column(
        "needs",
        "Adjustments",
        "Format, language or help the customer needs.",
        known_as=(
            "needs; reasonable adjustments; adjustment; format; communication needs; "
            "vulnerabilities"
        ),
    ),
    Column(
        "decided_on",
        "Decided on",
        "The day of the decision. Empty: the start stands for it.",
        known_as=(
            "decision date; date of decision; date decided; date agreed; panel date; meeting "
            "date; date approved"
        ),
    ),
    Column(
        "decided_by",
        "Decided by",
        "Who decided it, a person with an account.",
        known_as="decision maker; approved by; authorised by; agreed by; manager; decision by",
    ),
    Column(
        "reasons",
        "Reasons",
        "Why it was decided.",
        known_as=(
            "reason; reason for spoc; why; background; justification; details; notes; "
            "comments; reason for arrangement"
        ),
    ),
    Column(
        "letter_on",
        "Letter sent on",
        "The day the customer was written to. Empty: no letter can be found.",
        known_as=(
            "date letter sent; letter date; letter sent; date of letter; spoc letter sent; "
            "date customer informed; customer informed; notification date"
        ),
    ),
    Column(
        "letter_complete",
        "Letter told how to appeal",
        "Yes, if the letter said how, to whom and by when to appeal. Empty: no.",
        known_as=(
            "appeal information given; appeal rights; appeal info; told of appeal; right of "
            "appeal; appeal rights in letter; appeal information; appeal details included"
        ),
    ),
    Column(
        "owner",
        "Case owner",
        "The team leader or manager who looks after the case.",
        known_as="owner; team leader; lead officer; responsible manager; case lead",
    ),
    Column(
        "spoc",
        "Single point of contact",
        "A person with an account.",
        is_needed=True,
        known_as=(
            "spoc; spoc name; contact; named contact; point of contact; spoc officer; named "
            "officer; officer; name of spoc"
        ),
    ),
    Column(
        "cover",
        "Cover",
        "Who stands in, another person with an account.",
        is_needed=True,
        known_as=(
            "alternate; deputy; backup; alternate spoc; cover spoc; second spoc; alternative "
            "contact; back up; alternative spoc; cover officer"
        ),
    ),
    Column(
        "contact_method",
        "How they get in touch",
        "E-mail, telephone, letter or in person. Empty: told by the address.",
        known_as=(
            "method; method of contact; contact method; channel; how; communication method; "
            "preferred method"
        ),
    ),
    Column(
        "contact_address",
        "Our address or number",
        "The address or number of ours that the customer uses. Empty: the contact's own.",
        known_as=(
            "spoc email; spoc email address; email to use; address to use; contact address; "
            "spoc contact; nph email; our email; spoc contact details; contact email; "
            "dedicated email"
        ),
    ),
    Column(
        "visiting",
        "Visits to our offices",
        "What applies. Empty: no restriction.",
        known_as=(
            "visiting; visiting restrictions; visits; office visits; one stop shop; face to "
            "face; visiting offices"
        ),
    ),
    Column(
        "response_days",
        "Answer within",
        "Working days. Empty: as the policy says.",
        known_as=(
            "response time; response days; answer time; sla; response time working days; "
            "response target"
        ),
    ),
    Column(
        "restrictions",
        "Restrictions",
        "What else is limited, in words.",
        known_as=(
            "restriction; limits; conditions; terms; restrictions in place; what is "
            "restricted; contact restrictions"
        ),
    ),
    Column(
        "from_on",
        "From",
        "The day it began to apply.",
        is_needed=True,
        known_as=(
            "start date; start; date started; spoc start date; commenced; date commenced; in "
            "force from; from date; effective from; began; date implemented; implemented"
        ),
    ),
    Column(
        "next_review_on",
        "Next review",
        "The day of the next review.",
        is_needed=True,
        known_as=(
            "review date; next review date; review due; date of next review; review; review "
            "on; date for review"
        ),
    ),
    Column(
        "end_on",
        "Ends on",
        "Only if an end is fixed. What has ended is not taken over.",
        known_as=(
            "end date; end; date ended; ended; expiry; expires; expiry date; until; date "
            "closed; closed on; date removed"
        ),
    ),
    Column(
        "status",
        "Status",
        "In force, or ended. Empty: in force.",
        known_as="state; active; live; current; current status; spoc status",
    ),
    Column(
        "flags_claimed",
        "Flag set in",
        "The systems that are said to show a flag, with a semicolon between; or yes for all. It "
        "counts as said, not as confirmed.",
        known_as="flag; flags; flag set; flagged; flagged in; marker set; systems flagged",
    ),
)
BY_ID: Mapping[str, Column] = {column.id: column for column in COLUMNS}
#: Without these no row can be taken over.
NEEDED = ("customer_name", "tenancy_reference", "spoc", "from_on")
_SEARCHED = 30
#: Single words that say which column it is whatever stands beside them.
_TELLING = frozenset({"address", "cover", "deputy", "alternate", "backup", "spoc", "reasons"})


def heading_of(column: str) -> str:
    """Give the heading our template has for a column; what is none of them stays as it is."""
    return BY_ID[column].heading if column in BY_ID else column


def suggested(headings: Sequence[str]) -> list[str]:
    """Say which column each heading is, "" for none; no column is suggested twice.

    What is called exactly so goes before what only holds such words.
    """
    found = [""] * len(headings)
    for place, heading in enumerate(headings):
        column = _KNOWN.get(_plain(heading), "")
        if column and column not in found:
            found[place] = column
    for place, heading in enumerate(headings):
        if not found[place]:
            found[place] = next((one for one in _alike(heading) if one not in found), "")
    return found


def heading_row(rows: Sequence[tuple[int, list[str]]]) -> tuple[int, list[str]]:
    """Give the row with the headings: the one of the first rows that names most columns."""
    if not rows:
        return 0, []
    return max(rows[:_SEARCHED], key=lambda row: sum(map(bool, _exactly(row[1]))))


def _exactly(cells: Sequence[str]) -> list[str]:
    return [_KNOWN.get(_plain(cell), "") for cell in cells]


def _alike(heading: str) -> list[str]:
    said = set(_plain(heading).split())
    scored = [
        (len(words), column)
        for name, column in _KNOWN.items()
        if (words := set(name.split())) <= said and (len(words) > 1 or name in _TELLING)
    ]
    return [column for _, column in sorted(scored, reverse=True)]


def _plain(heading: str) -> str:
    signs = "".join(sign if sign.isalnum() else " " for sign in heading.casefold())
    return " ".join(signs.split())


_KNOWN: Mapping[str, str] = {
    said: column.id
    for column in COLUMNS
    for said in (_plain(column.heading), *column.known_as.split("; "))
}
