"""Addresses of the engagements, the board and the confirmation links."""

from django.urls import include, path

from enterprise_service.views import board, confirmations, engagements

app_name = "enterprise_service"
an_engagement = [
    path("", engagements.EngagementDetailView.as_view(), name="detail"),
    path("edit/", engagements.EngagementUpdateView.as_view(), name="edit"),
    path("change/", engagements.EngagementChangeView.as_view(), name="change"),
    path("story/", engagements.EngagementStoryView.as_view(), name="story"),
    path("instalments/new/", engagements.InstalmentCreateView.as_view(), name="new_instalment"),
    path("confirmation/", confirmations.make, name="make_link"),
]
a_problem = [
    path("", board.problem, name="problem"),
    path("edit/", board.ProblemUpdateView.as_view(), name="edit_problem"),
    path("drop/", board.drop, name="drop_problem"),
    path("reopen/", board.reopen, name="reopen_problem"),
]
an_enterprise = [
    path("", board.enterprise, name="enterprise"),
    path("edit/", board.EnterpriseUpdateView.as_view(), name="edit_enterprise"),
]
urlpatterns = [
    path("", engagements.EngagementListView.as_view(), name="list"),
    path("new/", engagements.EngagementCreateView.as_view(), name="new"),
    path("<int:pk>/", include(an_engagement)),
    path("problems/", board.ProblemListView.as_view(), name="board"),
    path("problems/new/", board.ProblemCreateView.as_view(), name="new_problem"),
    path("problems/<int:pk>/", include(a_problem)),
    path("enterprises/", board.EnterpriseListView.as_view(), name="enterprises"),
    path("enterprises/new/", board.EnterpriseCreateView.as_view(), name="new_enterprise"),
    path("enterprises/<int:pk>/", include(an_enterprise)),
    path("findings/", engagements.FindingListView.as_view(), name="findings"),
    path("instalments/<int:pk>/edit/", engagements.InstalmentUpdateView.as_view(), name="edit_instalment"),
    path("links/<int:pk>/revoke/", confirmations.revoke, name="revoke_link"),
    path("links/<int:pk>/spoke/", confirmations.spoke, name="spoke"),
    path("confirm/<str:token>/", confirmations.confirm, name="confirm"),
]
