"""Health checks: whether the process is alive, and whether it can do its work."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from digest.health import proxy_count
from digest.metrics import overdue, pulse, queues


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer that the process is alive. Checks nothing else."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django's signature
    """Report whether each part the service needs responds: 200, or 503 if one does not.

    The state of beat and the digests is reported too, but does not change the status code: a web process serves pages
    just as well while beat is silent or digests are late, and taking it out of a load balancer would only add a second
    fault.
    """
    parts = {name: "ok" if answers() else "no answer" for name, answers in READINESS_CHECKS.items()}
    ready = set(parts.values()) == {"ok"}
    clockwork = _clockwork(timezone.now()) if parts["database"] == "ok" else {}
    is_late = clockwork.get("beat") == "silent" or clockwork.get("digests") == "overdue"
    status = "down" if not ready else "degraded" if is_late else "ok"
    body = {"ready": ready, "status": status, "parts": parts, "clockwork": clockwork}
    return JsonResponse(body, status=HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE)


def _clockwork(now: datetime) -> dict[str, str | None]:
    """Return the state of beat and the digests, with the times behind it; nothing if the database fails meanwhile."""
    try:
        oldest = overdue.oldest_overdue(now)
    except DatabaseError:
        return {}
    rang = pulse.last_pulse()
    return {
        # A beat without any pulse may never have been started: on a new machine, or by choice.
        "beat": "never rang" if not rang else "silent" if now - rang > settings.OVERDUE_AFTER else "ok",
        "last_pulse": rang.isoformat(timespec="seconds") if rang else None,
        "digests": "overdue" if overdue.waiting_time(now, oldest) > settings.OVERDUE_AFTER else "ok",
        "oldest_due_since": oldest.isoformat(timespec="seconds") if oldest else None,
    }


@require_safe
@never_cache
def count_forwarded(request: HttpRequest, token: str) -> JsonResponse:
    """Tell `manage.py doctor`, and no one else, how many proxies added to X-Forwarded-For."""
    counts = proxy_count.seen(request, token)
    if counts is None:
        raise Http404
    return JsonResponse(counts._asdict())


def database_answers() -> bool:
    """Run the smallest possible query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


READINESS_CHECKS: dict[str, Callable[[], bool]] = {"database": database_answers, "broker": queues.answers}
