"""The image and the compose file: what they copy exists, what they run exists, nothing is open."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import machine
from web import create_app, gunicorn_settings
from web.settings import Settings

ROOT = Path(__file__).parent.parent
IMAGE = (ROOT / "Containerfile").read_text().replace("\\\n", " ")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
OURS = ("prepare", "web", "worker")
#: What other programs of the containers read.
OF_OTHERS = {"POSTGRES_PASSWORD", "SPOC_SITE", "WEB_CONCURRENCY"}


@pytest.fixture(scope="module")
def commands() -> set[str]:
    return set(create_app(Settings("sqlite:////tmp/none.sqlite", "x")).cli.commands)


def _instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} +(.+)$", IMAGE, re.MULTILINE)


def test_each_file_the_image_copies_is_there_and_not_left_out() -> None:
    left_out = set((ROOT / ".dockerignore").read_text().split())
    sources = [
        source
        for copied in _instructions("COPY")
        if "--from" not in copied
        for source in copied.split()[:-1]
    ]
    assert len(sources) > 6
    for source in sources:
        assert (ROOT / source).exists(), source
        assert source not in left_out


def test_what_the_product_is_made_of_is_in_the_image() -> None:
    copied = {words[0] for words in map(str.split, _instructions("COPY"))}
    assert {"bpmn", "forms", "engine", "web", "pyproject.toml", "requirements.txt"} <= copied
    assert "--from=assets" in copied


def test_keys_cases_and_history_stay_out_of_the_image() -> None:
    left_out = set((ROOT / ".dockerignore").read_text().split())
    assert {".env", ".git", "var", ".venv"} <= left_out
    assert ".env" in (ROOT / ".gitignore").read_text().split()


def test_the_image_has_what_letters_need_and_versions_that_are_new_enough() -> None:
    assert all(package in IMAGE for package in machine.PANGO)
    python, node = re.search(r"FROM python:(\d+)\.(\d+)", IMAGE), re.search(r"node:(\d+)", IMAGE)
    assert python is not None
    assert node is not None
    assert (int(python[1]), int(python[2])) >= machine.OLDEST_PYTHON
    assert int(node[1]) >= machine.OLDEST_NODE


def test_the_image_does_not_run_as_root_and_says_whether_it_lives() -> None:
    assert _instructions("USER") == ["spoc"]
    assert "/healthz" in IMAGE


def test_every_image_is_named_with_its_version() -> None:
    named = [*_instructions("FROM"), *(one["image"] for one in COMPOSE["services"].values())]
    for image in named:
        assert image == "spoc" or re.search(r":\d", image), image


def test_each_command_that_is_run_exists(commands: set[str]) -> None:
    for name in ("prepare", "worker"):
        flask, option, web, command = COMPOSE["services"][name]["command"]
        assert (flask, option, web) == ("flask", "--app", "web")
        assert command in commands
    assert re.search(r'CMD \["flask", "--app", "web", "serve"\]', IMAGE)
    assert "serve" in commands
    gunicorn = COMPOSE["services"]["web"]["command"]
    assert gunicorn[0] == "gunicorn"
    assert f"python:{gunicorn_settings.__name__}" in gunicorn
    assert gunicorn[-1] == "web:create_app()"


def test_there_are_two_of_each_and_the_tables_are_made_before_they_start() -> None:
    services = COMPOSE["services"]
    for name in ("web", "worker"):
        assert services[name]["deploy"]["replicas"] == 2
        assert services[name]["restart"] == "always"
        needs = services[name]["depends_on"]["prepare"]["condition"]
        assert needs == "service_completed_successfully"
    assert services["prepare"]["depends_on"]["database"]["condition"] == "service_healthy"
    assert "healthcheck" in services["database"]


def test_only_the_proxy_can_be_reached_and_ours_may_do_little() -> None:
    services = COMPOSE["services"]
    assert [name for name, one in services.items() if "ports" in one] == ["proxy"]
    for name in OURS:
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["read_only"] is True


def test_each_volume_and_file_that_is_mounted_exists() -> None:
    for service in COMPOSE["services"].values():
        for mounted in service.get("volumes", ()):
            source = mounted.split(":")[0]
            exists = (ROOT / source).exists() if source.startswith(".") else False
            assert exists or source in COMPOSE["volumes"], mounted


def test_each_setting_of_the_containers_is_explained() -> None:
    said = (ROOT / "docs/operating.md").read_text()
    example = (ROOT / "deploy/env.example").read_text()
    named = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    named |= set(COMPOSE["services"]["web"]["environment"])
    for name in named - OF_OTHERS:
        assert f"`{name}`" in said, name
    assert {"SPOC_SECRET_KEY", "SPOC_DATA_KEYS", "SPOC_HOSTS", "POSTGRES_PASSWORD"} <= named


def test_the_example_holds_no_key() -> None:
    for line in (ROOT / "deploy/env.example").read_text().splitlines():
        name, _, value = line.partition("=")
        if re.search(r"PASSWORD|KEY", name) and not line.startswith("#"):
            assert value == ""


def test_what_the_image_runs_while_it_is_built_can_be_read_by_a_shell() -> None:
    for command in _instructions("RUN"):
        assert shlex.split(command)
