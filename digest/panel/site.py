"""The panel's frame: its addresses, and who may come in."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.sites import UnfoldAdminSite


class Panel(UnfoldAdminSite):
    """Django's admin in Unfold's clothes."""

    index_title = "Today"

    def extra_urls(self) -> list[URLPattern]:
        """Return the addresses of the panel's own pages. Unfold asks for them."""
        # Only now are all apps loaded.
        from digest.panel import own_sign_in, routes, setting_up, signing_in  # noqa: PLC0415

        return [
            path("second-factor/", signing_in.second_factor, name="second_factor"),
            path("second-factor/passkey/", signing_in.ask_for_passkey, name="ask_for_passkey"),
            path("second-factor/set-up/", setting_up.set_up, name="set_up_second_factor"),
            path("second-factor/set-up/passkey/", setting_up.ask_for_new_passkey, name="ask_for_new_passkey"),
            path("your-sign-in/", self.admin_view(own_sign_in.own_sign_in), name="own_sign_in"),
            path("your-sign-in/passkey/", self.admin_view(own_sign_in.ask_for_another), name="ask_for_another"),
            path("your-sign-in/add/", self.admin_view(own_sign_in.add), name="add_passkey"),
            path("your-sign-in/<int:pk>/remove/", self.admin_view(own_sign_in.remove), name="remove_passkey"),
            *routes.patterns(self.admin_view),
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show today."""
        from digest.panel import today  # noqa: PLC0415

        return super().index(request, {**(extra_context or {}), **today.figures(request, timezone.now())})

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in who has shown a second factor beside the password, where the setting asks for it."""
        from digest.panel import signing_in  # noqa: PLC0415

        return signing_in.may_come_in(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Ask for name and password; then for the second factor."""
        from digest.panel import signing_in  # noqa: PLC0415

        if request.method == "GET" and signing_in.is_staff(request) and not self.has_permission(request):
            onward = urlencode({"next": request.GET.get("next", "")})
            return HttpResponseRedirect(f"{reverse('admin:second_factor')}?{onward}")
        self.login_form = signing_in.SignInForm
        return super().login(request, extra_context)
