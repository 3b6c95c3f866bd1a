"""Reading emails in the browser while trying out the service."""

import pytest
from django.core.mail import EmailMultiAlternatives

from digest.sending.file_backend import write


@pytest.fixture(autouse=True)
def outbox(settings, tmp_path):
    # The test runner turns DEBUG off.
    settings.DEBUG = True
    settings.OUTBOX_DIR = tmp_path / "outbox"
    return settings.OUTBOX_DIR


def write_mail(subject="Two “papers”", html="<p>Read <a href='/x'>this</a></p>"):
    mail = EmailMultiAlternatives(subject, "Read <this>: https://example.org/x", to=["ada@example.org"])
    mail.extra_headers["List-Id"] = "Daily Papers <digest.example.org>"
    if html:
        mail.attach_alternative(html, "text/html")
    return write(mail.message().as_bytes())


def test_an_empty_outbox_says_so(client):
    assert "No emails yet" in client.get("/outbox/").content.decode()


def test_the_newest_email_comes_first(client):
    write_mail("First")
    write_mail("Second")

    html = client.get("/outbox/").content.decode()

    assert html.index("Second") < html.index("First")
    assert "ada@example.org" in html


def test_an_email_shows_its_headers_and_both_parts(client):
    html = client.get(f"/outbox/{write_mail().name}").content.decode()

    assert "Two “papers”" in html
    assert "Daily Papers &lt;digest.example.org&gt;" in html
    assert "Read &lt;this&gt;" in html
    assert "sandbox=" in html
    assert "320 pixels" in html


def test_the_html_part_has_its_own_page_and_cannot_run_anything(client):
    response = client.get(f"/outbox/{write_mail().name}/html")

    assert response.content.decode().strip() == "<p>Read <a href='/x'>this</a></p>"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_an_email_without_html_shows_its_text(client):
    name = write_mail(html="").name

    assert "Read &lt;this&gt;" in client.get(f"/outbox/{name}").content.decode()
    assert client.get(f"/outbox/{name}/html").status_code == 404


@pytest.mark.parametrize(
    "name",
    ["../secret.eml", "..%2Fsecret.eml", "%2e%2e%2fsecret.eml", "..", "secret.txt", "link.eml", "none.eml", "a%00.eml"],
)
@pytest.mark.parametrize("suffix", ["", "/html"])
def test_nothing_outside_the_folder_is_read(client, outbox, name, suffix):
    secret = outbox.parent / "secret.eml"
    secret.write_bytes(b"Subject: secret\n\nsecret")
    (write_mail().parent / "secret.txt").write_text("secret")
    (outbox / "link.eml").symlink_to(secret)

    assert client.get(f"/outbox/{name}{suffix}").status_code == 404


@pytest.mark.parametrize("suffix", ["", "{name}", "{name}/html"])
def test_there_is_no_outbox_in_production(client, settings, suffix):
    name = write_mail().name
    settings.DEBUG = False

    assert client.get(f"/outbox/{suffix.format(name=name)}").status_code == 404
