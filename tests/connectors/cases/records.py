"""Records and fields that are not as the connection file says."""

from typing import Any

from tests.connectors.case import Group, of_table, of_year
from tests.connectors.replies import (
    Fault,
    Spoil,
    answer_of,
    each_record,
    json_changed,
)

GROUP = Group("records")


@GROUP.right()
def more_fields() -> list[Fault]:
    """Records have fields that nobody knows."""
    return of_table(json_changed(each_record(lambda record: {"id": 7, **record, "unidade": "kg", "preco": 1.5})))


@GROUP.error("MissingFieldError", "valor", "2019")
def field_missing() -> list[Fault]:
    """The records of one year have no value."""
    return of_year(json_changed(each_record(lambda record: {key: record[key] for key in record if key != "valor"})))


@GROUP.error("AnswerShapeError", "data", "2019")
def records_elsewhere() -> list[Fault]:
    """The records of one year stand under another key."""
    return of_year(json_changed(lambda content: {"dados": content["data"]}))


@GROUP.error("AnswerShapeError", "2019")
def record_is_no_object() -> list[Fault]:
    """The records of one year are texts."""
    return of_year(json_changed(lambda content: {"data": ["Chile", "Itália"]}))


@GROUP.error("WrongYearError", "2018", "2019")
def another_year() -> list[Fault]:
    """For 2019 the figures of 2018 come, and the records say so."""
    return of_year(answer_of(year=2018))


@GROUP.error("WrongYearError", "2018", "2019")
def one_record_of_another_year() -> list[Fault]:
    """One record of 2019 says that it is of 2018."""

    def change(content: Any) -> Any:
        content["data"][3]["ano"] = 2018
        return content

    return of_year(json_changed(change))


@GROUP.error("MissingYearError", "2019")
def year_without_records() -> list[Fault]:
    """One year in the middle has no record."""
    return of_year(json_changed(lambda content: {"data": []}))


@GROUP.error("AbsentRecordError", "2019", "absent")
def record_missing() -> list[Fault]:
    """A country has no record in one year."""
    return of_year(json_changed(lambda content: {"data": content["data"][1:]}))


@GROUP.error("RepeatedRecordError")
def records_twice() -> list[Fault]:
    """The records of one year stand twice."""
    return of_year(json_changed(lambda content: {"data": content["data"] * 2}))


def _set(**figures: Any) -> Spoil:
    """Other figures for the fourth record of an answer."""

    def change(content: Any) -> Any:
        content["data"][3] |= figures
        return content

    return json_changed(change)


@GROUP.error("MissingLabelError", "2019", "record 4")
def no_label() -> list[Fault]:
    """The label of a record is null in one year."""
    return of_year(_set(pais=None, quantidade=5))


def with_sum(content: Any) -> Any:
    """Adds a record that is the sum of all others."""
    rows = content["data"]
    if not rows:
        return content
    total = {
        "pais": "Total",
        "ano": rows[0]["ano"],
        "quantidade": sum(row["quantidade"] for row in rows),
        "valor": sum(row["valor"] for row in rows),
    }
    return {"data": [*rows, total]}


def _labelled(*labels: str) -> dict[str, Any]:
    fields = {"item": ["pais"], "quantity": ["quantidade"], "value": ["valor"]}
    return {"records": {"path": "data", "fields": fields, "label_of_total": labels}}


@GROUP.right(table_changes=_labelled("Total"))
def sum_of_all() -> list[Fault]:
    """The last record of each answer is the sum of all, and the connection file says how it is called."""
    return of_table(json_changed(with_sum))


@GROUP.cell("ThousandsSeparatorError", "'1.234'", "2019", different=1)
def point_between_thousands() -> list[Fault]:
    """A quantity of 2019 is the text "1.234", and no separator is declared."""
    return of_year(_set(quantidade="1.234"))


@GROUP.cell("NegativeNumberError", "-5", "2019", different=1)
def negative() -> list[Fault]:
    """A quantity of 2019 is -5."""
    return of_year(_set(quantidade=-5))


@GROUP.cell("NotANumberError", "True", "2019", different=1)
def true_for_a_figure() -> list[Fault]:
    """A quantity of 2019 is `true`."""
    return of_year(_set(quantidade=True))


@GROUP.cell("NotANumberError", "2019", different=1)
def object_for_a_figure() -> list[Fault]:
    """A quantity of 2019 is an object."""
    return of_year(_set(quantidade={"kg": 5}))


@GROUP.cell("OutOfBoundsError", "2019", different=1)
def figure_beyond_all_bounds() -> list[Fault]:
    """A quantity of 2019 is 1e300."""
    return of_year(_set(quantidade=1e300))


@GROUP.watched("marks_not_carried", "1 cell is null", different=1)
def null_for_a_figure() -> list[Fault]:
    """A quantity of 2019 is null."""
    return of_year(_set(quantidade=None))


@GROUP.watched("marks_not_carried", "1 cell is null", different=1)
def nan_for_a_figure() -> list[Fault]:
    """A quantity of 2019 is NaN, as Python's JSON writes it."""
    return of_year(_set(quantidade=float("nan")))
