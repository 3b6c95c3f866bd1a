"""Reports to Sentry: off, refused, and what a report contains, checked with a stand-in server."""

import gzip
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings as project

from tests.project.test_settings import start

# A request as gunicorn passes it on.
VISIT = """
import io, logging
from wsgiref.util import setup_testing_defaults
from django.core.wsgi import get_wsgi_application
from django.urls import path
import sentry_sdk
def fail(request, token):
    address = "ada@example.org"
    raise ValueError(f"{address} is not welcome")
urlpatterns = [path("fails/<token>", fail)]
application = get_wsgi_application()
from django.conf import settings
settings.ROOT_URLCONF = "__main__"
body = b"email=bob%40example.org&word=s3cr3t"
visit = {
    "REQUEST_METHOD": "POST", "HTTP_HOST": "localhost", "HTTP_COOKIE": "sessionid=s3cr3t", "HTTP_X_SECRET": "s3cr3t",
    "HTTP_SEC_FETCH_SITE": "same-origin", "PATH_INFO": "/fails/5:1tABCD:0123456789012345678901234567890123456789012",
    "QUERY_STRING": "to=bob@example.org", "REMOTE_ADDR": "192.0.2.77",
    "CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body)),
    "wsgi.input": io.BytesIO(body),
}
setup_testing_defaults(visit)
answers = []
list(application(visit, lambda status, headers: answers.append(status)))
assert answers == ["500 Internal Server Error"], answers
logging.getLogger("x").error("for %s", "eve@example.org")
sentry_sdk.flush()
"""


@pytest.fixture
def sentry():
    """A server that accepts reports: its DSN, and the bodies it was sent."""
    bodies = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            bodies.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://key@127.0.0.1:{server.server_port}/1", bodies
    server.shutdown()
    server.server_close()


def events(bodies):
    """Return the error reports in the bodies. Each report is one line of an envelope."""
    lines = [line for body in bodies for line in body.decode().splitlines()]
    return [value for line in lines if "event_id" in (value := json.loads(line)) and "level" in value]


def run(program, tmp_path, **variables):
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings", "VAR_DIR": str(tmp_path), **variables}
    return subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=project.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_report_says_where_and_what_and_nothing_about_the_visitor(sentry, tmp_path):
    dsn, bodies = sentry
    process = run(VISIT, tmp_path, SENTRY_DSN=dsn)

    assert process.returncode == 0, process.stderr
    sent = b"".join(bodies).decode()
    assert "[address] is not welcome" in sent
    assert "for [address]" in sent
    assert "/fails/[token]" in sent
    for hidden in ("example.org", "s3cr3t", "0123456789012345"):
        assert hidden not in sent
    assert {frozenset(event.get("request", {})) for event in events(bodies)} == {
        frozenset(),
        frozenset({"method", "url"}),
    }


def test_without_a_dsn_the_package_is_not_imported(tmp_path):
    shown, error = start(tmp_path, "'sentry_sdk' in __import__('sys').modules")

    assert (shown, error) == ("False", "")


def test_without_the_package_startup_stops_and_says_what_to_install(tmp_path):
    program = "import sys; sys.modules['sentry_sdk'] = None; import django; django.setup()"
    process = run(program, tmp_path, SENTRY_DSN="https://key@sentry.example.org/1")

    assert "SENTRY_DSN in the environment: expected the sentry-sdk package" in process.stderr
    assert "requirements/sentry.txt" in process.stderr


def test_an_invalid_dsn_is_refused_by_name(tmp_path):
    _, error = start(tmp_path, SENTRY_DSN="sentry.example.org")

    assert "SENTRY_DSN in the environment: expected an address" in error
