"""Signed links are valid for one purpose, and for as long as they should be."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from subscriptions.link_lifetimes import Purpose
from subscriptions.tokens import BadToken, StaleToken, is_younger, read_token, sign_token

NOW = datetime(2026, 3, 29, 1, tzinfo=UTC)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_token_gives_back_its_value(purpose):
    assert read_token(purpose, sign_token(purpose, "abc")) == "abc"


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("other", Purpose)
def test_a_token_is_of_no_use_for_another_purpose(purpose, other):
    if purpose != other:
        with pytest.raises(BadToken):
            read_token(other, sign_token(purpose, "abc"))


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: "b" + t[1:], lambda t: t + "=", lambda t: t[:0], str.upper]
)
def test_a_changed_token_is_bad_rather_than_stale(change):
    with pytest.raises(BadToken) as caught:
        read_token(Purpose.VIEW, change(sign_token(Purpose.VIEW, "abc")))
    assert not isinstance(caught.value, StaleToken)


@pytest.mark.parametrize(("purpose", "days"), [(Purpose.CONFIRM, 7), (Purpose.PREFERENCES, 60)])
def test_a_token_goes_stale(purpose, days):
    with time_machine.travel(NOW, tick=False):
        token = sign_token(purpose, "abc")
    with time_machine.travel(NOW + timedelta(days=days), tick=False):
        assert read_token(purpose, token) == "abc"
    with time_machine.travel(NOW + timedelta(days=days, seconds=1), tick=False), pytest.raises(StaleToken):
        read_token(purpose, token)


@pytest.mark.parametrize("purpose", [Purpose.UNSUBSCRIBE, Purpose.VIEW])
def test_a_link_in_a_digest_never_goes_stale(purpose):
    with time_machine.travel(NOW):
        token = sign_token(purpose, "abc")
    with time_machine.travel(NOW + timedelta(days=20 * 365)):
        assert read_token(purpose, token) == "abc"


def test_the_age_of_a_token_can_be_checked():
    with time_machine.travel(NOW, tick=False):
        token = sign_token(Purpose.VIEW, "abc")
        assert is_younger(Purpose.VIEW, token, timedelta(days=1))
        assert not is_younger(Purpose.VIEW, "forged", timedelta(days=1))
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        assert not is_younger(Purpose.VIEW, token, timedelta(days=1))


def test_old_links_survive_a_new_secret_key_while_the_old_key_is_listed(settings):
    token, old = sign_token(Purpose.VIEW, "abc"), settings.SECRET_KEY
    settings.SECRET_KEY = "x" * 50
    with pytest.raises(BadToken):
        read_token(Purpose.VIEW, token)

    settings.SECRET_KEY_FALLBACKS = [old]

    assert read_token(Purpose.VIEW, token) == "abc"
