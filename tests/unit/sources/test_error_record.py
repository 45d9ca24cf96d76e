import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from viticast.sources.database.session import LostDatabaseError
from viticast.sources.error_record import ErrorRecord
from viticast.sources.errors import HttpError, MissingFileError, SameBytesError, SourceError, SourceErrors

texts = st.text(max_size=20)
numbers = st.none() | st.integers(1, 10**6)
errors = st.builds(
    lambda kind, reason, **rest: kind(reason, **rest),
    st.sampled_from([SourceError, HttpError, LostDatabaseError, MissingFileError, SameBytesError]),
    texts,
    remedy=texts,
    table=st.none() | texts,
    row=numbers,
    column=numbers,
    column_label=st.none() | texts,
    value=st.none() | texts,
    outcome=st.sampled_from(["refusal", "row_quarantined", "cell_quarantined"]),
)


@given(errors)
def test_an_error_comes_back_as_it_was(error):
    again = ErrorRecord.model_validate_json(ErrorRecord.of(error).model_dump_json()).error()
    assert type(again) is type(error)
    assert (str(again), again.__dict__) == (str(error), error.__dict__)


def test_a_class_that_there_is_not_is_no_error():
    said = ErrorRecord.of(HttpError("a", remedy="b")).model_dump()
    with pytest.raises(ValidationError, match="no error of a source is called 'KeyError'"):
        ErrorRecord.model_validate(said | {"kind": "KeyError"})


def test_several_errors_in_one_are_no_record():
    """Their places would be lost."""
    with pytest.raises(ValidationError, match="SourceErrors"):
        ErrorRecord.of(SourceErrors([HttpError("a", remedy="b")]))
