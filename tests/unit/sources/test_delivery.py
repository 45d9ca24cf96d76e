import pytest
from hypothesis import given
from hypothesis import strategies as st

from viticast.sources.batch import check_and_read_all
from viticast.sources.connections import FILES
from viticast.sources.delivery import delivery_folder, hash_figures, require_delivery_name
from viticast.sources.files import fetch_folder

names = st.from_regex(r"\A[A-Za-z0-9_][A-Za-z0-9._+:-]{0,199}\Z")


@given(names)
def test_the_folder_of_a_name_is_one_folder_below_another(name):
    folder = delivery_folder(name)
    assert set(folder).isdisjoint('/\\:*?"<>|%')
    assert folder not in {".", ".."}
    assert len(folder) <= 200


@given(st.lists(names, min_size=2, max_size=2, unique=True))
def test_two_names_have_two_folders(two):
    assert len(set(map(delivery_folder, two))) == 2


@pytest.mark.parametrize("name", ["manual__2026-11-23T23:00:00+00:00", "scheduled__2026-11-23", "a", "7a", "x" * 200])
def test_what_a_scheduler_calls_its_runs_is_a_name(name):
    assert require_delivery_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "a\\b", "/a", ".hidden", "-x", "a b", "a\n", "a*", "ã", "x" * 201, 7, 1.5, True],
)
def test_what_might_lead_elsewhere_is_none(name):
    with pytest.raises(ValueError, match=r"is no name of a delivery\. Use 1 to 200 letters"):
        require_delivery_name(name)


def test_figures_of_csv_files_need_no_hash_of_their_own(sample_vintages, registry):
    """Their bytes say no more than they do: equal figures that are written alike are equal bytes."""
    fetched = fetch_folder(sample_vintages["2025-04"], registry)
    assert hash_figures(fetched, registry, FILES) == {}
    assert all(check_and_read_all(fetched[:1], registry))
