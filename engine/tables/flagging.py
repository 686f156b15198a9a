"""Tables of what other systems are asked to show, and of what they were found to show."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row, UtcDateTime


class FlagRequest(Row):
    """One change of one flag that one system was asked for, and who confirmed it (R-065).

    Each is a row of its own: asked again is another one, under another reference.
    """

    __tablename__ = "flag_request"
    __table_args__ = (Index("ix_flag_request_open", "system", "confirmed_at", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    flag_id: Mapped[int] = mapped_column(ForeignKey("flag.id"), index=True)
    #: The run whose task is done when this is confirmed.
    instance_id: Mapped[int | None] = mapped_column(index=True)
    #: Under which the other system answers; says nothing about anybody.
    reference: Mapped[str] = mapped_column(unique=True)
    system: Mapped[str]
    #: by_hand, worklist, webhook
    adapter: Mapped[str]
    #: add, update, end
    action: Mapped[str]
    #: The tenancy reference, and the one before where the old home still shows the flag.
    person_key: Mapped[str]
    former_person_key: Mapped[str] = mapped_column(default="")
    #: What the system must show; "" for nothing any more.
    text: Mapped[str]
    effective_on: Mapped[dt.date]
    asked_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: The row of the outbox that carries it; None where no machine is called.
    outbox_id: Mapped[int | None] = mapped_column(index=True)
    #: Since when it is to be done by hand because the call failed, and why; None while it is not.
    failed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    failed_because: Mapped[str] = mapped_column(default="")
    #: Since when a later change of the arrangement asks for it anew; nothing confirms it then.
    replaced_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[str | None]
    #: Who did it there, as that system says it; "" where a person of ours says it.
    confirmed_there: Mapped[str] = mapped_column(default="")
    #: task, worklist, webhook
    confirmed_via: Mapped[str | None]
    evidence_ref: Mapped[str] = mapped_column(default="")
    #: The webhook-id of the answer that counted: the same again changes nothing.
    answer_key: Mapped[str | None]


class FlagReconciliation(Row):
    """One comparison of ours with the flags another system shows, made from a file (R-068)."""

    __tablename__ = "flag_reconciliation"
    id: Mapped[int] = mapped_column(primary_key=True)
    system: Mapped[str] = mapped_column(index=True)
    file_name: Mapped[str]
    #: Fingerprint of the file.
    sha256: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: Rows of the file; how many of them say what ours say; how many are asked for already.
    total: Mapped[int] = mapped_column(default=0)
    agreed: Mapped[int] = mapped_column(default=0)
    on_its_way: Mapped[int] = mapped_column(default=0)
    #: Counted when it was made; the rows of deleted cases go.
    not_ours: Mapped[int] = mapped_column(default=0)
    missing: Mapped[int] = mapped_column(default=0)
    differing: Mapped[int] = mapped_column(default=0)
    #: When and by whom it was kept as the record; None while it is a preview.
    kept_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    kept_by: Mapped[str | None]


class FlagDifference(Row):
    """One difference that such a comparison found, and what was done about it."""

    __tablename__ = "flag_difference"
    __table_args__ = (Index("uq_flag_difference_reference", "reference", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    reconciliation_id: Mapped[int] = mapped_column(ForeignKey("flag_reconciliation.id"), index=True)
    #: not_ours: it shows a flag we do not have; missing: ours, and it shows none; text: another.
    kind: Mapped[str]
    #: None when it is about nobody we have a case of.
    case_id: Mapped[int | None] = mapped_column(index=True)
    flag_id: Mapped[int | None]
    #: The tenancy reference as the file has it, or ours.
    person_key: Mapped[str] = mapped_column(index=True)
    #: What the other system shows; "" for nothing.
    shown: Mapped[str] = mapped_column(default="")
    #: The row of the file as a spreadsheet counts it; 0 where the file has none.
    number: Mapped[int] = mapped_column(default=0)
    #: Since when, and by whom, the systems team is asked to put it right.
    asked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    asked_by: Mapped[str | None]
    #: Of one that is not ours, once it is asked for: under which its system answers, how that is
    #: asked (by_hand, worklist, webhook), and the row of the outbox that carries it; None for none.
    reference: Mapped[str | None]
    adapter: Mapped[str | None]
    outbox_id: Mapped[int | None]
    #: Since when it is to be done by hand because the call failed, and why; None while it is not.
    failed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    failed_because: Mapped[str] = mapped_column(default="")
    #: When and by whom it was said to be gone, who did it there, how that came (page, worklist,
    #: webhook), the webhook-id of the answer that counted, and how it can be found again.
    done_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[str | None]
    done_there: Mapped[str] = mapped_column(default="")
    done_via: Mapped[str | None]
    answer_key: Mapped[str | None]
    evidence_ref: Mapped[str] = mapped_column(default="")
