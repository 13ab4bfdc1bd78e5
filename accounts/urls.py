"""The addresses of promoters and their teams."""

from django.urls import path

from . import views

app_name = "accounts"

urlpatterns = [
    path("promoters/", views.promoters, name="promoters"),
    path("promoters/apply/", views.apply, name="apply"),
    path("promoters/<uuid:promoter_id>/", views.promoter, name="promoter"),
    path("promoters/<uuid:promoter_id>/leave/", views.leave, name="leave"),
    path("promoters/<uuid:promoter_id>/details/", views.details, name="details"),
    path("promoters/<uuid:promoter_id>/members/<uuid:member_id>/role/", views.change_role, name="change-role"),
    path("promoters/<uuid:promoter_id>/members/<uuid:member_id>/remove/", views.remove_member, name="remove-member"),
    path("promoters/<uuid:promoter_id>/members/<uuid:member_id>/offer/", views.offer_ownership, name="offer-ownership"),
    path("promoters/<uuid:promoter_id>/invitations/<uuid:invitation_id>/withdraw/", views.withdraw_invitation, name="withdraw-invitation"),
    path("invitations/<str:secret>/", views.invitation, name="invitation"),
]
