from viticast.sources.database.names import first_matching, matching


def test_a_name_is_matched_exactly_then_without_regard_to_case():
    assert matching("País", ["PAÍS", "País"]) == ("País",)
    assert matching("país", ["PAÍS", "País", "x"]) == ("PAÍS", "País")
    assert matching("pais", ["PAÍS"]) == ()


def test_the_first_spelling_that_is_there():
    assert first_matching(["produto", "cultivar"], ["id", "Cultivar", "PRODUTO"]) == "PRODUTO"
    assert first_matching(["produto"], ["id"]) is None
    assert first_matching([], ["id"]) is None
