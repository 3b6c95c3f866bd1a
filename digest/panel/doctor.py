"""Doctor: checks everything the service needs, for superusers.

Local checks run whenever the page is shown. Network checks run only when someone clicks the button; their results
are kept in that person's session.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from digest.panel.pages import render_panel_page

SESSION_KEY = "doctor"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the local checks, and the results of the last network checks."""
    from digest.health import registry  # noqa: PLC0415 - clients of DNS and HTTP that only this page needs
    from digest.health.result import CheckResult, worst, worst_first  # noqa: PLC0415

    stored: dict[str, Any] = request.session.get(SESSION_KEY, {})
    network_results = [CheckResult(**fields) for fields in stored.get("results", [])]
    here = registry.local_results()
    context = {
        "title": "Doctor",
        "verdict": worst([*here, *network_results]),
        "here": worst_first(here),
        "asked": worst_first(network_results),
        "asked_at": parse_datetime(stored["at"]) if stored else None,
    }
    return render_panel_page(request, "panel/doctor.html", context)


@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Query name servers, the provider and our own site, and store the results for the page."""
    from digest.health import registry  # noqa: PLC0415

    results = registry.network_results()
    request.session[SESSION_KEY] = {
        "at": timezone.now().isoformat(),
        "results": [result.as_dict() for result in results],
    }
    return redirect("admin:doctor")
