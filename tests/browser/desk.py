"""One member of staff at work: the verbs of a working day, each done through the pages alone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import Locator

from tests.browser.audit import kind_of
from tests.browser.filling import Answers, fill
from tests.browser.screen import Screen

_CHECK = "Check your answers"
_LAST = re.compile("^(Complete this task|Issue the letter|Confirm and record)$")
#: What goes on from a page of a form; a short form is recorded by it at once.
_ON = re.compile("^(Continue|Log it)$")
#: More pages than any form has.
_MOST_PAGES = 30

_REMEMBER_AND_EMPTY = """() => {
    const boxes = [...document.querySelectorAll('main form [name]')]
        .filter(one => ['INPUT', 'SELECT', 'TEXTAREA'].includes(one.tagName))
        .filter(one => one.type !== 'hidden');
    const kept = boxes.map(one => ({name: one.name, value: one.value, checked: one.checked}));
    for (const one of boxes) {
        if (one.type === 'radio' || one.type === 'checkbox') one.checked = false;
        else one.value = '';
    }
    return kept;
}"""
_FILL_IN_AGAIN = """kept => {
    const boxes = [...document.querySelectorAll('main form [name]')];
    for (const {name, value, checked} of kept) {
        const same = boxes.filter(one => one.name === name);
        if (checked === undefined || !['radio', 'checkbox'].includes(same[0]?.type)) {
            for (const one of same) one.value = value;
        } else {
            for (const one of same) if (one.value === value) one.checked = checked;
        }
    }
}"""


class Desk:
    """A person who is signed in, and what they do."""

    def __init__(self, screen: Screen, emptied: set[str] | None = None) -> None:
        """Sit down at a screen.

        emptied: kinds of forms that were sent with nothing in them already; each new one is sent
        like that first. None sends none.
        """
        self.screen = screen
        self._emptied = emptied

    def raise_a_concern(self) -> None:
        """Open a case from the task list; its first task is shown."""
        self.screen.open("/tasks")
        self.screen.press("Raise a concern")

    def open_task(self, name: str) -> None:
        """Open the task whose name begins like this, taking it on if nobody has it yet."""
        if self.screen.path != "/tasks" or not self._row(name).count():
            self.screen.open("/tasks")
        mine = self.screen.said
        if not self._row(name).count():
            self.screen.open("/tasks?view=team")
        assert self._row(name).count(), f"Expected {name}.\n{mine}\n{self.screen.said}"
        self.screen.do(self._row(name).click)
        if self.screen.page.get_by_role("button", name="Start", exact=True).count():
            self.screen.press("Start")

    def has_task(self, name: str, view: str = "mine") -> bool:
        """Tell whether a task whose name begins like this is on a view of the list."""
        self.screen.open(f"/tasks?view={view}")
        return self._row(name).count() > 0

    def work(self, task: str, answers: Answers) -> str:
        """Do a whole task: open it, answer it, check, complete; gives what the next page says."""
        self.open_task(task)
        return self.finish(answers)

    def finish(self, answers: Answers) -> str:
        """Answer the task that is open, check and complete it; gives what the next page says."""
        if self.screen.named("button", "Log it").count():
            assert self.fill(answers) == set(answers)
            self.go_on()
            assert self.screen.banner, self.screen.said
            return self.screen.banner
        self.answer(answers)
        return self.complete()

    def answer(self, answers: Answers) -> None:
        """Answer page after page until every answer is there to be checked."""
        asked: set[str] = set()
        for _ in range(_MOST_PAGES):
            if self.screen.heading == _CHECK:
                break
            if self.screen.page.locator(".govuk-task-list").count():
                self._next_section()
            else:
                asked |= self.fill(answers)
                self.go_on()
        assert self.screen.heading == _CHECK, self.screen.said
        assert asked == set(answers), f"Nothing asked for {set(answers) - asked}."

    def fill(self, answers: Answers) -> set[str]:
        """Fill in this page; gives the ids of the questions that it asked."""
        if self._emptied is not None and kind_of(self.screen) not in self._emptied:
            self._emptied.add(kind_of(self.screen))
            self._send_empty()
        return fill(self.screen.page, answers, self._add_entry)

    def go_on(self, status: int = 200) -> None:
        """Press Continue, or what records a short form."""
        self.screen.do(self._on_button().click, status=status)

    def save_for_later(self) -> str:
        """Leave the task as it is; gives what the next page says."""
        self.screen.press("Save and come back later")
        return self.screen.banner

    def complete(self) -> str:
        """Complete the task, issue the letter or record what was answered."""
        self.screen.do(self._last_button().click)
        assert self.screen.banner, self.screen.said
        return self.screen.banner

    def refused(self) -> list[str]:
        """Try to complete with what is wrong; gives the sentences that say so."""
        self.screen.do(self._last_button().click, status=422)
        return self.screen.errors

    def sent_wrong(self, answers: Answers) -> list[str]:
        """Fill in this page, go on, and be shown it again; gives the sentences that say why."""
        self.fill(answers)
        self.go_on(status=422)
        return self.screen.errors

    def change(self, question: str) -> None:
        """Go back from the check to the page of a question."""
        self.screen.follow(f"Change {question}")

    def open_case(self, customer: str, section: str = "") -> None:
        """Find a case by its customer and open one of its sections."""
        self.screen.open(f"/cases?search={customer.replace(' ', '+')}")
        self.screen.follow(customer)
        if section:
            self.screen.follow(section)

    def act(self, label: str, answers: Answers) -> str:
        """Do an action of the case page that is open; gives what the case page says then."""
        self.choose_action(label)
        return self.finish(answers)

    def choose_action(self, label: str) -> None:
        """Open the form of an action of the case page that is open."""
        action = self.screen.page.locator(".case-head__actions a", has_text=label)
        if not action.is_visible():
            self.screen.page.locator(".more summary").click()
        self.screen.do(action.click)

    def move_clock(self, to: dt.date) -> None:
        """Put the clock of the demonstration forward, at the foot of the page."""
        page = self.screen.page
        page.get_by_text("Put the clock forward", exact=True).click()
        for part in ("day", "month", "year"):
            page.locator(f"#clock-{part}").fill(str(getattr(to, part)))
        self.screen.press("Put the clock forward to that date")

    def _row(self, name: str) -> Locator:
        return self.screen.named("link", name)

    def _next_section(self) -> None:
        rows = self.screen.page.locator(".govuk-task-list__item")
        left = rows.filter(has_not_text="Completed").filter(has_not_text="Optional")
        if left.count():
            self.screen.do(left.first.locator("a").click)
        else:
            self.screen.press(_CHECK)

    def _last_button(self) -> Locator:
        return self.screen.page.get_by_role("button", name=_LAST)

    def _on_button(self) -> Locator:
        return self.screen.page.get_by_role("button", name=_ON)

    def _add_entry(self, button: Locator) -> None:
        self.screen.do(button.click)

    def _send_empty(self) -> None:
        """Send the form with nothing in it, see what is missing, and put back what was in it."""
        here = self.screen.path
        kept = self.screen.page.evaluate(_REMEMBER_AND_EMPTY)
        with self.screen.page.expect_navigation(wait_until="load") as sent:
            self._on_button().click()
        self.screen.arrived(sent.value)
        if self.screen.status == 200:
            self.screen.open(here)
        else:
            assert self.screen.errors, self.screen.said
        self.screen.page.evaluate(_FILL_IN_AGAIN, kept)


def answers_of(*parts: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Put answers together; later ones win."""
    return {name: answer for part in (*parts, more) for name, answer in part.items()}


Seat = Callable[[str], Desk]
