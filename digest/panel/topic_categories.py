"""The page for mapping the categories of sources to topics."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from digest.catalog.unmapped_categories import NEWEST_PAPERS, map_category, unmap_category, unmapped_categories
from digest.panel.pages import log_change, render_panel_page
from digest.sources.interface import source_kinds
from subscriptions.models import Topic

# The owner of a category by its prefix before the colon, if that is not a source.
SCHEMES = {"mesh": "MeSH", "subject": "Subject", "server": "Server", "": "arXiv"}


class CategoryForm(forms.Form):
    """A category, and the topic to map it to or unmap it from."""

    category = forms.CharField(max_length=200)
    topic = forms.ModelChoiceField(Topic.objects.all())


@require_http_methods(["GET", "HEAD", "POST"])
def topic_categories(request: HttpRequest) -> HttpResponse:
    """Show the categories that are not mapped to a topic; map one, or undo a mapping."""
    if request.method == "POST":
        return _change(request)
    rows = [
        {"category": category, "label": readable_category(category.name), "can_map": bool(category.suggestions)}
        for category in unmapped_categories()
    ]
    context: dict[str, Any] = {
        "title": "Categories of sources",
        "suggested": [row for row in rows if row["can_map"]],
        "others": [row for row in rows if not row["can_map"]],
        "topics": Topic.objects.order_by("name"),
        "newest_papers": NEWEST_PAPERS,
        "done": _mapped_category(request),
    }
    return render_panel_page(request, "panel/topic_categories.html", context)


def readable_category(name: str) -> str:
    """Return a category as readable text: its owner, and the word."""
    scheme, _, word = name.rpartition(":")
    kinds = source_kinds()
    owner = kinds[scheme].title if scheme in kinds else SCHEMES.get(scheme, scheme)
    return f"{owner}: {word if not scheme else word.replace('-', ' ')}"


def _change(request: HttpRequest) -> HttpResponse:
    form = CategoryForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose a topic for the category.")
        return redirect("admin:topic_categories")
    name, topic = form.cleaned_data["category"], form.cleaned_data["topic"]
    if "_undo" in request.POST:
        count = unmap_category(name, topic.pk)
        log_change(request, topic, f"“{name}” no longer counts towards it.")
        messages.success(request, f"“{readable_category(name)}” no longer counts towards {topic}. {_tagged(count)}")
        return redirect("admin:topic_categories")
    if name not in {category.name for category in unmapped_categories()}:
        messages.error(request, f"No new paper has the category “{name}”, or it already counts towards a topic.")
        return redirect("admin:topic_categories")
    count = map_category(name, topic.pk)
    log_change(request, topic, f"“{name}” now counts towards it.")
    messages.success(request, f"“{readable_category(name)}” now counts towards {topic}. {_tagged(count)}")
    page = redirect("admin:topic_categories")
    page["Location"] += "?" + request.POST.urlencode()
    return page


def _tagged(count: int) -> str:
    return f"{count} paper{'s have' if count != 1 else ' has'} been tagged again."


def _mapped_category(request: HttpRequest) -> dict[str, Any] | None:
    """Return the category that was just mapped, for the undo button; None without one."""
    form = CategoryForm(request.GET)
    if not form.is_valid() or form.cleaned_data["category"] not in form.cleaned_data["topic"].arxiv_categories:
        return None
    return form.cleaned_data | {"label": readable_category(form.cleaned_data["category"])}
