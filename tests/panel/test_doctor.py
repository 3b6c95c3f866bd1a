"""Doctor in the panel: for superusers only. Other servers are contacted only when someone clicks the button."""

import pytest

from digest.health import registry
from digest.health.result import Reporter

pytestmark = pytest.mark.django_db
PAGE = "/admin/digest/doctor/"
LOCAL_REPORTER, NETWORK_REPORTER = Reporter("disk"), Reporter("SPF")


@pytest.fixture
def network_checks(settings, monkeypatch):
    """One item for each time the network checks ran."""
    settings.SECOND_FACTOR = False
    times = []

    def ask():
        times.append(1)
        return [
            NETWORK_REPORTER.bad("example.org has <two> records.", "Mend it."),
            NETWORK_REPORTER.ok("Everything looks good."),
        ]

    monkeypatch.setattr(registry, "network_results", ask)
    monkeypatch.setattr(registry, "local_results", lambda: [LOCAL_REPORTER.ok("77 GB are free.")])
    return times


@pytest.fixture
def superuser(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("ada", "ada@example.org"))
    return client


def test_opening_the_page_runs_no_network_checks(network_checks, superuser):
    page = superuser.get(PAGE).content.decode()

    assert network_checks == []
    assert "77 GB are free." in page
    assert "Everything looks good." in page
    assert "Checked on" not in page
    assert 'href="/admin/digest/doctor/"' in page


def test_the_button_runs_the_network_checks_and_the_page_shows_results_and_time(network_checks, superuser, at_noon):
    answer = superuser.post(f"{PAGE}run/", follow=True)

    page = answer.content.decode()
    assert (answer.redirect_chain, network_checks) == ([(PAGE, 302)], [1])
    assert "example.org has &lt;two&gt; records." in page
    assert "Mend it." in page
    assert "Something’s broken." in page
    assert "Checked on" in page
    assert page.index("has &lt;two&gt;") < page.rindex("Everything looks good.")
    superuser.get(PAGE)
    assert network_checks == [1]


def test_a_get_request_to_the_buttons_address_runs_no_checks(network_checks, superuser):
    assert superuser.get(f"{PAGE}run/").status_code == 405
    assert network_checks == []


def test_only_superusers_see_it(network_checks, client, django_user_model):
    client.force_login(django_user_model.objects.create_user("bob", is_staff=True))

    assert client.get(PAGE).status_code == 403
    assert client.post(f"{PAGE}run/").status_code == 403
    assert "Doctor" not in client.get("/admin/").content.decode()
    assert network_checks == []


def test_strangers_are_asked_to_sign_in(network_checks, client):
    assert client.get(PAGE).status_code == 302
    assert client.post(f"{PAGE}run/").status_code == 302
    assert network_checks == []
