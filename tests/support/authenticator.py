"""A passkey device in software: it answers what a browser would be asked, and can be told to cheat."""

import json
from hashlib import sha256
from secrets import token_bytes

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url as text
from webauthn.helpers.encode_cbor import encode_cbor

PRESENT, VERIFIED, HOLDS_KEY = 0x01, 0x04, 0x40


class Authenticator:
    """One passkey. origin: where the browser says it is; count: how many signatures it claims to have made."""

    def __init__(self, origin="http://localhost:8000", *, counts=True):
        self.origin = origin
        self.counts = counts
        self.count = 0
        self.id = token_bytes(32)
        # Whose it is, as the request for it said; None: this device does not tell.
        self.handle = None
        self.key = ec.generate_private_key(ec.SECP256R1())

    def create(self, question):
        """Return the answer to a request for a new passkey, as the page's script writes it."""
        self.handle = question["user"]["id"]
        data = self._data(question["rp"]["id"], PRESENT | VERIFIED | HOLDS_KEY) + self._public()
        statement = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", question)
        answer = self._written(clientDataJSON=client, attestationObject=statement)
        answer["response"]["transports"] = ["internal"]
        return answer

    def get(self, question):
        """Return the answer to a request for this passkey."""
        if self.counts:
            self.count += 1
        data = self._data(question["rpId"], PRESENT | VERIFIED)
        client = self._client("webauthn.get", question)
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        answer = self._written(clientDataJSON=client, authenticatorData=data, signature=signature)
        answer["response"]["userHandle"] = self.handle
        return answer

    def _client(self, kind, question):
        return json.dumps({"type": kind, "challenge": question["challenge"], "origin": self.origin}).encode()

    def _data(self, host, flags):
        return sha256(host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _public(self):
        point = self.key.public_key().public_numbers()
        # EC2 key, ES256, P-256 (RFC 9053, 7.1).
        key = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        return bytes(16) + len(self.id).to_bytes(2, "big") + self.id + encode_cbor(key)

    def _written(self, **response):
        answer = {part: text(value) for part, value in response.items()}
        return {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": answer}
