"""The address that Prometheus asks."""

from hmac import compare_digest

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with all metrics: 404 where no METRICS_TOKEN is set, 401 to whoever does not show it."""
    if not settings.METRICS_TOKEN:
        raise Http404
    shown = request.headers.get("Authorization", "").encode(errors="replace")
    if not compare_digest(shown, f"Bearer {settings.METRICS_TOKEN}".encode()):
        refusal = HttpResponse("A token is needed.\n", status=401, content_type="text/plain; charset=utf-8")
        refusal["WWW-Authenticate"] = "Bearer"
        return refusal
    # Loaded here: who is not watched does without the library.
    from digest.metrics import prometheus  # noqa: PLC0415

    return HttpResponse(prometheus.exposition(settings.METRICS_DIR), content_type=prometheus.CONTENT_TYPE)
