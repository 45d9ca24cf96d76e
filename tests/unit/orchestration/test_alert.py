"""The alert: a document to a webhook, whose absence changes nothing and whose address nobody sees."""

import logging

import viticast_alert
from tests.integration.airflow.webhook import listening

DOCUMENT = {"dag_id": "viticast", "error": "é"}


def test_the_document_arrives_once():
    with listening() as (address, came):
        assert viticast_alert.post(address, DOCUMENT)
    assert came == [DOCUMENT]


def test_a_webhook_that_is_away_is_logged_without_its_address(monkeypatch, caplog):
    monkeypatch.setattr(viticast_alert, "SECONDS_BETWEEN", 0)
    with listening() as (address, _):
        gone = address
    with caplog.at_level(logging.INFO):
        assert not viticast_alert.post(f"{gone}/S3cret", DOCUMENT)
    assert "took none of 3 attempts" in caplog.text
    assert "S3cret" not in caplog.text


def test_an_address_of_another_kind_is_refused_without_being_shown(caplog):
    assert not viticast_alert.post("file:///etc/S3cret", DOCUMENT)
    assert "must start with http" in caplog.text
    assert "S3cret" not in caplog.text
