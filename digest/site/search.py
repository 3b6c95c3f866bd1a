"""The search: as one types, within a topic and some days."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from digest import searching
from digest.site import reading
from digest.site.forms import SearchForm
from digest.site.keeping import for_everybody, show


def query_of(form: SearchForm) -> searching.Query:
    """Return what a form asks for; what it cannot read is left out."""
    form.is_valid()
    said = form.cleaned_data
    topic = said.get("topic")
    return searching.Query(said.get("q") or "", topic.slug if topic else "", said.get("since"), said.get("until"))


def parameters(query: searching.Query) -> str:
    """Return the search as the query of an address; "" for one without words."""
    said = {"q": " ".join(query.text.split()), "topic": query.topic, "since": query.since, "until": query.until}
    return urlencode({name: value for name, value in said.items() if value}) if query.words else ""


@require_safe
@for_everybody
def search(request: HttpRequest) -> HttpResponse:
    """Show the form and what it finds; to htmx the findings alone."""
    form = SearchForm(request.GET)
    query = query_of(form)
    context = {"form": form, "query": parameters(query), **reading.ranked(request, searching.search(query))}
    page = "site/found.html" if getattr(request, "htmx", False) else "site/search.html"
    response = show(request, page, context)
    patch_vary_headers(response, ("HX-Request",))
    return response
