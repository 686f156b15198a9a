"""Prints the figures we claim: value, unit, target, whether it holds, and how it was measured."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence

from cryptography.fernet import Fernet

from bench import completing, cycles, due_rate, idling, pages, task_lists
from bench.figures import Effort, Figure, Measure, figures_of
from bench.table import TABLE
from engine.tables.columns import KEY_VARIABLE

#: Every measure there is, in the order they run.
MEASURES: tuple[Measure, ...] = (
    *cycles.MEASURES,
    *completing.MEASURES,
    *pages.MEASURES,
    *idling.MEASURES,
    *due_rate.MEASURES,
    *task_lists.MEASURES,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when a target does not hold, else 0."""
    wanted = _arguments(arguments)
    os.environ.setdefault(KEY_VARIABLE, Fernet.generate_key().decode())
    figures = []
    for figure in _figures(wanted.names, Effort(quick=wanted.quick)):
        figures.append(figure)
        if not wanted.json:
            _print(figure)
    if wanted.json:
        print(json.dumps([figure.as_json() for figure in figures], indent=1))
    return 1 if any(figure.holds is False for figure in figures) else 0


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, smaller sets")
    parser.add_argument("--json", action="store_true", help="a list for machines, nothing else")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these figures")
    arguments = parser.parse_args(given)
    known = {name for measure in MEASURES for name in measure.names}
    unknown = set(arguments.names) - known
    if unknown:
        parser.error(
            f"Expected names of figures, but got {', '.join(sorted(unknown))}. "
            f"Choose from {', '.join(sorted(known))}."
        )
    return arguments


def _figures(names: Sequence[str], effort: Effort) -> Iterator[Figure]:
    for measure in MEASURES:
        if names and not set(names) & set(measure.names):
            continue
        began = time.monotonic()
        for figure in figures_of(measure, TABLE, effort):
            if not names or figure.name in names:
                yield figure
        seconds = time.monotonic() - began
        print(f"{', '.join(measure.names)}: {seconds:.1f} s", file=sys.stderr)


def _print(figure: Figure) -> None:
    wanted, measured = figure.wanted, figure.measured
    if measured is None:
        print(f"{figure.name:26} not measured here: {figure.missing}")
        return
    verdict = {True: "holds", False: "DOES NOT HOLD"}[bool(figure.holds)]
    if str(figure.target) == "report":
        verdict = "reported"
    print(
        f"{figure.name:26} {measured.value:>10.4g} {wanted.unit:10} {figure.target!s:9} {verdict}"
    )
    for line in (wanted.what, measured.how, *measured.beside):
        if line:
            print(f"    {line}")


if __name__ == "__main__":
    raise SystemExit(main())
