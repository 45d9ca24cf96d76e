"""The sample as it comes is passed; each way in which a file goes wrong, made from it, is refused."""

from datetime import UTC, date, datetime

import pandas as pd
import pytest
import yaml
from tests.unit.sources.vetting.conftest import RAW_SHA256

from viticast.panel.declarations import Aliases
from viticast.panel.labels import fold
from viticast.sources.errors import SourceError
from viticast.sources.reader import read_table
from viticast.sources.vetting import Expectations, VettingBounds, vet

OLDER, NEWER = "2024-04", "2025-04"
TABLES = (
    "Producao",
    "ProcessaViniferas",
    "ProcessaAmericanas",
    "ProcessaMesa",
    "ProcessaSemclass",
    "Comercio",
    "ImpVinhos",
    "ImpEspumantes",
    "ImpFrescas",
    "ImpPassas",
    "ImpSuco",
    "ExpVinho",
    "ExpEspumantes",
    "ExpUva",
    "ExpSuco",
)
TRADE = tuple(table for table in TABLES if table.startswith(("Imp", "Exp")))
QUICK = {"ProcessaViniferas", "Comercio", "ImpEspumantes"}
"""One table of each layout, and the one that may lack its header: the fast tests ask these, the slower ones all."""


def each(tables):
    return [pytest.param(table, marks=() if table in QUICK else pytest.mark.slow) for table in tables]


BUT_THE_SMALLEST = tuple(table for table in TABLES if table != "ProcessaSemclass")
SWAPPED = {
    "Producao": "Comercio",
    "Comercio": "Producao",
    "ProcessaViniferas": "ProcessaAmericanas",
    "ProcessaAmericanas": "ProcessaMesa",
    "ProcessaMesa": "ProcessaViniferas",
    **dict(zip(TRADE, TRADE[1:] + TRADE[:1], strict=True)),
}


@pytest.fixture(scope="module")
def contents(sample_vintages):
    """(vintage, table) -> bytes of the file."""
    return {
        (vintage, table): (folder / f"{table}.csv").read_bytes()
        for vintage, folder in sample_vintages.items()
        for table in TABLES
    }


@pytest.fixture(scope="module")
def read(contents, registry):
    """read(vintage, table) -> cells, read once."""
    known = {}

    def _read(vintage, table):
        if (vintage, table) not in known:
            known[vintage, table] = read_table(contents[vintage, table], registry[table]).frame
        return known[vintage, table]

    return _read


@pytest.fixture(scope="module")
def ask(project_root, registry, read):
    """ask(table, cells, vintage=..., after=...) -> findings."""
    conf = project_root / "conf" / "base"
    expectations, aliases = (
        kind.from_mapping(yaml.safe_load((conf / f"{name}_sample.yml").read_text(encoding="utf-8")))
        for kind, name in ((Expectations, "expectations"), (Aliases, "aliases"))
    )

    def _ask(table, cells, *, vintage=NEWER, after=None):
        return vet(
            cells,
            registry[table],
            raw_sha256=RAW_SHA256,
            published_at=date.fromisoformat(f"{vintage}-01"),
            fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
            previous=None if after is None else read(after, table),
            expectations=expectations,
            bounds=VettingBounds(),
            same_label=lambda name, label: fold(aliases.resolve(name, label)),
        )

    return _ask


@pytest.fixture
def refusals(ask):
    def _refusals(table, cells, **options):
        return {finding.rule for finding in ask(table, cells, **options) if finding.outcome == "refusal"}

    return _refusals


@pytest.fixture
def refusals_of_file(refusals, registry):
    """Rules that refuse the bytes, or the error of a reader that could not read them."""

    def _refusals_of_file(table, content, **options):
        try:
            cells = read_table(content, registry[table]).frame
        except SourceError as error:
            return {type(error).__name__}
        return refusals(table, cells, **options)

    return _refusals_of_file


def lines_of(content):
    return content.decode("utf-8").splitlines(keepends=True)


def joined(lines):
    return "".join(lines).encode("utf-8")


@pytest.mark.parametrize("table", each(TABLES))
@pytest.mark.parametrize(("vintage", "after"), [(OLDER, None), (NEWER, None), (NEWER, OLDER)])
def test_the_sample_is_passed_without_a_finding(read, ask, table, vintage, after):
    assert ask(table, read(vintage, table), vintage=vintage, after=after) == ()


@pytest.mark.parametrize("table", each(BUT_THE_SMALLEST))
def test_a_file_cut_at_a_line_end_is_refused(contents, refusals_of_file, table):
    for vintage in (OLDER, NEWER):
        lines = lines_of(contents[vintage, table])
        cut = joined(lines[: len(lines) - len(lines) // 3])
        assert "anchors" in refusals_of_file(table, cut, vintage=vintage)


@pytest.mark.parametrize("table", each(TRADE))
def test_a_file_cut_at_a_line_end_has_lost_rows(contents, refusals_of_file, table):
    lines = lines_of(contents[NEWER, table])
    cut = joined(lines[: len(lines) - len(lines) // 3])
    assert "vanished_rows" in refusals_of_file(table, cut, after=OLDER)


def test_the_only_row_cut_off_is_refused(contents, refusals_of_file):
    header = lines_of(contents[NEWER, "ProcessaSemclass"])[:1]
    assert refusals_of_file("ProcessaSemclass", joined(header)) == {"EmptyFileError"}


@pytest.mark.parametrize("table", each(TABLES))
def test_a_row_pasted_twice_is_refused(contents, read, refusals_of_file, table):
    frame = read(NEWER, table)
    row = int(frame.loc[(frame["row_kind"] == "leaf") & (frame["value"] > 0), "row_number"].max())
    lines = lines_of(contents[NEWER, table])
    found = refusals_of_file(table, joined([*lines[:row], *lines[row - 1 :]]))
    # the reader knows a table of several rows by its categories, and the smallest table has none
    assert found >= {"duplicate_rows" if table != "ProcessaSemclass" else "WrongTableError"}


@pytest.mark.parametrize("table", each(TABLES))
@pytest.mark.parametrize("mark", ["nd", "*", "+", "empty"])
def test_a_table_of_marks_only_is_refused(read, refusals, table, mark):
    marked = read(NEWER, table).assign(value=float("nan"), mark=mark)
    assert {"no_figures", "anchors"} <= refusals(table, marked)


@pytest.mark.parametrize("table", each(SWAPPED))
def test_the_file_of_another_table_of_its_layout_is_refused(contents, refusals_of_file, table):
    found = refusals_of_file(table, contents[NEWER, SWAPPED[table]])
    assert found & {"anchors", "WrongTableError"}


@pytest.mark.parametrize("table", each(TABLES))
def test_a_future_year_is_refused(read, refusals, table):
    cells = read(NEWER, table)
    last = cells[cells["year"] == cells["year"].max()]
    # more for US$ than for kg, or they would be taken for one column that was written over the other
    more = last["measure"].map({"quantity": 1.0, "value": 2.0})
    future = range(int(last["year"].max()) + 1, 2027)
    to_come = [last.assign(year=year, value=last["value"] + year * more) for year in future]
    assert refusals(table, pd.concat([cells, *to_come])) == {"future_years"}


@pytest.mark.parametrize("table", each(BUT_THE_SMALLEST))
@pytest.mark.parametrize("kind", ["zeros", "blanks"])
def test_a_last_year_of_zeros_is_refused(read, refusals, table, kind):
    cells = read(NEWER, table).copy()
    last = cells["year"] == cells["year"].max()
    cells.loc[last, "value"] = 0.0 if kind == "zeros" else float("nan")
    cells.loc[last, "mark"] = None if kind == "zeros" else "empty"
    assert refusals(table, cells) == {"empty_last_year"}


def test_zeros_are_nothing_new_in_the_table_that_is_mostly_zero(read, refusals):
    cells = read(NEWER, "ProcessaSemclass")
    zeros = cells.assign(value=cells["value"].where(cells["year"] < cells["year"].max(), 0.0))
    assert refusals("ProcessaSemclass", zeros) == set()


@pytest.mark.parametrize("table", each(TABLES))
def test_a_year_that_became_zero_is_refused(read, refusals, table):
    cells = read(NEWER, table)
    year = int(cells.loc[(cells["value"] > 0) & (cells["year"] < 2010), "year"].max())
    zeros = cells.assign(value=cells["value"].where((cells["year"] != year) | cells["mark"].notna(), 0.0))
    assert "zeroed_figures" in refusals(table, zeros, after=OLDER)


@pytest.mark.parametrize("table", each(TRADE))
def test_a_last_year_in_tonnes_is_refused_by_its_price(read, refusals, table):
    cells = read(NEWER, table)
    weights = (cells["year"] == cells["year"].max()) & (cells["measure"] == "quantity")
    assert "unit_value_jump" in refusals(
        table, cells.assign(value=cells["value"].where(~weights, cells["value"] / 1000))
    )


@pytest.mark.parametrize("table", each(TABLES))
@pytest.mark.parametrize("factor", [1000, 0.001])
def test_figures_in_another_unit_are_refused(read, ask, table, factor):
    cells = read(NEWER, table)
    scaled = cells.assign(value=cells["value"] * factor)
    findings = {finding.rule: finding for finding in ask(table, scaled, after=OLDER)}
    assert findings["anchors"].outcome == findings["changed_values"].outcome == "refusal"
    assert f"{'multiplied' if factor > 1 else 'divided'} by 1,000" in findings["changed_values"].reason


@pytest.mark.parametrize("table", each(TRADE))
def test_kilograms_and_dollars_exchanged_are_refused(read, refusals, table):
    cells = read(NEWER, table)
    exchanged = cells.assign(measure=cells["measure"].map({"quantity": "value", "value": "quantity"}))
    assert "anchors" in refusals(table, exchanged)
    assert "changed_values" in refusals(table, exchanged, after=OLDER)


@pytest.mark.parametrize("table", ["ImpVinhos", "ImpEspumantes", "ExpVinho"])
def test_dollars_a_thousand_times_too_high_are_refused_by_their_price(read, refusals, table):
    cells = read(NEWER, table)
    scaled = cells.assign(value=cells["value"].where(cells["measure"] == "quantity", cells["value"] * 1000))
    assert "unit_values" in refusals(table, scaled)


@pytest.mark.parametrize("table", each(BUT_THE_SMALLEST))
@pytest.mark.parametrize("first", [1, 2])
def test_half_of_the_rows_gone_is_refused(contents, refusals_of_file, table, first):
    lines = lines_of(contents[NEWER, table])
    half = joined([lines[0], *lines[first::2]])
    assert refusals_of_file(table, half) & {"anchors", "WrongTableError"}
    assert refusals_of_file(table, half, after=OLDER) & {"vanished_rows", "WrongTableError"}


@pytest.mark.parametrize("table", each(TABLES))
def test_a_year_repeated_in_the_figures_is_refused(read, refusals, table):
    cells = read(NEWER, table)
    told = cells[cells["value"] > 0].groupby("year").size()
    year = int(told.index[told.index < 2015].max())
    copied = cells[cells["year"] == year].assign(year=year + 1)
    repeated = pd.concat([cells[cells["year"] != year + 1], copied])
    assert "repeated_year" in refusals(table, repeated)


@pytest.mark.parametrize("table", each(TABLES))
def test_a_year_repeated_in_the_header_is_refused(contents, refusals_of_file, table):
    head, *rows = lines_of(contents[NEWER, table])
    assert refusals_of_file(table, joined([head.replace("1999", "1998"), *rows])) == {"DuplicatedYearError"}


@pytest.mark.parametrize("table", each(TABLES))
@pytest.mark.parametrize("by", [-1, 1])
def test_figures_shifted_by_a_year_are_refused(read, refusals, table, by):
    cells = read(NEWER, table)
    years = cells["year"] + by
    shifted = cells.assign(year=years)[years.between(1970, 2024)]
    assert "anchors" in refusals(table, shifted)
    assert "changed_values" in refusals(table, shifted, after=OLDER)
