"""Check that the database answers, matches this version of the code, and has a clock that agrees with ours."""

from collections.abc import Iterable
from datetime import datetime

from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from digest.health.result import CheckResult, Reporter

DATABASE_REPORTER, MIGRATIONS, CLOCK = Reporter("database"), Reporter("migrations"), Reporter("clock")

# Seconds between the two clocks from which leases and due times are off, and from which they are plainly wrong.
OFF_SECONDS, WRONG_SECONDS = 2, 30


def connect_to_database() -> Iterable[CheckResult]:
    """Open a connection for this thread, run the smallest query, and close it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        version = ".".join(map(str, connection.get_database_version()))
    except DatabaseError as error:
        yield DATABASE_REPORTER.bad(
            f"It doesn’t answer: {type(error).__name__}.", "Is it running, and is DATABASE_URL right for this machine?"
        )
    else:
        yield DATABASE_REPORTER.ok(f"{connection.display_name} {version} answers.")
    finally:
        connection.close()


def migrations_are_applied() -> Iterable[CheckResult]:
    """Compare the migrations in the code with those applied to the database."""
    executor = MigrationExecutor(connection)
    loader = executor.loader
    missing = [step for step, _ in executor.migration_plan(loader.graph.leaf_nodes())]
    known_migrations = {
        *loader.disk_migrations,
        *(old for step in loader.disk_migrations.values() for old in step.replaces),
    }
    apps = {app for app, _ in known_migrations}
    unknown = [
        (app, name) for app, name in loader.applied_migrations if app in apps and (app, name) not in known_migrations
    ]
    if missing:
        yield MIGRATIONS.bad(
            f"{len(missing)} not applied, starting with {missing[0].app_label} {missing[0].name}.",
            "Run manage.py migrate.",
        )
    elif unknown:
        yield MIGRATIONS.warn(
            f"The database has {len(unknown)} that this code doesn’t know, so it’s from a newer version.",
            "Run the version that the database was last migrated with, or a newer one.",
        )
    else:
        yield MIGRATIONS.ok("All applied.")


def clocks_agree() -> Iterable[CheckResult]:
    """Compare the database's clock with ours."""
    if connection.vendor != "postgresql":
        yield CLOCK.skipped("The database has no clock of its own.")
        return
    with connection.cursor() as cursor:
        before = timezone.now()
        cursor.execute("SELECT clock_timestamp()")
        theirs: datetime = cursor.fetchone()[0]
        after = timezone.now()
    # The time the query itself took does not count.
    seconds = max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)
    action = "Keep both clocks in sync with NTP, using systemd-timesyncd or chrony."
    if seconds > WRONG_SECONDS:
        yield CLOCK.bad(f"The database’s clock differs from ours by {seconds:.0f} seconds.", action)
    elif seconds > OFF_SECONDS:
        yield CLOCK.warn(f"The database’s clock differs from ours by {seconds:.1f} seconds.", action)
    else:
        yield CLOCK.ok(f"It agrees with the database’s within {OFF_SECONDS} seconds.")
