"""Redirects for papers and days by arXiv ID, DOI, and the paths of Hugging Face's pages.

Programs build such addresses from an ID or a day: https://huggingface.co/papers/2508.01234, /papers/date/2025-08-21.
If the page has an address of its own here, they redirect to it.
"""

import re
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from digest.catalog import identifiers
from digest.models import Paper
from digest.site import exports
from digest.site.converters import DayConverter, MonthConverter, WeekConverter
from digest.site.cors import allow_cross_origin
from digest.site.page_cache import public_page

_FILE = re.compile(r"(?P<name>.+)\.(?P<ending>" + "|".join(exports.PAPER_FORMATS) + ")", re.DOTALL)
# Parameter of Hugging Face's list → (our page, converter of the value).
_LISTS: dict[str, tuple[str, type[DayConverter | WeekConverter | MonthConverter]]] = {
    "date": ("edition", DayConverter),
    "week": ("week", WeekConverter),
    "month": ("month", MonthConverter),
}


@require_safe
def redirect_to_list(request: HttpRequest) -> HttpResponse:
    """Redirect to the requested edition, week or month, otherwise to the front page."""
    for parameter, (page, converter) in _LISTS.items():
        value = request.GET.get(parameter, "")
        if value:
            try:
                if not re.fullmatch(converter.regex, value):
                    raise ValueError(value)
                return redirect(page, converter().to_python(value))
            except ValueError as error:
                raise Http404("no such day in the calendar") from error
    return redirect("home")


@require_safe
def redirect_to_period(request: HttpRequest, first: date, page: str) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Redirect to the page of a day, a week or a month."""
    return redirect(page, first)


@require_safe
@public_page
@allow_cross_origin
def redirect_to_paper(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Redirect to the paper with this arXiv ID or DOI; with a file extension, return it as a file."""
    file = _FILE.fullmatch(name)
    if file and (existing := _paper(file["name"])):
        return exports.file_of(existing, file["ending"])
    existing = _paper(name)
    if not existing:
        raise Http404("no such paper")
    return redirect(reverse("paper", args=[existing.pk]))


def _paper(text: str) -> Paper | None:
    name = identifiers.parse_paper_name(text)
    # A web address, such as that of a paper's code, does not name a page.
    if name is None or name.scheme == identifiers.WEB_ADDRESS_KIND:
        return None
    return next(iter(name.papers()), None)
