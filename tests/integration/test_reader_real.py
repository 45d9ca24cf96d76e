"""The real figures are read as what is known of them: sizes, marks, defects, revisions."""

import csv
import unicodedata
from collections import Counter, defaultdict
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pandas as pd
import pandera.errors
import pytest

from viticast.contracts.observations import Observations
from viticast.sources import check_and_read_all, fetch
from viticast.sources.vintage import observe

pytestmark = pytest.mark.real

OLDER, NEWER = "2024-04", "2025-04"
PROCESSING = ("ProcessaViniferas", "ProcessaAmericanas", "ProcessaMesa", "ProcessaSemclass")
IMPORTS = ("ImpVinhos", "ImpEspumantes", "ImpFrescas", "ImpPassas", "ImpSuco")
EXPORTS = ("ExpVinho", "ExpEspumantes", "ExpUva", "ExpSuco")
TRADE = IMPORTS + EXPORTS

CATEGORIES = {
    "Producao": {
        "VINHO DE MESA",
        "VINHO FINO DE MESA (VINIFERA)",
        "VINHO FINO DE MESA (VINÍFERA)",
        "SUCO",
        "DERIVADOS",
    },
    "ProcessaViniferas": {"TINTAS", "BRANCAS E ROSADAS"},
    "ProcessaAmericanas": {"TINTAS", "BRANCAS E ROSADAS"},
    "ProcessaMesa": {"TINTAS", "BRANCAS"},
    "Comercio": {
        "VINHO DE MESA",
        "VINHO  FINO DE MESA",
        "VINHO ESPECIAL",
        "ESPUMANTES ",
        "SUCO DE UVAS",
        "OUTROS PRODUTOS COMERCIALIZADOS",
    },
}
"""The category rows with children, named one by one: the second computation knows no rule."""


@pytest.fixture(scope="module")
def fetched(real_vintages, registry):
    return fetch(str(real_vintages[NEWER].parent), registry)


@pytest.fixture(scope="module")
def readings(fetched, registry):
    """(vintage, table) -> reading."""
    return {
        (f"{read.file.published_at:%Y-%m}", read.file.table_name): read.reading
        for read in check_and_read_all(fetched, registry)
    }


@pytest.fixture(scope="module")
def newer(readings):
    """table -> frame, of the newer vintage."""
    return {table: reading.frame for (vintage, table), reading in readings.items() if vintage == NEWER}


def leaves(frame):
    return frame[frame["row_kind"] == "leaf"]


def figure(frame, item, year, group=None, measure="quantity"):
    found = frame[(frame["item"] == item) & (frame["year"] == year) & (frame["measure"] == measure)]
    if group is not None:
        found = found[found["group_label"] == group]
    assert len(found) == 1
    return found["value"].item()


def rows_of(folder, table):
    """The fields of a file's lines, without any rule of the reader."""
    text = (folder / f"{table}.csv").read_text(encoding="utf-8")
    delimiter = "\t" if text.count("\t") > text.count(";") else ";"
    return list(csv.reader(text.splitlines(), delimiter=delimiter))


# Sizes


def test_both_vintages_hold_fifteen_tables(readings):
    assert Counter(vintage for vintage, _ in readings) == {OLDER: 15, NEWER: 15}


def test_leaf_rows_of_the_newer_vintage(newer):
    assert {table: leaves(frame)["row_number"].nunique() for table, frame in newer.items()} == {
        "Producao": 47,
        "ProcessaViniferas": 137,
        "ProcessaAmericanas": 60,
        "ProcessaMesa": 8,
        "ProcessaSemclass": 1,
        "Comercio": 56,
        "ImpVinhos": 69,
        "ImpEspumantes": 46,
        "ImpFrescas": 20,
        "ImpPassas": 36,
        "ImpSuco": 29,
        "ExpVinho": 141,
        "ExpEspumantes": 107,
        "ExpUva": 140,
        "ExpSuco": 125,
    }


@pytest.mark.parametrize(("vintage", "rows", "series"), [(OLDER, 972, 1_643), (NEWER, 1_022, 1_735)])
def test_leaf_rows_and_series_of_both_vintages(readings, vintage, rows, series):
    frames = [leaves(reading.frame) for (name, _), reading in readings.items() if name == vintage]
    assert sum(frame["row_number"].nunique() for frame in frames) == rows
    assert sum(len(frame.groupby(["row_number", "measure"])) for frame in frames) == series


def test_years_run_from_1970_to_the_last_of_each_refresh(readings):
    for (vintage, table), reading in readings.items():
        last = 2022 if vintage == OLDER else 2024 if table in TRADE else 2023
        assert sorted(reading.frame["year"].unique()) == list(range(1970, last + 1)), (vintage, table)


def test_observations_of_both_vintages_fulfil_their_contract(fetched, registry):
    frames = [
        observe(
            read.reading,
            registry[read.file.table_name],
            source="embrapa",
            is_synthetic=False,
            raw_sha256=read.file.sha256,
        )
        for read in check_and_read_all(fetched, registry)
    ]
    observations = pd.concat(frames, ignore_index=True)
    Observations.validate(observations, lazy=True)
    assert len(observations) == 183_907
    assert observations["vintage_id"].nunique() == 30
    with pytest.raises(pandera.errors.SchemaErrors):
        Observations.validate(observations.assign(value=0.0), lazy=True)


# Formats


def test_repairs_are_those_that_are_known(readings):
    found = {key: reading.repairs for key, reading in readings.items() if reading.repairs}
    assert found == {
        (OLDER, "Comercio"): ("no header line: years counted from 1970 by position, to 2022",),
        (OLDER, "Producao"): ("no control column: categories are told by their capitals alone",),
        (OLDER, "ImpSuco"): ("the header calls the last year 2021 again: read by position as 2022",),
    }


def test_every_line_is_a_header_or_a_row_and_nothing_is_set_aside(real_vintages, readings):
    for (vintage, table), reading in readings.items():
        assert reading.quarantined == ()
        assert reading.file_lines == len(rows_of(real_vintages[vintage], table))
        assert reading.rows == reading.frame["row_number"].nunique()
        has_header = (vintage, table) != (OLDER, "Comercio")
        assert reading.file_lines == reading.rows + has_header, (vintage, table)


def test_the_mislabelled_header_of_juice_is_read_by_position(real_vintages, readings):
    assert rows_of(real_vintages[OLDER], "ImpSuco")[0][-4:] == ["2021", "2021", "2021", "2021"]
    one, other = (readings[vintage, "ImpSuco"].frame for vintage in (OLDER, NEWER))
    for year in (2020, 2022):
        assert one[one["year"] == year]["value"].sum() == other[other["year"] == year]["value"].sum() > 0


def test_the_table_without_header_says_what_the_one_with_header_says(readings):
    one, other = (readings[vintage, "Comercio"].frame for vintage in (OLDER, NEWER))
    for year in (1970, 2022):
        assert figure(one, "Tinto", year, "VINHO DE MESA") == figure(other, "Tinto", year, "VINHO DE MESA")


def test_decimal_commas_stand_in_32_cells_of_one_column(real_vintages, newer):
    for vintage, folder in real_vintages.items():
        for table in newer:
            # the third field may be a label with a comma
            cells = [cell for row in rows_of(folder, table) for cell in row[3:] if "," in cell]
            assert len(cells) == (32 if (vintage, table) == (NEWER, "ProcessaViniferas") else 0), (vintage, table)
    values = newer["ProcessaViniferas"]
    with_cents = values[(values["value"] % 1 > 0)]
    assert set(with_cents["year"]) == {2023}
    assert len(with_cents) == 32


def test_two_rows_are_numbered_29(real_vintages, newer):
    for folder in real_vintages.values():
        assert [row[0] for row in rows_of(folder, "ProcessaAmericanas")].count("29") == 2
    assert {"BRS Núbia", "Oberlin"} <= set(newer["ProcessaAmericanas"]["item"])


def test_controls_are_no_keys(real_vintages, newer):
    controls = Counter(row[1] for row in rows_of(real_vintages[NEWER], "Comercio"))
    assert {control: number for control, number in controls.items() if number > 1} == {
        "vm_Tinto": 2,
        "vm_Rosado": 2,
        "vm_Branco": 2,
    }
    assert controls[""] == 1
    viniferas = Counter(row[1] for row in rows_of(real_vintages[NEWER], "ProcessaViniferas"))
    assert [control for control, number in viniferas.items() if number > 1] == ["br_Mistura de uvas viníferas"]
    for table, group_count in (("Comercio", 6), ("ProcessaViniferas", 2)):
        rows = leaves(newer[table]).drop_duplicates("row_number")
        assert not rows.duplicated(["group_label", "item"]).any()
        assert rows["group_label"].nunique() == group_count


def test_childless_categories_are_leaves(newer):
    found = {}
    for table in CATEGORIES:
        rows = leaves(newer[table]).drop_duplicates("row_number")
        found[table] = list(rows[rows["group_label"].isna()]["item"])
    assert found.pop("Comercio") == ["VINHO FRIZANTE", "VINHO ORGÂNICO", "SUCO DE UVAS CONCENTRADO"]
    assert not any(found.values())
    americanas = leaves(newer["ProcessaAmericanas"]).set_index("item")["group_label"]
    assert set(americanas.loc["IAC"]) == {"BRANCAS E ROSADAS"}
    assert set(americanas.loc["IAC 138022"]) == {"TINTAS"}


def test_footnotes_leave_the_names(newer):
    viniferas = leaves(newer["ProcessaViniferas"]).drop_duplicates("row_number")
    cleaned = dict(zip(viniferas["item_label"], viniferas["item"], strict=True))
    for label, item in (
        ("Outras1", "Outras"),
        ("Outras(3)", "Outras"),
        ("Clairette(1)", "Clairette"),
        ("Sauvignon Blanc(2)", "Sauvignon Blanc"),
        ("Moscato Bianco R2", "Moscato Bianco R2"),
        ("Italia (Pirovano 65) (PE)", "Italia (Pirovano 65) (PE)"),
        ("Viogner ", "Viogner"),
    ):
        assert cleaned[label] == item
    assert {"Seibel 2 (seibeleto)", "Couderc 13", "Cynthiana"} <= set(newer["ProcessaAmericanas"]["item"])


# Marks


def test_processing_is_marked_for_whole_years(readings):
    for (vintage, table), reading in readings.items():
        if table not in PROCESSING:
            continue
        marks = {year: set(frame["mark"]) for year, frame in reading.frame.groupby("year")}
        has_plus = (vintage, table) == (NEWER, "ProcessaAmericanas")
        assert marks[2019] == {"nd"}, (vintage, table)
        assert marks[2022] == ({"*", "+"} if has_plus else {"*"}), (vintage, table)
        assert reading.frame[reading.frame["year"].isin([2019, 2022])]["value"].isna().all()


def test_two_cultivars_have_a_plus(newer):
    plus = [(table, item) for table, frame in newer.items() for item in frame[frame["mark"] == "+"]["item"]]
    assert plus == [("ProcessaAmericanas", "BRS Núbia"), ("ProcessaAmericanas", "BRS Bibiana")]


def test_cells_without_text_are_missing(readings):
    empty = {
        key: list(zip(frame["item"], frame["year"], frame["unit"], strict=True))
        for key, reading in readings.items()
        if len(frame := reading.frame[reading.frame["mark"] == "empty"])
    }
    assert empty == {
        (OLDER, "ImpVinhos"): [("Bermudas", 1970, "USD"), ("Outros", 2022, "kg"), ("Outros", 2022, "USD")],
        (NEWER, "ProcessaViniferas"): [("Jaen", 2023, "kg"), ("Clairette", 2023, "kg")],
    }


def test_zeros_are_half_to_seven_eighths_of_each_file(newer):
    shares = {table: (frame["value"] == 0).mean() for table, frame in newer.items()}
    assert 0.45 < min(shares.values()) < 0.5
    assert 0.85 < max(shares.values()) < 0.87


# A second computation


def test_totals_equal_a_second_computation(real_vintages, readings):
    compared = 0
    for vintage, folder in real_vintages.items():
        for table in [name for stamp, name in readings if stamp == vintage]:
            expected = _sums_by_hand(folder, table)
            frame = readings[vintage, table].frame.dropna(subset=["value"])
            sums = frame.groupby(["row_kind", "measure", "year"])["value"].sum()
            assert {key: round(Decimal(value), 2) for key, value in sums.items()} == expected, (vintage, table)
            compared += len(expected)
    # 9 trade tables of 2 measures, 5 tables with totals and leaves, one of leaves alone; Processa* lacks 2019 and 2022
    assert compared == 9 * 2 * (53 + 55) + 2 * 2 * (53 + 54) + 3 * 2 * (51 + 52) + (51 + 52)


def _sums_by_hand(folder, table):
    """Decimal sums by kind of row, measure and year; years by counting, cells by position, leaves by list."""
    rows = [row for row in rows_of(folder, table) if row[0].lower() != "id"]
    block = 2 if table in TRADE else 1
    first = next(position for position in range(2, 4) if rows[0][position].isdigit())
    sums = defaultdict(Decimal)
    for row in rows:
        kind = "total" if row[first - 1] in CATEGORIES.get(table, ()) else "leaf"
        for position, text in enumerate(row[first:]):
            if text not in {"", "nd", "*", "+"}:
                measure = "value" if position % block else "quantity"
                sums[kind, measure, 1970 + position // block] += Decimal(text.replace(",", "."))
    return {key: round(value, 2) for key, value in sums.items()}


@pytest.mark.parametrize(
    ("tables", "year", "unit", "millions"),
    [
        (("Producao",), 2023, "L", 457.8),
        (("Comercio",), 2023, "L", 472.3),
        (("ImpVinhos",), 2024, "kg", 153.1),
        (("ImpVinhos",), 2024, "USD", 481.1),
        (("ExpUva",), 2024, "kg", 58.9),
        (("ExpUva",), 2024, "USD", 151.4),
        (("ExpVinho",), 2024, "kg", 5.3),
        (("ExpVinho",), 2024, "USD", 8.75),
    ],
)
def test_published_aggregates_agree(newer, tables, year, unit, millions):
    rows = pd.concat([leaves(newer[table]) for table in tables])
    total = rows[(rows["year"] == year) & (rows["unit"] == unit)]["value"].sum()
    digits = 2 if millions == 8.75 else 1
    assert round(total / 1e6, digits) == millions


# Known defects


def test_table_wine_of_2017_is_rotated(newer):
    wine = newer["Producao"]
    by_colour = {colour: figure(wine, colour, 2017, "VINHO DE MESA") for colour in ("Tinto", "Branco", "Rosado")}
    assert by_colour == {"Tinto": 1_365_957, "Branco": 217_527_985, "Rosado": 36_121_245}
    assert figure(wine, "VINHO DE MESA", 2017) == sum(by_colour.values())
    for year in (2015, 2016, 2018):
        assert figure(wine, "Tinto", year, "VINHO DE MESA") > figure(wine, "Branco", year, "VINHO DE MESA")


@pytest.mark.parametrize("table", ["ProcessaViniferas", "ProcessaAmericanas"])
def test_cultivars_of_2021_are_scrambled(newer, table):
    """In no other pair of neighbouring years since 2012 do the ranks of a colour's cultivars agree so little."""
    for _, colour in leaves(newer[table]).groupby("group_label"):
        years = colour.pivot(index="row_number", columns="year", values="value").dropna(axis=1, how="all")
        known = [year for year in years.columns if year >= 2012]
        agreement = {}
        for before, after in pairwise(known):
            grown = years[[before, after]][(years[before] > 0) | (years[after] > 0)]
            agreement[after] = grown.rank().corr().loc[before, after]
        assert max(agreement[2021], agreement[2023]) < 0.8
        assert min(rank for year, rank in agreement.items() if year not in {2021, 2023}) > 0.9


def test_the_year_2021_is_too_large_for_viniferas_alone(newer):
    total = {
        table: newer[table].query("row_kind == 'total'").groupby("year")["value"].sum() / 1e6
        for table in PROCESSING[:2]
    }
    viniferas, americanas = total["ProcessaViniferas"], total["ProcessaAmericanas"]
    assert [round(viniferas[year], 1) for year in (2020, 2021, 2023)] == [69.0, 164.6, 99.6]
    assert [round(americanas[year], 1) for year in (2020, 2021, 2023)] == [433.1, 569.8, 565.2]
    merlot = [figure(newer["ProcessaViniferas"], "Merlot", year) / 1e6 for year in (2020, 2021)]
    assert np.round(merlot, 2).tolist() == [6.01, 0.49]


def test_subtotals_that_break_the_sum_of_their_leaves(newer):
    broken = {table: _gaps(newer[table]) for table in CATEGORIES}
    assert {table: len(gaps) for table, gaps in broken.items()} == {
        "Producao": 2,
        "ProcessaViniferas": 1,
        "ProcessaAmericanas": 2,
        "ProcessaMesa": 11,
        "Comercio": 94,
    }
    assert broken["Comercio"]["VINHO DE MESA", 2007] == 4_808_616
    assert broken["ProcessaAmericanas"]["BRANCAS E ROSADAS", 2020] == -91_980
    agrin = leaves(newer["Comercio"]).query("item.str.startswith('Agrin')").set_index("year")["value"]
    others = {year: gap for (group, year), gap in broken["Comercio"].items() if group.startswith("OUTROS")}
    assert [-others[year] for year in range(2004, 2014)] == list(agrin.loc[2004:2013])
    for group, first, last in (("ESPUMANTES", 1970, 1996), ("SUCO DE UVAS", 1970, 2018)):
        assert all(broken["Comercio"][group, year] > 0 for year in range(first, last + 1))


def _gaps(frame):
    """Published total minus the sum of the leaves, by group and year, where they differ."""
    known = frame.dropna(subset=["value", "group_label"])
    sums = known.pivot_table(index=["group_label", "year"], columns="row_kind", values="value", aggfunc="sum")
    gaps = (sums["total"] - sums["leaf"]).round(2)
    return gaps[gaps != 0].to_dict()


def test_cells_of_trade_where_kilograms_and_dollars_disagree(newer):
    value_only, quantity_only = [], []
    for table in TRADE:
        wide = newer[table].pivot(index=["item", "row_number", "year"], columns="measure", values="value")
        value_only += [(table, *key) for key in wide[(wide["quantity"] == 0) & (wide["value"] > 0)].index]
        quantity_only += [(table, *key) for key in wide[(wide["quantity"] > 0) & (wide["value"] == 0)].index]
    assert len(value_only) == 14
    assert len([cell for cell in value_only if cell[0] == "ImpVinhos" and cell[3] == 2016]) == 8
    assert [(table, item, year) for table, item, _, year in quantity_only] == [
        ("ImpVinhos", "Áustria", 2001),
        ("ImpPassas", "Irã", 1975),
    ]


def test_labels_of_countries(newer):
    labels = {label for table in TRADE for label in newer[table]["item_label"]}
    assert len(labels) == 230


@pytest.mark.parametrize(
    ("table", "earlier", "later"),
    [
        ("ExpVinho", "Cingapura", "Singapura"),
        ("ExpUva", "Bahrein", "Barein"),
        ("ExpEspumantes", "Republica Tcheca", "Tcheca, República"),
        ("ImpPassas", "China Continental", "China"),
        ("ExpSuco", "República Federativa da Rússia", "Rússia"),
    ],
)
def test_one_country_in_two_rows_of_disjoint_years(newer, table, earlier, later):
    grown = newer[table][newer[table]["value"] > 0]
    years = [set(grown[grown["item"] == item]["year"]) for item in (earlier, later)]
    assert all(years)
    assert max(years[0]) < min(years[1])


# Revisions


def test_rows_and_figures_that_differ_between_the_vintages(readings, newer):
    changed, new, gone = {}, {}, {}
    for table in newer:
        one, other = (_by_place(readings[vintage, table].frame) for vintage in (OLDER, NEWER))
        rows = [{key[:3] for key in vintage} for vintage in (one, other)]
        new[table], gone[table] = len(rows[1] - rows[0]), len(rows[0] - rows[1])
        changed |= {(table, key[1], *key[3:]): (one[key], other[key]) for key in one if one[key] != other[key]}
    assert changed == {
        ("ImpSuco", "estados unidos", "quantity", 2021): (25_693, 3_870),
        ("ImpSuco", "estados unidos", "value", 2021): (16_742, 3_551),
        ("ImpVinhos", "bermudas", "value", 1970): ("empty", 0),
        ("ImpVinhos", "outros", "quantity", 2022): ("empty", 0),
        ("ImpVinhos", "outros", "value", 2022): ("empty", 0),
    }
    assert sum(new[table] for table in TRADE) == 42
    assert {table: number for table, number in new.items() if number and table not in TRADE} == {
        "ProcessaViniferas": 5,
        "ProcessaAmericanas": 2,
        "Comercio": 1,
    }
    assert not any(gone.values())


def _by_place(frame):
    """Cell by group, item and kind of row (folded), measure and year; a repeated label is told by its order."""
    rows = frame.drop_duplicates("row_number").copy()
    rows["group"], rows["folded"] = _fold(rows["group_label"].fillna("")), _fold(rows["item"])
    rows["order"] = rows.groupby(["group", "folded", "row_kind"]).cumcount().astype(str) + rows["row_kind"]
    cells = frame.merge(rows[["row_number", "group", "folded", "order"]], on="row_number")
    content = cells["value"].astype(object).where(cells["value"].notna(), cells["mark"])
    keys = cells[["group", "folded", "order", "measure", "year"]].itertuples(index=False, name=None)
    return dict(zip(keys, content, strict=True))


def _fold(labels):
    plain = labels.map(lambda label: unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower())
    return plain.str.replace(r"[^a-z0-9]+", " ", regex=True).str.strip()


def test_the_harvest_of_2016_failed_and_2017_made_up_for_it(newer):
    total = pd.concat([leaves(newer[table]) for table in PROCESSING]).groupby("year")["value"].sum()
    assert np.round(total[2016] / total[2015] - 1, 2) == pytest.approx(-0.57, abs=0.03)
    assert np.round(total[2017] / total[2016] - 1, 2) == pytest.approx(1.5, abs=0.1)
