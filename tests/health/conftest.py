import pytest

from tests.support.fake_dns import fake_dns
from tests.support.fake_tls import Authority


@pytest.fixture
def zone():
    """A name server with the records of a sender that is set up correctly."""
    with fake_dns() as server:
        yield server


@pytest.fixture
def authority(tmp_path, monkeypatch):
    """A certificate authority that this process trusts."""
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    return authority
