"""The panel's roles: migrations make them, and a test that empties the database takes them away for those after it."""

from importlib import import_module

from django.apps import apps


def restore_roles():
    """Make the roles as the migrations make them in a new database; those that are there stay as they are."""
    import_module("digest.migrations.0012_roles").make_roles(apps, None)
    import_module("digest.migrations.0030_source_roles").allow(apps, None)
