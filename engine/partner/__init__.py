"""The partner organisation: what stands between it and us, what it sends and confirms."""

from __future__ import annotations

from engine.partner.acknowledging import take_acknowledgement
from engine.partner.comparing import Comparison, compare, comparisons_made
from engine.partner.files import MOST_ROWS
from engine.partner.notices import (
    NoticeRow,
    NoticesRefused,
    TakenNotice,
    look_at_notices,
    take_notice,
    take_notices,
)
from engine.partner.page import PartnerPage, partner_page

__all__ = [
    "MOST_ROWS",
    "Comparison",
    "NoticeRow",
    "NoticesRefused",
    "PartnerPage",
    "TakenNotice",
    "compare",
    "comparisons_made",
    "look_at_notices",
    "partner_page",
    "take_acknowledgement",
    "take_notice",
    "take_notices",
]
