"""Addresses are checked, normalised, and compared whatever their case."""

import pytest

from subscriptions import addresses


def clean(address, **options):
    return addresses.clean_address(address, **{"refuse_disposable": True, **options})


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("ada@example.org", "ada@example.org"),
        ("  Ada@EXAMPLE.org\n", "Ada@example.org"),
        ("ada+papers@example.org", "ada+papers@example.org"),
        ("ada@bücher.example.org", "ada@xn--bcher-kva.example.org"),
    ],
)
def test_an_address_is_normalised(typed, cleaned):
    assert clean(typed) == cleaned


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@localhost",
        "ada@example..org",
        "a" * 300 + "@example.org",
        "ada@" + "a" * 300 + ".org",
        "<b>ada</b>@example.org",
        "ada@exam\0ple.org",
        "ada@example.org\nBcc: eve@example.org",
        "ada@example.org, eve@example.org",
        "Ada <ada@example.org>",
        "ådå@example.org",
    ],
)
def test_an_invalid_address_is_refused_with_a_message(typed):
    with pytest.raises(addresses.BadAddress) as caught:
        clean(typed)
    assert len(str(caught.value)) > 10


@pytest.mark.parametrize("typed", ["ada@mailinator.com", "ada@MAILINATOR.com", "ada@mail.mailinator.com"])
def test_disposable_domains_are_refused_when_asked_to(typed):
    with pytest.raises(addresses.BadAddress, match="stop working"):
        clean(typed)
    assert clean(typed, refuse_disposable=False)


def test_spellings_of_one_address_share_a_key():
    assert addresses.address_key(" ADA@Example.ORG ") == addresses.address_key("ada@example.org")
    assert addresses.address_key("ada@example.org") != addresses.address_key("eda@example.org")
