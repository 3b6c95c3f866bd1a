"""The panel as an admin site: its URLs, and who may enter."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import SimpleTemplateResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from unfold.sites import UnfoldAdminSite

from digest.site.access import has_panel_access, is_staff


class Panel(UnfoldAdminSite):
    """Django's admin with Unfold's look."""

    index_title = "Today"

    def extra_urls(self) -> list[URLPattern]:
        """Return the URL patterns of the panel's own pages. Called by Unfold."""
        # Imported here because only now are all apps loaded.
        from digest.panel import routes  # noqa: PLC0415

        return routes.patterns(self.admin_view)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:  # noqa: FBT001, FBT002
        """Return a view of the panel that answers 400 to a number that is too large for the database.

        If the sign-in has ended, a part of a page gets 401: the sign-in page would take the place of what was typed.
        """
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.headers.get("HX-Request") and not self.has_permission(request):
                return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
            try:
                response = inner(request, *args, **kwargs)
                if isinstance(response, SimpleTemplateResponse):
                    # Some rows are only fetched when the page is made.
                    response.render()
            except OverflowError as error:
                raise BadRequest from error
            return response

        return answer

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the first page, “Today”."""
        from digest.panel import dashboard  # noqa: PLC0415

        return super().index(request, {**(extra_context or {}), **dashboard.dashboard_context(request, timezone.now())})

    def has_permission(self, request: HttpRequest) -> bool:
        """Return whether the user is signed in, with a second factor if the setting requires one."""
        return has_panel_access(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Ask for name and password, then for the second factor."""
        from django.contrib.auth.models import User  # noqa: PLC0415

        from digest.panel import devices, signing_in  # noqa: PLC0415

        if request.method == "GET" and is_staff(request) and not self.has_permission(request):
            onward = urlencode({"next": request.GET.get("next", "")})
            return HttpResponseRedirect(f"{reverse('admin:second_factor')}?{onward}")
        self.login_form = signing_in.PanelSignInForm
        response: HttpResponse = super().login(request, extra_context)
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND and not settings.SECOND_FACTOR:
            # No second factor is required, so the sign-in is complete.
            devices.remember_device(response, User.objects.get(username=request.user.get_username()))
        return response
