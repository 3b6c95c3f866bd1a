"""The DNS of the sender's domain, looked up on a name server on this machine."""

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from config import providers
from digest.health.mail_dns import checks, senders
from digest.health.mail_dns.lookup import Lookup, SilentError

DOMAIN = "papers.example.org"
KEY = "resend._domainkey.papers.example.org"


def public_key(bits):
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(key.public_bytes(serialization.Encoding.DER, form)).decode()


GOOD_KEY = public_key(2048)


@pytest.fixture(autouse=True)
def sender(settings):
    settings.MAIL_PROVIDER, settings.MAIL_DOMAIN, settings.DKIM_SELECTORS = "resend", DOMAIN, []


@pytest.fixture
def verdicts(zone):
    """Return the verdicts and the text of one examination of the domain."""

    def examine(examination, domain=DOMAIN):
        results = list(examination(zone.lookup(), domain))
        return [str(result.verdict) for result in results], " ".join(f"{r.summary} {r.action}" for r in results)

    return examine


@pytest.mark.parametrize(
    ("kinds", "verdict", "word"),
    [
        ({"MX": ["10 mail.example.org."]}, "ok", "has 1"),
        ({"A": ["192.0.2.1"]}, "warn", "email goes to its A or AAAA record"),
        ({"TXT": ['"hello"']}, "bad", "no MX record"),
        ({"MX": ["0 ."]}, "bad", "doesn’t accept email"),
        ({}, "bad", "doesn’t exist"),
    ],
)
def test_mx(zone, verdicts, kinds, verdict, word):
    zone.records |= {(DOMAIN, kind): values for kind, values in kinds.items()}

    given, text = verdicts(checks.mail_can_come_back)

    assert given == [verdict]
    assert word in text


CHAIN = {f"n{number}.example.org": [f"v=spf1 include:n{number + 1}.example.org ~all"] for number in range(12)}


@pytest.mark.parametrize(
    ("texts", "others", "verdict", "word"),
    [
        (["v=spf1 include:amazonses.com ~all", "another-service=1"], {}, "ok", "1 of 10"),
        (["V=SPF1 INCLUDE:AMAZONSES.COM -ALL"], {}, "ok", "1 of 10"),
        (["v=spf1 redirect=amazonses.com"], {}, "ok", "1 of 10"),
        (["v=spf10 include:amazonses.com ~all"], {}, "warn", "no SPF record"),
        ([], {}, "warn", "no SPF record"),
        (["v=spf1 ~all"], {}, "warn", "doesn’t include amazonses.com"),
        (["v=spf1 include:amazonses.com ~all", "v=spf1 ~all"], {}, "bad", "2 SPF records"),
        (["v=spf1 include:amazonses.com +all"], {}, "bad", "lets anyone send"),
        (["v=spf1 include:amazonses.com all"], {}, "bad", "lets anyone send"),
        (["v=spf1 include:amazonses.com ?all"], {}, "warn", "says nothing"),
        (["v=spf1 include:amazonses.com"], {}, "warn", "says nothing"),
        (["v=spf1 include:nowhere.example.org ~all"], {}, "bad", "nowhere.example.org, which it includes"),
        (["v=spf1 include:papers.example.org ~all"], {}, "bad", "includes itself"),
        (["v=spf1 include:n0.example.org ~all"], CHAIN, "bad", "look-ups"),
        (["v=spf1 include:amazonses.com a mx a:a.example.org a:b.example.org ~all"], {}, "warn", "don’t resolve"),
        (["v=spf1 include:amazonses.com ip4 ~all"], {}, "bad", "“ip4”"),
        (["v=spf1 include:amazonses.com nonsense ~all"], {}, "bad", "an invalid term"),
        (["v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 exists:%{i}.x.org include:amazonses.com ~all"], {}, "ok", "2 of"),
    ],
)
def test_spf(zone, verdicts, *, texts, others, verdict, word):
    for name, values in {DOMAIN: texts, "amazonses.com": ["v=spf1 ip4:192.0.2.0/24 -all"], **others}.items():
        if values:
            zone.txt(name, *values)

    given, text = verdicts(checks.servers_are_allowed)

    assert given == [verdict], text
    assert word in text


def test_eleven_lookups_side_by_side_are_too_many(zone, verdicts):
    zone.txt("x.example.org", "v=spf1 -all")
    zone.txt(DOMAIN, "v=spf1 " + "include:x.example.org " * 11 + "~all")

    assert verdicts(checks.servers_are_allowed)[0] == ["bad"]


def test_without_a_provider_no_spf_record_is_bad(settings, zone, verdicts):
    settings.MAIL_PROVIDER = "smtp"

    assert verdicts(checks.servers_are_allowed)[0] == ["bad"]


@pytest.mark.parametrize(
    ("texts", "verdict", "word"),
    [
        ([f"v=DKIM1; k=rsa; p={GOOD_KEY}"], "ok", "2048 bits"),
        ([f"p={GOOD_KEY}"], "ok", "2048 bits"),
        ([], "bad", "no key under resend"),
        (["v=DKIM1; p="], "bad", "revoked"),
        ([f"v=DKIM1; p={public_key(1024)}"], "warn", "1024 bits"),
        ([f"v=DKIM1; t=y; p={GOOD_KEY}"], "warn", "test"),
        (["v=DKIM1; p=notbase64!"], "bad", "contains no key"),
        (["v=DKIM1; p=QUJD"], "bad", "contains no key"),
        (["v=DKIM1; p=QUJD; p=QUJD"], "bad", "is malformed"),
        ([f"v=DKIM2; p={GOOD_KEY}"], "bad", "unknown version"),
        ([f"p={GOOD_KEY}", f"v=DKIM1; p={GOOD_KEY}"], "bad", "more than one"),
    ],
)
def test_dkim(zone, verdicts, texts, verdict, word):
    if texts:
        zone.txt(KEY, *texts)

    given, text = verdicts(checks.keys_are_published)

    assert given == [verdict], text
    assert word in text


def test_a_short_dkim_key_counts_as_none(zone, verdicts):
    # 512 bits, which today's library no longer generates.
    short = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Qu"
    zone.txt(KEY, f"v=DKIM1; p={short}KUpRKfFLfRYC9AIKjbJTWit+CqvjWYzvQwECAwEAAQ==")

    assert verdicts(checks.keys_are_published)[0] == ["bad"]


def test_an_ed25519_key_is_fine(zone, verdicts):
    raw = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    zone.txt(KEY, f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}")

    assert verdicts(checks.keys_are_published)[0] == ["ok"]


def test_selectors_that_are_set_must_all_exist(settings, zone, verdicts):
    settings.MAIL_PROVIDER, settings.DKIM_SELECTORS = "postmark", ["20240101pm", "other"]
    zone.txt("20240101pm._domainkey.papers.example.org", f"v=DKIM1; p={GOOD_KEY}")

    given, text = verdicts(checks.keys_are_published)

    assert given == ["ok", "bad"]
    assert "other._domainkey.papers.example.org doesn’t exist" in text


@pytest.mark.parametrize("provider", ["postmark", "amazon_ses", "sparkpost", "smtp"])
def test_an_unknown_selector_is_skipped_with_an_explanation(settings, verdicts, provider):
    settings.MAIL_PROVIDER = provider

    for examination in (checks.keys_are_published, checks.signature_is_the_senders):
        assert verdicts(examination)[0] == ["skipped"]
    assert "DKIM_SELECTORS" in verdicts(checks.keys_are_published)[1]


@pytest.mark.parametrize(
    ("texts", "verdict", "word"),
    [
        (["v=DMARC1; p=reject; rua=mailto:a@example.org"], "ok", "is reject"),
        (["v=DMARC1; p=quarantine; pct=20; rua=mailto:a@example.org"], "ok", "20%"),
        (["v=DMARC1; p=reject"], "warn", "doesn’t ask for reports"),
        (["v=DMARC1; p=none; rua=mailto:a@example.org"], "warn", "is none"),
        ([], "bad", "no DMARC record"),
        (["v=spf1 ~all"], "bad", "no DMARC record"),
        (["v=DMARC1; p=perhaps"], "bad", "needs a “p=”"),
        (["v=DMARC1; rua=mailto:a@example.org"], "bad", "needs a “p=”"),
        (["v=DMARC1; p"], "bad", "is malformed"),
        (["v=DMARC1; p=reject; pct=all"], "bad", "is malformed"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "bad", "2 records"),
    ],
)
def test_dmarc(zone, verdicts, texts, verdict, word):
    if texts:
        zone.txt(f"_dmarc.{DOMAIN}", *texts)

    given, text = verdicts(checks.policy_is_published)

    assert given == [verdict], text
    assert word in text
    assert "a@example.org" not in text


def test_the_dmarc_record_of_a_parent_domain_applies_with_its_subdomain_policy(zone, verdicts):
    zone.txt("_dmarc.example.org", "v=DMARC1; p=none; sp=reject; rua=mailto:a@example.org")

    assert verdicts(checks.policy_is_published) == (["ok"], "The policy of example.org is reject. ")


def test_a_signature_for_the_senders_domain_is_aligned(zone, verdicts):
    zone.txt(KEY, f"v=DKIM1; p={GOOD_KEY}")

    assert verdicts(checks.signature_is_the_senders)[0] == ["ok"]


@pytest.mark.parametrize(
    ("signed", "policy", "verdict"),
    [
        ("mg.papers.example.org", "v=DMARC1; p=none", "ok"),
        ("mg.papers.example.org", "v=DMARC1; p=none; adkim=s", "bad"),
        ("elsewhere.example.com", "v=DMARC1; p=none", "bad"),
        ("papers.example.org", "v=DMARC1; p=none; adkim=s", "ok"),
        ("papers.example.org", "v=DMARC1; p=wrong", "ok"),
    ],
)
def test_alignment_of_mailguns_domain(settings, zone, verdicts, *, signed, policy, verdict):
    settings.MAIL_PROVIDER, settings.ANYMAIL = "mailgun", {"MAILGUN_SENDER_DOMAIN": signed}
    zone.txt(f"mx._domainkey.{signed}", f"v=DKIM1; p={GOOD_KEY}")
    zone.txt(f"_dmarc.{DOMAIN}", policy)

    assert verdicts(checks.signature_is_the_senders)[0] == [verdict]


@pytest.mark.parametrize("text", [None, "v=DKIM1; p="])
def test_without_a_key_nothing_is_aligned(zone, verdicts, text):
    if text:
        zone.txt(KEY, text)

    assert verdicts(checks.signature_is_the_senders)[0] == ["bad"]


@pytest.mark.parametrize("fault", ["failing", "silent"])
def test_a_name_server_that_fails_or_is_silent_does_not_mean_a_missing_record(zone, fault, monkeypatch):
    getattr(zone, fault).update({DOMAIN, KEY, f"_dmarc.{DOMAIN}"})
    monkeypatch.setattr(Lookup, "of_this_machine", lambda: zone.lookup(1.0))
    examinations = {
        checks.MX: checks.mail_can_come_back,
        checks.SPF: checks.servers_are_allowed,
        checks.DKIM: checks.keys_are_published,
        checks.DMARC: checks.policy_is_published,
        checks.ALIGNMENT: checks.signature_is_the_senders,
    }

    for report, examination in examinations.items():
        [result] = checks.asked_of(report, examination)()
        assert (result.verdict, "gave no answer" in result.summary) == ("warn", True)


def test_an_include_whose_server_fails_does_not_count_as_missing(zone):
    zone.txt(DOMAIN, "v=spf1 include:amazonses.com ~all")
    zone.failing.add("amazonses.com")

    with pytest.raises(SilentError):
        list(checks.servers_are_allowed(zone.lookup(), DOMAIN))


@pytest.mark.parametrize(
    ("provider", "domain"), [("outbox", "example.org"), ("smtp", "localhost"), ("smtp", "papers.test")]
)
def test_a_domain_that_is_not_public_is_not_looked_up(settings, provider, domain):
    settings.MAIL_PROVIDER, settings.MAIL_DOMAIN = provider, domain

    [result] = checks.asked_of(checks.MX, checks.mail_can_come_back)()

    assert result.verdict == "skipped"


def test_what_every_provider_requires_is_known():
    assert set(providers.KEYS) <= set(senders.SENDERS)
