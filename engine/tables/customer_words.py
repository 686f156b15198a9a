"""The words a customer is found by: kept with the customer, each looked up by how it begins."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    String,
    and_,
    delete,
    event,
    false,
    insert,
    select,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column
from sqlalchemy.sql.elements import SQLCoreOperations

from engine.tables.casefile import Customer
from engine.tables.columns import Row, table_of

#: Compared byte by byte on both databases, so that one index answers "begins with".
_BYTES = String().with_variant(String(collation="C"), "postgresql")
#: Columns people search a customer by.
_SEARCHED = ("name", "other_tenants", "address", "tenancy_reference", "email", "phone")
#: Written without their signs too: 204518/02 is found as 20451802, 01632 960 002 as 01632960002.
_RUN_TOGETHER = ("tenancy_reference", "phone")
_PART = re.compile(r"[^\W_]+")
_LAST = "\U0010ffff"
#: A longer word is cut, and a longer text is not looked through to its end.
_LONGEST_WORD, _MOST_WORDS = 60, 12


class CustomerWord(Row):
    """One word by which a customer is found."""

    __tablename__ = "customer_word"
    __table_args__ = (Index("ix_customer_word_word", "word", "customer_id"),)
    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True
    )
    word: Mapped[str] = mapped_column(_BYTES, primary_key=True)


def words_of(customer: Mapping[str, Any]) -> set[str]:
    """Give the words of a customer's row: without capitals, accents and signs."""
    found: set[str] = set()
    for column in _SEARCHED:
        parts = _parts(customer.get(column) or "")
        found |= set(parts)
        if column in _RUN_TOGETHER and parts:
            found.add("".join(parts))
    return {word[:_LONGEST_WORD] for word in found}


def answers_to(customer_id: SQLCoreOperations[Any], text: str) -> ColumnElement[bool]:
    """Give the condition that a customer has, for each word of a text, one that begins with it.

    A text without a letter or a digit finds nobody.
    """
    wanted = list(dict.fromkeys(_parts(text)))[:_MOST_WORDS]
    if not wanted:
        return false()
    together = "".join(wanted)
    each = and_(*(customer_id.in_(_beginning_with(word)) for word in wanted))
    # 204518/02 or 01632 960 002, typed with other signs between.
    is_number = len(wanted) > 1 and any(sign.isdigit() for sign in together)
    return each | customer_id.in_(_beginning_with(together)) if is_number else each


def with_numbers(
    customer_id: SQLCoreOperations[Any], numbers: Iterable[str]
) -> ColumnElement[bool]:
    """Give the condition that a customer has one of these tenancy references or numbers, whole.

    Signs and capitals make no difference, so compare what is found.
    """
    table = table_of(CustomerWord)
    words = {"".join(_parts(number))[:_LONGEST_WORD] for number in numbers}
    return customer_id.in_(select(table.c.customer_id).where(table.c.word.in_(words - {""})))


def keep_words(connection: Connection, customers: Iterable[Mapping[str, Any]]) -> None:
    """Write the words of new rows of ``customer``, for those who insert past the session."""
    rows = [
        {"customer_id": customer["id"], "word": word}
        for customer in customers
        for word in sorted(words_of(customer))
    ]
    if rows:
        connection.execute(insert(table_of(CustomerWord)), rows)


def _beginning_with(word: str) -> Any:
    table = table_of(CustomerWord)
    begins = word[:_LONGEST_WORD]
    return select(table.c.customer_id).where(table.c.word >= begins, table.c.word < begins + _LAST)


def _parts(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _PART.findall(bare.replace("'", "").replace("\u2019", ""))


@event.listens_for(Customer, "after_insert")
def _is_new(_mapper: Mapper[Customer], connection: Connection, customer: Customer) -> None:
    keep_words(connection, [_row(customer)])


@event.listens_for(Customer, "after_update")
def _is_different(_mapper: Mapper[Customer], connection: Connection, customer: Customer) -> None:
    table = table_of(CustomerWord)
    connection.execute(delete(table).where(table.c.customer_id == customer.id))
    keep_words(connection, [_row(customer)])


def _row(customer: Customer) -> dict[str, Any]:
    return {"id": customer.id, **{name: getattr(customer, name) for name in _SEARCHED}}
