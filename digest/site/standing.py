"""Why a paper did not come: paste its id, see its rank and what kept it out, and mend it with one button."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from digest import standing
from digest.looking_up import LONGEST, find
from digest.site.reading import papers_for_page
from subscriptions.models import Subscriber
from subscriptions.tokens import Purpose
from subscriptions.views.signed import signed


@require_safe
@signed(Purpose.PREFERENCES)
def why_not(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Show where a paper stands for a subscriber."""
    asked = request.GET.get("paper", "")[:LONGEST]
    context = {"subscriber": subscriber, "token": token, "asked": asked}
    found = find(asked) if asked.strip() else None
    if found:
        paper = papers_for_page().get(pk=found.pk)
        context["standing"] = standing.standing(subscriber, paper, timezone.now())
    return render(request, "site/why_not.html", context)


@require_POST
@signed(Purpose.PREFERENCES)
def mend(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Do what brings a paper in."""
    paper = find(request.POST.get("paper", ""))
    if paper is None:
        raise Http404("no such paper")
    done = standing.mend(subscriber, paper, request.POST.get("remedy", ""), timezone.now())
    if done:
        messages.success(request, render_to_string("site/mended.txt", {"mend": done}).strip())
    else:
        messages.error(request, "Nothing was changed: it stood otherwise by now. Here is how it stands.")
    return redirect(f"{reverse('why_not', args=[token])}?paper={paper.pk}")
