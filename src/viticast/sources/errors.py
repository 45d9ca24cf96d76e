"""What can be wrong with a source. Every error says in which table, where, what was found and what to do about it."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

Outcome = Literal["refusal", "row_quarantined", "cell_quarantined"]
"""What an error costs: the file, one line of it, or one cell."""


class SourceError(Exception):
    """A figure, a file or an address that cannot be used.

    Attributes:
        reason: What is wrong, without the place.
        remedy: What the reader of the message can do.
        table: File stem of the VitiBrasil table.
        row: Line of the file, the first line being 1.
        column: Column of the file, the first column being 1.
        column_label: What stands in that column, e.g. `2019 kg`.
        value: The text that was found.
        outcome: What it costs: the whole file, unless the reader could set the line or the cell aside.
    """

    def __init__(
        self,
        reason: str,
        *,
        remedy: str,
        table: str | None = None,
        row: int | None = None,
        column: int | None = None,
        column_label: str | None = None,
        value: str | None = None,
        outcome: Outcome = "refusal",
    ) -> None:
        self.reason = reason
        self.remedy = remedy
        self.table = table
        self.row = row
        self.column = column
        self.column_label = column_label
        self.value = value
        self.outcome: Outcome = outcome
        super().__init__(self.message)

    @property
    def place(self) -> str:
        """Table, line and column as far as they are known, e.g. `ExpVinho, line 12, column 57 (2019 kg)`."""
        parts = [self.table] if self.table else []
        if self.row is not None:
            parts.append(f"line {self.row}")
        if self.column is not None:
            label = f" ({self.column_label})" if self.column_label else ""
            parts.append(f"column {self.column}{label}")
        return ", ".join(parts)

    @property
    def message(self) -> str:
        """Place, reason and remedy in one line."""
        start = f"{self.place}: " if self.place else ""
        return f"{start}{self.reason}. Remedy: {self.remedy}"

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive the way between processes: the arguments are keywords, which pickle does not replay."""
        return (_rebuilt, (type(self), dict(self.__dict__)))


def _rebuilt(kind: type[SourceError], state: dict[str, Any]) -> SourceError:
    error = kind.__new__(kind)
    error.__dict__.update(state)
    error.args = (error.message,)
    return error


class UnknownTableError(SourceError):
    """A name that the table registry does not hold."""


class MissingFolderError(SourceError):
    """The folder of figures does not exist or holds none."""


class MissingFileError(SourceError):
    """A table has no file in the folder."""


class HttpError(SourceError):
    """The site gave no usable answer."""


class UnreachableError(HttpError):
    """No answer at all: asking for the next table would only wait as long again."""


class LoginError(HttpError):
    """The server does not accept the credentials, or its login gives no token."""


class FailedAnswerError(HttpError):
    """An answer whose body says that the request failed, whatever its status."""


class NotJsonError(HttpError):
    """An answer that should be JSON and is not, or not to its end."""


class TooLargeAnswerError(HttpError):
    """An answer that grows beyond all bounds, or drips without end."""


class PageError(HttpError):
    """Pages that repeat, overlap or never end."""


class RefreshError(HttpError):
    """The call that renews the server's copy of the figures failed."""


class UnavailableError(HttpError):
    """A server that is busy, stumbles or breaks off: the same question may be answered later."""


class RedirectError(HttpError):
    """An address that leads in circles, or to where it must not be followed."""


class CredentialsError(SourceError):
    """Secrets that are missing, or stand where they would be logged."""


class AnswerShapeError(SourceError):
    """The records are not where the connection file says."""


class MissingFieldError(AnswerShapeError):
    """A record has none of the fields that the connection file names."""


class WrongYearError(SourceError):
    """An answer is of another year than the one that was asked for."""


class MissingYearError(SourceError):
    """A year between two others has no record."""


class AbsentRecordError(SourceError):
    """A label has no record in a year, and nothing says what that means."""


class RepeatedRecordError(SourceError):
    """A label has more records in one year than in others: one of them would be counted twice."""


class DatabaseError(SourceError):
    """The database cannot be reached or refuses the query."""


class MissingDatabaseTableError(DatabaseError):
    """The database has no such table."""


class MissingColumnError(DatabaseError):
    """A table of the database has none of the columns that the connection file names."""


class SameBytesError(SourceError):
    """Two tables hold the same bytes: one of them was answered with the other's file."""


class EmptyFileError(SourceError):
    """A file without a single row of figures."""


class HtmlPageError(SourceError):
    """A web page stands where a table was expected: the site answers errors with status 200."""


class MojibakeError(SourceError):
    """Text that is not UTF-8, or that was decoded as something else on its way."""


class UnknownDelimiterError(SourceError):
    """Fields are separated neither by semicolons nor by tabs."""


class TruncatedFileError(SourceError):
    """A line has fewer fields than the others: the file was cut."""


class FieldCountError(SourceError):
    """A line has more fields than the others."""


class WrongTableError(SourceError):
    """The file is of another kind of table than its name says."""


class HeaderError(SourceError):
    """A header that cannot be understood."""


class DuplicatedYearError(SourceError):
    """A year stands twice, and no rule tells which figures are meant."""


class YearOrderError(SourceError):
    """The years have a gap, stand in disorder or start late."""


class MissingLabelError(SourceError):
    """A row without the name of its product, cultivar or country."""


class NoRowError(SourceError):
    """A line without figures that is no row: a note, a footer, an empty row of a spreadsheet."""


class CutFigureError(SourceError):
    """The last figure of a file whose last line does not end: digits may be missing."""


class NotANumberError(SourceError):
    """Text where a figure was expected."""


class ThousandsSeparatorError(NotANumberError):
    """A figure whose point or comma may separate thousands."""


class NegativeNumberError(SourceError):
    """A figure below zero."""


class OutOfBoundsError(SourceError):
    """A figure beyond what the table can hold."""


class SourceErrors(SourceError):  # noqa: N818 - the plural is the point
    """Several errors at once, so that one run names everything that must be mended."""

    shown = 20

    def __init__(self, errors: Sequence[SourceError]) -> None:
        self.errors = tuple(errors)
        tables = sorted({error.table for error in self.errors if error.table})
        super().__init__(
            f"{len(self.errors)} problems in {len(tables)} tables",
            remedy="mend each of them, as its own line says",
            table=tables[0] if len(tables) == 1 else None,
        )

    @property
    def message(self) -> str:
        """One line for each error, the first `shown` of them."""
        lines = [super().message, *(f"  {error.message}" for error in self.errors[: self.shown])]
        if len(self.errors) > self.shown:
            lines.append(f"  … and {len(self.errors) - self.shown} more")
        return "\n".join(lines)


class ImplausibleTableError(SourceError):
    """A table that can be read and cannot be believed: a rule of `sources.vetting` refuses it."""


class TablesLeftOutError(SourceErrors):
    """Tables that could not be fetched or were refused: a run ends with it unless it may go on with the others."""

    def __init__(
        self,
        errors: Sequence[SourceError],
        *,
        refused: int,
        not_fetched: int,
        tables: int,
        kept: Sequence[str],
        remedy: str,
    ) -> None:
        """Collect the reasons.

        Args:
            errors: Why each table was left out; each names its table.
            refused: Tables whose figures came and were refused.
            not_fetched: Tables whose figures did not come.
            tables: How many tables the source has.
            kept: What the lake holds of each of them, as text.
            remedy: What to do, and the command that goes on with what there is.
        """
        self.errors = tuple(errors)
        self.kept = tuple(kept)
        counts = [f"{count} {what}" for count, what in ((not_fetched, "not fetched"), (refused, "refused")) if count]
        SourceError.__init__(
            self, f"{' and '.join(counts)} of {tables} tables; their last vintages stay as they were", remedy=remedy
        )

    @property
    def message(self) -> str:
        """The reasons, and what stays in the lake."""
        return "\n".join([super().message, *(f"  kept: {text}" for text in self.kept)])


def raise_all(errors: Iterable[SourceError]) -> None:
    """Raise what was collected: nothing for none, the error itself for one, `SourceErrors` for several."""
    collected = [
        single for error in errors for single in (error.errors if isinstance(error, SourceErrors) else [error])
    ]
    if len(collected) == 1:
        raise collected[0]
    if collected:
        raise SourceErrors(collected)
