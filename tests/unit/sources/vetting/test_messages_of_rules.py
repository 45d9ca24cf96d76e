"""What a person reads of each broken table: the whole finding of each rule, word for word."""

from datetime import date

import pytest
from tests.unit.sources.vetting.conftest import cells_of, leaves_of

from viticast.sources.findings import Finding
from viticast.sources.vetting import RULES
from viticast.sources.vetting.anchors import check_anchors
from viticast.sources.vetting.changed_values import check_changed_values, check_values_became_marks
from viticast.sources.vetting.duplicates import check_duplicates
from viticast.sources.vetting.exchanged import (
    check_equal_measures,
    check_exchanged_measures,
    check_exchanged_since,
    check_sum_row,
)
from viticast.sources.vetting.figures import check_any_figure, check_last_year, check_thin_last_year
from viticast.sources.vetting.jumps import check_last_year_scale
from viticast.sources.vetting.pairs import check_last_unit_value, check_one_sided_pairs, check_unit_values
from viticast.sources.vetting.repeated_years import check_repeated_years
from viticast.sources.vetting.totals import check_totals
from viticast.sources.vetting.unreadable import check_unreadable
from viticast.sources.vetting.vanished_rows import check_vanished_rows
from viticast.sources.vetting.years import check_future, check_lost, check_publication
from viticast.sources.vetting.zeroed import check_zeroed

TRADE = "ImpVinhos"
BOTH = ("quantity", "value")
EXPECTATIONS = "conf/base/expectations_<declarations>.yml"
ALIASES = "conf/base/aliases_<declarations>.yml"
AGAIN = "fetch the file again"
THIS_TABLE = "check that it is the file of this table"
REVISIONS = "kedro revisions lists the changes"
HEADER = "check the header and the date of publication that the folder's name declares"
NEW_ANCHOR = f"if Embrapa has revised the figures, change the anchors in {EXPECTATIONS}"
NEW_GAP = f"{AGAIN}; if Embrapa has published it so, declare the years under `total_gaps` in {EXPECTATIONS}"
PRICE = (
    "check both columns of these years on the site; if the price is right, widen the table's `unit_values` in "
    f"{EXPECTATIONS}"
)


def accept(rule, last_year, table="ProcessaViniferas"):
    return (
        f"if the figures are right, accept them: an entry {{table: {table}, rule: {rule}, last_year: {last_year}, "
        f"raw_sha256: '0123456789abcdef', reason: ...}} under `accepted` in {EXPECTATIONS}"
    )


def anchor(item, year, value, **more):
    return {"table": "ProcessaViniferas", "item": item, "year": year, "value": value, **more}


def gap(last):
    return {
        "table": "ProcessaViniferas",
        "group": "Tintas",
        "years": [2000, last],
        "difference": 70,
        "reason": "Known.",
    }


def group(totals, leaf):
    """A group of one leaf, whose name stands in blanks."""
    return cells_of([(" TINTAS ", "TINTAS", "total", totals), (" TINTAS ", "Merlot", "leaf", leaf)])


def traded(*pairs):
    return {
        "cells": leaves_of({"Chile": [figure for pair in pairs for figure in pair]}, measures=BOTH),
        "table": TRADE,
    }


def world(*pairs):
    """Five countries of the same trade."""
    figures = [figure for pair in pairs for figure in pair]
    return leaves_of(dict.fromkeys(("Chile", "Peru", "França", "Itália", "Espanha"), figures), measures=BOTH)


def price(minimum, maximum):
    return {"unit_values": [{"table": TRADE, "minimum": minimum, "maximum": maximum}]}


def wide(**changes):
    """A hundred figures of one row from 1900 on, some of them changed."""
    figures = {year: 900 + year % 1900 for year in range(1900, 2000)}
    figures |= {int(year.removeprefix("of")): figure for year, figure in changes.items()}
    return leaves_of({"Merlot": list(figures.values())}, first_year=1900)


def changed(count, figure):
    return wide(**{f"of{1905 + position}": figure(position) for position in range(count)})


ROWS = leaves_of({"Merlot": [11, 12], "Tannat": [21, 22], "Viognier": [31, 32]})
FEW = leaves_of({"Merlot": [11, 12]})
TEN = [10_000] * 10

SAID = {
    "cells that are no figures": (
        check_unreadable,
        {"cells": leaves_of({"A": [1] * 50, "B": [1, "unreadable", *[1] * 48], "C": ["unreadable"] * 3 + [1] * 47})},
        Finding(
            "refusal",
            "unreadable_cells",
            "4 of 150 cells (2.7%) are no figures, more than 2.0%; the first is in line 3",
            f"{AGAIN}, or mend the cells, which are listed one by one; the bound is `unreadable_share` under `bounds` "
            "in conf/base/parameters_ingestion.yml",
            found="4",
        ),
    ),
    "a table without figures": (
        check_any_figure,
        {"cells": leaves_of({"A": [0, "nd"], "B": ["*", "empty"]})},
        Finding(
            "refusal",
            "no_figures",
            "none of 4 cells is above zero: 3 are marks, the others 0",
            f"{AGAIN}; {accept('no_figures', 2001)}",
            found="0",
        ),
    ),
    "anchors without their rows": (
        check_anchors,
        {
            "cells": ROWS,
            "anchors": [
                anchor("Merlot", 2000, 11),
                anchor("Zinfandel", 2000, 1),
                anchor("Zinfandel", 2001, 2),
                anchor("Outras", 2000, 3, group="TINTAS"),
                anchor("Agrin", 2000, 4),
            ],
        },
        Finding(
            "refusal",
            "anchors",
            "'Zinfandel', 'TINTAS / Outras', 'Agrin' should be among the 3 rows and is not: the file was cut, or is of "
            "another table",
            f"{AGAIN}, whole, and {THIS_TABLE}; if the row has a new name, add it to {ALIASES}, or change the anchor "
            f"in {EXPECTATIONS}; {accept('anchors', 2001)}",
            found="3",
        ),
    ),
    "anchors under other names": (
        check_anchors,
        {
            "cells": leaves_of({"Tannat": [21, 22], "Merlot": [11, 12]}),
            "previous": leaves_of({"Malbec": [21, 22], "Merlot": [11, 12]}),
            "anchors": [anchor("Malbec", 2000, 21), anchor("Malbec", 2001, 22), anchor("Merlot", 2000, 11)],
        },
        Finding(
            "watch",
            "anchors",
            "2 known figures stand under another name than 'Malbec'",
            f"name the new spelling in {ALIASES} and in the anchor in {EXPECTATIONS}",
        ),
    ),
    "some anchors of other values": (
        check_anchors,
        {
            "cells": ROWS,
            "anchors": [anchor("Merlot", 2000, 11), anchor("Tannat", 2001, 29), anchor("Viognier", 2000, 9)],
        },
        Finding(
            "watch",
            "anchors",
            "2 of 3 known figures differ, e.g. Tannat 2001 (quantity) is 22, not 29",
            f"{AGAIN} and {THIS_TABLE}; {NEW_ANCHOR}",
            found="22",
        ),
    ),
    "all anchors of other values": (
        check_anchors,
        {
            "cells": leaves_of({"Cingapura": [5, 1], "Singapura": [6, 1], "cingapura": ["nd", 1]}),
            "anchors": [anchor("Cingapura", 2000, 9)],
        },
        Finding(
            "refusal",
            "anchors",
            "1 of 1 known figures differ, e.g. Cingapura 2000 (quantity) is 5 and 6, not 9: the figures are of another "
            "table, or stand in other columns",
            f"{AGAIN} and {THIS_TABLE}; {NEW_ANCHOR}; {accept('anchors', 2001)}",
            found="5 and 6",
        ),
    ),
    "an anchor without a value": (
        check_anchors,
        {"cells": leaves_of({"Merlot": ["nd", 5]}), "anchors": [anchor("Merlot", 2000, 11)]},
        Finding(
            "refusal",
            "anchors",
            "1 of 1 known figures differ, e.g. Merlot 2000 (quantity) is nothing, not 11: the figures are of another "
            "table, or stand in other columns",
            f"{AGAIN} and {THIS_TABLE}; {NEW_ANCHOR}; {accept('anchors', 2001)}",
            found="nothing",
        ),
    ),
    "a row that stands twice": (
        check_duplicates,
        {
            "cells": cells_of(
                [
                    ("TINTAS", "Merlot", "leaf", [1, "nd", 1, 0]),
                    ("TINTAS", "Tannat", "leaf", [3, 4, 0, 0]),
                    ("TINTAS", "MERLOT", "leaf", [1, "nd", 1, 0]),
                ]
            )
        },
        Finding(
            "refusal",
            "duplicate_rows",
            "line 4 repeats line 2: 'MERLOT' with the same 2 figures, which would be counted twice",
            f"delete one of the two lines, or {AGAIN}; {accept('duplicate_rows', 2003)}",
            row_number=4,
            found="MERLOT",
        ),
    ),
    "a total that is no sum": (
        check_totals,
        {"cells": group([30, 1100, 30], [30, 1030, 30])},
        Finding(
            "watch",
            "totals",
            "the total of 'TINTAS' is not the sum of its leaves in 1 years (2001: 1,100 published, 1,030 summed)",
            NEW_GAP,
            column_label="2001",
            found="1100",
        ),
    ),
    "totals that are no sums": (
        check_totals,
        {"cells": group([100, 200, 300, 400], [30, 40, 50, 60])},
        Finding(
            "refusal",
            "totals",
            "the total of 'TINTAS' is not the sum of its leaves in 4 years (2000: 100 published, 30 summed; "
            "2001: 200 published, 40 summed; 2002: 300 published, 50 summed), so rows are missing, doubled or misread",
            f"{NEW_GAP}; {accept('totals', 2003)}",
            column_label="2000",
            found="100",
        ),
    ),
    "a declared gap that is gone": (
        check_totals,
        {"cells": group([30, 30], [30, 30]), "total_gaps": [gap(2001)]},
        Finding(
            "watch",
            "totals",
            "the gap declared for the total of 'Tintas' in 2000 to 2001 is in none of the 2 years that can be "
            "compared: the declaration is stale",
            f"take the entry out of `total_gaps` in {EXPECTATIONS}, and see whether a correction in "
            "conf/base/corrections_<declarations>.yml is stale as well",
        ),
    ),
    "a last year of zeros": (
        check_last_year,
        {"cells": leaves_of({"A": [5, 0, 5, 5, 5, 0], "B": [5, 0, 5, 5, 1, 0], "C": [5, 0, 5, 5, 0, "empty"]})},
        Finding(
            "refusal",
            "empty_last_year",
            "2005 has no quantity above zero, where 2004 has 2 and 80% of the years before have some: the site shows "
            "a year that it does not have as zeros",
            f"{AGAIN} once Embrapa has published the year; {accept('empty_last_year', 2005)}",
            column_label="2005",
            found="0",
        ),
    ),
    "a last year of few figures": (
        check_thin_last_year,
        {"cells": leaves_of({f"{row}": [5, 5, 5 * (row < 3)] for row in range(10)})},
        Finding(
            "watch",
            "thin_last_year",
            "2002 has 3 rows with a quantity above zero, 2001 has 10: part of the year may be missing",
            f"compare the last year with the site, and {AGAIN} once Embrapa has published all of it",
            column_label="2002",
            found="3",
        ),
    ),
    "a last year in a larger scale": (
        check_last_year_scale,
        {
            "cells": cells_of(
                [("TINTAS", "TINTAS", "total", [*TEN, 0]), ("TINTAS", "Merlot", "leaf", [20_000, *TEN[1:], 10**7])]
            )
        },
        Finding(
            "refusal",
            "jump",
            "the quantity of 2010 adds up to 10,000,000, 500 times the highest year before, 20,000: the year is in "
            "another unit",
            f"{AGAIN}; {accept('jump', 2010)}",
            column_label="2010",
            found="10000000",
        ),
    ),
    "a last year in a smaller scale": (
        check_last_year_scale,
        {"cells": leaves_of({"Merlot": [1, *[10**6] * 10, 500_000, 250]})},
        Finding(
            "refusal",
            "jump",
            "the quantity of 2012 adds up to 250, 1/2,000 of the lowest recent year, 500,000: the year is in another "
            "unit",
            f"{AGAIN}; {accept('jump', 2012)}",
            column_label="2012",
            found="250",
        ),
    ),
    "the year of publication": (
        check_future,
        {"cells": FEW, "published": 2001},
        Finding(
            "watch",
            "future_years",
            "the file goes to 2001, which was not over when it was published in 2001",
            f"{HEADER}; the last year may hold part of a year only",
            column_label="2001",
            found="2001",
        ),
    ),
    "a year in the future": (
        check_future,
        {"cells": FEW, "published": 2000},
        Finding(
            "refusal",
            "future_years",
            "the file goes to 2001, which lies in the future when it was published in 2000",
            f"{HEADER}; {accept('future_years', 2001)}",
            column_label="2001",
            found="2001",
        ),
    ),
    "a publication in the future": (
        check_publication,
        {"cells": FEW, "published": date(2099, 1, 1)},
        Finding(
            "refusal",
            "future_publication",
            "the file is declared to be published on 2099-01-01, after 2026-01-01, when it was fetched",
            "rename the folder to the month of publication (YYYY-MM), or correct the clock of this computer",
            found="2099-01-01",
        ),
    ),
    "years that are lost": (
        check_lost,
        {"cells": FEW, "previous": leaves_of({"Merlot": [9, 11, 12, 13]}, first_year=1999)},
        Finding(
            "refusal",
            "lost_years",
            "the file has the years 2000 to 2001, the vintage before had 1999 to 2002",
            f"{AGAIN}; if it is an older file, declare when it was published by its folder's name (YYYY-MM); "
            f"{accept('lost_years', 2001)}",
            found="2000-2001",
        ),
    ),
    "a year that stands twice": (
        check_repeated_years,
        {
            "cells": leaves_of(
                {f"Casta {number}": [number, 50 + number, number] for number in range(1, 10)}
                | {"New": [0, 77, 1], "Old": [1, 88, 0], "None": [0, 0, 0], "Mark": ["nd", "nd", "nd"]}
            )
        },
        Finding(
            "refusal",
            "repeated_year",
            "2002 has 9 of 11 figures in common with 2000: a year stands twice",
            f"{AGAIN}; {accept('repeated_year', 2002)}",
            column_label="2002",
            found="9",
        ),
    ),
    "rows under new names": (
        check_vanished_rows,
        {
            "cells": leaves_of({"Merlot": [1, 2], "Tanat": [3, 4], "Zinfandel": [5, 6]}),
            "previous": leaves_of({"Merlot": [1, 2], "Tannat": [3, 4]}),
        },
        Finding(
            "watch",
            "vanished_rows",
            "1 rows have a new name and the same figures, e.g. 'tannat' became 'tanat'",
            f"the figures are all there, under a series of the new name; to have later spellings join it, declare "
            f"them in {ALIASES} before the first file that has them is taken in",
            found="tanat",
        ),
    ),
    "rows that are gone": (
        check_vanished_rows,
        {
            "cells": leaves_of({"Merlot": [11, 12]}),
            "previous": cells_of(
                [
                    (None, "Merlot", "leaf", [11, 12]),
                    ("TINTAS", "Tannat", "leaf", [1, 2]),
                    (None, "Zinfandel", "leaf", [5, 6]),
                    (None, "Malbec", "leaf", [5, 6]),
                    (None, "Pinotage", "leaf", [0, 0]),
                ]
            ),
        },
        Finding(
            "refusal",
            "vanished_rows",
            "4 of 5 rows of the vintage before are gone: 'malbec', 'pinotage', 'zinfandel' and 1 more",
            f"{AGAIN}, whole; if a row has a new name and new figures, name it in {ALIASES}; "
            f"{accept('vanished_rows', 2001)}",
            found="malbec",
        ),
    ),
    "rows of one name that are fewer": (
        check_vanished_rows,
        {
            "cells": leaves_of({"Merlot": [11, 12], "Singapura": [1, 2]}),
            "previous": leaves_of({"Merlot": [11, 12], "Singapura": [1, 2], "Cingapura": [3, 0]}),
        },
        Finding(
            "refusal",
            "vanished_rows",
            "1 names stand in fewer rows than in the vintage before, and figures went with the rows: 'cingapura'",
            f"{AGAIN}, whole; {accept('vanished_rows', 2001)}",
            found="cingapura",
        ),
    ),
    "years that became zero": (
        check_zeroed,
        {"cells": leaves_of({"A": [0, 0, 0, 0, 7]}), "previous": leaves_of({"A": [1000, 2000, 3000, 4000, 7]})},
        Finding(
            "refusal",
            "zeroed_figures",
            "4 sums of a year that the vintage before had are 0 now (quantity of 2000: 1,000 before; quantity of 2001: "
            "2,000 before; quantity of 2002: 3,000 before)",
            f"{AGAIN}; {accept('zeroed_figures', 2004)}",
            column_label="2000",
            found="0",
        ),
    ),
    "rows that became zero": (
        check_zeroed,
        {
            "cells": leaves_of({"A": [1, 2, 3, 4], "B": [0] * 4, "C": [0] * 4}),
            "previous": leaves_of({"A": [1, 2, 3, 4], "B": [1, 2, 3, 0], "C": [1, 2, 3, 4]}),
        },
        Finding(
            "refusal",
            "zeroed_figures",
            "2 rows of the vintage before are all 0 now: 'b', 'c'; the first had 3 figures that are none now",
            f"{AGAIN}; {accept('zeroed_figures', 2003)}",
            found="b",
        ),
    ),
    "figures that became zero": (
        check_zeroed,
        {
            "cells": leaves_of({"A": [7] * 50, "B": [*[7] * 47, 0, 0, 0]}),
            "previous": leaves_of({"A": [7] * 50, "B": [*[7] * 47, 1300, 7, 7]}),
        },
        Finding(
            "watch",
            "zeroed_figures",
            "3 of 100 figures (3.0%) of the vintage before are 0 now, e.g. b 2047 (quantity), which was 1,300",
            f"{AGAIN}; {REVISIONS}",
            column_label="2047",
            found="0",
        ),
    ),
    "some changed figures": (
        check_changed_values,
        {"cells": changed(3, lambda position: 5000.4 + 700 * position), "previous": wide(of1905=1300)},
        Finding(
            "watch",
            "changed_values",
            "3 of 100 figures (3.0%) are not those of the vintage before, e.g. merlot 1905 (quantity) is 5,000, not "
            "1,300",
            f"{AGAIN}, and {THIS_TABLE}; {REVISIONS}",
            column_label="1905",
            found="5000",
        ),
    ),
    "many changed figures": (
        check_changed_values,
        {"cells": changed(11, lambda position: 5000 + 700 * position), "previous": wide()},
        Finding(
            "refusal",
            "changed_values",
            "11 of 100 figures (11.0%) are not those of the vintage before, e.g. merlot 1905 (quantity) is 5,000, not "
            "905",
            f"{AGAIN}, and {THIS_TABLE}; {accept('changed_values', 1999)}",
            column_label="1905",
            found="5000",
        ),
    ),
    "figures in a smaller unit": (
        check_changed_values,
        {"cells": changed(10, lambda position: (905 + position) * 1000 if position else 7), "previous": wide()},
        Finding(
            "watch",
            "changed_values",
            "10 of 100 figures (10.0%) are not those of the vintage before, e.g. merlot 1905 (quantity) is 7, not 905; "
            "90% of them are multiplied by 1,000: the unit is another",
            f"{AGAIN}, and {THIS_TABLE}; {REVISIONS}",
            column_label="1905",
            found="7",
        ),
    ),
    "figures in a larger unit": (
        check_changed_values,
        {"cells": leaves_of({"A": [1, 2, 3]}), "previous": leaves_of({"A": [1000, 2000, 3000]})},
        Finding(
            "refusal",
            "changed_values",
            "3 of 3 figures (100.0%) are not those of the vintage before, e.g. a 2000 (quantity) is 1, not 1,000; "
            "100% of them are divided by 1,000: the unit is another",
            f"{AGAIN}, and {THIS_TABLE}; {accept('changed_values', 2002)}",
            column_label="2000",
            found="1",
        ),
    ),
    "a figure that became a mark": (
        check_values_became_marks,
        {"cells": wide(of1950="nd"), "previous": wide(of1950=1234)},
        Finding(
            "watch",
            "values_became_marks",
            "1 of 100 figures (1.0%) of the vintage before have become marks, e.g. merlot 1950 (quantity), which was "
            "1,234",
            f"{AGAIN}; {REVISIONS}",
            column_label="1950",
        ),
    ),
    "figures that became marks": (
        check_values_became_marks,
        {"cells": changed(11, lambda _: "nd"), "previous": wide()},
        Finding(
            "refusal",
            "values_became_marks",
            "11 of 100 figures (11.0%) of the vintage before have become marks, e.g. merlot 1905 (quantity), which was "
            "905",
            f"{AGAIN}; {accept('values_became_marks', 1999)}",
            column_label="1905",
        ),
    ),
    "trades of one side": (
        check_one_sided_pairs,
        traded((0, 0), (5, 5), (0, 1), (0, 5), (1, 0), ("nd", 5)),
        Finding(
            "refusal",
            "one_sided_pairs",
            "3 of 4 trades (75.0%) have one side only: 2 with US$ and 0 kg, 1 with kg and US$ 0, so columns are "
            "shifted or misread",
            f"{AGAIN}; {accept('one_sided_pairs', 2005, TRADE)}",
            found="3",
        ),
    ),
    "a last price far above": (
        check_last_unit_value,
        traded(*[(10, 20)] * 5, (10, 2000)),
        Finding(
            "refusal",
            "unit_value_jump",
            "the table's US$ per kg of 2005 are 200, 100 times the median of the 5 years before, 2: kg or US$ of "
            "the year are in another unit",
            f"check both columns of the year on the site, and {AGAIN}; {accept('unit_value_jump', 2005, TRADE)}",
            column_label="2005",
            found="200.000",
        ),
    ),
    "a last price far below": (
        check_last_unit_value,
        traded(*[(10, 20)] * 5, (1000, 2)),
        Finding(
            "refusal",
            "unit_value_jump",
            "the table's US$ per kg of 2005 are 0.002, 1/1,000 of the median of the 5 years before, 2: kg or US$ of "
            "the year are in another unit",
            f"check both columns of the year on the site, and {AGAIN}; {accept('unit_value_jump', 2005, TRADE)}",
            column_label="2005",
            found="0.002",
        ),
    ),
    "a price out of range": (
        check_unit_values,
        {**traded((10, 10), (10, 25), (0, 0), (10, 10)), **price(0.5, 2)},
        Finding(
            "watch",
            "unit_values",
            "the table's US$ per kg lie outside 0.5 to 2 in 1 of 3 years (2001), e.g. 2.5",
            PRICE,
            column_label="2001",
            found="2.500",
        ),
    ),
    "prices out of range": (
        check_unit_values,
        {**traded(*[(1, 12_345)] * 6, (1, 1)), **price(0.5, 2)},
        Finding(
            "refusal",
            "unit_values",
            "the table's US$ per kg lie outside 0.5 to 2 in 6 of 7 years (2000, 2001, 2002, 2003, 2004 and 1 more), "
            "e.g. 1.23e+04: kg and US$ may be exchanged, or in another unit",
            f"{PRICE}; {accept('unit_values', 2006, TRADE)}",
            column_label="2000",
            found="12345.000",
        ),
    ),
    "prices that are the inverse of the usual": (
        check_exchanged_measures,
        {"cells": world((10, 30), (10, 30), (10, 30), (30, 10), (10, 30)), "table": TRADE},
        Finding(
            "refusal",
            "exchanged_measures",
            "5 of 5 countries of 2003 have the inverse of their usual US$ per kg: the two columns are exchanged",
            f"check which column is kg and which US$, and {AGAIN}; {accept('exchanged_measures', 2004, TRADE)}",
            column_label="2003",
            found="5",
        ),
    ),
    "columns that changed places": (
        check_exchanged_since,
        {"cells": world((30, 10), (10, 30)), "previous": world((10, 30), (10, 30)), "table": TRADE},
        Finding(
            "refusal",
            "exchanged_measures",
            "5 of 5 countries of 2000 have the kg of the vintage before as US$, and its US$ as kg: the two columns are "
            "exchanged",
            f"check which column is kg and which US$, and {AGAIN}; {accept('exchanged_measures', 2001, TRADE)}",
            column_label="2000",
            found="5",
        ),
    ),
    "as many kg as US$": (
        check_equal_measures,
        {"cells": world((10, 30), (10, 10)), "table": TRADE},
        Finding(
            "refusal",
            "equal_measures",
            "5 of 5 trades of 2001 have exactly as many kg as US$: one was written over the other",
            f"check which field is which, and fetch the year again; {accept('equal_measures', 2001, TRADE)}",
            column_label="2001",
            found="5",
        ),
    ),
    "a total among countries": (
        check_sum_row,
        {
            "cells": leaves_of({"Chile": [1, 2, 3], " Total ": [3, 5, 7], "Peru": [2, 3, 4]}),
            "table": TRADE,
        },
        Finding(
            "refusal",
            "sum_row",
            "'Total' is the sum of all other rows in 3 of 3 figures: it is a total, and would be counted once more",
            "leave the row out: name it under `label_of_total` in the connection file of an API, or read a database "
            "through a view without it; "
            f"{accept('sum_row', 2002, TRADE)}",
            row_number=3,
            found="Total",
        ),
    ),
}


@pytest.mark.parametrize(("rule", "asked", "finding"), SAID.values(), ids=SAID)
def test_the_finding_says(ask, rule, asked, finding):
    assert ask(rule, **asked) == [finding]


def test_every_rule_says_something():
    assert {rule for rule, _, _ in SAID.values()} == set(RULES)
