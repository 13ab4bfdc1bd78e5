"""A security key in software: it makes a key pair for a site and answers challenges with it."""

import hashlib
import json
import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class SecurityKey:
    def __init__(self, origin, site):
        self.origin, self.site = origin, hashlib.sha256(site.encode()).digest()
        self.identifier, self.private = secrets.token_bytes(16), ec.generate_private_key(ec.SECP256R1())

    def create(self, options):
        """Answer the challenge of a registration."""
        asked = self._client_data("webauthn.create", options)
        public = cbor.encode(ES256.from_cryptography_key(self.private.public_key()))
        attested = bytes(16) + len(self.identifier).to_bytes(2) + self.identifier + public
        data = self.site + bytes([PRESENT | VERIFIED | ATTESTED]) + bytes(4) + attested
        statement = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self._credential({"clientDataJSON": asked, "attestationObject": statement})

    def get(self, options, user):
        """Answer the challenge of a sign-in."""
        asked = self._client_data("webauthn.get", options)
        data = self.site + bytes([PRESENT | VERIFIED]) + bytes(4)
        signature = self.private.sign(data + hashlib.sha256(asked).digest(), ec.ECDSA(hashes.SHA256()))
        handle = user.pk.hex.encode()
        return self._credential({"clientDataJSON": asked, "authenticatorData": data, "signature": signature, "userHandle": handle})

    def _client_data(self, kind, options):
        return json.dumps({"type": kind, "challenge": options["publicKey"]["challenge"], "origin": self.origin}).encode()

    def _credential(self, response):
        identifier = websafe_encode(self.identifier)
        return json.dumps(
            {
                "id": identifier,
                "rawId": identifier,
                "type": "public-key",
                "response": {name: websafe_encode(value) for name, value in response.items()},
                "clientExtensionResults": {"credProps": {"rk": True}},
            }
        )
