"""The panel's frame: its addresses, and who may come in."""

from django.urls import URLPattern
from unfold.sites import UnfoldAdminSite


class Panel(UnfoldAdminSite):
    """Django's admin in Unfold's clothes."""

    index_title = "Today"

    def extra_urls(self) -> list[URLPattern]:
        """Return the addresses of the panel's own pages. Unfold asks for them."""
        # Only now are all apps loaded.
        from digest.panel import routes  # noqa: PLC0415

        return routes.patterns(self.admin_view)
