"""The WSGI application that gunicorn serves."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.template import loader
from django.urls import resolve, reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()


def warm_up() -> None:
    """Load the views and compile the templates, which Django puts off until a request needs them.

    So the first visitor waits no longer than the second, and with gunicorn's `--preload` all workers share what was
    loaded. The database is not queried, because it may still be starting.
    """
    # Both ways: the view of a URL, and the URL of a view.
    resolve("/healthz")
    reverse("healthz")
    folder = settings.BASE_DIR / "templates"
    for path in sorted(folder.rglob("*.html")):
        loader.get_template(str(path.relative_to(folder)))


warm_up()
