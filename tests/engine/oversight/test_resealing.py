"""The change of keys: old seals are made anew in steps, and the old key is needed no more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import LargeBinary, select, type_coerce, update
from sqlalchemy.orm import undefer

from engine import clock
from engine.oversight import first_unopened, reseal
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import Submission
from engine.tables.columns import KEY_VARIABLE, table_of
from engine.tables.database import Database
from tests.engine.queries.landlord import NOW, Pen, settle
from web.serving import need_what_fits
from web.settings import SettingMissing, Settings

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
MANY = 120


@pytest.fixture
def house(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A landlord with restricted answers and a draft, sealed by the old key."""
    monkeypatch.setenv(KEY_VARIABLE, OLD)
    with clock.frozen(NOW):
        settle(database)
        with database.writing() as session:
            pen = Pen(session)
            case = pen.case()
            for _ in range(MANY):
                pen.submission(case)
            pen.submission(case, restricted=None)
            pen.item(pen.instance(case), draft={"health": "typed so far"})
        yield database


def _quietly(_done: int, _total: int, _what: str) -> None:
    pass


def _answers(house: Database) -> set[str]:
    with house.reading() as session:
        rows = session.scalars(select(Submission).options(undefer(Submission.restricted)))
        return {row.restricted["health"] for row in rows if row.restricted}


def test_everything_is_sealed_by_the_newest_key_and_the_old_one_can_go(
    house: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, f"{NEW},{OLD}")
    told: list[tuple[int, int]] = []
    made = reseal(house, lambda done, total, _: told.append((done, total)), by="operator")
    assert (made.anew, made.already, made.unopened) == (MANY + 1, 0, [])
    assert told[-1] == (MANY + 1, MANY + 1)
    monkeypatch.setenv(KEY_VARIABLE, NEW)
    assert _answers(house) == {"SECRET health"}
    with house.reading() as session:
        detail = session.scalars(
            select(AuditDetail)
            .join(AuditEvent, AuditEvent.id == AuditDetail.event_id)
            .where(AuditEvent.action == "restricted_values_sealed_anew")
        ).one()
        assert detail.new == {"anew": MANY + 1, "already": 0, "unopened": 0}


def test_what_was_broken_off_goes_on_where_it_stands(
    house: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, f"{NEW},{OLD}")

    def stop(done: int, _total: int, _what: str) -> None:
        if done >= 50:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reseal(house, stop, by="operator")
    made = reseal(house, _quietly, by="operator")
    assert made.already == 50
    assert made.anew == MANY + 1 - 50
    again = reseal(house, _quietly, by="operator")
    assert (again.anew, again.already) == (0, MANY + 1)


def test_a_value_no_key_opens_is_named_and_left(
    house: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = Fernet(Fernet.generate_key()).encrypt(b"{}")
    with house.writing() as session:
        table = table_of(Submission)
        foreign = {"restricted": type_coerce(lost, LargeBinary)}
        session.execute(update(table).where(table.c.id == 7).values(foreign))
    monkeypatch.setenv(KEY_VARIABLE, f"{NEW},{OLD}")
    made = reseal(house, _quietly, by="operator")
    assert made.unopened == ["submission.restricted 7"]
    assert made.anew == MANY
    with house.reading() as session:
        raw = type_coerce(table_of(Submission).c.restricted, LargeBinary)
        kept = session.scalar(select(raw).where(Submission.id == 7))
        assert kept is not None
        assert bytes(kept) == lost


def test_keys_of_another_database_are_known_at_once(
    house: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-103: nothing is served with keys that open nothing, and nothing new is sealed by them."""
    monkeypatch.setenv(KEY_VARIABLE, f"{NEW},{OLD}")
    assert first_unopened(house) is None
    monkeypatch.setenv(KEY_VARIABLE, NEW)
    place = first_unopened(house)
    assert place
    with pytest.raises(SettingMissing, match=f"none of them opens {place}. Put back the key"):
        need_what_fits(house, Settings("x", "x", demo=True))
    need_what_fits(house, Settings("x", "x", demo=True, keys_lost=True))
