"""“Your data”, opened by the link to the preferences: see, export or delete everything we store about a subscriber."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from digest.community.personal_data import erase, everything_about
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Subscriber
from subscriptions.views.signed_links import signed


@require_http_methods(["GET", "HEAD", "POST"])
@signed(Purpose.PREFERENCES)
def my_data(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Show everything we store about a subscriber, or delete it."""
    if request.method == "POST":
        erase(subscriber, timezone.now())
        return redirect("erased")
    context = {"subscriber": subscriber, "token": token, "data": everything_about(subscriber)}
    return render(request, "subscriptions/my_data.html", context)


@require_safe
@signed(Purpose.PREFERENCES)
def my_data_file(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:  # noqa: ARG001
    """Return everything we store about a subscriber as a file."""
    file = {"Content-Disposition": 'attachment; filename="my-data.json"'}
    data = everything_about(subscriber)
    return JsonResponse(data, headers=file, json_dumps_params={"indent": 2, "ensure_ascii": False})
