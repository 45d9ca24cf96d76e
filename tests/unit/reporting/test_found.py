import pytest

from viticast.reporting.found import finding_section

from .conftest import make_context, make_findings

WATCH = {"outcome": "watch", "rule": "totals", "reason": "5 years"}
ACCEPTED = {"outcome": "table_accepted", "rule": "intake", "reason": "47 rows", "remedy": None}


def rows(*found, language="pt"):
    return finding_section(make_findings("embrapa", [ACCEPTED, *found]), make_context("embrapa", language)).listing.rows


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ({}, "arquivo inteiro"),
        ({"column_label": "2024"}, "2024"),
        ({"row_number": 12}, "linha 12"),
        ({"row_number": 12, "column_number": 9}, "linha 12, coluna 9"),
        ({"row_number": 12, "column_number": 9, "column_label": "2019 kg"}, "linha 12, 2019 kg"),
    ],
)
def test_a_place_is_told_as_a_reader_finds_it(place, words):
    [row] = rows(WATCH | place)
    assert row["place"] == words


def test_a_rule_without_words_is_told_by_its_outcome():
    for language, words in (("pt", "alguém deve olhar"), ("en", "somebody should look")):
        [row] = rows(WATCH | {"rule": "a_rule_of_tomorrow"}, language=language)
        assert words in row["words"]
        assert "tomorrow" not in str(row)


def test_what_was_found_comes_by_gravity_then_table_then_place():
    cell = {"outcome": "cell_quarantined", "rule": "NotANumberError", "reason": "no number", "column_number": 2}
    found = rows(WATCH, cell | {"row_number": 30}, cell | {"row_number": 4})
    assert [(row["outcome"], row["place"]) for row in found] == [
        ("cell_quarantined", "linha 4, coluna 2"),
        ("cell_quarantined", "linha 30, coluna 2"),
        ("watch", "arquivo inteiro"),
    ]


def test_accepted_files_are_counted_and_not_listed():
    section = finding_section(make_findings("embrapa", [ACCEPTED]), make_context("embrapa", "en"))
    assert section.listing.rows == []
    assert section.counts.startswith("Files accepted: 1; refused: 0; tables not fetched: 0.")
