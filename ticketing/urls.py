"""The map of the site."""

from django.contrib import admin
from django.urls import include, path

from . import views

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.fault

urlpatterns = [
    path("", include("events.urls")),
    path("", include("payments.urls")),
    path("", include("orders.urls")),
    path("", include("accounts.urls")),
    path("", include("orders.seat_urls")),
    path("account/", include("accounts.sign_in_urls")),
    path("admin/", admin.site.urls),
    path("language/<str:code>/", views.choose_language, name="language"),
    path("about/<slug:slug>/", views.site_page, name="site-page"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics_text, name="metrics"),
    path("demo/components/", views.demo_components, name="demo-components"),
    path("demo/mailbox/", views.demo_mailbox, name="demo-mailbox"),
    path("demo/mailbox/write/", views.demo_write, name="demo-write"),
    path("demo/mailbox/empty/", views.demo_empty, name="demo-empty"),
    path("demo/mailbox/<str:name>/", views.demo_mailbox, name="demo-letter"),
    path("demo/mailbox/<str:name>/html/", views.demo_letter_html, name="demo-letter-html"),
]
