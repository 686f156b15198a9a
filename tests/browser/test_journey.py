"""One customer's way from the first concern to an appeal that ends it, through the pages alone."""

from __future__ import annotations

import pytest

from tests.browser.audit import Audit
from tests.browser.conftest import Seats
from tests.browser.house import House
from tests.browser.story import Story

pytestmark = pytest.mark.browser


def test_the_policy_runs_in_the_browser_and_shuts_nobody_out(house: House, seats: Seats) -> None:
    """Every page of the way, and every form sent empty, is also looked at with axe-core."""
    audit = Audit()
    house.begin_in_autumn()
    tell(Story(house, seats(audit=audit, empties=True)))
    assert audit.found == []


def test_the_policy_runs_in_the_browser_without_scripts(house: House, seats: Seats) -> None:
    house.begin_in_autumn()
    tell(Story(house, seats(scripts=False)))


def tell(story: Story) -> None:
    """Tell the whole story."""
    story.concern_is_raised()
    story.customer_is_talked_to()
    story.third_party_no_longer_acts()
    story.warning_is_written()
    story.it_goes_on()
    story.contact_is_compared()
    story.case_is_referred()
    story.meeting_decides()
    story.customer_is_told()
    story.arrangement_is_in_force()
    story.customer_disagrees()
    story.appeal_is_upheld()
