"""The broker: which workers answer a ping, and what is waiting in the queues."""

from config.celery import app
from digest.metrics import queues


def test_with_no_worker_no_one_answers():
    assert queues.workers() == []


def test_waiting_tasks_can_be_discarded():
    app.send_task("digest.tasks.plan_due", queue="planning")
    assert queues.waiting()["planning"] >= 1

    assert queues.empty()

    assert set(queues.waiting().values()) == {0}


def test_an_unavailable_broker_has_no_workers_and_cannot_be_emptied(monkeypatch):
    monkeypatch.setattr(app, "connection_for_write", lambda **_: (_ for _ in ()).throw(OSError("away")))

    assert queues.workers() == []
    assert not queues.empty()
