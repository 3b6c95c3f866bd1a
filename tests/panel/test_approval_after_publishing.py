"""With SECOND_LOOK, a curator's change to a published edition is in no email until another curator has looked."""

import inspect
import re
from datetime import timedelta

import pytest
from django.core import mail

from digest.editions import publishing
from digest.models import Delivery, Submission
from digest.panel.board import views
from digest.sending import breaker
from tests.support.changing import WAYS_TO_CHANGE, change_paper, post_approval, save_form, sent_mails
from tests.support.factories import DAY, NOON, make_edition, make_member, make_paper

pytest_plugins = ["tests.support.curators"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("second_look_enabled")]
Status = Delivery.Status


@pytest.mark.parametrize("change", WAYS_TO_CHANGE.values(), ids=WAYS_TO_CHANGE)
def test_no_digest_goes_out_until_another_curator_has_looked(curator, second_curator, edition, delivery, change):
    change(curator, edition)

    assert not sent_mails()
    delivery.refresh_from_db()
    assert delivery.status == Status.HELD
    assert post_approval(curator, edition).status_code == 409
    assert not sent_mails()
    assert post_approval(second_curator, edition).status_code == 302
    if edition.entries.exists():
        assert len(sent_mails()) == 1


def test_every_change_the_board_offers_is_covered():
    code = inspect.getsource(views.parse_command) + inspect.getsource(views._change_of_entry)
    commands = {
        name for names in re.findall(r"case ((?:\"\w+\"(?: \| )?)+)", code) for name in re.findall(r"\w+", names)
    }

    commands |= set(views.PLACEMENT_BY_COMMAND)
    assert len(commands) == 13
    assert commands <= set(WAYS_TO_CHANGE)


def test_without_the_setting_a_change_goes_out_at_once(curator, edition, delivery, settings):
    settings.SECOND_LOOK = False
    WAYS_TO_CHANGE["words"](curator, edition)

    assert [letter.subject for letter in sent_mails()] == ["BUY NOW"]


def test_changes_made_before_the_setting_was_turned_on_do_not_wait(curator, edition, delivery, settings):
    settings.SECOND_LOOK = False
    WAYS_TO_CHANGE["words"](curator, edition)
    settings.SECOND_LOOK = True

    assert len(sent_mails()) == 1


def test_saving_a_papers_form_without_changes_does_not_count_as_a_change(curator, edition, delivery):
    paper = edition.papers.get(title="One")
    save_form(curator, f"/admin/digest/paper/{paper.pk}/change/")

    assert len(sent_mails()) == 1


# --- Who looks --------------------------------------------------------------------------------------


def test_when_two_curators_made_changes_each_looks_at_the_others_changes(curator, second_curator, edition, delivery):
    WAYS_TO_CHANGE["words"](curator, edition)
    WAYS_TO_CHANGE["note"](second_curator, edition)

    page = post_approval(curator, edition)
    assert page.status_code == 302
    assert not sent_mails()
    assert post_approval(curator, edition).status_code == 409
    assert post_approval(second_curator, edition).status_code == 302
    assert len(sent_mails()) == 1


def test_a_change_after_the_second_look_waits_again(curator, second_curator, edition, delivery):
    WAYS_TO_CHANGE["words"](curator, edition)
    post_approval(second_curator, edition)
    WAYS_TO_CHANGE["note"](curator, edition)

    assert not sent_mails()


def test_a_look_at_an_outdated_version_does_not_count(curator, second_curator, edition, delivery):
    WAYS_TO_CHANGE["words"](curator, edition)
    edition.refresh_from_db()
    seen_version = edition.version
    WAYS_TO_CHANGE["note"](curator, edition)

    answer = post_approval(second_curator, edition, seen_version)

    assert answer.status_code == 409
    assert "Please look again." in answer.content.decode()
    assert not sent_mails()


@pytest.mark.parametrize("version", ["", "x", "-1"])
def test_a_look_without_a_version_does_not_count(curator, second_curator, edition, version):
    WAYS_TO_CHANGE["words"](curator, edition)

    assert post_approval(second_curator, edition, version).status_code == 409


@pytest.mark.parametrize("role", ["Operator", "Owner"])
def test_only_curators_can_take_a_second_look(curator, make_curator, edition, role):
    WAYS_TO_CHANGE["words"](curator, edition)

    assert post_approval(make_curator("other", role), edition).status_code == 403


def test_an_operator_who_resumes_sending_does_not_let_changes_out(curator, make_curator, edition, delivery):
    operator = make_curator("olga", "Operator")
    WAYS_TO_CHANGE["words"](curator, edition)
    for deed in ("stop", "go-on", "again"):
        operator.post(f"/admin/digest/edition/{edition.pk}/sending/{deed}/")

    assert not sent_mails()


def test_an_edition_unpublished_and_published_again_still_waits(curator, second_curator, edition, monkeypatch):
    monkeypatch.setattr("digest.tasks.sweep_editions.delay", lambda: None)
    WAYS_TO_CHANGE["words"](curator, edition)
    publishing = f"/admin/digest/edition/{edition.pk}/publishing/"
    curator.post(f"{publishing}take-back/")

    edition.refresh_from_db()
    curator.post(f"{publishing}publish/", {"version": edition.version})

    edition.refresh_from_db()
    assert not edition.is_published
    assert edition.waits_for_approval


def test_editing_the_text_of_a_paper_counts_as_a_change_to_its_draft(curator, second_curator, topic):
    draft = make_edition(make_paper("One", about=topic), published=False)
    publishing = f"/admin/digest/edition/{draft.pk}/publishing/publish/"
    curator.post(publishing, {"version": draft.version})
    draft.refresh_from_db()
    seen_version = draft.version
    change_paper(curator, draft)

    assert second_curator.post(publishing, {"version": seen_version}).status_code == 409
    draft.refresh_from_db()
    assert not draft.is_published


def test_an_accepted_submission_keeps_its_draft_from_being_published_automatically(curator, edition):
    draft = make_edition(make_paper(), day=DAY + timedelta(days=1), published=False)
    row = Submission.objects.create(
        member=make_member(), arxiv_id="2508.00009", paper=make_paper(), status=Submission.Status.QUEUED
    )
    curator.post(f"/admin/digest/submission/{row.pk}/decide/", {"act": "accept"})

    assert publishing.publish_overdue(NOON + timedelta(days=3)) == []
    draft.refresh_from_db()
    assert draft.waits_for_approval


# --- What the panel says ----------------------------------------------------------------------------


def test_the_panel_says_what_waits_and_for_whom(curator, second_curator, edition):
    address = f"/admin/digest/edition/{edition.pk}/publishing/"
    WAYS_TO_CHANGE["words"](curator, edition)
    own, others = (client.get(address).content.decode() for client in (curator, second_curator))

    assert "Saved the subject and the intro." in others
    assert "Approve and resume" in others
    assert "Approve and resume" not in own
    assert "another curator has to approve it" in own
    assert "Emails waiting for approval" in second_curator.get("/admin/").content.decode()
    assert "hide the paper" in curator.get(f"/admin/digest/edition/{edition.pk}/board/").content.decode()


def test_the_other_curators_are_emailed_once(curator, second_curator, make_curator, edition):
    make_curator("olga", "Operator")
    WAYS_TO_CHANGE["words"](curator, edition)
    breaker.watch(NOON)
    assert not mail.outbox

    for minutes in (6, 7):
        breaker.watch(NOON + timedelta(minutes=minutes))

    assert [letter.to for letter in mail.outbox] == [["grace@example.org"]]
    assert "ada changed the edition of 21 August 2025" in mail.outbox[0].body
    assert f"/admin/digest/edition/{edition.pk}/publishing/" in mail.outbox[0].body
