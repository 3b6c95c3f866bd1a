"""One of everything, with hostile text in each field that someone else writes. A plugin for the tests that name it."""

import json
from datetime import timedelta
from email.message import EmailMessage
from urllib.parse import unquote

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType

from digest.community import members
from digest.health import proxy_count
from digest.models import (
    Delivery,
    Edition,
    EditionPaper,
    Event,
    Feedback,
    FollowedSource,
    LibraryEntry,
    Listing,
    MemberPasskey,
    Paper,
    PaperIdentifier,
    Passkey,
    SourceRun,
    Submission,
    Tally,
)
from subscriptions import tokens
from subscriptions.importing import table_reader
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import AuthorFollow, Consent, Roster, Rule, Subscriber, Suppression
from tests.support.authenticator import Authenticator
from tests.support.factories import (
    DAY,
    NOON,
    make_delivery,
    make_edition,
    make_member,
    make_paper,
    make_subscriber,
    make_topic,
)
from tests.support.hostile_html import HOSTILE, SCRIPT_ADDRESS, SHORT, TINY

pytest_plugins = ["tests.support.member_browser"]

CSV = f'email;name;topics\nada@example.org;"{HOSTILE.replace(chr(34), chr(34) * 2)}";x\n'


@pytest.fixture
def hostile_world(settings, at_noon, client, sign_in):
    """The browser of someone who may see everything, and values for tests.support.every_address."""
    settings.DEBUG = True
    settings.SECOND_FACTOR = True
    settings.SITE_BYLINE = SHORT
    owner = User.objects.create_superuser(SHORT, f"{TINY}@example.org", first_name=SHORT, last_name=SHORT)
    passkey = _second_factor(client, owner)
    Group.objects.create(name=SHORT)
    topic = make_topic(SHORT, slug="hostile", description=HOSTILE[:200], keywords=[HOSTILE])
    papers = [_paper(topic) for _ in range(5)]
    edition = make_edition(*papers[:3], subject=SHORT, intro=HOSTILE, halted_because=HOSTILE[:255])
    draft = make_edition(papers[3], published=False, day=DAY + timedelta(days=1), subject=SHORT, intro=HOSTILE)
    authorship = {"changed_by": SHORT, "look_asked_by": SHORT, "hour_set_by": SHORT, "look_asked_for": NOON}
    Edition.objects.update(**authorship)
    EditionPaper.objects.update(note=HOSTILE[:280])
    reader = _reader(topic)
    delivery = _delivery(reader, edition, papers)
    member = make_member(f"{TINY}@example.org")
    sign_in(member)
    own_passkey = MemberPasskey.objects.create(member=member, name=SHORT[:64], credential_id="b3du", public_key=b"")
    submission = _submissions(member, papers)
    _traces(owner, edition)
    return client, {
        **_tokens(reader, delivery, member),
        **_keys(papers[0], draft, reader, submission, passkey),
        ("account/passkeys/", "pk"): own_passkey.pk,
        ("regular expression", "app_list"): ["/admin/digest/"],
        ("regular expression", ""): ["/admin/nowhere/"],
        ("outbox/", "name"): _mail(settings.OUTBOX_DIR),
        ("healthz/forwarded/", "token"): proxy_count.probe().token,
    }


def _second_factor(client, owner):
    """Sign someone in with password and passkey, and return the passkey."""
    client.force_login(owner)
    page = "/admin/second-factor/set-up/"
    answer = Authenticator().create(client.post(f"{page}passkey/").json())
    client.post(page, {"answer": json.dumps(answer)})
    Passkey.objects.update(name=SHORT[:64])
    return Passkey.objects.get()


def _paper(topic):
    paper = make_paper(
        HOSTILE,
        about=topic,
        abstract=HOSTILE,
        authors=[HOSTILE, SHORT],
        original_abstract=HOSTILE,
        original_authors=[HOSTILE, SHORT],
        arxiv_categories=[TINY],
        source=TINY,
        code_url=SCRIPT_ADDRESS,
        project_url=f"https://example.org/{HOSTILE}"[:500],
    )
    PaperIdentifier.objects.create(paper=paper, scheme="arxiv", value=f"{SHORT}{paper.pk}")
    PaperIdentifier.objects.create(paper=paper, scheme="doi", value=f"10.1/{SHORT}{paper.pk}")
    Listing.objects.create(paper=paper, origin=TINY[:16], day=DAY)
    return paper


def _reader(topic):
    reader = make_subscriber(f"{TINY}@example.org", follows=[topic], channel="mail")
    Rule.objects.create(subscriber=reader, kind="follow", phrase=SHORT)
    Rule.objects.create(subscriber=reader, kind="mute", phrase=f"{SHORT}.")
    AuthorFollow.objects.create(subscriber=reader, name=SHORT)
    Consent.objects.create(subscriber=reader, wording=HOSTILE, requested_at=NOON, confirmed_at=NOON)
    Suppression.objects.create(address_hash="0" * 64, reason="bounced")
    Subscriber.objects.filter(pk=reader.pk).update(feed_key=reader.public_id)
    reader.refresh_from_db()
    return reader


def _delivery(reader, edition, papers):
    reasons = ("topic", "keyword", "author")
    frozen = [[paper.pk, code, HOSTILE] for paper, code in zip(papers, reasons, strict=False)]
    delivery = make_delivery(reader, edition, content={"papers": frozen, "of": 3}, status="sent", sent_at=NOON)
    Delivery.objects.filter(pk=delivery.pk).update(error=HOSTILE, provider_id=HOSTILE[:255], claimed_by=SHORT[:64])
    Event.objects.create(provider=TINY, event_id=HOSTILE[:255], type=TINY, kind="delivered", delivery=delivery, at=NOON)
    for paper, kind in zip(papers, ("more", "less", "saved"), strict=False):
        Feedback.objects.create(subscriber=reader, paper=paper, kind=kind)
    labels = [HOSTILE[:40], SHORT]
    LibraryEntry.objects.create(subscriber=reader, paper=papers[2], cite_key=SHORT[:80], note=HOSTILE, labels=labels)
    return delivery


def _submissions(member, papers):
    for number, status in enumerate(("queued", "refused", "shown")):
        decided = NOON if status == "refused" else None
        fields = {"paper": papers[4], "status": status, "reason": HOSTILE[:280], "decided_at": decided}
        Submission.objects.create(member=member, arxiv_id=f"{TINY}{number}", **fields)
    return Submission.objects.get(status="queued")


def _traces(owner, edition):
    SourceRun.objects.create(source=TINY, part=SHORT, notes=HOSTILE, cursor=HOSTILE, requests=HOSTILE).fail(HOSTILE)
    stopped_fields = {"status": "stopped", "stopped_because": HOSTILE[:300], "moved_to": HOSTILE[:500]}
    FollowedSource.objects.create(kind=TINY, query=HOSTILE[:500], name=SHORT, **stopped_fields)
    LogEntry.objects.create(
        user=owner,
        content_type=ContentType.objects.get_for_model(edition),
        object_id=str(edition.pk),
        object_repr=HOSTILE[:200],
        action_flag=CHANGE,
        change_message=HOSTILE,
    )
    for kind in Tally.Kind.values:
        Tally.objects.create(kind=kind, day=DAY, counts={HOSTILE: 1, "active": 1}, counted_at=NOON)
    roster = table_reader.take_in(HOSTILE[:255], CSV.encode(), SHORT)
    Roster.objects.filter(pk=roster.pk).update(
        status="checked", counts={HOSTILE: 1}, faults=[[1, HOSTILE, HOSTILE], [2, HOSTILE]], uploaded_by=SHORT
    )
    table_reader.take_in(HOSTILE[:255], CSV.encode(), SHORT)


def _tokens(reader, delivery, member):
    def signed(purpose, value):
        return tokens.sign_token(purpose, value)

    return {
        ("preferences/", "token"): signed(Purpose.PREFERENCES, reader.public_id.hex),
        ("confirm/", "token"): signed(Purpose.CONFIRM, reader.public_id.hex),
        ("unsubscribe/", "token"): signed(Purpose.UNSUBSCRIBE, reader.public_id.hex),
        ("digests/", "token"): signed(Purpose.VIEW, str(delivery.pk)),
        ("feedback/", "token"): signed(Purpose.FEEDBACK, str(delivery.pk)),
        ("feeds/", "token"): signed(Purpose.FEED, reader.feed_key.hex),
        ("sign-in/", "token"): unquote(members.link(member, "/").split("?")[0].rpartition("/")[2]),
    }


def _keys(paper, draft, reader, submission, passkey):
    return {
        ("papers/", "pk"): paper.pk,
        ("papers/", "day"): DAY,
        ("papers/<week", "first"): f"{DAY:%G-W%V}",
        ("papers/<month", "first"): f"{DAY:%Y-%m}",
        ("papers/date/", "first"): DAY,
        ("papers/week/", "first"): f"{DAY:%G-W%V}",
        ("papers/month/", "first"): f"{DAY:%Y-%m}",
        ("papers/<name", "name"): f"local-{paper.pk}.md",
        ("preferences/<token>/saved/", "pk"): paper.pk,
        ("opened/", "pk"): paper.pk,
        ("topics/", "slug"): "hostile",
        ("authors/", "name"): SHORT,
        ("submissions/", "pk"): submission.pk,
        ("feedback/", "paper"): paper.pk,
        ("feedback/", "kind"): "more",
        ("api/", "name"): paper.pk,
        ("admin/digest/edition/", "pk"): draft.pk,
        ("admin/digest/paper/", "pk"): paper.pk,
        ("admin/subscriptions/subscriber/", "pk"): reader.pk,
        ("admin/subscriptions/roster/", "pk"): Roster.objects.order_by("pk").first().pk,
        ("admin/digest/submission/", "pk"): submission.pk,
        ("admin/your-sign-in/", "pk"): passkey.pk,
        ("admin/auth/user/", "pk"): passkey.user_id,
        ("admin/r/", "content_type_id"): ContentType.objects.get_for_model(Paper).pk,
        ("admin/r/", "object_id"): paper.pk,
    }


def _mail(folder):
    """Put a mail into the outbox, and return its name."""
    message = EmailMessage()
    message["Subject"], message["To"] = HOSTILE, "ada@example.org"
    message.set_content(HOSTILE)
    message.add_alternative("<p>A mail</p>", subtype="html")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "one.eml").write_bytes(message.as_bytes())
    return "one.eml"
