"""Every way a curator can change a published edition."""

from django.core import mail

from digest.models import Edition
from digest.sending import breaker
from digest.sending import worker as draining
from tests.support.factories import NOON, make_paper


def sent_mails():
    """Send what may go out; return the mails."""
    mail.outbox.clear()
    breaker.watch(NOON)
    draining.drain()
    return [letter for letter in mail.outbox if letter.to == ["reader@example.org"]]


def post_command(client, edition, name, **fields):
    edition.refresh_from_db()
    fields = {"act": name, "version": edition.version, **fields}
    answer = client.post(f"/admin/digest/edition/{edition.pk}/board/act/", fields)
    assert answer.status_code == 302


def post_approval(client, edition, version=None):
    edition.refresh_from_db()
    address = f"/admin/digest/edition/{edition.pk}/publishing/look/"
    return client.post(address, {"version": edition.version if version is None else version})


def entry_of(edition, title="One"):
    return edition.entries.get(paper__title=title).pk


def save_form(client, address, **changes):
    """Save an admin form as it is, with these changes."""
    form = client.get(address).context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    for inline in client.get(address).context["inline_admin_formsets"]:
        for field in inline.formset.management_form:
            data[field.html_name] = field.value()
        for row in inline.formset.forms:
            data |= {row[name].html_name: row[name].value() for name in row.fields}
    data |= changes
    data = {name: value for name, value in data.items() if value is not None and value is not False}
    answer = client.post(address, data)
    assert answer.status_code == 302, answer.context["errors"]


def form_of(edition):
    return f"/admin/digest/edition/{edition.pk}/change/"


def undo_command(client, edition):
    post_command(client, edition, "hide", entry=entry_of(edition))
    Edition.objects.update(unseen_since=None, unseen_by=[])
    post_command(client, edition, "undo")


def redo_command(client, edition):
    post_command(client, edition, "hide", entry=entry_of(edition))
    post_command(client, edition, "undo")
    Edition.objects.update(unseen_since=None, unseen_by=[])
    post_command(client, edition, "redo")


def change_paper(client, edition):
    paper = edition.papers.get(title="One")
    save_form(client, f"/admin/digest/paper/{paper.pk}/change/", title="BUY NOW")


def upload(client, edition):
    text = "@misc{a, title={BUY NOW}, author={A. Person}, eprint={2508.00000}, archivePrefix={arXiv}}"
    assert client.post("/admin/digest/sourcerun/upload/", {"text": text, "_import": "1"}).status_code == 302


WAYS_TO_CHANGE = {
    "words": lambda client, edition: post_command(client, edition, "words", subject="BUY NOW", intro="BUY NOW"),
    "note": lambda client, edition: post_command(client, edition, "note", entry=entry_of(edition), note="BUY NOW"),
    "put": lambda client, edition: post_command(client, edition, "put", entry=entry_of(edition), place=1),
    "up": lambda client, edition: post_command(client, edition, "up", entry=entry_of(edition, "Two")),
    "down": lambda client, edition: post_command(client, edition, "down", entry=entry_of(edition)),
    "pin": lambda client, edition: post_command(client, edition, "pin", entry=entry_of(edition)),
    "list": lambda client, edition: post_command(client, edition, "list", entry=entry_of(edition)),
    "hide": lambda client, edition: post_command(client, edition, "hide", entry=entry_of(edition)),
    "remove": lambda client, edition: post_command(client, edition, "remove", entry=entry_of(edition)),
    "add": lambda client, edition: post_command(client, edition, "add", paper=make_paper("BUY NOW").pk),
    "clear": lambda client, edition: post_command(client, edition, "clear"),
    "undo": undo_command,
    "redo": redo_command,
    "the form": lambda client, edition: save_form(client, form_of(edition), subject="BUY NOW"),
    "a note in the form": lambda client, edition: save_form(client, form_of(edition), **{"entries-0-note": "BUY NOW"}),
    "a place in the form": lambda client, edition: save_form(client, form_of(edition), **{"entries-0-position": 9}),
    "the form of a paper": change_paper,
    "an upload": upload,
}
