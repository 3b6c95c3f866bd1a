"""What `manage.py check --deploy` says about the proxy in front of the service."""

import pytest
from django.core.checks import run_checks


@pytest.mark.parametrize(
    ("debug", "site", "proxies", "warns"),
    [
        (False, "https://papers.example.org", 0, True),
        (False, "https://papers.example.org", 1, False),
        (False, "https://papers.example.org", 3, False),
        (False, "https://papers.example.org", 4, True),
        (True, "https://papers.example.org", 0, False),
        (False, "http://localhost:8000", 0, False),
    ],
)
def test_a_proxy_count_that_cannot_be_right_causes_a_warning(settings, debug, site, proxies, warns):
    settings.DEBUG, settings.SITE_URL, settings.PROXY_COUNT = debug, site, proxies

    messages = [
        message
        for message in run_checks(include_deployment_checks=True)
        if message.id in {"digest.W002", "digest.W003"}
    ]

    assert [message.msg.partition(" ")[0] for message in messages] == (["PROXY_COUNT"] if warns else [])
