"""From the JSON of one answer to records: the six shapes in which APIs deliver the figures."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from viticast.contracts.columns import FIRST_YEAR, LAST_YEAR
from viticast.sources.api.body import JsonObject, shown_keys
from viticast.sources.connections.records import Records, Shape
from viticast.sources.errors import AnswerShapeError, MissingFieldError, WrongYearError
from viticast.sources.labels import clean_item
from viticast.sources.records.record import Record
from viticast.sources.tables import TableSpec

_YEAR = re.compile(r"[0-9]{4}")
_CORRECT_SHAPE = "correct `records` of the connection file"
_SECOND_MEASURE = ".1"
"""What pandas calls the second of two columns of one name: US$ of `1970` stands in `1970.1`."""


def read_shape(found: object, answer: "AnswerPlace", records: Records, table: TableSpec) -> list[Record]:
    """Read the records of an answer.

    Args:
        found: What stands at the path of the records.
        answer: Where it came from, and for which year it was asked for.
        records: The shape and the names of the fields.
        table: Which measures a record must have, and whether groups matter.

    Returns:
        In the order of the answer.

    Raises:
        SourceError: AnswerShapeError, MissingFieldError or WrongYearError.
    """
    extractor = _Extractor(answer, records, table)
    return list(_READERS[records.shape](extractor, found))


@dataclass(frozen=True)
class AnswerPlace:
    """Where records come from.

    Attributes:
        place: Address, year and page, for a message.
        year: Year that was asked for, None where the answer holds all.
    """

    place: str
    year: int | None


class _Extractor:
    """Reads objects as records."""

    def __init__(self, answer: AnswerPlace, records: Records, table: TableSpec) -> None:
        self._answer = answer
        self._table = table
        self._totals = {_fold(label) for label in records.label_of_total}
        self._has_groups = table.layout == "grouped"
        names = {"quantity": records.fields.quantity, "value": records.fields.value}
        self._figures = tuple((measure.measure, names[measure.measure]) for measure in table.measures)
        self.declared = records

    def record(
        self,
        source: JsonObject,
        where: str,
        *,
        label: str | None = None,
        group: str | None = None,
        year: int | None = None,
        figures: object = None,
    ) -> Iterator[Record]:
        """The record of an object; none where it is the total of the whole table.

        Args:
            source: Holds the fields that are not known already.
            where: Which record of the answer it is.
            label: Its label, if that stands outside of the object.
            group: Its category, likewise.
            year: Its year, likewise.
            figures: Its figure, or an object with one for each measure, likewise.
        """
        if label is None:
            label = self._text(self._pick(source, self.declared.fields.item, "item", where), "item", where) or ""
        group = group or self.group(source, where)
        is_total = None
        if self._is_total(label) or self._is_total(group):
            if self._has_groups and (group is None or self._is_total(group)):
                return
            label, is_total = group or label, True
        yield Record(
            year=self._year(source, where, year),
            label=label,
            figures=self._figures_of(source if figures is None else figures, where),
            place=f"{self._answer.place}, {where}",
            group=group,
            control=self._control(source, where),
            is_total=is_total,
        )

    def _is_total(self, label: str | None) -> bool:
        return bool(self._totals) and label is not None and _fold(label) in self._totals

    def group(self, source: JsonObject, where: str) -> str | None:
        """The category of an object; countries have none."""
        names = self.declared.fields.group
        if not names or not self._has_groups:
            return None
        return self._text(self._pick(source, names, "group", where), "group", where) or None

    def category(self, source: JsonObject, where: str) -> str | None:
        """The name of a category; countries have none."""
        group = self.group(source, where)
        if group is None and self._has_groups:
            raise self.shape_error(f"{where} has no name")
        return group

    def total(self, source: JsonObject, where: str, group: str) -> Iterator[Record]:
        """The record of a category's own total, where it is declared."""
        name = self.declared.total
        if name is None or self._is_total(group):
            return
        figure = self._pick(source, (name,), "total", where)
        place = f"{self._answer.place}, {where}"
        year = self._year(source, where, None)
        yield Record(year, group, self._figures_of(_wrapped(figure), where), place, group, None, is_total=True)

    def figures_of_year(self, source: JsonObject, year: str, where: str) -> object:
        """The figures of a year that is a field of a wide record."""
        figure = source[year]
        if len(self._figures) == 1 or isinstance(figure, Mapping):
            return _wrapped(figure)
        return _Scalars((figure, self._pick(source, (f"{year}{_SECOND_MEASURE}",), "second figure", where)))

    def objects(self, found: object, what: str = "the records") -> Iterator[tuple[str, JsonObject]]:
        """Each object of a list, with which one it is."""
        for number, one in enumerate(self.list_of(found, what), start=1):
            where = f"record {number}"
            yield where, self.object_of(one, where)

    def list_of(self, found: object, what: str) -> list[object]:
        """A list, or an error."""
        if isinstance(found, list):
            return found
        raise self.shape_error(f"{what} should be a list, not {shown_keys(found)}")

    def object_of(self, found: object, what: str) -> JsonObject:
        """An object, or an error."""
        if isinstance(found, Mapping):
            return found
        raise self.shape_error(f"{what} should be an object, not {shown_keys(found)}")

    def field(self, source: JsonObject, name: str, where: str) -> object:
        """A field that must be there."""
        return self._pick(source, (name,), name, where)

    def shape_error(self, reason: str) -> AnswerShapeError:
        """An error that names the answer."""
        return AnswerShapeError(
            f"{self._answer.place}: {reason}, for the shape {self.declared.shape!r}",
            remedy=_CORRECT_SHAPE,
            table=self._table.name,
        )

    def _pick(self, source: JsonObject, names: tuple[str, ...], role: str, where: str) -> object:
        for name in names:
            if name in source:
                return source[name]
        if not names:
            reason = f"the connection file names no field for the {role}, which this table has"
        else:
            has = shown_keys(source)
            reason = f"{self._answer.place}, {where}: no field {' or '.join(map(repr, names))} ({role}); it is {has}"
        raise MissingFieldError(reason, remedy=f"{_CORRECT_SHAPE}, or ask again", table=self._table.name)

    def _figures_of(self, found: object, where: str) -> tuple[object, ...]:
        if isinstance(found, _Scalars):
            if len(found.figures) == len(self._figures):
                return found.figures
            raise self.shape_error(f"{where} has one figure where quantity and value are due")
        source = self.object_of(found, where)
        return tuple(self._pick(source, names, measure, where) for measure, names in self._figures)

    def _year(self, source: JsonObject, where: str, known: int | None) -> int:
        asked, names = self._answer.year, self.declared.fields.year
        if known is None and names and self.declared.shape != "wide":
            known = self._year_of(self._pick(source, names, "year", where), where)
        if known is None:
            if asked is None:
                raise self.shape_error(f"{where} has no year")
            return asked
        if asked is not None and known != asked:
            raise WrongYearError(
                f"{self._answer.place}, {where}: the record is of {known}, but {asked} was asked for",
                remedy="ask again; if it stays, correct how the year is asked for in the connection file",
                table=self._table.name,
                value=str(known),
            )
        return known

    def _year_of(self, found: object, where: str) -> int:
        year = year_of(found)
        if year is None:
            raise AnswerShapeError(
                f"{self._answer.place}, {where}: {str(found)[:40]!r} is no year from {FIRST_YEAR} to {LAST_YEAR}",
                remedy="correct `fields.year` of the connection file",
                table=self._table.name,
                value=str(found)[:40],
            )
        return year

    def _control(self, source: JsonObject, where: str) -> str | None:
        for name in self.declared.fields.control if self._has_groups else ():
            if name in source:
                return self._text(source[name], "control", where)
        return None

    def _text(self, found: object, role: str, where: str) -> str | None:
        if found is None or isinstance(found, str):
            return found
        raise self.shape_error(f"{where}: {shown_keys(found)} is no text ({role})")


@dataclass(frozen=True)
class _Scalars:
    """Figures that stand without names."""

    figures: tuple[object, ...]


def year_of(found: object) -> int | None:
    """A year as a number or a text of four digits, None for anything else."""
    if isinstance(found, str) and _YEAR.fullmatch(found.strip()):
        found = int(found)
    if isinstance(found, bool) or not isinstance(found, int | float) or not FIRST_YEAR <= found <= LAST_YEAR:
        return None
    return int(found) if found == int(found) else None


def _wrapped(figure: object) -> object:
    return figure if isinstance(figure, Mapping) else _Scalars((figure,))


def _fold(label: str) -> str:
    return clean_item(label).casefold()


def _list(extractor: _Extractor, found: object) -> Iterator[Record]:
    for where, source in extractor.objects(found):
        yield from extractor.record(source, where)


def _groups(extractor: _Extractor, found: object) -> Iterator[Record]:
    for where, category in extractor.objects(found, "the categories"):
        group = extractor.category(category, where)
        members = extractor.field(category, extractor.declared.members or "", where)
        records = [
            record
            for inner, source in extractor.objects([] if members is None else members, f"the members of {where}")
            for record in extractor.record(source, f"{where}, {inner}", group=group)
        ]
        named = group is not None and any(clean_item(record.label) == clean_item(group) for record in records)
        if group is not None and not named:
            yield from extractor.total(category, where, group)
        yield from records


def _by_label(extractor: _Extractor, found: object) -> Iterator[Record]:
    for label, figures in extractor.object_of(found, "the records").items():
        where = f"record {label[:60]!r}"
        source = figures if isinstance(figures, Mapping) else {}
        yield from extractor.record(source, where, label=label, figures=_wrapped(figures))


def _columns(extractor: _Extractor, found: object) -> Iterator[Record]:
    columns = extractor.object_of(found, "the records")
    fields = extractor.declared.fields
    names = {name for names in fields.model_dump().values() for name in names} & set(columns)
    lists = {name: extractor.list_of(columns[name], f"the column {name!r}") for name in sorted(names)}
    if len({len(values) for values in lists.values()}) > 1:
        lengths = ", ".join(f"{name}: {len(values)}" for name, values in lists.items())
        raise extractor.shape_error(f"the columns are not equally long ({lengths})")
    for number, values in enumerate(zip(*lists.values(), strict=True), start=1):
        yield from extractor.record(dict(zip(lists, values, strict=True)), f"record {number}")


def _table(extractor: _Extractor, found: object) -> Iterator[Record]:
    source = extractor.object_of(found, "the table")
    headers = extractor.list_of(extractor.field(source, extractor.declared.headers, "the table"), "the headers")
    rows = extractor.list_of(extractor.field(source, extractor.declared.rows, "the table"), "the rows")
    if len(set(map(str, headers))) != len(headers):
        raise extractor.shape_error("two headers have the same name")
    for number, row in enumerate(rows, start=1):
        where = f"row {number}"
        values = extractor.list_of(row, where)
        if len(values) != len(headers):
            raise extractor.shape_error(f"{where} has {len(values)} values for {len(headers)} headers")
        yield from extractor.record(dict(zip(map(str, headers), values, strict=True)), where)


def _wide(extractor: _Extractor, found: object) -> Iterator[Record]:
    name = extractor.declared.by_year
    for where, source in extractor.objects(found):
        years = source if name is None else extractor.object_of(extractor.field(source, name, where), f"{name!r}")
        told = {key: year for key in years if (year := year_of(key)) is not None}
        if not told or (name is not None and len(told) < len(years)):
            raise extractor.shape_error(f"{where} has no field for a year, or one that is none")
        for key, year in told.items():
            figures = extractor.figures_of_year(years, key, where)
            yield from extractor.record(source, f"{where}, {year}", figures=figures, year=year)


_READERS: Mapping[Shape, Callable[[_Extractor, object], Iterator[Record]]] = {
    "list": _list,
    "groups": _groups,
    "by_label": _by_label,
    "columns": _columns,
    "table": _table,
    "wide": _wide,
}
