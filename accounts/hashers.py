"""How passwords are kept."""

import bcrypt
from django.contrib.auth.hashers import Argon2PasswordHasher, BCryptPasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id at 19 MiB: Django's default of 100 MiB a hash would let a few sign-ins exhaust a small machine."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1


class BCrypt(BCryptPasswordHasher):
    """Hashes of earlier systems, `bcrypt$` before the usual 60 characters. Only the first 72 bytes of a password
    ever counted; the library refuses longer ones, which would be an error page that tells who has such a hash."""

    def encode(self, password: str, salt: bytes) -> str:  # type: ignore[override]  # Django's own gives bytes, too
        return f"{self.algorithm}${bcrypt.hashpw(password.encode()[:72], salt).decode()}"
