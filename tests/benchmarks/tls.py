"""Sending over TLS, compared with sending in the clear: the same readers, into the same sink, in turns.

    .ci/with-services .ci/with-postfix python -m tests.benchmarks.tls [readers] [rounds]

Needs stunnel and openssl: stunnel decrypts in front of Postfix's smtp-sink, as a mail server would, on this machine's
processor too. Prints the emails per second of each, and how long a handshake takes, in full and with the session of the
connection before.
"""

import os
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from django.test.utils import override_settings
from rich.console import Console
from rich.table import Table

from tests.benchmarks import million
from tests.benchmarks.million import run

HANDSHAKES = 50
CONFIGURATION = """
foreground = yes
pid =
debug = err
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1

[smtps]
accept = 127.0.0.1:{accept}
connect = 127.0.0.1:{connect}
cert = {certificate}
"""


@contextmanager
def behind_tls(port):
    """Run stunnel in front of a port, with a certificate of its own that this process trusts; give its port."""
    with tempfile.TemporaryDirectory() as folder:
        certificate, accept = Path(folder) / "certificate.pem", run.sinks.free_port()
        make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        make += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
        openssl = subprocess.run(
            [*make, "-keyout", "/dev/stdout", "-out", "/dev/stdout"], check=True, capture_output=True
        )
        certificate.write_bytes(openssl.stdout)
        configuration = Path(folder) / "stunnel.conf"
        configuration.write_text(CONFIGURATION.format(accept=accept, connect=port, certificate=certificate))
        process = subprocess.Popen([shutil.which("stunnel"), configuration], stderr=subprocess.DEVNULL)
        os.environ["SSL_CERT_FILE"] = str(certificate)
        try:
            run.sinks.wait_for(accept)
            with override_settings(EMAIL_PORT=accept, EMAIL_USE_SSL=True):
                yield accept
        finally:
            process.terminate()
            process.wait()


def handshakes(port):
    """Return the median milliseconds of a whole handshake, and of one that resumes the session before it."""
    context, session, took = ssl.create_default_context(), None, {False: [], True: []}
    for _ in range(2 * HANDSHAKES):
        with socket.create_connection(("127.0.0.1", port)) as plain:
            plain.settimeout(10)
            begin = time.perf_counter()
            with context.wrap_socket(plain, server_hostname="127.0.0.1", session=session) as wrapped:
                took[wrapped.session_reused].append(1000 * (time.perf_counter() - begin))
                # TLS 1.3 sends its tickets after the handshake: with the greeting they are here.
                wrapped.recv(1000)
                session = None if session else wrapped.session
    return {reused: statistics.median(times) if times else float("nan") for reused, times in took.items()}


def one_round(readers, is_encrypted):
    """Return the emails per second of one sending, and what handshakes take where there are some."""
    with run.scratch_database(), run.into_a_sink(run.Setup("smtp", 2)) as port:
        million.fill(readers)
        if not is_encrypted:
            return readers / million.measured(readers, 2)[1], {}
        with behind_tls(port) as encrypted:
            return readers / million.measured(readers, 2)[1], handshakes(encrypted)


def main(readers=30_000, rounds=3):
    """Measure in turns and print."""
    if not shutil.which("stunnel") or not shutil.which("openssl"):
        raise SystemExit("install stunnel4 and openssl first")
    rates, times = {False: [], True: []}, {}
    for _ in range(rounds):
        for is_encrypted in (False, True):
            rate, measured = one_round(readers, is_encrypted)
            rates[is_encrypted].append(rate)
            times |= measured
    table = Table("", "unencrypted", "TLS")
    medians = [statistics.median(rates[is_encrypted]) for is_encrypted in (False, True)]
    table.add_row("emails per second, median", *[f"{rate:,.0f}" for rate in medians])
    table.add_row("lowest and highest", *[f"{min(one):,.0f}–{max(one):,.0f}" for one in rates.values()])
    table.add_row("compared", "1", f"{medians[1] / medians[0]:.2f} ×")
    table.add_row("handshake, ms", "", f"{times[False]:.2f}")
    table.add_row("resumed handshake, ms", "", f"{times[True]:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main(*[int(word) for word in sys.argv[1:3]])
