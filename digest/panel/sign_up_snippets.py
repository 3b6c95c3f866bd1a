"""Snippets for signing up from other sites: a form, a badge, and an API request to copy."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from digest.panel.pages import render_panel_page
from subscriptions.emails import plain_text
from subscriptions.links import absolute
from subscriptions.models import Topic


@require_safe
def sign_up_snippets(request: HttpRequest) -> HttpResponse:
    """Show the form, the badge and a request to the API, ready to copy."""
    addresses = {
        "subscribe_url": absolute(reverse("subscribe")),
        "badge_url": absolute(reverse("badge")),
        "api_url": absolute(reverse("api:subscribe")),
        "topic": Topic.objects.order_by("name").first(),
        "name": settings.SITE_NAME,
    }
    snippets = {name: plain_text(f"panel/snippets/{name}.txt", addresses).strip() for name in ("form", "badge", "api")}
    has_key = bool(settings.SUBSCRIBE_KEY)
    context = {"title": "Sign-up form for your site", "snippets": snippets, "has_key": has_key, **addresses}
    return render_panel_page(request, "panel/sign_up_snippets.html", context)
