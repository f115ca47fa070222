"""Addresses about the user's own person."""

from django.urls import path

from organization import views

urlpatterns = [
    path("profile/", views.profile, name="profile"),
]
