"""The panel as Django's admin."""

from django.contrib.admin.apps import AdminConfig


class PanelConfig(AdminConfig):
    """Django's admin, with the panel as its site."""

    default_site = "digest.panel.site.Panel"
