"""Search as you type, with filters for topic and dates."""

from dataclasses import replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from digest.catalog import identifiers
from digest.catalog import search as searching
from digest.site import paper_lists
from digest.site.forms import SearchForm
from digest.site.page_cache import public_page, render_public


def query_of(form: SearchForm) -> searching.Query:
    """Return the form's search, without invalid values."""
    form.is_valid()
    values = form.cleaned_data
    topic = values.get("topic")
    return searching.Query(values.get("q") or "", topic.slug if topic else "", values.get("since"), values.get("until"))


def parameters(query: searching.Query) -> str:
    """Return the search as a query string; "" for a search without words."""
    values = {"q": " ".join(query.text.split()), "topic": query.topic, "since": query.since, "until": query.until}
    return urlencode({name: value for name, value in values.items() if value}) if query.terms else ""


@require_safe
@public_page
def search_page(request: HttpRequest) -> HttpResponse:
    """Show the form and the results, for htmx only the results; redirect to a paper if the query is its ID."""
    form = SearchForm(request.GET)
    query = query_of(form)
    results = searching.results(query)
    name = identifiers.parse_paper_name(query.text)
    is_htmx = bool(getattr(request, "htmx", False))
    if name and len(results.keys) == 1:
        address = reverse("paper", args=results.keys)
        return HttpResponseClientRedirect(address) if is_htmx else redirect(address)
    context = {
        "form": form,
        "query": parameters(query),
        "unknown": name,
        "results": results,
        "suggested": parameters(replace(query, text=results.suggestion)),
        **paper_lists.in_ranking_order(request, results.keys),
    }
    response = render_public(request, "site/search_results.html" if is_htmx else "site/search.html", context)
    patch_vary_headers(response, ("HX-Request",))
    return response
