"""Addresses of the mentorship teams, their projects, and their students' growth."""

from django.urls import include, path

from mentorship import views

app_name = "mentorship"
a_team = [
    path("", views.TeamDetailView.as_view(), name="detail"),
    path("edit/", views.TeamUpdateView.as_view(), name="edit"),
    path("change/", views.TeamChangeView.as_view(), name="change"),
    path("story/", views.TeamStoryView.as_view(), name="story"),
    path("projects/new/", views.ProjectCreateView.as_view(), name="new_project"),
    path("growth/<int:student>/<slug:moment>/", views.AssessmentView.as_view(), name="assess"),
    path("reflect/", views.ReflectionCreateView.as_view(), name="reflect"),
]
urlpatterns = [
    path("", views.TeamListView.as_view(), name="list"),
    path("new/", views.TeamCreateView.as_view(), name="new"),
    path("<int:pk>/", include(a_team)),
    path("projects/<int:pk>/edit/", views.ProjectUpdateView.as_view(), name="edit_project"),
    path("stages/<int:pk>/result/", views.ResultView.as_view(), name="result"),
    path("reflections/<int:pk>/edit/", views.ReflectionUpdateView.as_view(), name="edit_reflection"),
]
