"""The task list: what is mine, what waits for my team, what is done; the address is the filter."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner, words
from web.paging import place_asked, steps

blueprint = Blueprint("tasks", __name__)

_VIEWS = ("mine", "put_off", "team", "all", "done")
_NAMES = {
    "mine": "Mine",
    "put_off": "Put off",
    "team": "My team",
    "all": "All I may see",
    "done": "Done",
}
_HEADINGS = {
    "mine": "Your tasks",
    "put_off": "Tasks you have put off",
    "team": "What waits for your team",
    "all": "All tasks you may see",
    "done": "What you have done",
}
_NOTHING = {
    "mine": "You have no task of your own.",
    "put_off": "You have put nothing off.",
    "team": "Nothing waits for your team.",
    "all": "No task is open.",
    "done": "You have not completed a task yet.",
}
_DUE = (
    ("late", "Late"),
    ("soon", "Today or tomorrow"),
    ("week", "In the next seven days"),
    ("later", "Later, or no date"),
)
_NARROWING = ("stage", "form", "due", "process", "held_by")


@blueprint.get("/tasks")
def listed() -> ResponseReturnValue:
    """Show one view of the list, the most urgent task first; the team's when mine is empty."""
    wanted = _filter_asked()
    found = engine.task_list(auth.database(), auth.person(), wanted)
    if not request.args and not found.counts["mine"] and found.counts["team"]:
        return redirect(url_for("tasks.listed", view="team"), 303)
    return render_template(
        "tasks/list.html",
        filter=wanted,
        found=found,
        headings=_HEADINGS,
        nothing=_NOTHING,
        views=[
            (view, _NAMES[view], found.counts.get(view))
            for view in _VIEWS
            if view != "put_off" or view == wanted.view or found.counts[view]
        ],
        filters=_filters(found.items, wanted),
        narrowed=any(getattr(wanted, name) for name in _NARROWING),
        has_customers=engine.open_matters.has_customers(auth.database(), auth.person()),
        is_begun=bool(found.back),
        to_read=engine.policy_control.version_to_read(auth.database(), auth.person()),
        pagination=steps(found),
    )


@blueprint.post("/tasks/<int:work_item_id>/start")
def start(work_item_id: int) -> ResponseReturnValue:
    """Assign an open task of my role to me and open it."""
    engine.claim(auth.database(), work_item_id, by=auth.person().name)
    return redirect(url_for("task.opened", work_item_id=work_item_id), 303)


@blueprint.post("/tasks/<int:work_item_id>/put-back")
def put_back(work_item_id: int) -> ResponseReturnValue:
    """Give a task back to everybody who holds its role; what was typed stays with it."""
    engine.release_task(auth.database(), work_item_id, by=auth.person().name)
    banner.note("The task waits for your team again. What you typed stays with it.")
    return redirect(url_for("tasks.listed"), 303)


def _filter_asked() -> engine.TaskFilter:
    """Read the filter from the address; what it does not understand is left out."""
    asked = request.args
    view = asked.get("view", "mine")
    return engine.TaskFilter(
        view=view if view in _VIEWS else "mine",
        search=asked.get("search", "").strip(),
        **place_asked(),
        **{name: asked.get(name, "") for name in _NARROWING},
    )


def _filters(
    rows: Sequence[engine.TaskRow], wanted: engine.TaskFilter
) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Give the lists one can narrow by: name in the address, label, what to choose from."""
    holders = {row.assignee or row.role: row.assignee_name or words.role(row.role) for row in rows}
    processes = {row.process: row.process_name for row in rows}
    tasks = {row.form: row.name.split(":")[0] for row in rows}
    return [
        ("due", "Due", list(_DUE)),
        ("stage", "Stage", list(words.STAGES.items())),
        ("form", "Task", _with_wanted(tasks, wanted.form)),
        ("process", "Process", _with_wanted(processes, wanted.process)),
        ("held_by", "Held by", _with_wanted(holders, wanted.held_by)),
    ]


def _with_wanted(options: dict[str, str], wanted: str) -> list[tuple[str, str]]:
    named = {**({wanted: words.plain(wanted)} if wanted else {}), **options}
    return sorted(named.items(), key=lambda option: option[1])
