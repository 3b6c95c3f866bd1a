"""The endpoint that Prometheus scrapes."""

from hmac import compare_digest

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Return all metrics; 404 if METRICS_TOKEN is not set, 401 without that token."""
    if not settings.METRICS_TOKEN:
        raise Http404
    shown = request.headers.get("Authorization", "").encode(errors="replace")
    if not compare_digest(shown, f"Bearer {settings.METRICS_TOKEN}".encode()):
        refusal = HttpResponse("A token is required.\n", status=401, content_type="text/plain; charset=utf-8")
        refusal["WWW-Authenticate"] = "Bearer"
        return refusal
    # Imported here, so that the library is not needed without monitoring.
    from digest.metrics import prometheus  # noqa: PLC0415

    return HttpResponse(prometheus.exposition(settings.METRICS_DIR), content_type=prometheus.CONTENT_TYPE)
