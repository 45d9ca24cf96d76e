import pytest
from hypothesis import given
from hypothesis import strategies as st

from viticast.sources.labels import clean_item, is_category


@pytest.mark.parametrize(
    ("label", "item"),
    [
        ("  Tinto", "Tinto"),
        ("VINHO  FINO DE MESA", "VINHO FINO DE MESA"),
        ("ESPUMANTES ", "ESPUMANTES"),
        ("Outras1", "Outras"),
        ("Outras(3)", "Outras"),
        ("Outros (1)", "Outros"),
        ("Clairette(1)", "Clairette"),
        ("Sauvignon Blanc(2)", "Sauvignon Blanc"),
        ("Outras²", "Outras"),
        ("IAC 138022", "IAC 138022"),
        ("Seibel 2", "Seibel 2"),
        ("Seibel 2 (seibeleto)", "Seibel 2 (seibeleto)"),
        ("Couderc 13", "Couderc 13"),
        ("Moscato Bianco R2", "Moscato Bianco R2"),
        ("Seyve Villard 5276", "Seyve Villard 5276"),
        ("Italia (Pirovano 65) (PE)", "Italia (Pirovano 65) (PE)"),
        ("Concord clone 30", "Concord clone 30"),
        ("Aguardente de vinho 50°gl", "Aguardente de vinho 50°gl"),
        ("Viogner ", "Viogner"),
    ],
)
def test_blanks_and_footnotes_go_and_names_stay(label, item):
    assert clean_item(label) == item


@given(st.text(max_size=30))
def test_a_cleaned_item_has_no_blanks_to_lose(label):
    item = clean_item(label)
    assert item == " ".join(item.split())


@pytest.mark.parametrize(
    ("label", "control", "expected"),
    [
        ("VINHO DE MESA", "VINHO DE MESA", True),
        ("BRANCAS E ROSADAS", "BRANCASEROSADAS", True),
        ("OUTROS PRODUTOS COMERCIALIZADOS", "", True),
        ("SUCO", None, True),
        ("VINHO FINO DE MESA (VINÍFERA)", None, True),
        ("IAC", "br_IAC", False),
        ("IAC 138022", "ti_IAC138022", False),
        ("Tinto", "vm_Tinto", False),
        ("Sem classificação", "sc", False),
        ("IAC", "  br_IAC", False),
        ("123", "", False),
    ],
)
def test_a_category_is_in_capitals_without_the_code_of_a_child(label, control, expected):
    assert is_category(label, control) is expected
