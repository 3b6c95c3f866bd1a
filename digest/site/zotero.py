"""A reader's Zotero library: connect it with their key, send saved papers to it, disconnect it."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from digest import tasks
from digest.community import zotero
from digest.models import ZoteroConnection
from subscriptions import limits, outgoing
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Subscriber
from subscriptions.views.signed_links import signed


@sensitive_post_parameters("key")
@require_POST
@signed(Purpose.PREFERENCES)
def change_zotero(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Connect, send or disconnect, depending on the button."""
    match request.POST.get("action", ""):
        case "connect":
            _connect(request, subscriber)
        case "push":
            if ZoteroConnection.objects.filter(subscriber=subscriber).exists():
                _enqueue(subscriber)
                messages.success(request, "On their way. Your papers will show up in Zotero in a minute.")
        case "disconnect":
            ZoteroConnection.objects.filter(subscriber=subscriber).delete()
            messages.success(request, "Disconnected, and your key is deleted. Papers already in Zotero stay there.")
        case _:
            raise Http404("no such action")
    return redirect("own_saved", token)


def _connect(request: HttpRequest, subscriber: Subscriber) -> None:
    # Every attempt sends a request to Zotero.
    if not limits.has_room(settings.SIGN_IN_TRIES, "zotero", str(subscriber.pk)):
        messages.error(request, "Too many attempts. Please wait a few minutes.")
        return
    try:
        zotero.connect(subscriber, request.POST.get("key", ""), timezone.now())
    except zotero.ZoteroError as error:
        messages.error(request, str(error))
        return
    _enqueue(subscriber)
    messages.success(request, "Connected. Your saved papers are on their way to Zotero.")


def _enqueue(subscriber: Subscriber) -> None:
    outgoing.enqueue_on_commit(lambda: tasks.push_to_zotero.delay(subscriber.pk))
