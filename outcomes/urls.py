"""Addresses of outcomes and reports."""

from django.urls import include, path

from outcomes.views import records, reports

app_name = "outcomes"
an_outcome = [
    path("", records.detail, name="detail"),
    path("edit/", records.OutcomeUpdateView.as_view(), name="edit"),
    path("submit/", records.submit, name="submit"),
    path("verify/", records.verify, name="verify"),
    path("return/", records.send_back, name="return"),
    path("correct/", records.correct, name="correct"),
]
a_report = [
    path("", reports.report, name="report"),
    path("freeze/", reports.freeze, name="freeze"),
    path("preview/", reports.preview, name="preview"),
    path("words/", reports.words, name="words"),
    path("<slug:kind>/", reports.download, name="download"),
]
urlpatterns = [
    path("outcomes/", records.OutcomeListView.as_view(), name="list"),
    path("outcomes/new/", records.OutcomeCreateView.as_view(), name="new"),
    path("outcomes/hand-over/<int:pk>/", records.hand_over, name="hand_over"),
    path("outcomes/<int:pk>/", include(an_outcome)),
    path("reports/", reports.report_list, name="reports"),
    path("reports/<slug:code>/", include(a_report)),
]
