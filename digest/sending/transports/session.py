"""The HTTP session of a provider's connection, without the work that requests repeats for each mail."""

from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, encode_multipart_formdata

FormFields = list[tuple[str, str | bytes]]


class Session(requests.Session):
    """A session that reads the environment once, prepares like requests once, and sends forms as multipart (RFC 7578).

    requests looks for proxies and certificates at each request, and builds its address and headers from their parts:
    more than half of its time. And it writes a plain form character by character: 3 ms for one digest, where multipart
    copies the bytes. Mailgun accepts either.
    """

    def __init__(self) -> None:
        super().__init__()
        # What the last request was made of besides its body, and the request as it went out.
        self._made_of: object = None
        self._prepared: requests.PreparedRequest | None = None

    @classmethod
    def like(cls, other: requests.Session, url: str) -> Self:
        """Return a session with another's headers and hooks, set up for requests to this address."""
        session = cls()
        session.headers, session.hooks = other.headers, other.hooks
        merged = session.merge_environment_settings(url, {}, None, None, None)
        session.proxies, session.verify, session.cert = merged["proxies"], merged["verify"], merged["cert"]
        session.trust_env = False
        session.mount("https://", _Adapter())
        session.mount("http://", _Adapter())
        return session

    def request(self, method: str, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request; a form is sent as multipart."""
        form = kwargs.get("data")
        fields = _fields(form) if isinstance(form, dict) and not kwargs.get("files") else None
        if fields is not None:
            kwargs |= {"data": None, "files": [(name, (None, value)) for name, value in fields]}
        made_of = method, url, args, {name: value for name, value in kwargs.items() if name not in {"data", "files"}}
        if self._prepared and made_of == self._made_of:
            response = self._send_again(self._prepared, fields, **kwargs)
            # What is redirected has not been accepted.
            if response is not None and not response.is_redirect:
                return response
        response = super().request(method, url, *args, **kwargs)
        is_usual = not response.history and not response.request.hooks["response"]
        self._made_of, self._prepared = made_of, response.request if is_usual else None
        return response

    def _send_again(
        self,
        before: requests.PreparedRequest,
        fields: FormFields | None,
        *,
        data: Any = None,
        files: Any = None,
        timeout: Any = None,
        **_: Any,
    ) -> requests.Response | None:
        """Send the same request with another body, the fields of a form or data; return None if it has neither."""
        prepared = before.copy()
        if fields:
            prepared.body, prepared.headers["Content-Type"] = encode_multipart_formdata(fields)
        elif data and isinstance(data, str | bytes) and not files:
            prepared.body = data.encode() if isinstance(data, str) else data
        else:
            return None
        prepared.headers["Content-Length"] = str(len(prepared.body))
        response = self.get_adapter(str(prepared.url)).send(
            prepared, timeout=timeout, verify=self.verify, cert=self.cert, proxies=self.proxies
        )
        # Read now, so that the connection is free, and so that an answer that breaks off is this request's error.
        response.content  # noqa: B018 - a property that reads
        return response


class _Adapter(HTTPAdapter):
    """requests' own adapter, which works out the way to an address once: its pool, its proxy, its certificates."""

    def __init__(self) -> None:
        super().__init__()
        self._pools: dict[str | None, HTTPConnectionPool] = {}

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> HTTPConnectionPool:
        """Return the pool for a request."""
        pool = self._pools.get(request.url)
        if pool is None:
            pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
            super().cert_verify(pool, str(request.url), verify, cert)
            self._pools[request.url] = pool
        return pool

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Do nothing: a pool has its certificates from the start."""

    def close(self) -> None:
        """End all connections."""
        self._pools.clear()
        super().close()


def _fields(form: dict[str, object]) -> FormFields:
    """Return a form's fields, each as often as it has values: text, or bytes as they are."""
    return [
        (name, value if isinstance(value, bytes) else str(value))
        for name, values in form.items()
        for value in (values if isinstance(values, list | tuple) else [values])
    ]
