from viticast.sources.errors import NotANumberError, WrongTableError
from viticast.sources.findings import Finding


def test_an_error_becomes_a_finding_with_its_place():
    error = NotANumberError(
        "'x' is not a number", remedy="correct it", table="Comercio", row=7, column=9, column_label="2019 L", value="x"
    )
    assert Finding.from_error(error, "cell_quarantined") == Finding(
        outcome="cell_quarantined",
        rule="NotANumberError",
        reason="'x' is not a number",
        remedy="correct it",
        row_number=7,
        column_number=9,
        column_label="2019 L",
        found="x",
    )


def test_an_error_of_the_whole_file_stands_in_line_0():
    finding = Finding.from_error(WrongTableError("another table", remedy="fetch it again"), "refusal")
    assert (finding.row_number, finding.column_number, finding.column_label, finding.found) == (0, 0, None, None)
