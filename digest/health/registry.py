"""The list of all checks. A new one needs a function that yields results, and a line here."""

from digest.health import (
    database,
    disk,
    mail_server,
    own_site,
    project_settings,
    provider_login,
    pulse,
    stores,
    time_zones,
    writing,
)
from digest.health.mail_dns import checks
from digest.health.result import CheckResult, HealthCheck
from digest.health.runner import NetworkRun, run_local

DATABASE_CHECK = HealthCheck("database", database.connect_to_database)
OF_DATABASE = (
    HealthCheck("migrations", database.migrations_are_applied),
    HealthCheck("clock", database.clocks_agree),
    HealthCheck("time zones", time_zones.time_zones_are_known),
    HealthCheck("beat", pulse.beat_rings),
    HealthCheck("planning", pulse.digests_are_planned),
    HealthCheck("digests", pulse.digests_go_out),
    HealthCheck("language model", writing.language_model_answers),
)
LOCAL_CHECKS = (
    HealthCheck("settings", project_settings.settings_are_right),
    HealthCheck("disk", disk.disk_has_room),
    HealthCheck("backup", disk.backup_is_young),
)
NETWORK_CHECKS = (
    HealthCheck("redis", stores.redis_answers),
    HealthCheck("queues", stores.queues_are_short),
    HealthCheck("mail provider", provider_login.provider_knows_our_key),
    HealthCheck("mail server", mail_server.mail_server_lets_us_in),
    *(
        HealthCheck(report.check, own_site.over_https(report, check))
        for report, check in (
            (own_site.CERTIFICATE_REPORTER, own_site.certificate_is_valid),
            (own_site.PROXIES, own_site.proxies_are_counted),
            (own_site.WEBHOOK, own_site.webhook_is_guarded),
            (own_site.UNSUBSCRIBE, own_site.unsubscribing_works),
        )
    ),
    *(
        HealthCheck(report.check, checks.asked_of(report, examination))
        for report, examination in (
            (checks.MX, checks.mail_can_come_back),
            (checks.SPF, checks.servers_are_allowed),
            (checks.DKIM, checks.keys_are_published),
            (checks.DMARC, checks.policy_is_published),
            (checks.ALIGNMENT, checks.signature_is_the_senders),
        )
    ),
)


def local_results() -> list[CheckResult]:
    """Return the results that need no network: the machine, its settings and its database."""
    return run_local(DATABASE_CHECK, OF_DATABASE, LOCAL_CHECKS)


def network_results() -> list[CheckResult]:
    """Return the results that need the network: name servers, the provider, our own site from outside, Redis."""
    return NetworkRun(NETWORK_CHECKS).results()


def all_results() -> list[CheckResult]:
    """Return all results; the local checks run while the others wait for the network."""
    network = NetworkRun(NETWORK_CHECKS)
    return local_results() + network.results()
