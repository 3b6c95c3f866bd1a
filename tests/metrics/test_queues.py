"""The broker: who answers a ping, and what waits in it."""

from config.celery import app
from digest.metrics import queues


def test_with_no_worker_nobody_answers():
    assert queues.workers() == []


def test_what_waits_can_be_thrown_away():
    app.send_task("digest.tasks.plan_due", queue="planning")
    assert queues.waiting()["planning"] >= 1

    assert queues.empty()

    assert set(queues.waiting().values()) == {0}


def test_a_broker_that_is_away_has_no_workers_and_cannot_be_emptied(monkeypatch):
    monkeypatch.setattr(app, "connection_for_write", lambda **_: (_ for _ in ()).throw(OSError("away")))

    assert queues.workers() == []
    assert not queues.empty()
