import pytest
from pydantic import ValidationError

from viticast.contracts.declared import DeclarationError
from viticast.sources.vetting import Expectations, TotalGap, VettingBounds

ANCHOR = {"table": "Comercio", "item": "Tinto", "year": 2000, "value": 5}
ACCEPTED = {"table": "Comercio", "rule": "totals", "last_year": 2023, "raw_sha256": "0" * 12, "reason": "Seen."}
GAP = {"table": "Comercio", "group": "SUCO", "years": [2000, 2001], "reason": "Known."}


def test_empty_sections_declare_nothing():
    assert Expectations.from_mapping({"anchors": None, "total_gaps": []}) == Expectations()


def test_a_table_gets_only_what_is_its_own():
    other = {
        "anchors": [ANCHOR, {**ANCHOR, "table": "Producao"}],
        "total_gaps": [GAP, {**GAP, "table": "Producao"}],
        "unit_values": [{"table": "ImpSuco", "minimum": 1, "maximum": 2}],
        "accepted": [{**ACCEPTED, "table": "Producao"}],
    }
    expectations = Expectations.from_mapping(other)
    own = expectations.of("Producao")
    assert [len(own.anchors), len(own.total_gaps), len(own.unit_values), len(own.accepted)] == [1, 1, 0, 1]
    assert {entry.table for entry in (*own.anchors, *own.total_gaps, *own.accepted)} == {"Producao"}
    assert expectations.of("ImpSuco").unit_values[0].maximum == 2


@pytest.mark.parametrize(
    "mapping",
    [
        {"anchor": [ANCHOR]},
        {"anchors": [{**ANCHOR, "vlaue": 6}]},
        {"anchors": [{**ANCHOR, "value": 0}]},
        {"accepted": [{key: value for key, value in ACCEPTED.items() if key != "raw_sha256"}]},
        {"accepted": [{**ACCEPTED, "raw_sha256": "0" * 11}]},
        {"accepted": [{**ACCEPTED, "raw_sha256": "0" * 65}]},
        {"accepted": [{**ACCEPTED, "raw_sha256": "A" * 12}]},
        {"accepted": [{**ACCEPTED, "raw_sha256": ""}]},
        {"total_gaps": [{**GAP, "years": [2001, 2000]}]},
        {"total_gaps": [{**GAP, "difference": 5, "omits": "Agrin"}]},
        {"total_gaps": [{**GAP, "undetailed": True, "omits": "Agrin"}]},
    ],
)
def test_a_typing_error_is_refused(mapping):
    with pytest.raises(DeclarationError, match=r"^conf/base/expectations_<declarations>\.yml: "):
        Expectations.from_mapping(mapping)


@pytest.mark.parametrize("digits", ["0123456789ab", "0123456789abcdef" * 4])
def test_an_acceptance_names_its_file_by_as_many_digits_as_tell_it(digits):
    assert Expectations.from_mapping({"accepted": [{**ACCEPTED, "raw_sha256": digits}]}).accepted


@pytest.mark.parametrize("content", [None, []])
def test_a_file_without_a_section_is_refused(content):
    with pytest.raises(DeclarationError, match=r"is empty, or is no mapping"):
        Expectations.from_mapping(content)


def test_a_gap_of_one_year_and_a_difference_of_zero_are_allowed():
    assert TotalGap(**{**GAP, "years": [2000, 2000]}, difference=0).difference == 0


@pytest.mark.parametrize("field", ["changed_share", "marked_share", "one_sided_share", "unreadable_share"])
def test_a_share_is_a_share(field):
    with pytest.raises(ValidationError):
        VettingBounds(**{field: 1.01})
    assert getattr(VettingBounds(**{field: 1}), field) == 1


def test_unknown_bounds_are_refused():
    with pytest.raises(ValidationError):
        VettingBounds(changed_shares=0.1)
