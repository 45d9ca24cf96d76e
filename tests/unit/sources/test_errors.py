import pickle

import pytest

from viticast.sources import errors
from viticast.sources.errors import NotANumberError, SourceError, SourceErrors, TablesLeftOutError, raise_all
from viticast.sources.reader import read_table

GOOD = "id|control|cultivar|2000|2001\n1|TINTAS|TINTAS|3|3\n2|ti_A|A|1|1\n3|ti_B|B|2|2\n"

BROKEN = [
    (errors.EmptyFileError, "", None),
    (errors.HtmlPageError, "<!doctype html><p>503 Service Unavailable", 1),
    (errors.MojibakeError, GOOD.replace("|A|", "|ClassificaÃ§Ã£o|"), 3),
    (errors.UnknownDelimiterError, GOOD.replace("|", ","), 1),
    (errors.TruncatedFileError, GOOD[:-6], 4),
    (errors.TruncatedFileError, GOOD.replace("2|ti_A|A|1|1", "2|ti_A|A|1"), 3),
    (errors.FieldCountError, GOOD.replace("2|ti_A|A|1|1", "2|ti_A|A|1|1|1"), 3),
    (errors.WrongTableError, GOOD.replace("control|cultivar", "control|produto"), 1),
    (errors.WrongTableError, "Id|País|2000|2000\n1|Chile|1|2\n", 1),
    (errors.WrongTableError, GOOD.replace("TINTAS", "Tintas"), 2),
    (errors.HeaderError, GOOD.replace("2001", "total"), 1),
    (errors.DuplicatedYearError, GOOD.replace("2001", "2000"), 1),
    (errors.YearOrderError, GOOD.replace("2001", "2002"), 1),
    (errors.MissingLabelError, GOOD.replace("ti_A|A", "ti_A|"), 3),
]

SET_ASIDE = [
    (errors.NoRowError, GOOD + "Fonte: Embrapa\n", 5, None, None),
    (errors.NoRowError, GOOD.replace("ti_A|A|1|1", "||0|"), 3, None, None),
    (errors.CutFigureError, GOOD[:-1], 4, 5, "2001 kg"),
    (errors.NotANumberError, GOOD.replace("A|1|1", "A|1|abc"), 3, 5, "2001 kg"),
    (errors.ThousandsSeparatorError, GOOD.replace("A|1|1", "A|1|139.320.884"), 3, 5, "2001 kg"),
    (errors.NegativeNumberError, GOOD.replace("A|1|1", "A|-1|1"), 3, 4, "2000 kg"),
    (errors.OutOfBoundsError, GOOD.replace("A|1|1", "A|1|99999999999"), 3, 5, "2001 kg"),
]


def test_the_good_file_of_the_table_below_is_good(cultivars):
    reading = read_table(GOOD.replace("|", ";").encode(), cultivars)
    assert (reading.repairs, reading.quarantined) == ((), ())


def check_message(error):
    assert error.table == "ProcessaTeste"
    assert error.remedy
    assert str(error).startswith("ProcessaTeste")
    assert str(error).endswith(f"Remedy: {error.remedy}")


@pytest.mark.parametrize(("kind", "text", "row"), BROKEN, ids=lambda case: getattr(case, "__name__", ""))
def test_each_defect_has_its_own_error_with_table_row_and_remedy(cultivars, kind, text, row):
    with pytest.raises(SourceError) as raised:
        read_table(text.replace("|", ";").encode(), cultivars)
    error = raised.value
    assert (type(error), error.row, error.outcome) == (kind, row, "refusal")
    check_message(error)


@pytest.mark.parametrize(("kind", "text", "row", "column", "label"), SET_ASIDE)
def test_what_is_set_aside_has_an_error_of_its_own_too(cultivars, kind, text, row, column, label):
    [error] = read_table(text.replace("|", ";").encode(), cultivars).quarantined
    assert (type(error), error.row, error.column, error.column_label) == (kind, row, column, label)
    assert error.outcome == ("cell_quarantined" if column else "row_quarantined")
    check_message(error)


def test_every_error_of_the_reader_is_in_the_tables_above():
    of_files = {errors.UnknownTableError, errors.MissingFolderError, errors.MissingFileError, errors.SameBytesError}
    of_lists = {errors.SourceErrors, errors.TablesLeftOutError, errors.ImplausibleTableError}
    of_records = {
        errors.CredentialsError,
        errors.WrongYearError,
        errors.MissingYearError,
        errors.AbsentRecordError,
        errors.RepeatedRecordError,
    }
    of_connections = (errors.HttpError, errors.DatabaseError, errors.AnswerShapeError)
    known = {
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, SourceError) and not issubclass(kind, of_connections)
    }
    assert known - of_lists - of_files - of_records - {SourceError} == {case[0] for case in (*BROKEN, *SET_ASIDE)}


def error(**place):
    return NotANumberError("'x' is not a number", remedy="correct it", **place)


@pytest.mark.parametrize(
    ("place", "start"),
    [
        ({}, "'x' is"),
        ({"table": "T"}, "T: 'x' is"),
        ({"table": "T", "row": 2}, "T, line 2: 'x' is"),
        ({"table": "T", "row": 2, "column": 5, "column_label": "2019 kg"}, "T, line 2, column 5 (2019 kg): 'x' is"),
        ({"table": "T", "row": 2, "column": 5}, "T, line 2, column 5: 'x' is"),
    ],
)
def test_the_message_names_the_place_as_far_as_it_is_known(place, start):
    assert str(error(**place)).startswith(start)


def test_nothing_collected_raises_nothing():
    raise_all([])


def test_one_error_is_raised_as_itself():
    single = error(table="T")
    with pytest.raises(NotANumberError) as raised:
        raise_all([single])
    assert raised.value is single


def test_groups_of_errors_are_flattened():
    with pytest.raises(SourceErrors, match="3 problems in 2 tables") as raised:
        raise_all([SourceErrors([error(table="A"), error(table="B")]), error(table="B")])
    assert len(raised.value.errors) == 3
    assert raised.value.table is None


def test_a_long_list_is_cut_in_the_message_and_whole_in_the_attribute():
    many = SourceErrors([error(table="T", row=row) for row in range(1, 31)])
    assert "line 20" in str(many)
    assert "line 21" not in str(many)
    assert "… and 10 more" in str(many)
    assert len(many.errors) == 30


def test_tables_that_were_left_out_are_counted_and_named():
    errors = [error(table="A", row=2), error(table="A", row=3), error(table="B")]
    left_out = TablesLeftOutError(errors, refused=1, not_fetched=1, tables=15, kept=["A: up to 2023"], remedy="go on")
    assert len(left_out.errors) == 3
    first, *others, kept = str(left_out).splitlines()
    assert first == "1 not fetched and 1 refused of 15 tables; their last vintages stay as they were. Remedy: go on"
    assert others == [f"  {one.message}" for one in left_out.errors]
    assert kept == "  kept: A: up to 2023"
    assert isinstance(left_out, SourceErrors)


@pytest.mark.parametrize(
    "original",
    [
        error(table="T", row=2, value="x", outcome="cell_quarantined"),
        SourceErrors([error(table="T"), error()]),
        TablesLeftOutError(
            [error(table="T"), error(table="U")],
            refused=2,
            not_fetched=0,
            tables=15,
            kept=["T: nothing"],
            remedy="go on",
        ),
    ],
)
def test_errors_survive_the_way_between_processes(original):
    copy = pickle.loads(pickle.dumps(original))  # noqa: S301
    assert type(copy) is type(original)
    assert str(copy) == str(original)
    assert (copy.table, copy.value, copy.outcome) == (original.table, original.value, original.outcome)
