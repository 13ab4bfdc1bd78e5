"""Rooms and lanterns of promoters: every way in which the admin leads from row to row, tried on things that matter to nobody."""

from django import forms
from django.contrib import admin
from django.http import HttpResponse
from django.urls import path

from accounts.scoping import RUNNING, TEAM, Scoped, ScopedInline
from ticketing.buttons import Reason, button
from ticketing.desk import Admin
from ticketing.errors import DomainError

from .models import Lantern, Room, Shelf, Wick

MAY = {"view": TEAM, "add": RUNNING, "change": RUNNING, "delete": RUNNING}


class WickInline(ScopedInline):
    model = Wick
    promoter_path = "lantern__room__promoter"
    may = MAY


class LanternForm(forms.ModelForm):
    beside = forms.ModelChoiceField(Room.objects.all(), required=False)  # declared, so no callback of Django's sees it


@admin.register(Lantern)
class LanternAdmin(Scoped):
    promoter_path = "room__promoter"
    may = MAY
    form = LanternForm
    fields = ("name", "room", "spare", "shelf", "lights", "beside", "hung_at")
    list_display = ("name", "room", "hung_at")
    list_filter = ("room", "room__name", "shelf__name", "spare")
    search_fields = ("name",)
    autocomplete_fields = ("room",)
    date_hierarchy = "hung_at"
    inlines = (WickInline,)
    actions = ("blow_out",)

    @admin.action(description="Blow out", permissions=["change"])
    def blow_out(self, request, lanterns):
        lanterns.update(secret="out")

    @button("Drop", form=Reason, danger=True)
    def drop(self, request, lantern, *, reason):
        if reason == "no":
            raise DomainError("A lantern is not dropped for that.")
        Lantern.objects.filter(pk=lantern.pk).update(secret=reason)


@admin.register(Room)
class RoomAdmin(Scoped):
    promoter_path = "promoter"
    may = MAY
    search_fields = ("name",)
    ordering = ("name",)


@admin.register(Shelf)
class ShelfAdmin(Admin):
    """Its author forgot everything."""

    def get_urls(self):
        return [path("careless/", lambda request: HttpResponse("inside"), name="sample_shelf_careless"), *super().get_urls()]
