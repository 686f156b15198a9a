"""The table of figures to reach: every name, its unit, its target and what it is."""

from __future__ import annotations

from bench.figures import REPORT, Wanted, at_least, at_most, exactly

_NAIVE = "restore, complete a task, run to the next wait, save: stock SpiffWorkflow / ours"

TABLE = {
    "cycle_vs_naive_1": Wanted("x", at_least(3), f"{_NAIVE}, after 1 review"),
    "cycle_vs_naive_100": Wanted("x", at_least(30), f"{_NAIVE}, after 100 reviews"),
    "cycle_growth": Wanted("x", at_most(1.1), "our cycle at review 500 / at review 1"),
    "state_bytes": Wanted("bytes", at_most(4000), "state of an arrangement at review 500"),
    "complete_vs_naive_blob": Wanted(
        "x",
        at_most(1.0),
        "a whole complete / naive SpiffWorkflow that writes its JSON alone; SQLite, review 1",
    ),
    "complete_vs_bpmn_engine": Wanted(
        "x", at_least(2), "npm bpmn-engine's persisted cycle / a whole complete; neutral diagram"
    ),
    "complete_sql": Wanted("statements", at_most(12), "user task to the next, no operation"),
    "complete_commits": Wanted("commits", exactly(1), "user task to the next, no operation"),
    "complete_pg_vs_floor": Wanted(
        "x", REPORT, "a whole complete on PostgreSQL / UPDATE and COMMIT of the same bytes; aim 4"
    ),
    "http_complete_ms": Wanted(
        "ms", at_most(10), "POST of the last page to its redirect, above a bare POST of one row"
    ),
    "idle_tick_ms": Wanted("ms", at_most(20), "one tick of the worker, 10,000 idle cases"),
    "due_rate_sqlite": Wanted("timers/s", REPORT, "10,000 timers due at once, SQLite"),
    "due_rate_pg1": Wanted("timers/s", REPORT, "the same, PostgreSQL, one worker"),
    "due_rate_pg2": Wanted("timers/s", REPORT, "the same, two workers; 1.2 x pg1 on two cores"),
    "task_list_ms_1k": Wanted("ms", REPORT, "first and last page of task lists, 1,000 rows"),
    "task_list_ms_100k": Wanted("ms", REPORT, "the same, 100,000 rows"),
    "task_list_ms_1m": Wanted("ms", REPORT, "the same, 1,000,000 rows"),
    "task_list_growth": Wanted("x", at_most(2), "last page of a million / first of a thousand"),
    "publish_ms": Wanted("ms", REPORT, "parse and gate the whole release"),
}
