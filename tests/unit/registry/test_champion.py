"""Whom a model is judged against."""

from viticast.registry.champion import ChampionRecord, Opponent, Standing, find_opponent

FIRST = ChampionRecord("1" * 16, "1", {"judged_against": "none", "promote": "gate"})
SECOND = ChampionRecord("2" * 16, "2", {"judged_against": "1" * 16, "promote": "force"})


def test_a_new_model_is_judged_against_the_champion():
    opponent = find_opponent(Standing(SECOND, FIRST, had_champion=True), "3" * 16)
    assert opponent == Opponent(SECOND, had_champion=True)
    assert (opponent.key, opponent.version, opponent.mode) == ("2" * 16, "2", None)


def test_the_champion_is_judged_against_the_one_before_and_as_it_was():
    opponent = find_opponent(Standing(SECOND, FIRST, had_champion=True), "2" * 16)
    assert opponent == Opponent(FIRST, had_champion=True, mode="force")


def test_the_first_champion_comes_first_again():
    assert find_opponent(Standing(FIRST), "1" * 16) == Opponent(None, had_champion=False, mode="gate")


def test_without_a_champion_there_is_none_to_beat():
    for had_champion in (False, True):
        opponent = find_opponent(Standing(None, had_champion=had_champion), "3" * 16)
        assert opponent == Opponent(None, had_champion)
        assert (opponent.key, opponent.version) == ("none", "none")
