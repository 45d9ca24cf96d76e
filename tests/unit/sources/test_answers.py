import json

from hypothesis import given
from hypothesis import strategies as st

from viticast.sources.answers import Answer, is_packed, pack, unpack

ANSWERS = st.lists(
    st.builds(
        Answer,
        address=st.text(max_size=20),
        status=st.integers(100, 599),
        content=st.binary(max_size=40) | st.text(max_size=40).map(str.encode),
        year=st.none() | st.integers(1970, 2100),
        page=st.integers(1, 99),
    ),
    max_size=5,
)


@given(ANSWERS)
def test_answers_come_back_byte_for_byte(answers):
    packed = pack("ImpSuco", answers)
    assert is_packed(packed)
    assert unpack(packed) == tuple(answers)
    assert pack("ImpSuco", unpack(packed)) == packed


def test_one_answer_is_one_line_that_a_person_can_read():
    packed = pack("ImpSuco", [Answer("http://x/2019", 200, '{"país": "Chile"}\n'.encode(), 2019)])
    head, line = packed.decode().splitlines()
    assert json.loads(head) == {"format": "viticast.answers", "version": 1, "table": "ImpSuco"}
    assert json.loads(line)["body"] == '{"país": "Chile"}\n'
    assert "país" in line


def test_bytes_that_are_no_text_are_kept_too():
    [answer] = unpack(pack("ImpSuco", [Answer("http://x", 200, b"\xe1\x00", 2019)]))
    assert answer.content == b"\xe1\x00"


def test_a_csv_file_is_no_packed_answers():
    assert not is_packed(b"id;produto;1970\n1;VINHO;5\n")
