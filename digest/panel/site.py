"""The panel's frame: its addresses, and who may come in."""

from unfold.sites import UnfoldAdminSite


class Panel(UnfoldAdminSite):
    """Django's admin in Unfold's clothes."""

    index_title = "Today"
