"""A digest as the page behind “View in browser”: nothing on it is personal, so that its reader can pass it on."""

from django.urls import reverse

from digest.composing.digest_data import Letter
from digest.composing.renderer import FOR_EVERYBODY, DigestEntry, Shown, context, load_papers, shown
from digest.models import Delivery
from digest.recommending.wording import SharedReason
from subscriptions import links
from subscriptions.emails import Rendered, render


def render_for_browser(delivery: Delivery) -> Rendered:
    """Return a planned digest as a page that its reader can pass on, whole however long it is.

    Nothing on it is personal: no link acts for the reader, and no reason reveals what they asked for. Raises
    ComposeError if no paper is left.
    """
    letter = Letter.of(delivery)._replace(reader=None)
    whole = shown(letter, load_papers([delivery]))
    page = Shown([_for_everybody(entry) for entry in whole.entries], [_for_everybody(entry) for entry in whole.more])
    pages = {"ask_link": "preferences_link", "subscribe_link": "subscribe"}
    footer = {name: links.absolute(reverse(page_name)) for name, page_name in pages.items()}
    return render("digest", context(letter, page) | footer)


def _for_everybody(entry: DigestEntry) -> DigestEntry:
    code = FOR_EVERYBODY.get(entry.code)
    return entry._replace(code=code, argument=entry.argument if code == SharedReason.ABOUT else "") if code else entry
