"""The panel's roles: migrations make them, and a test that empties the database removes them for the tests after it."""

from importlib import import_module

from django.apps import apps


def restore_roles():
    """Make the roles as the migrations do in a new database; existing ones stay as they are."""
    import_module("digest.migrations.0012_roles").make_roles(apps, None)
    import_module("digest.migrations.0030_source_roles").allow(apps, None)
