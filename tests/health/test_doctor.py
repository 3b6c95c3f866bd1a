"""`manage.py doctor`: its lines, its JSON, its exit status, and that no check stops another."""

import io
import json
import threading
import time

import pytest
from django.core.management import call_command
from django.db import OperationalError

from digest.health import database, registry, runner
from digest.health.result import CheckResult, CheckVerdict, HealthCheck, Reporter, worst, worst_first

SAYS = Reporter("something")


def let(monkeypatch, *results):
    monkeypatch.setattr(registry, "all_results", lambda: list(results))


def doctor(*arguments, **options):
    """Return what it prints and its exit status."""
    out, status = io.StringIO(), 0
    try:
        call_command("doctor", *arguments, stdout=out, **options)
    except SystemExit as end:
        status = end.code
    return out.getvalue(), status


OK, SKIPPED = SAYS.ok("Everything looks good."), SAYS.skipped("Nobody knows.")
WARN, BAD = SAYS.warn("It is odd.", "Look."), Reporter("a longer name").bad("It is broken.", "Mend it.")


@pytest.mark.parametrize(
    ("results", "fail_on", "status"),
    [
        ([OK, SKIPPED], "warn", 0),
        ([OK, WARN], "warn", 1),
        ([OK, WARN], "bad", 0),
        ([WARN, BAD, OK], "warn", 2),
        ([BAD], "bad", 2),
    ],
)
def test_the_exit_status_is_for_cron(monkeypatch, results, fail_on, status):
    let(monkeypatch, *results)

    assert doctor("--fail-on", fail_on)[1] == status


def test_lines_are_worst_first_and_in_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    let(monkeypatch, OK, SKIPPED, WARN, BAD)

    text, _ = doctor()

    assert text.splitlines() == [
        "bad      a longer name  It is broken.",
        "                        → Mend it.",
        "warn     something      It is odd.",
        "                        → Look.",
        "ok       something      Everything looks good.",
        "skipped  something      Nobody knows.",
    ]


def test_long_texts_are_wrapped_in_their_column(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    let(monkeypatch, SAYS.bad("word " * 20, "mend " * 20))

    lines = doctor()[0].splitlines()

    assert len(lines) > 3
    assert max(map(len, lines)) <= 60
    assert {line[:20].strip() for line in lines[1:]} <= {"", "→"}


def test_colours_are_only_for_a_terminal(monkeypatch):
    let(monkeypatch, BAD)

    assert "\x1b" not in doctor()[0]
    monkeypatch.delenv("DJANGO_COLORS", raising=False)
    assert "\x1b[" in doctor(force_color=True)[0]


def test_json_is_for_machines(monkeypatch):
    let(monkeypatch, OK, BAD)

    text, status = doctor("--json")

    report = json.loads(text)
    assert (report["verdict"], status) == ("bad", 2)
    assert report["checks"][0] == {
        "check": "a longer name",
        "verdict": "bad",
        "summary": "It is broken.",
        "action": "Mend it.",
    }


@pytest.mark.django_db
def test_with_nothing_set_it_runs_and_reports_every_check():
    text, status = doctor("--json")

    checks = json.loads(text)["checks"]
    names = {
        check.name
        for check in (registry.DATABASE_CHECK, *registry.OF_DATABASE, *registry.LOCAL_CHECKS, *registry.NETWORK_CHECKS)
    }
    assert {check["check"] for check in checks} == names
    assert not [check for check in checks if "The check failed" in check["summary"]]
    assert status in {1, 2}


def test_a_check_that_crashes_is_one_line_without_the_error_message():
    def crash():
        yield OK
        raise ValueError("password ada@example.org")

    [result] = runner.examine(HealthCheck("frail", crash))

    assert (result.check, result.verdict, result.summary) == ("frail", "bad", "The check failed: ValueError.")


def test_a_query_that_the_database_refuses_points_to_the_migrations():
    def crash():
        raise OperationalError("no such table")

    [result] = runner.examine(HealthCheck("frail", crash))

    assert "migration" in result.action


def test_a_check_that_hangs_is_one_line_and_the_others_still_count():
    released = threading.Event()
    checks = [HealthCheck("hangs", lambda: [released.wait(20)]), HealthCheck("quick", lambda: [OK])]

    began = time.monotonic()
    results = runner.NetworkRun(checks, seconds=0.3).results()
    released.set()

    assert [result.verdict for result in results] == ["bad", "ok"]
    assert "within 0.3 seconds" in results[0].summary
    assert time.monotonic() - began < 2


def test_checks_that_wait_run_in_parallel():
    all_wait = threading.Barrier(10, timeout=30)

    def wait_for_the_others():
        all_wait.wait()
        return [OK]

    results = runner.NetworkRun([HealthCheck(str(number), wait_for_the_others) for number in range(10)]).results()

    assert [result.verdict for result in results] == ["ok"] * 10


def test_everything_is_done_within_half_a_minute():
    statements = len(registry.OF_DATABASE) * runner.STATEMENT_MILLISECONDS / 1000

    assert runner.DATABASE_SECONDS + statements < 30
    assert runner.NETWORK_SECONDS < 30


def test_without_a_database_the_checks_that_need_it_are_skipped():
    probe = HealthCheck("database", lambda: [SAYS.bad("It does not answer.", "Start it.")])
    beat_checks = []

    results = runner.run_local(
        probe, [HealthCheck("beat", lambda: beat_checks.append(1))], [HealthCheck("disk", lambda: [OK])]
    )

    assert [(result.check, str(result.verdict)) for result in results[1:]] == [("beat", "skipped"), ("something", "ok")]
    assert beat_checks == []


def test_a_database_that_is_down(monkeypatch):
    class Away:
        def cursor(self):
            raise OperationalError("could not connect to server at 192.0.2.1 as papers")

        def close(self):
            pass

    monkeypatch.setattr(database, "connection", Away())

    [result] = database.connect_to_database()

    assert (result.verdict, result.summary) == ("bad", "It doesn’t answer: OperationalError.")


def test_the_worst_comes_first_and_skipped_counts_as_ok():
    results = [OK, SKIPPED, BAD, WARN]

    assert worst_first(results) == [BAD, WARN, OK, SKIPPED]
    assert worst([SKIPPED]) == worst([]) == CheckVerdict.OK
    assert worst([OK, SKIPPED]) == CheckVerdict.OK
    assert CheckResult(**BAD.as_dict()).as_dict() == BAD.as_dict()
