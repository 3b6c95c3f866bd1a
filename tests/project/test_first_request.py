"""What a web process has loaded before its first request."""

import subprocess
import sys

LOADED = """
import sys
from django.template import engines
from django.urls import get_resolver
import config.wsgi
print(sorted({"config.urls", "digest.site.views", "webauthn", "ninja", "unfold.sites"} - set(sys.modules)))
print(get_resolver()._populated)
(engine,) = engines.all()
loader = engine.engine.template_loaders[0]
print(len(loader.get_template_cache) > 100)
"""


def test_views_addresses_and_templates_are_loaded_and_no_database_is_asked(tmp_path):
    missing = {"VAR_DIR": str(tmp_path), "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "DEBUG": "true"}
    run = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=False, env=missing)

    assert run.stdout.split("\n")[:3] == ["[]", "True", "True"], run.stderr
