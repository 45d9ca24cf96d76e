import pandas as pd

from viticast.monitoring.training_checks import check_training


def snapshot(**last_years):
    return pd.DataFrame({"table_name": list(last_years), "last_year": list(last_years.values())})


def judged(current, trained, *, is_judged=False, is_revised=True):
    [found] = check_training("a" * 16, current, trained, is_judged, is_revised)
    assert (found.check_name, found.subject) == ("trained_on_all_years", "published model")
    return found


TRAINED = snapshot(ExpVinho=2023, Producao=2022)


def test_new_years_ask_for_a_new_model():
    found = judged(snapshot(ExpVinho=2024, Producao=2023), TRAINED)
    assert (found.verdict, found.observed) == ("retrain", 2.0)
    assert found.detail == "years that it does not know: ExpVinho 1, Producao 1"


def test_a_new_table_asks_for_a_new_model():
    found = judged(snapshot(ExpVinho=2023, Producao=2022, ExpUva=2023), TRAINED)
    assert (found.verdict, found.detail) == ("retrain", "years that it does not know: ExpUva 1")


def test_new_years_whose_model_was_judged_and_not_taken_ask_for_a_look():
    found = judged(snapshot(ExpVinho=2024, Producao=2022), TRAINED, is_judged=True)
    assert found.verdict == "watch"
    assert "judged and not taken" in found.detail


def test_revised_figures_ask_for_a_look():
    found = judged(TRAINED, TRAINED)
    assert (found.verdict, found.observed) == ("watch", 0.0)
    assert "revised or corrected" in found.detail


def test_the_same_figures_ask_for_nothing():
    assert judged(TRAINED, TRAINED, is_revised=False).verdict == "ok"


def test_an_older_snapshot_has_no_new_year():
    assert judged(snapshot(ExpVinho=2022, Producao=2022), TRAINED).verdict == "watch"


def test_a_model_of_which_nobody_knows_the_years_is_trained_anew():
    found = judged(TRAINED, None)
    assert found.verdict == "retrain"
    assert "a" * 16 in found.detail
