"""`kill -9` at any moment of a run: the next run ends as if nothing had happened."""

import json
import os
import subprocess
import sys
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from tests.integration.crash_runs import ROOT

PROCESSES = 2
SPREAD = 50
"""So many of the points of a run are tried; all of them with CRASH_POINTS=all."""


def spread(points: list[str], wanted: int) -> list[int]:
    """Numbers of points such that every kind is there: each name once, then evenly fewer.

    A name that comes often, once for each partition, is tried in the middle of its row.
    """
    places: dict[str, list[int]] = {}
    for number, name in enumerate(points):
        places.setdefault(name, []).append(number)
    middles = sorted(numbers[len(numbers) // 2] for numbers in places.values())
    step = max(1.0, len(middles) / wanted)
    chosen = {middles[int(position * step)] for position in range(min(wanted, len(middles)))}
    kinds = {kind(points[number]) for number in chosen}
    chosen |= {
        next(number for number in middles if kind(points[number]) == missing)
        for missing in {kind(name) for name in points} - kinds
    }
    return sorted(chosen)


def kind(name: str) -> str:
    """`before link`, `after save`, ..."""
    return " ".join(name.split()[:2])


def start(task: str, folder: Path, *numbers: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.integration.crash_runs", task, str(folder), *map(str, numbers)]
    # Sets must have one order in every process, or points would change their numbers.
    environment = os.environ | {"PYTHONHASHSEED": "0"}
    with (folder / f"{task}.log").open("a") as log:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)


def answers(process: "subprocess.Popen[str]") -> list[Any]:
    output, _ = process.communicate()
    assert process.returncode == 0, output
    return [json.loads(line) for line in output.splitlines() if line.startswith(("[", "{"))]


@pytest.mark.printed
@pytest.mark.crash
def test_a_run_after_one_that_was_killed_makes_what_a_single_run_makes(tmp_path: Path) -> None:
    [points] = answers(start("count", tmp_path))
    chosen = range(len(points)) if os.environ.get("CRASH_POINTS") == "all" else spread(points, SPREAD)
    processes = [start("kill", tmp_path, *list(chosen)[part::PROCESSES]) for part in range(PROCESSES)]
    results = [result for process in processes for result in answers(process)]
    print(f"\n{len(results)} of {len(points)} points: {_kinds(results)}")
    assert [result for result in results if result["problem"]] == []
    assert len(results) == len(chosen) >= 40
    assert {kind(result["point"]) for result in results} == {kind(name) for name in points}
    assert [result["point"] for result in results if result["point"] != points[result["number"]]] == []


def _kinds(results: list[Any]) -> dict[str, int]:
    names = sorted(kind(result["point"]) for result in results)
    return {name: len(list(group)) for name, group in groupby(names)}


def test_points_are_spread_over_every_kind() -> None:
    points = [
        "before save of a",
        *["before link in a", "after link in a"] * 30,
        "after save of a",
        "before commit in b",
    ]
    assert spread(points, 10) == [0, 31, 32, 61, 62]
    assert spread(points, 2) == [0, 31, 32, 61, 62]
    many = [f"before save of {number}" for number in range(500)]
    assert len(spread(many, 60)) == 60
    assert spread(many, 60)[-1] > 480
