"""What can be wrong with a question about provenance; every message says what may be asked instead."""


class ProvenanceError(LookupError):
    """What was asked for is not in the lake, or is several things."""


class UnknownSeriesError(ProvenanceError):
    """No forecast has this series."""


class UnknownYearError(ProvenanceError):
    """The series has no forecast of this year."""


class UnknownModelError(ProvenanceError):
    """The lake has no such model or snapshot."""


class SeveralModelsError(ProvenanceError):
    """Several models forecast the series, and nothing says which of them is meant."""


class UnknownFileError(ProvenanceError):
    """No raw file has this path, address or hash."""


class SeveralFilesError(ProvenanceError):
    """A beginning of a hash, or an address, stands for several raw files."""


class IncompleteLakeError(ProvenanceError):
    """A part of the lake that the question needs is gone."""
