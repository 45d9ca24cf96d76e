import pytest

from viticast.sources.decoding import decode
from viticast.sources.errors import EmptyFileError, HtmlPageError, MojibakeError


def test_a_byte_order_mark_and_windows_line_ends_are_tolerated():
    assert decode("\ufeffId;País\r\n1;Itália\r\n".encode(), "T") == "Id;País\n1;Itália\n"


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf", b"\x00\x00"])
def test_nothing_is_an_empty_file(content):
    with pytest.raises(EmptyFileError, match="T: the file is empty"):
        decode(content, "T")


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html><body>503</body></html>",
        b"\n\n<HTML>\n",
        "<html><head><title>Manutenção</title>".encode("latin-1"),
        b"<?xml version='1.0'?><error/>",
        b"<br />\n<b>Warning</b>: mysql_connect()",
        b"\xef\xbb\xbf<p>503",
        b"< html >",
        b"<",
        b"Warning: mysql_connect()\n  <br />\n",
        b"Service unavailable\n</body>",
        b"Erro\n<!-- x -->",
        b"Erro\n<?php",
        b"a;b\n<td>1;2;3</td>",
    ],
)
def test_a_web_page_is_refused_even_in_another_encoding(content):
    with pytest.raises(HtmlPageError, match="web page"):
        decode(content, "T")


def test_bytes_that_are_not_utf8_name_their_line():
    with pytest.raises(MojibakeError, match=r"T, line 2: byte 7 is not UTF-8") as raised:
        decode(b"id;x\n1\xe9;2\n", "T")
    assert raised.value.row == 2


@pytest.mark.parametrize("charset", ["latin-1", "cp1252"])
@pytest.mark.parametrize("text", ["Sem classificação", "VINHO ORGÂNICO", "Líquido", "à", "Muller ñ", "Zürich"])
def test_text_that_was_encoded_twice_is_refused(text, charset):
    twice = text.encode().decode(charset).encode()
    with pytest.raises(MojibakeError, match="mojibake"):
        decode(b"id;x\n1;" + twice + b"\n", "T")


@pytest.mark.parametrize("text", ["MAÇÃ", "São Tomé e Príncipe", "Ângela", "CHÃO 50°", "Curaçao", "À VISTA"])
def test_proper_portuguese_is_no_mojibake(text):
    assert text in decode(f"id;x\n1;{text}\n".encode(), "T")


def test_a_replacement_character_shows_a_loss():
    with pytest.raises(MojibakeError):
        decode("id;x\n1;S\ufffdo\n".encode(), "T")


@pytest.mark.parametrize(
    "text",
    [
        "id;x;1970\n1;Sul <br> e Norte;5\n",
        "id;x;1970\n<td>;Chile;5\n",
        "id\tx\t1970\n<td>\tChile\t5\n",
        "nota: 1 < 2\nid;x;1970\n",
        "nota\n<= 5\nid;x;1970\n",
    ],
)
def test_a_tag_below_the_first_line_of_fields_is_a_text(text):
    assert decode(text.encode(), "T") == text


def test_a_page_is_shown_by_its_start():
    with pytest.raises(HtmlPageError) as raised:
        decode(b"<html>" + b"x" * 100, "T")
    assert raised.value.value == "<html>" + "x" * 54
    assert raised.value.row == 1


def test_lines_may_end_in_any_of_three_ways():
    assert decode(b"a\r\nb\rc\n", "T") == "a\nb\nc\n"


def test_bytes_around_the_first_that_is_not_utf8_are_shown():
    with pytest.raises(MojibakeError) as raised:
        decode(b"0123456789abc\xe9efghijklmnop", "T")
    assert raised.value.value == repr(b"3456789abc\xe9efghijklm")
    assert raised.value.row == 1


def test_text_around_the_first_mojibake_is_shown_in_one_line():
    with pytest.raises(MojibakeError) as raised:
        decode("id;x\n1;0123456789abc\nÃ§defghijklmnopqrst\n".encode(), "T")
    assert raised.value.value == ";0123456789abc Ã§defghijklmnopqr"
    assert raised.value.row == 3


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf\n<5;6;7", b"\x00<5", b"erro\n\x00<p>503"])
def test_blanks_and_marks_of_byte_order_hide_no_tag(content):
    with pytest.raises(HtmlPageError):
        decode(content, "T")


def test_bytes_at_the_very_start_that_are_not_utf8_are_told_whole():
    with pytest.raises(MojibakeError) as raised:
        decode(b"\n\xe9;2\n", "T")
    assert str(raised.value) == (
        "T, line 2: byte 2 is not UTF-8. Remedy: save the file as UTF-8, or download its bytes without converting them"
    )
    assert raised.value.value == repr(b"\n\xe9;2\n")


def test_mojibake_at_the_very_start_is_told_whole():
    with pytest.raises(MojibakeError) as raised:
        decode("\nÃ§;2\n".encode(), "T")
    assert (raised.value.row, raised.value.value) == (2, " Ã§;2 ")
