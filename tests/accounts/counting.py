"""A hasher that counts its work, to be named in settings."""

from django.contrib.auth.hashers import MD5PasswordHasher


class Counting(MD5PasswordHasher):
    algorithm = "counting"
    made = 0

    def encode(self, password, salt):
        type(self).made += 1
        return super().encode(password, salt)

    def harden_runtime(self, password, encoded):
        """Cheap already."""
