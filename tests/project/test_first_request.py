"""What a web process has loaded before its first request."""

import subprocess
import sys

import pytest

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
print("tokenizers" in sys.modules)
"""
# gunicorn calls pre_fork before it starts each worker.
FORKED = """
import sys
from runpy import run_path
from types import SimpleNamespace
import config.wsgi
run_path("gunicorn.conf.py")["pre_fork"](SimpleNamespace(cfg=SimpleNamespace(preload_app={preload})), None)
print("tokenizers" in sys.modules)
"""


def printed(program, tmp_path):
    """Return the lines that a program prints in a separate process that cannot reach its database."""
    variables = {"VAR_DIR": str(tmp_path), "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "DEBUG": "true"}
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=variables)
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


def test_views_routes_and_templates_are_loaded_without_a_database(tmp_path):
    # What only the search needs is not loaded.
    assert printed(LOADED, tmp_path) == ["[]", "True", "True", "False"]


@pytest.mark.parametrize("preload", [True, False])
def test_workers_share_what_the_search_needs_if_the_app_is_preloaded(tmp_path, preload):
    assert printed(FORKED.format(preload=preload), tmp_path) == [str(preload)]
