"""The story of one customer, told through the pages by the people whose tasks they are."""

from __future__ import annotations

import datetime as dt

from tests.browser import answers
from tests.browser.answers import CUSTOMER
from tests.browser.desk import Desk, Seat
from tests.browser.filling import ALL, FIRST
from tests.browser.house import House

_DAY = dt.timedelta(days=1)
_WEEK = dt.timedelta(weeks=1)
#: The days the policy gives a customer to change, counted from the verbal warning.
_TIME_TO_CHANGE = dt.timedelta(days=14)


class Story:
    """One case on its way; each method is a part of that way, in this order."""

    def __init__(self, house: House, seat: Seat) -> None:
        """Begin with nothing; `seat` gives the desk of a person by their user name."""
        self.house = house
        self.seat = seat

    @property
    def today(self) -> dt.date:
        return self.house.today

    def until(self, day: dt.date) -> None:
        """Let time pass up to the morning of a day."""
        self.seat("amina").move_clock(day)
        assert self.today == day

    def concern_is_raised(self) -> None:
        amina = self.seat("amina")
        amina.raise_a_concern()
        said = amina.finish(answers.concern(self.today))
        assert "Talk with the customer" in said
        assert amina.has_task("Talk with the customer")

    def customer_is_talked_to(self) -> None:
        """The talk is written down in two sittings; one day too few to change is refused."""
        self.until(self.house.working_day(3))
        amina, today = self.seat("amina"), self.today
        amina.open_task("Talk with the customer")
        amina.screen.follow("The behaviour and what has to change")
        amina.fill(answers.conversation_begun(today))
        assert "is saved" in amina.save_for_later()
        assert "Draft saved" in amina.screen.said

        amina.open_task("Talk with the customer")
        rest = answers.conversation(today, self.house.working_day(5))
        amina.answer({**rest, "days_to_change": 13})
        (sentence,) = amina.refused()
        assert "14" in sentence
        amina.screen.follow(sentence)
        amina.answer({"days_to_change": 14})
        assert "Shouting at staff" in amina.screen.said, "what was saved first is still there"
        amina.complete()
        assert not amina.has_task("Decide how the informal stage ended")

        self.until(today + _TIME_TO_CHANGE - _DAY)
        assert not amina.has_task("Decide how the informal stage ended")
        self.until(today + _TIME_TO_CHANGE)
        assert amina.has_task("Decide how the informal stage ended")

    def third_party_no_longer_acts(self) -> None:
        self.until(self.house.working_day(2))
        amina, today = self.seat("amina"), self.today
        amina.open_case(CUSTOMER)
        what = "The sister shouted at the officer for ten minutes about the appointment."
        amina.act("Add evidence", answers.record(today, what))
        amina.act(
            "The third party no longer acts",
            {"third_party": FIRST, "ended_on": today, "end_reason": "She shouted at an officer."},
        )
        self.until(self.house.working_day(1))
        amina.work("Tell customer and third party", answers.both_told(today, self.today))

    def warning_is_written(self) -> None:
        """The letter cannot leave with a gap, nor with a word that stands for nothing."""
        self.until(self.house.working_day(5))
        amina, today = self.seat("amina"), self.today
        amina.work(
            "Decide how the informal stage ended",
            {
                "owed_actions_weighed": ALL,
                "mediation_since": "declined",
                "informal_outcome": "continued",
                "reasons": "The sister shouted at staff after the warning; the calls went on.",
                "cites": ALL,
            },
        )
        self.letter_on = today
        amina.open_task("Write and issue")
        amina.fill({"what_happened": "You rang eleven times in one morning."})
        amina.screen.press("Show the letter")
        assert "It cannot be issued yet" in amina.screen.said
        wrong = {
            "what_happened": "You rang eleven times in one morning.",
            "expected_behaviour": "Please XX.",
            "review_on": today + 4 * _WEEK,
        }
        amina.answer({**wrong, **answers.sent(today, 1207)})
        assert "You can issue this letter when nothing is missing any more" in amina.screen.said
        amina.change("What do you expect from now on?")
        amina.answer({"expected_behaviour": "Please speak calmly with everybody here."})
        assert "Nothing is missing" in amina.screen.said
        amina.complete()

    def it_goes_on(self) -> None:
        """Records are kept after the warning: what was seen, and what was only heard of."""
        amina = self.seat("amina")
        for _ in range(2):
            self.until(self.house.working_day(3))
            amina.open_case(CUSTOMER)
            amina.act("Add evidence", answers.record(self.today, "Rang five times and shouted."))
        amina.act("Log a contact", answers.contact(self.today))
        hearsay = answers.record(
            self.today,
            "Said to have complained in the shop.",
            witness="A neighbour",
            evidence_class="hearsay",
        )
        amina.act("Add evidence", hearsay)
        self.worst_on = self.today

    def contact_is_compared(self) -> None:
        self.until(self.letter_on + 4 * _WEEK)
        amina = self.seat("amina")
        amina.open_task("Compare contact before and after")
        _only_what_was_seen_can_be_chosen(amina)
        amina.finish(answers.comparison())

    def case_is_referred(self) -> None:
        self.until(self.house.working_day(1))
        referral = answers.referral(self.today, self.worst_on, self.house.working_day(10))
        self.seat("amina").work("Fill in the referral", referral)
        dorothy = self.seat("dorothy")
        dorothy.work("Check the referral", {"referral_complete": "yes"})
        self.meeting_on = self.house.working_day(7)
        dorothy.work("Arrange the meeting", answers.invitation(self.meeting_on))

    def meeting_decides(self) -> None:
        """A review after eighteen months and a contact who is their own cover are refused."""
        self.until(self.meeting_on)
        mo = self.seat("mo")
        self.from_on = self.house.working_day(4)
        mo.open_task("Record meeting and decision")
        _only_what_was_seen_can_be_chosen(mo)
        agreed = answers.terms(self.from_on)
        mo.answer({**answers.meeting(self.today), **agreed, "review_months": 18, "cover": "priya"})
        sentences = " ".join(mo.refused())
        assert "12 months" in sentences, sentences
        assert "as cover" in sentences, sentences
        mo.change("After how many months is it reviewed?")
        mo.answer({"review_months": 6, "cover": "tom"})
        mo.complete()
        self.seat("priya").work("Accept the SPOC role", answers.ACCEPTED)

    def customer_is_told(self) -> None:
        self.until(self.house.working_day(1))
        dorothy, today = self.seat("dorothy"), self.today
        change = {"change_required": "Please write to Priya only, and calmly."}
        dorothy.work("Write and issue", {**change, **answers.sent(today, 1388)})
        agreed_until = today + 52 * _WEEK
        dorothy.work("Share with the partner", answers.shared(today, agreed_until))
        self.until(self.house.working_day(1))
        self.flags_are_confirmed(771)
        dorothy.work("Record the acknowledgement", {"acknowledged_on": self.today})

    def flags_are_confirmed(self, note: int) -> None:
        sam = self.seat("sam")
        for number in range(2):
            sam.work("Confirm the flag", answers.flag(self.today, note + number))
        assert not sam.has_task("Confirm the flag")

    def arrangement_is_in_force(self) -> None:
        self.until(self.from_on)
        dorothy = self.seat("dorothy")
        dorothy.open_case(CUSTOMER)
        assert "In force" in dorothy.screen.said
        assert "Priya Nair" in dorothy.screen.said
        dorothy.screen.open("/register")
        entry = dorothy.screen.page.get_by_role("row").filter(has_text=CUSTOMER).inner_text()
        assert "In force" in entry
        assert "Priya Nair" in entry
        assert "Tom Rasmussen" in entry

    def customer_disagrees(self) -> None:
        """The appeal is handed to the single point of contact, who may log it like anybody."""
        self.until(self.house.working_day(2))
        self.appealed_on = self.today
        priya, dorothy = self.seat("priya"), self.seat("dorothy")
        priya.screen.open("/tasks")
        priya.screen.press("The customer disagrees")
        priya.screen.page.get_by_label("Name, address, tenancy or case reference").fill("Ashby")
        priya.screen.press("Find")
        priya.screen.press("Log what they say")
        priya.fill(answers.disagreement(self.today))
        priya.go_on()
        assert priya.screen.page.locator("[name=ways]:checked").get_attribute("value") == "appeal"
        meant = priya.screen.page.locator("[name=decision]:checked")
        assert meant.get_attribute("value") == "agreed", "what was chosen is chosen here as well"
        priya.go_on()
        priya.complete()
        dorothy.work("Write and issue", answers.sent(self.today, 13))
        self.until(self.house.working_day(1))
        dorothy.open_task("Allocate a director")
        directors = dorothy.screen.page.locator("fieldset").first
        assert directors.locator("[value=carol]").is_enabled()
        assert directors.locator("[value=ben]").is_disabled(), "he sat in the meeting"
        dorothy.finish({"director": "carol"})

    def appeal_is_upheld(self) -> None:
        self.until(self.house.working_day(3))
        carol, dorothy = self.seat("carol"), self.seat("dorothy")
        due = self.house.working_day(5, self.appealed_on)
        carol.open_task("Decide the appeal")
        assert f"{due:%a} {due.day} {due:%b %Y}" in carol.screen.said
        carol.finish(answers.UPHELD)
        carol.work("Write and issue", answers.sent(self.today, 14))
        dorothy.screen.open("/register?show=ended")
        entry = dorothy.screen.page.get_by_role("row").filter(has_text=CUSTOMER).inner_text()
        assert "Ended" in entry
        dorothy.screen.open("/register")
        assert CUSTOMER not in dorothy.screen.said
        self.flags_are_confirmed(993)


def _only_what_was_seen_can_be_chosen(desk: Desk) -> None:
    """No decision may rest on hearsay: it is shown with the reason, and cannot be ticked."""
    records = desk.screen.page.locator(".govuk-checkboxes__item", has_text="complained in the shop")
    (box,) = records.locator("input").all()
    assert box.is_disabled()
