"""Addresses about the user's own person."""

from django.urls import path

from organization import views

urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/data/", views.own_data, name="own_data"),
    path("people/<int:pk>/data/", views.person_data, name="person_data"),
]
