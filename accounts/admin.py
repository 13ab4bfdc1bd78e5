"""The admin has no sign-in of its own: one door, with its limits and its second factor, is enough."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
