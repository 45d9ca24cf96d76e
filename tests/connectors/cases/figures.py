"""Answers that can be read, with figures that are not those of the table and year."""

from typing import Any

from tests.connectors.case import LAST, VICTIM, Group, of_table, of_year
from tests.connectors.cases.records import with_sum
from tests.connectors.contract import Contract
from tests.connectors.figures import OLDER
from tests.connectors.replies import (
    Fault,
    answer_of,
    each_record,
    json_changed,
)

GROUP = Group("figures", is_vetted=True)
SAYS_NOTHING = Contract(says_year=False)


@GROUP.right()
def whole_answers() -> list[Fault]:
    """Nothing is wrong."""
    return []


@GROUP.refused("repeated_year", "2018", "2019", contract=SAYS_NOTHING)
def another_year_hidden() -> list[Fault]:
    """For 2019 the figures of 2018 come, and nothing says so."""
    return of_year(answer_of(year=2018))


@GROUP.refused("repeated_year", "2023", "2024", contract=SAYS_NOTHING)
def last_year_is_old() -> list[Fault]:
    """For the last year the figures of the year before come, and nothing says so."""
    return [Fault(answer_of(year=LAST - 1), VICTIM, (LAST,))]


@GROUP.refused("anchors", "ImpSuco")
def another_table() -> list[Fault]:
    """Instead of juice, sparkling wine comes, for every year."""
    return of_table(answer_of(table="ImpEspumantes"))


@GROUP.error("AbsentRecordError", "2019")
def another_table_for_a_year() -> list[Fault]:
    """Instead of juice, sparkling wine comes, for one year."""
    return of_year(answer_of(table="ImpEspumantes"))


def _swapped(record: dict[str, Any]) -> dict[str, Any]:
    return {**record, "quantidade": record["valor"], "valor": record["quantidade"]}


def _overwritten(record: dict[str, Any]) -> dict[str, Any]:
    return {**record, "quantidade": record["valor"]}


@GROUP.refused("anchors", "ImpSuco")
def quantity_and_value_swapped() -> list[Fault]:
    """Quantity and value are swapped in every answer."""
    return of_table(json_changed(each_record(_swapped)))


@GROUP.refused("anchors", "ImpSuco")
def value_instead_of_quantity() -> list[Fault]:
    """The value stands in the place of the quantity too, in every answer."""
    return of_table(json_changed(each_record(_overwritten)))


@GROUP.refused("exchanged_measures", "2019")
def quantity_and_value_swapped_for_a_year() -> list[Fault]:
    """Quantity and value are swapped in one year."""
    return of_year(json_changed(each_record(_swapped)))


@GROUP.watched("stale_answer", "cache", "2019", contract=Contract(provenance="fonte"))
def old_copy_admitted() -> list[Fault]:
    """The answer for one year says that it comes from a cache."""
    return of_year(json_changed(lambda content: {**content, "fonte": "cache local (CSV)"}))


@GROUP.watched("stale_answer", "cache", contract=Contract(provenance="fonte"))
def old_copies_admitted() -> list[Fault]:
    """Every answer says that it comes from a cache."""
    return of_table(json_changed(lambda content: {**content, "fonte": "cache local (CSV)"}))


@GROUP.watched("older_copy", "2022", different=None, in_lake=(OLDER, "2025-04"))
def old_copy_hidden() -> list[Fault]:
    """All answers are those of the vintage before, and nothing says so."""
    return of_table(lambda call, reply: answer_of(folder=call.folder.parent / OLDER)(call, reply))


@GROUP.refused("zeroed_figures", "2019")
def zeros_for_a_year() -> list[Fault]:
    """All figures of one year are 0, as for a year that the server does not know."""
    return of_year(json_changed(each_record(lambda record: {**record, "quantidade": 0, "valor": 0})))


@GROUP.watched("unit_values", "2019", different=None)
def a_hundred_times() -> list[Fault]:
    """The quantities of one year are a hundred times too large."""
    return of_year(json_changed(each_record(lambda record: {**record, "quantidade": record["quantidade"] * 100})))


@GROUP.unseen()
def quantity_and_value_swapped_in_the_last_year() -> list[Fault]:
    """Quantity and value are swapped in the last year, of a product that costs about a dollar per kilogram."""
    return [Fault(json_changed(each_record(_swapped)), VICTIM, (LAST,))]


@GROUP.refused("equal_measures", "2024")
def value_instead_of_quantity_in_the_last_year() -> list[Fault]:
    """The value stands in the place of the quantity too, in the last year."""
    return [Fault(json_changed(each_record(_overwritten)), VICTIM, (LAST,))]


@GROUP.refused("unit_value_jump", "2024")
def tons_in_the_last_year() -> list[Fault]:
    """The quantities of the last year are in tons."""
    change = each_record(lambda record: {**record, "quantidade": round(record["quantidade"] / 1000)})
    return [Fault(json_changed(change), VICTIM, (LAST,))]


@GROUP.refused("sum_row", "Total")
def sum_that_nobody_declared() -> list[Fault]:
    """The last record of each answer is the sum of all, and the connection file does not say so."""
    return of_table(json_changed(with_sum))
