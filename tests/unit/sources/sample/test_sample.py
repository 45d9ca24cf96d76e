"""The sample is synthetic, always the same, and has the traps of the published files."""

import csv
import io

import numpy as np
import pytest

from viticast.sources.batch import check_and_read_all
from viticast.sources.files import fetch_folder
from viticast.sources.reader import read_table
from viticast.sources.sample.__main__ import DEFAULT_SEED, main
from viticast.sources.sample.vintages import write_vintages

OLDER, NEWER = "2024-04", "2025-04"
PROCESSING = ("ProcessaViniferas", "ProcessaAmericanas", "ProcessaMesa", "ProcessaSemclass")
TRADE = ("ImpVinhos", "ImpEspumantes", "ImpFrescas", "ImpPassas", "ImpSuco", "ExpVinho", "ExpEspumantes", "ExpUva")


@pytest.fixture(scope="module")
def readings(sample_vintages, registry):
    return {
        (vintage, read.file.table_name): read.reading
        for vintage, folder in sample_vintages.items()
        for read in check_and_read_all(fetch_folder(folder, registry), registry)
    }


@pytest.fixture(scope="module")
def cells(readings):
    """The newer vintage: table -> frame of leaves."""
    return {
        table: reading.frame[reading.frame["row_kind"] == "leaf"]
        for (vintage, table), reading in readings.items()
        if vintage == NEWER
    }


def lines(sample_vintages, vintage, table):
    text = (sample_vintages[vintage] / f"{table}.csv").read_text(encoding="utf-8")
    return list(csv.reader(io.StringIO(text), delimiter="\t" if "\t" in text else ";"))


def at(frame, item, year, measure="quantity"):
    found = frame[(frame["item"] == item) & (frame["year"] == year) & (frame["measure"] == measure)]
    assert len(found) == 1
    return found["value"].item()


def test_the_bundled_files_are_what_the_generator_writes(sample_vintages, tmp_path, capsys):
    main([str(tmp_path), "--seed", str(DEFAULT_SEED)])
    assert "30 synthetic files" in capsys.readouterr().out
    for vintage, folder in sample_vintages.items():
        written = {path.name: path.read_bytes() for path in (tmp_path / vintage).iterdir()}
        bundled = {path.name: path.read_bytes() for path in folder.iterdir()}
        assert written.keys() == bundled.keys()
        assert [name for name in written if written[name] != bundled[name]] == []


@pytest.mark.slow
def test_another_seed_gives_other_figures_of_the_same_shape():
    one, other = write_vintages(1), write_vintages(2)
    assert one.keys() == other.keys()
    assert all(one[path] != other[path] for path in one)
    assert [len(one[path].splitlines()) for path in one] == [len(other[path].splitlines()) for path in other]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 7, 2026])
def test_any_seed_can_be_read(seed, registry):
    for path, content in write_vintages(seed).items():
        name = path.split("/")[1].removesuffix(".csv")
        assert not read_table(content, registry[name]).frame.empty


def test_it_is_small_and_says_that_it_is_synthetic(project_root):
    folder = project_root / "data" / "00_sample"
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 1_000_000
    assert "synthetic" in (folder / "README.md").read_text(encoding="utf-8").splitlines()[0]


def test_it_has_the_size_of_the_published_tables(cells, registry):
    rows = {table: frame["row_number"].nunique() for table, frame in cells.items()}
    assert rows == {
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
    assert sum(count * len(registry[table].measures) for table, count in rows.items()) == 1_735


def test_it_has_as_many_zeros_as_the_published_tables(cells):
    for table, frame in cells.items():
        assert 0.45 < (frame["value"] == 0).mean() < 0.87, table


def test_series_live_as_published_ones_do(cells):
    counts = {"regular": 0, "short": 0, "dead": 0}
    for frame in cells.values():
        for _, series in frame.groupby(["row_number", "measure"]):
            known = series.sort_values("year")["value"].dropna().to_numpy()
            positive, recent = int((known > 0).sum()), known[-5:] > 0
            counts["regular"] += bool(positive >= 20 and recent.all())
            counts["short"] += bool(0 < positive < 10 and recent.any())
            counts["dead"] += not recent.any()
    assert 200 <= counts["regular"] <= 320
    assert 600 <= counts["short"] <= 820
    assert 380 <= counts["dead"] <= 560


def test_the_formats_differ_by_file_and_vintage(sample_vintages):
    delimiters = {
        (vintage, path.stem): "\t" if "\t" in path.read_text(encoding="utf-8") else ";"
        for vintage, folder in sample_vintages.items()
        for path in folder.iterdir()
    }
    semicolons = {
        OLDER: {"Producao", "Comercio", *TRADE, "ExpSuco"},
        NEWER: {"Producao", "Comercio", "ProcessaViniferas", "ImpSuco"},
    }
    for (vintage, table), delimiter in delimiters.items():
        assert (delimiter == ";") == (table in semicolons[vintage]), (vintage, table)


def test_headers_are_missing_mislabelled_and_of_any_case(sample_vintages, readings):
    first = {table: lines(sample_vintages, OLDER, table)[0] for table in ("Comercio", "Producao", "ImpSuco")}
    assert first["Comercio"][0] == "1"
    assert first["Producao"][:3] == ["id", "produto", "1970"]
    assert first["ImpSuco"][-4:] == ["2021"] * 4
    assert lines(sample_vintages, NEWER, "Comercio")[0][2] == "Produto"
    assert lines(sample_vintages, NEWER, "ExpVinho")[0][:4] == ["Id", "País", "1970", "1970"]
    repaired = {key for key, reading in readings.items() if reading.repairs}
    assert repaired == {(OLDER, "Comercio"), (OLDER, "Producao"), (OLDER, "ImpSuco")}


def test_controls_and_ids_are_no_keys(sample_vintages):
    rows = lines(sample_vintages, NEWER, "ProcessaAmericanas")[1:]
    assert [row[0] for row in rows].count("29") == 2
    controls = [row[1] for row in lines(sample_vintages, NEWER, "Comercio")[1:]]
    assert controls.count("vm_Tinto") == 2
    assert controls.count("") == 1
    viniferas = [row[1] for row in lines(sample_vintages, NEWER, "ProcessaViniferas")[1:]]
    assert viniferas.count("br_Mistura de uvas viníferas") == 2


def test_labels_have_blanks_footnotes_and_childless_categories(cells):
    comercio = cells["Comercio"].drop_duplicates("row_number")
    childless = comercio[comercio["group_label"].isna()]
    assert list(childless["item"]) == ["VINHO FRIZANTE", "VINHO ORGÂNICO", "SUCO DE UVAS CONCENTRADO"]
    assert (comercio["item"] == "Tinto").sum() == 3
    assert "  Tinto" in set(comercio["item_label"])
    viniferas = cells["ProcessaViniferas"].drop_duplicates("row_number")
    assert {"Outras1", "Outras(3)", "Clairette(1)", "Viogner "} <= set(viniferas["item_label"])
    assert (viniferas["item"] == "Outras").sum() == 2
    assert {"IAC", "IAC 138022"} <= set(cells["ProcessaAmericanas"]["item"])


def test_marks_stand_for_whole_years_of_processing(readings, cells):
    for table in PROCESSING:
        by_year = readings[NEWER, table].frame.groupby("year")["mark"].unique()
        assert set(by_year[2019]) == {"nd"}
        assert set(by_year[2022]) == ({"*", "+"} if table == "ProcessaAmericanas" else {"*"})
    americanas = cells["ProcessaAmericanas"]
    assert (americanas["mark"] == "+").sum() == 2
    assert (cells["ProcessaViniferas"]["mark"] == "empty").sum() == 2
    assert (readings[OLDER, "ImpVinhos"].frame["mark"] == "empty").sum() == 3


def test_cents_stand_in_one_year_of_one_table(sample_vintages):
    with_comma = {
        (path.stem, position)
        for path in sample_vintages[NEWER].iterdir()
        for row in lines(sample_vintages, NEWER, path.stem)
        for position, cell in enumerate(row[3:])
        if "," in cell and cell[0].isdigit()
    }
    assert with_comma == {("ProcessaViniferas", 53)}
    cells = [row[-1] for row in lines(sample_vintages, NEWER, "ProcessaViniferas")]
    assert sum("," in cell for cell in cells) == 32


def test_published_totals_are_the_sum_of_their_leaves_but_where_a_trap_says_not(readings):
    broken = {}
    for (vintage, table), reading in readings.items():
        frame = reading.frame.dropna(subset=["value", "group_label"])
        if vintage == OLDER or frame.empty:
            continue
        sums = frame.pivot_table(index=["group_label", "year"], columns="row_kind", values="value", aggfunc="sum")
        gaps = sums[~np.isclose(sums["total"], sums["leaf"], rtol=0, atol=1)]
        broken[table] = {group: len(rows) for group, rows in gaps.groupby("group_label")}
    assert broken == {
        "Producao": {"DERIVADOS": 1, "SUCO": 1},
        "ProcessaViniferas": {},
        "ProcessaAmericanas": {"BRANCAS E ROSADAS": 1, "TINTAS": 1},
        "ProcessaMesa": {"TINTAS": 12},
        "Comercio": {
            "ESPUMANTES": 27,
            "OUTROS PRODUTOS COMERCIALIZADOS": 10,
            "SUCO DE UVAS": 49,
            "VINHO DE MESA": 1,
        },
    }


def test_table_wine_is_rotated_in_2017(cells):
    wine = cells["Producao"][cells["Producao"]["group_label"] == "VINHO DE MESA"]
    for year in (2015, 2018):
        assert at(wine, "Tinto", year) > at(wine, "Branco", year) > at(wine, "Rosado", year)
    assert at(wine, "Branco", 2017) > at(wine, "Rosado", 2017) > at(wine, "Tinto", 2017)


def test_one_year_of_viniferas_is_scrambled(cells):
    years = cells["ProcessaViniferas"].pivot(index="row_number", columns="year", values="value")
    grown = years[(years[2018] > 0) & (years[2020] > 0) & (years[2021] > 0)]
    ranks = grown.rank().corr()
    assert ranks.loc[2018, 2020] > 0.8
    assert ranks.loc[2020, 2021] < 0.6
    assert years[2021].sum() > 1.8 * years[2020].sum()


def test_the_harvest_fails_in_2016(cells):
    for table in ("Producao", "ProcessaViniferas", "ProcessaAmericanas"):
        total = cells[table].groupby("year")["value"].sum()
        assert total[2016] < 0.65 * total[2015]
        assert total[2017] > 1.5 * total[2016]


def test_one_destination_of_wine_booms(cells):
    russia = cells["ExpVinho"][cells["ExpVinho"]["item"] == "Rússia"]
    assert at(russia, "Rússia", 2009) > 5 * at(russia, "Rússia", 2007)
    assert at(russia, "Rússia", 2013) > 5 * at(russia, "Rússia", 2014)


def test_kilograms_and_dollars_disagree_in_seventeen_cells(cells):
    value_only = quantity_only = 0
    for table in (*TRADE, "ExpSuco"):
        wide = cells[table].pivot(index=["row_number", "year"], columns="measure", values="value")
        value_only += int(((wide["quantity"] == 0) & (wide["value"] > 0)).sum())
        quantity_only += int(((wide["quantity"] > 0) & (wide["value"] == 0)).sum())
    assert (value_only, quantity_only) == (15, 2)


@pytest.mark.parametrize(
    ("table", "earlier", "later"),
    [
        ("ExpVinho", "Singapura", "Cingapura"),
        ("ExpVinho", "Bahrein", "Barein"),
        ("ExpVinho", "Republica Tcheca", "Tcheca, República"),
        ("ExpSuco", "China Continental", "China"),
        ("ExpEspumantes", "Rússia, Federação da", "Rússia"),
    ],
)
def test_one_country_stands_in_two_rows_of_disjoint_years(cells, table, earlier, later):
    frame = cells[table]
    years = {item: set(frame[(frame["item"] == item) & (frame["value"] > 0)]["year"]) for item in (earlier, later)}
    assert years[earlier]
    assert years[later]
    assert max(years[earlier]) < min(years[later])


def test_some_rows_are_no_countries(cells):
    everywhere = {item for table in (*TRADE, "ExpSuco") for item in cells[table]["item_label"]}
    assert {
        "Brasil",
        "Outros",
        "Outros(1)",
        "Não consta na tabela",
        "Não declarados",
        "Provisão de Navios e Aeronaves",
        "Alemanha, República Democrática",
    } <= everywhere


def test_the_newer_vintage_revises_two_figures_and_adds_fifty_rows(readings, registry):
    changed, new = [], {}
    for table in registry.names:
        one, other = (_by_place(readings[vintage, table].frame) for vintage in (OLDER, NEWER))
        rows = [{key[:2] for key in vintage} for vintage in (one, other)]
        new[table] = len(rows[1] - rows[0])
        assert not rows[0] - rows[1]
        changed += [(table, *key[2:]) for key in one.keys() & other.keys() if one[key] != other[key]]
    figures = [change for change in changed if change[0] == "ImpSuco"]
    assert sorted(figures) == [("ImpSuco", "quantity", 2021), ("ImpSuco", "value", 2021)]
    assert sum(count for table, count in new.items() if table.startswith(("Imp", "Exp"))) == 42
    assert {table: new[table] for table in ("ProcessaViniferas", "ProcessaAmericanas", "Comercio")} == {
        "ProcessaViniferas": 5,
        "ProcessaAmericanas": 2,
        "Comercio": 1,
    }
    assert len([change for change in changed if change[0] == "ImpVinhos"]) == 3


def _by_place(frame):
    """Cells by what they stand for, with the label folded: accents and capitals change between vintages."""
    folded = frame["item"].str.normalize("NFKD").str.encode("ascii", "ignore").str.decode("ascii").str.casefold()
    groups = frame["group_label"].fillna("").str.normalize("NFKD").str.encode("ascii", "ignore").str.decode("ascii")
    # the second of two rows of one label is told by its order
    order = frame.groupby([groups, folded, "measure", "year"]).cumcount()
    keys = zip(groups + "/" + folded, order, frame["measure"], frame["year"], strict=True)
    cells = frame["value"].astype(object).where(frame["value"].notna(), frame["mark"])
    # what only one vintage can say is no change: years, and the marks of its own last years
    return {key: cell for key, cell in zip(keys, cells, strict=True) if key[3] <= 2022}
