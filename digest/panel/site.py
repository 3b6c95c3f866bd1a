"""The panel's frame: its addresses, and who may come in."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils import timezone
from unfold.sites import UnfoldAdminSite

from digest.site.access import has_panel_access, is_staff

HTTP_FOUND = 302


class Panel(UnfoldAdminSite):
    """Django's admin in Unfold's clothes."""

    index_title = "Today"

    def extra_urls(self) -> list[URLPattern]:
        """Return the addresses of the panel's own pages. Unfold asks for them."""
        # Only now are all apps loaded.
        from digest.panel import routes  # noqa: PLC0415

        return routes.patterns(self.admin_view)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show today."""
        from digest.panel import dashboard  # noqa: PLC0415

        return super().index(request, {**(extra_context or {}), **dashboard.dashboard_context(request, timezone.now())})

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in who has shown a second factor beside the password, where the setting asks for it."""
        return has_panel_access(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Ask for name and password; then for the second factor."""
        from django.contrib.auth.models import User  # noqa: PLC0415

        from digest.panel import devices, signing_in  # noqa: PLC0415

        if request.method == "GET" and is_staff(request) and not self.has_permission(request):
            onward = urlencode({"next": request.GET.get("next", "")})
            return HttpResponseRedirect(f"{reverse('admin:second_factor')}?{onward}")
        self.login_form = signing_in.PanelSignInForm
        response: HttpResponse = super().login(request, extra_context)
        if request.method == "POST" and response.status_code == HTTP_FOUND and not settings.SECOND_FACTOR:
            # That was all that is asked for.
            devices.remember_device(response, User.objects.get(username=request.user.get_username()))
        return response
