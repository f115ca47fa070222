"""Addresses of the teaching pairs and of the workshops."""

from django.urls import include, path

from teaching_pairs import views

app_name = "teaching_pairs"
a_workshop = [
    path("", views.workshop, name="workshop"),
    path("edit/", views.WorkshopUpdateView.as_view(), name="edit_workshop"),
    path("attendance/", views.attendance, name="attendance"),
    path("match/", views.match, name="match_workshop"),
]
urlpatterns = [
    path("", views.PairListView.as_view(), name="list"),
    path("new/", views.PairCreateView.as_view(), name="new"),
    path("<int:pk>/", views.PairDetailView.as_view(), name="detail"),
    path("<int:pk>/edit/", views.PairUpdateView.as_view(), name="edit"),
    path("<int:pk>/change/", views.PairChangeView.as_view(), name="change"),
    path("<int:pk>/story/", views.PairStoryView.as_view(), name="story"),
    path("<int:pk>/milestones/", views.MilestonesView.as_view(), name="milestones"),
    path("workshops/", views.WorkshopListView.as_view(), name="workshops"),
    path("workshops/new/", views.WorkshopCreateView.as_view(), name="new_workshop"),
    path("workshops/<int:pk>/", include(a_workshop)),
]
