import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viticast.contracts.panel import SERIES_ID
from viticast.panel.labels import fold, slug


@pytest.mark.parametrize(
    ("label", "folded"),
    [
        ("São Tomé e Príncipe", "sao tome e principe"),
        ("  VINHO  FINO DE MESA ", "vinho fino de mesa"),
        ("Rússia, Federação da", "russia federacao da"),
        ("Falkland (Ilhas Malvinas)", "falkland ilhas malvinas"),
        ("IAC 138-22", "iac 138 22"),
        ("***", ""),
    ],
)
def test_a_label_is_folded(label, folded):
    assert fold(label) == folded


def test_a_slug_is_a_folded_label_in_one_word():
    assert slug("Suco de uva — concentrado") == "suco_de_uva_concentrado"


@given(st.text())
def test_folding_twice_is_folding_once(label):
    assert fold(fold(label)) == fold(label)


@given(st.text())
def test_case_and_outer_blanks_do_not_matter(label):
    assert fold(f"  {label}\n") == fold(label)


@given(st.text())
def test_a_slug_is_empty_or_one_part_of_a_series_id(label):
    assert slug(label) == "" or re.fullmatch(SERIES_ID, slug(label))


@given(st.text(), st.text())
def test_labels_share_a_slug_only_if_they_fold_alike(one, other):
    assert (slug(one) == slug(other)) == (fold(one) == fold(other))
