"""What a worker apart is told of its database is what everybody else is told."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import make_url

from engine.worker.apart import conninfo


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (
            "postgresql+psycopg://spoc:p%20w@db.homes.example:5433/spoc?sslmode=require",
            {
                "user": "spoc",
                "password": "p w",
                "host": "db.homes.example",
                "port": "5433",
                "dbname": "spoc",
                "sslmode": "require",
            },
        ),
        (
            "postgresql+psycopg://spoc@/spoc?host=/run/pg&options=-c%20work_mem%3D8MB",
            {"user": "spoc", "dbname": "spoc", "host": "/run/pg", "options": "-c work_mem=8MB"},
        ),
    ],
)
def test_a_url_is_written_as_libpq_reads_it(url: str, wanted: dict[str, str]) -> None:
    assert conninfo_to_dict(conninfo(make_url(url))) == wanted


def test_options_in_a_url_reach_the_server(postgres_url: str) -> None:
    url = make_url(postgres_url).update_query_dict({"options": "-c work_mem=8MB"})
    with psycopg.connect(conninfo(url)) as connection:
        assert connection.execute("SHOW work_mem").fetchone() == ("8MB",)
