"""The pages of sign-in, each behind its guard."""

from django.urls import include, path

from . import google, views
from .doors import guarded

urlpatterns = guarded(
    [
        path("", views.account, name="account"),
        path("", include("allauth.account.urls")),
        path("google/", google.login, name="google_login"),
        path("google/callback/", google.callback, name="google_callback"),
        path("google/manage/", include("allauth.socialaccount.urls")),
        path("security/", include("allauth.mfa.urls")),
        path("sessions/", include("allauth.usersessions.urls")),
    ]
)
