"""Addresses about the user's own person."""

from django.urls import path

from organization import views
from organization.ways_back import all_ways

urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/data/", views.own_data, name="own_data"),
    path("people/<int:pk>/data/", views.person_data, name="person_data"),
    *(path(f"take-back/{way.slug}/<int:pk>/", views.take_back, {"way": way}, way.address) for way in all_ways()),
]
