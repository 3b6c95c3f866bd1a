"""What providers are sent: the same JSON as Anymail writes, faster."""

import gc
import json
import weakref

import pytest
from anymail.exceptions import AnymailInvalidAddress, AnymailSerializationError
from anymail.message import AnymailMessage
from anymail.utils import parse_address_list
from django.core.mail import get_connection

from digest.sending.transports import payloads

BACKENDS = ["brevo", "mailersend", "mailgun", "mailjet", "mandrill", "postal", "postmark", "resend", "sparkpost"]
KEYS = {"API_KEY": "k", "API_TOKEN": "k", "SECRET_KEY": "k", "SERVER_TOKEN": "k", "SENDER_DOMAIN": "example.org"}
# Those that are given many digests in one call.
BATCHED = ["brevo", "mailgun", "sparkpost"]
WITHOUT_METADATA = ["mailersend", "postal"]
LONG = "Näher an „Graphen“ 🙂 & <b>mehr</b>. " * 100


@pytest.fixture
def configured(settings):
    own = {f"{name.upper()}_{key}": value for name in BACKENDS for key, value in KEYS.items()}
    settings.ANYMAIL = own | {"POSTAL_API_URL": "https://postal.example.org/"}


def message(name, delivery="12"):
    email = AnymailMessage("Närdigest", LONG, "news@example.org", ["ada@example.org"], headers={"X-Note": "one"})
    email.attach_alternative(f"<p>{LONG}</p>", "text/html")
    if name not in WITHOUT_METADATA:
        email.metadata = {"delivery": delivery}
    if name in BATCHED:
        email.merge_data = {"ada@example.org": {"html": LONG}}
        email.merge_metadata = {"ada@example.org": {"delivery": "14"}}
        email.merge_headers = {"ada@example.org": {"List-Unsubscribe": "<https://example.org/u>"}}
    return email


def payload(name, email, is_fast):
    connection = get_connection(f"anymail.backends.{name}.EmailBackend")
    if is_fast:
        payloads.serialise_fast(connection)
    return connection.build_message_payload(email, connection.send_defaults).serialize_data()


def read(value):
    """Return what JSON says, whole or as a field of a form."""
    if isinstance(value, dict):
        return {name: read(one) if isinstance(one, bytes) else one for name, one in value.items()}
    return json.loads(value)


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("name", BACKENDS)
def test_each_provider_is_sent_what_anymail_would_send(name):
    ours, theirs = (payload(name, message(name), is_fast) for is_fast in (True, False))

    # In a form, only the variables of all readers are JSON.
    assert isinstance(ours["recipient-variables"] if name == "mailgun" else ours, bytes)
    if name == "mailgun":
        theirs["recipient-variables"] = theirs["recipient-variables"].encode()
    assert read(ours) == read(theirs)


@pytest.mark.usefixtures("configured")
def test_metadata_inside_a_header_stays_text_in_ascii():
    headers = read(payload("resend", message("resend", "12 → 13"), is_fast=True))["headers"]

    assert headers["X-Metadata"].isascii()
    assert json.loads(headers["X-Metadata"]) == {"delivery": "12 → 13"}


@pytest.mark.usefixtures("configured")
def test_a_number_beyond_64_bits_is_sent_as_anymail_would_send_it():
    assert read(payload("postmark", message("postmark", 2**70), is_fast=True))["Metadata"] == {"delivery": 2**70}


@pytest.mark.usefixtures("configured")
def test_what_is_no_json_gets_anymails_own_error():
    email = message("sparkpost")
    email.merge_data["ada@example.org"]["html"] = object()

    with pytest.raises(AnymailSerializationError, match="object"):
        payload("sparkpost", email, is_fast=True)


SENDERS = ["news@example.org", "Papers <news@example.org>", '"Papers, daily" <news@example.org>', "Ärzte <a@b.example>"]
RECIPIENTS = [
    ["ada@example.org"],
    ["Ada.L+papers@Example.ORG", "b_1-x@mail.example.org"],
    ["Ada <ada@example.org>", "b@example.org"],
    ["a@example.org, b@example.org"],
    ['"ada lovelace"@example.org'],
    ["müller@example.org"],
    ["ada@münchen.example"],
    ["ada@[192.0.2.1]"],
]


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("to", RECIPIENTS)
def test_addresses_are_those_that_anymail_reads(sender, to):
    for field, written in [("from_email", sender), ("to", to), ("reply_to", [sender])]:
        for _ in range(2):
            ours, theirs = payloads.addresses(written, field), parse_address_list(written, field)
            assert [(str(one), one.addr_spec, one.username, one.domain, one.display_name) for one in ours] == [
                (str(one), one.addr_spec, one.username, one.domain, one.display_name) for one in theirs
            ]


@pytest.mark.parametrize(
    "written", [["ada"], ["ada@"], ["@example.org"], [""], ["ada@example.org\r\nBcc: b@c.d"], [".a@b.c"]]
)
def test_what_is_no_address_gets_anymails_own_error(written):
    def answer(read):
        try:
            return [str(one) for one in read(written, "to")]
        except AnymailInvalidAddress as error:
            return str(error)

    assert answer(payloads.addresses) == answer(parse_address_list)


@pytest.mark.parametrize("written", [None, [None], []])
def test_no_address_is_no_address(written):
    assert payloads.addresses(written, "to") == parse_address_list(written, "to") == []


@pytest.mark.usefixtures("configured")
def test_a_payload_goes_with_its_mail():
    connection = get_connection("anymail.backends.postmark.EmailBackend")
    payloads.serialise_fast(connection)
    built = connection.build_message_payload(message("postmark"), connection.send_defaults)
    is_there = weakref.ref(built)

    gc.disable()
    try:
        del built
        assert is_there() is None
    finally:
        gc.enable()
