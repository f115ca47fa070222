"""Addresses of outcomes and reports."""

from django.urls import include, path

from organization.transition_views import addresses_of
from outcomes.models.transitions import CORRECT, OF_SHARES, RETURN, SUBMIT, VERIFY, WITHDRAW
from outcomes.views import figures, packs, papers, photos, prepared, records, reports, shares

app_name = "outcomes"
an_outcome = [
    path("", records.detail, name="detail"),
    path("edit/", records.OutcomeUpdateView.as_view(), name="edit"),
    *addresses_of(SUBMIT, VERIFY, RETURN),
    *addresses_of(CORRECT, view=records.CorrectionView),
    path("share/", shares.ask, name="share"),
]
a_report = [
    path("", reports.report, name="report"),
    path("freeze/", reports.freeze, name="freeze"),
    path("revise/", reports.revise, name="revise"),
    path("preview/", reports.preview, name="preview"),
    path("words/", reports.words, name="words"),
    path("photos/", photos.photos, name="photos"),
    path("<slug:kind>/", reports.download, name="download"),
    path("<slug:kind>/prepare/", prepared.prepare, name="prepare"),
]
a_file = [
    path("", prepared.detail, name="prepared"),
    path("file/", prepared.download, name="prepared_file"),
    path("again/", prepared.again, name="prepare_again"),
    *addresses_of(WITHDRAW),
]
urlpatterns = [
    path("outcomes/", records.OutcomeListView.as_view(), name="list"),
    path("outcomes/new/", records.OutcomeCreateView.as_view(), name="new"),
    path("outcomes/alike/", records.alike, name="alike"),
    path("outcomes/hand-over/<int:pk>/", records.hand_over, name="hand_over"),
    path("outcomes/<int:pk>/", include(an_outcome)),
    path("shares/<int:pk>/", include(addresses_of(*OF_SHARES, view=shares.ShareTransitionView))),
    path("figures/", figures.figures, name="figures"),
    path("figures/<slug:slug>/", figures.figure, name="figure"),
    path("reports/", reports.report_list, name="reports"),
    path("reports/pack-key.pem", packs.pack_key, name="pack_key"),
    path("reports/<slug:code>/", include(a_report)),
    path("pairings/<int:pk>/file/", papers.pairing_paper, name="pairing_paper"),
    path("pairings/<int:pk>/file/<slug:kind>/", papers.pairing_paper, name="pairing_paper_file"),
    path("my-year/", papers.own_year, name="own_year"),
    path("my-year/<slug:kind>/", papers.own_year, name="own_year_file"),
    path("people/<int:pk>/year/", papers.person_year, name="person_year"),
    path("people/<int:pk>/year/<slug:kind>/", papers.person_year, name="person_year_file"),
    path("prepared/", prepared.files, name="prepared_files"),
    path("prepared/<int:pk>/", include(a_file)),
]
