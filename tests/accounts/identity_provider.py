"""A small OpenID provider on loopback that checks what a real one checks, and can be told to misbehave."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt

CLIENT, SECRET = "our-client", "our-client-secret"


class IdentityProvider:
    def __init__(self):
        self.granted, self.asked, self.refusals = {}, [], []
        self.change = lambda identity: identity
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self._answer(provider.configuration() if "openid-configuration" in self.path else {"keys": []})

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._answer(*provider.token({name: values[0] for name, values in parse_qs(body).items()}))

            def _answer(self, content, status=200):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(content).encode())

            def log_message(self, *_):
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def configuration(self):
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def consent(self, address, **identity):
        """Let the person agree at the address he was sent to; return the query of the callback."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.url}/authorize?")
        self.asked.append(asked)
        code = secrets.token_urlsafe(8)
        self.granted[code] = (asked, identity)
        return {"code": code, "state": asked["state"]}

    def token(self, form):
        asked, identity = self.granted.pop(form.get("code"), (None, None))
        if asked is None:
            return self._refuse("unknown code")
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return self._refuse("unknown client")
        if form.get("redirect_uri") != asked["redirect_uri"]:
            return self._refuse("another redirect_uri")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked.get("code_challenge"):
            return self._refuse("wrong code_verifier")
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 60, "nonce": asked.get("nonce"), **identity}
        token = jwt.encode(self.change(claims), "any key: the line to us is the proof" * 2, algorithm="HS256")
        return {"access_token": "secret-access-token", "token_type": "Bearer", "id_token": token}, 200

    def _refuse(self, why):
        self.refusals.append(why)
        return {"error": "invalid_grant"}, 400
