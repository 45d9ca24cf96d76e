"""Each planted fault gets the right verdict: at ingestion, and behind it if a person lets it in."""

import mlflow
import pytest
from tests.pipelines.planted_faults import Lines, Outcome, plant

pytestmark = pytest.mark.slow


@pytest.fixture
def planted(tmp_path, project_root, monkeypatch):
    folder = tmp_path / "main"
    folder.mkdir()
    monkeypatch.chdir(folder)
    yield lambda table, change: plant(folder, project_root, table, change)
    mlflow.set_tracking_uri("")


def positive(line: list[str]) -> int:
    return sum(text.strip().isdigit() and int(text) > 0 for text in line[2:])


def total(line: list[str]) -> int:
    return sum(int(text) for text in line[2:] if text.strip().isdigit())


def scrambled(lines: Lines) -> Lines:
    """Every country has the figures of the next one."""
    rows = lines[1:]
    figures = [row[2:] for row in rows]
    return [lines[0], *([*row[:2], *other] for row, other in zip(rows, [*figures[1:], figures[0]], strict=True))]


def in_tonnes(lines: Lines) -> Lines:
    """Quantities are a thousand times as large."""
    return [
        lines[0],
        *([*row[:2], *(_thousandfold(text, place) for place, text in enumerate(row[2:]))] for row in lines[1:]),
    ]


def _thousandfold(text: str, place: int) -> str:
    return str(int(text) * 1000) if place % 2 == 0 and text.strip().isdigit() else text


def without_the_largest(lines: Lines) -> Lines:
    """The country with the largest figures is gone."""
    largest = max(lines[1:], key=total)
    return [line for line in lines if line is not largest]


def stuck(lines: Lines) -> Lines:
    """The last year repeats the year before."""
    return [lines[0], *([*row[:-2], *row[-4:-2]] for row in lines[1:])]


def revised(share: float) -> object:
    """A share of the figures above zero of past years are a tenth larger."""

    def change(lines: Lines) -> Lines:
        every = round(1 / share)
        seen = 0
        changed = [lines[0]]
        for row in lines[1:]:
            figures = list(row)
            # the last four fields are the last two years
            for place in range(2, len(row) - 4):
                if row[place].strip().isdigit() and int(row[place]) > 100:
                    seen += 1
                    figures[place] = str(int(int(row[place]) * 1.1)) if seen % every == 0 else row[place]
            changed.append(figures)
        return changed

    return change


def next_year(lines: Lines) -> Lines:
    """A single figure of the last year is larger by one: news, and no fault."""
    return [*lines[:-1], [*lines[-1][:-1], str(int(lines[-1][-1]) + 1)]]


def test_no_fault_no_word(planted) -> None:
    outcome: Outcome = planted("ExpVinho", next_year)
    print(outcome)
    assert (outcome.refused_by, outcome.lost) == (set(), None)
    # the sample has two revised figures of ImpSuco, less than is watched
    assert outcome.verdicts == {}


def test_a_scrambled_table(planted) -> None:
    outcome: Outcome = planted("ExpVinho", scrambled)
    print(outcome)
    assert outcome.refused_by
    assert "stop" in outcome.of("revisions")


def test_units_a_thousand_times_too_large(planted) -> None:
    outcome: Outcome = planted("ImpSuco", in_tonnes)
    print(outcome)
    assert outcome.refused_by
    assert "stop" in outcome.of("revisions")


def test_a_vanished_country(planted) -> None:
    outcome: Outcome = planted("ExpVinho", without_the_largest)
    print(outcome)
    assert outcome.refused_by
    assert "ExpVinho (kg), stage snapshot: " in str(outcome.lost)
    assert '"feature.ledger.accept=ExpVinho"' in str(outcome.lost)
    assert outcome.of("vanished_series") == {"stop"}


def test_a_stuck_year(planted) -> None:
    outcome: Outcome = planted("ExpVinho", stuck)
    print(outcome)
    assert outcome.refused_by
    assert outcome.of("repeated_year") == {"stop"}


@pytest.mark.parametrize(
    ("share", "is_refused", "verdict"), [(0.01, False, "ok"), (0.05, False, "watch"), (0.5, True, "stop")]
)
def test_a_revision_of_the_past(planted, share: float, is_refused: bool, verdict: str) -> None:
    outcome: Outcome = planted("ExpVinho", revised(share))
    print(outcome)
    assert bool(outcome.refused_by) == is_refused
    assert (outcome.of("revisions") or {"ok"}) == {verdict}
