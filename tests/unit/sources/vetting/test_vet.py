from datetime import UTC, date, datetime

import pytest
import yaml
from tests.unit.sources.vetting.conftest import FETCHED_AT, RAW_SHA256, key_of, leaves_of

from viticast.sources.vetting import RULES, Expectations, VettingBounds, vet

CELLS = leaves_of({"Merlot": [1, 2, 3], "Tannat": [4, 5, 6]}, first_year=2020)
ZEROS = leaves_of({"Merlot": [1, 2, 0], "Tannat": [4, 5, 0]}, first_year=2020)


@pytest.fixture
def ask_all(registry):
    def _ask_all(
        cells,
        *,
        raw_sha256=RAW_SHA256,
        published_at=date(2024, 4, 1),
        fetched_at=FETCHED_AT,
        previous=None,
        **declared,
    ):
        return vet(
            cells,
            registry["ProcessaViniferas"],
            raw_sha256=raw_sha256,
            published_at=published_at,
            fetched_at=fetched_at,
            previous=previous,
            expectations=Expectations.from_mapping(declared),
            bounds=VettingBounds(),
            same_label=lambda table, label: f"{table} {key_of(label)}",
        )

    return _ask_all


def accepted(**changes):
    entry = {
        "table": "ProcessaViniferas",
        "rule": "empty_last_year",
        "last_year": 2022,
        "raw_sha256": RAW_SHA256[:16],
        "reason": "No  harvest.",
    }
    return {"accepted": [entry | changes]}


def test_a_good_table_has_no_finding(ask_all):
    assert ask_all(CELLS) == ()


def test_no_rule_is_asked_twice_or_left_out():
    assert len(RULES) == len(set(RULES)) == 23


def test_the_date_of_fetching_counts_where_no_date_is_declared(ask_all):
    [finding] = ask_all(CELLS, published_at=None, fetched_at=datetime(2021, 1, 1, tzinfo=UTC))
    assert (finding.rule, finding.outcome) == ("future_years", "refusal")


def test_several_rules_speak_at_once(ask_all):
    findings = ask_all(ZEROS, previous=leaves_of({"Merlot": [9, 9], "Malbec": [9, 9]}, first_year=2020))
    assert [finding.rule for finding in findings] == ["empty_last_year", "vanished_rows", "changed_values"]


def test_every_finding_says_a_number_and_what_to_do(ask_all):
    for finding in ask_all(ZEROS, previous=CELLS, published_at=date(2022, 1, 1)):
        assert any(letter.isdigit() for letter in finding.reason)
        assert finding.remedy


def test_an_accepted_refusal_is_watched_with_the_reason(ask_all):
    [finding] = ask_all(ZEROS, **accepted())
    assert finding.outcome == "watch"
    assert finding.reason.endswith("(accepted: No harvest.)")
    assert finding.remedy == (
        "if that was not meant, take the entry out of `accepted` in conf/base/expectations_<declarations>.yml"
    )


@pytest.mark.parametrize(
    "changes", [{"table": "Producao"}, {"rule": "totals"}, {"last_year": 2021}, {"raw_sha256": RAW_SHA256[1:]}]
)
def test_an_acceptance_holds_for_its_table_rule_year_and_file(ask_all, changes):
    [finding] = ask_all(ZEROS, **accepted(**changes))
    assert finding.outcome == "refusal"


def test_the_next_file_of_the_same_year_is_refused_again(ask_all):
    assert [finding.outcome for finding in ask_all(ZEROS, **accepted())] == ["watch"]
    other = f"{RAW_SHA256[:15]}0{RAW_SHA256[16:]}"
    assert [finding.outcome for finding in ask_all(ZEROS, raw_sha256=other, **accepted())] == ["refusal"]


def test_the_remedy_has_the_entry_that_lets_the_file_through(ask_all):
    [finding] = ask_all(ZEROS)
    entry = yaml.safe_load(finding.remedy[finding.remedy.index("{") : finding.remedy.index("}") + 1])
    assert entry["raw_sha256"] == RAW_SHA256[:16]
    assert [again.outcome for again in ask_all(ZEROS, accepted=[{**entry, "reason": "So it is."}])] == ["watch"]


@pytest.mark.parametrize("raw_sha256", ["1" * 64, f"{'1' * 11}e{'1' * 52}"])
def test_digits_that_yaml_would_take_for_a_number_stay_a_text(ask_all, raw_sha256):
    [finding] = ask_all(ZEROS, raw_sha256=raw_sha256)
    entry = yaml.safe_load(finding.remedy[finding.remedy.index("{") : finding.remedy.index("}") + 1])
    assert entry["raw_sha256"] == raw_sha256[:16]


def test_what_is_declared_for_another_table_is_not_asked(ask_all):
    anchor = {"table": "Producao", "item": "Tinto", "year": 2020, "value": 7}
    assert ask_all(CELLS, anchors=[anchor]) == ()
    assert ask_all(CELLS, anchors=[anchor | {"table": "ProcessaViniferas"}])


def test_the_given_frames_stay_as_they_are(ask_all):
    before = CELLS.copy()
    ask_all(CELLS, previous=CELLS)
    assert CELLS.equals(before)


def test_labels_are_folded_as_those_of_their_table(ask_all):
    [finding] = ask_all(CELLS, previous=leaves_of({"Merlot": [1], "Tannat": [4], "Agrin": [0]}, first_year=2020))
    assert (finding.rule, finding.found) == ("vanished_rows", "ProcessaViniferas agrin")
