"""The metrics for Prometheus, who may read them, and the files that use them."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.conf import settings as project
from django.core.cache import cache
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from digest.metrics import planning_runs, prometheus, tallies
from digest.models import Delivery, Edition, SourceRun
from tests.support.factories import make_delivery, make_edition, make_paper, make_subscriber

pytestmark = pytest.mark.django_db
FOLDER = Path(project.BASE_DIR) / "docs/monitoring"
TOKEN = "a-token-that-nobody-guesses"


def exported_metrics():
    """Return the exported metrics: (name, labels) → value."""
    families = text_string_to_metric_families(prometheus.exposition("").decode())
    return {
        (sample.name.removeprefix("daily_papers_"), *sample.labels.values()): sample.value
        for family in families for sample in family.samples
    }  # fmt: skip


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", "Bearer \udcff"])
def test_the_metrics_are_refused_without_the_token(client, settings, token):
    settings.METRICS_TOKEN = TOKEN
    response = client.get("/metrics", headers={"Authorization": token} if token else {})

    assert response.status_code == 401
    assert b"daily_papers" not in response.content


def test_with_no_token_set_the_address_does_not_exist(client):
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_the_token_gives_access_to_the_metrics(client, settings):
    settings.METRICS_TOKEN = TOKEN
    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert response.status_code == 200
    assert "daily_papers_subscribers_due 0.0" in response.content.decode()


def test_waiting_and_failed_deliveries_are_reported_by_state():
    now = timezone.now()
    edition = make_edition(make_paper())
    Edition.objects.update(published_at=now - timedelta(hours=2))
    make_subscriber("due@example.org", next_digest_at=now - timedelta(minutes=20))
    for number, status in enumerate(["queued", "queued", "uncertain", "sent"]):
        subscriber = make_subscriber(f"{number}@example.org", next_digest_at=now + timedelta(days=1))
        make_delivery(subscriber, edition, status=status, not_before=now - timedelta(hours=1))

    values = exported_metrics()

    assert values["subscribers_due",] == 1
    assert values["oldest_unplanned_age_seconds",] == pytest.approx(1200, abs=60)
    assert values["deliveries", "queued"] == 2
    assert values["deliveries", "uncertain"] == 1
    assert values["deliveries", "failed"] == 0
    assert values["oldest_queued_age_seconds",] == pytest.approx(3600, abs=60)


def test_the_counts_that_beat_took_are_reported():
    edition = make_edition(make_paper())
    make_delivery(make_subscriber(), edition, status="sent")
    tallies.update_sending_tallies(timezone.now())

    values = exported_metrics()

    assert values["edition_deliveries", edition.day.isoformat(), "sent"] == 1
    assert values["worker_timestamp_seconds",] == pytest.approx(timezone.now().timestamp(), abs=60)


def test_a_source_is_reported_with_its_last_success_and_whether_it_is_failing():
    ended = timezone.now() - timedelta(hours=3)
    SourceRun.objects.create(source="oai", part="cs", status="finished", ended_at=ended)
    SourceRun.objects.create(source="oai", part="cs", status="failed", ended_at=timezone.now())

    values = exported_metrics()

    assert values["source_success_timestamp_seconds", "oai"] == pytest.approx(ended.timestamp())
    assert values["source_failing", "oai"] == 1


def test_the_number_of_queries_does_not_grow_with_the_digests(django_assert_max_num_queries):
    edition = make_edition(make_paper())
    for number in range(20):
        make_delivery(make_subscriber(f"{number}@example.org"), edition, status=Delivery.Status.QUEUED)

    with django_assert_max_num_queries(14):
        exported_metrics()


def test_requests_are_counted_by_route(client, settings):
    settings.METRICS_TOKEN = TOKEN
    settings.MIDDLEWARE = ["digest.site.request_metrics.timing_middleware", *settings.MIDDLEWARE]
    cache.clear()
    for address in ("/archive", "/nothing/here/1", "/nothing/here/2"):
        client.get(address)
    from prometheus_client import REGISTRY, generate_latest  # noqa: PLC0415 - only where it is used

    told_of = generate_latest(REGISTRY).decode()

    assert re.search(r'request_seconds_count\{method="GET",route="/archive",status="2xx"\} 1\.0', told_of)
    assert re.search(r'request_seconds_count\{method="GET",route="none",status="4xx"\} 2\.0', told_of)
    assert "nothing/here" not in told_of


def names_in(expression):
    return set(re.findall(r"daily_papers_\w+", expression))


def exported():
    names = {f"daily_papers_{name}" for name, *_ in exported_metrics()}
    return names | {f"daily_papers_http_request_seconds_{part}" for part in ("count", "bucket", "sum")}


@pytest.fixture
def something_of_everything():
    edition = make_edition(make_paper())
    make_delivery(make_subscriber(), edition, status="sent")
    tallies.update_sending_tallies(timezone.now())
    planning_runs.plan_and_note(timezone.now())
    SourceRun.objects.create(source="oai", part="cs", status="finished", ended_at=timezone.now())


def test_the_dashboard_uses_only_metrics_that_exist(something_of_everything):
    dashboard = json.loads((FOLDER / "grafana.json").read_text())
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]

    assert len(expressions) == len(dashboard["panels"])
    assert set().union(*map(names_in, expressions)) <= exported()


def test_the_alerts_use_only_metrics_that_exist(something_of_everything):
    rules = [rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"] for rule in group["rules"]]

    assert all(rule["annotations"]["summary"] for rule in rules)
    assert set().union(*(names_in(rule["expr"]) for rule in rules)) <= exported()


def test_every_metric_is_documented(something_of_everything):
    page = (FOLDER.parent / "monitoring.md").read_text()

    assert {name for name in exported() if "http_request" not in name} <= set(re.findall(r"daily_papers_\w+", page))
