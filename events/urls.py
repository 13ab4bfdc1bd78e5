"""The public pages' addresses."""

from django.urls import path

from . import views

app_name = "events"

urlpatterns = [
    path("", views.home, name="home"),
    path("events/past/", views.past, name="past"),
    path("events/<slug:slug>/", views.event, name="event"),
    path("events/<slug:slug>/availability/", views.availability, name="availability"),
    path("events/<slug:slug>/calendar.ics", views.calendar, name="calendar"),
    path("events/<slug:slug>/poster-<str:stamp>.svg", views.poster, name="poster"),
    path("events/<slug:slug>/art-<str:stamp>.svg", views.art, name="art"),
    path("events/<slug:slug>/card-<str:stamp>.png", views.card, name="card"),
    path("events/<slug:slug>/card-<str:stamp>.jpg", views.card, name="card-of-picture"),
    path("events/<slug:slug>/remind/", views.remind, name="remind"),
    path("no-more-letters/<str:secret>/", views.no_more, name="no-more"),
    path("by/<slug:slug>/", views.by, name="by"),
    path("by/<slug:slug>/past/", views.by, {"is_past": True}, name="by-past"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("sitemap-<int:number>.xml", views.sitemap_of, name="sitemap-of"),
    path("pictures/<str:digest>-<int:width>.webp", views.picture, name="picture"),
]
