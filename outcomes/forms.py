"""What people fill in: an outcome, and the period of a report."""

import json
from collections.abc import Sequence
from itertools import groupby
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evidence.forms import MultipleEvidenceField
from evidence.looking import look_at
from evidence.models import Evidence, StoredFile
from organization.bounds import BoundedMeta, DayField, WholeNumberField
from organization.doubles_forms import SeesDoublesMixin
from organization.forms import BranchFormMixin, PeopleChoiceField, RowsChoiceField, VersionedFormMixin
from organization.models import Branch, Person, RuleError, User
from organization.text import ParagraphsFormField, validate_plain_text
from outcomes.documents.formats import Handing
from outcomes.documents.sections import Sentence
from outcomes.figures import Period
from outcomes.figures.periods import period_of
from outcomes.models import Category, FrozenReport, Grade, HandOver, Outcome, ReportProse, Subkind, Unit, unit_of
from outcomes.models.prose import sections_of_sentence
from outcomes.models.quantity import ASKED_OF
from outcomes.models.shares import branches_to_ask
from pairings.forms import DateInput
from pairings.models import LogPhoto, Pairing, PairingFile

STRAIGHT_AWAY = "submit"


class GroupedWordField(forms.ModelChoiceField):
    """Reference words under the name of their category."""

    words: Sequence[Any] = ()

    def offer(self, words: Any) -> None:
        """Offer these words, grouped."""
        self.queryset, words = words, list(words)
        self.words = words
        labels = dict(Category.choices)
        groups = [
            (labels[category], [(word.pk, str(word)) for word in group])
            for category, group in groupby(words, key=lambda word: word.category)
        ]
        self.choices = [("", "—"), *groups]


class OutcomeForm(SeesDoublesMixin, VersionedFormMixin, BranchFormMixin, forms.ModelForm):
    """An outcome with its people, the pairings that share it, and its proof."""

    people = PeopleChoiceField(queryset=Person.objects.none(), label=_("achieved by"))
    pairings = RowsChoiceField(
        queryset=Pairing.objects.none(), label=_("credited to"), required=False, widget=forms.CheckboxSelectMultiple
    )
    files = MultipleEvidenceField(label=_("evidence"), required=False)  # type: ignore[assignment]
    log_photos = RowsChoiceField(
        queryset=Evidence.objects.none(),
        label=_("photos and files of the pairing"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    #: Shown where the outcome seems to be there already.
    is_another = forms.BooleanField(label=_("It is another one. Save it all the same."), required=False)

    class Meta(BoundedMeta):
        model = Outcome
        fields = (
            "branch", "title", "category", "subkind", "level", "status", "grade", "achieved_on",
            "issuer", "issuer_kind", "quantity", "hours", "helped", "help_kinds", "continues", "note",
        )  # fmt: skip
        field_classes = {"subkind": GroupedWordField, "grade": GroupedWordField}
        widgets = {"achieved_on": DateInput, "note": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, user: User, pairing: Pairing | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if self.instance.pk:
            del self.fields["is_another"]
        self.set_branch(user)
        self._offer_people_and_pairings(pairing)
        self._offer_words()
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = self._layout()

    def _offer_people_and_pairings(self, pairing: Pairing | None) -> None:
        """Offer those whom the user sees, and fill in those of the pairing that the outcome comes from."""
        people = Person.objects.visible_to(self.user).active().select_related("office")
        pairings = Pairing.objects.visible_to(self.user).exclude(status=Pairing.Status.PROPOSED)
        if self.instance.pk:
            self.initial["people"] = [c.person_id for c in self.instance.contributions.all()]
            self.initial["pairings"] = list(self.instance.pairings.all())
            people = people | Person.objects.filter(contributions__outcome=self.instance).select_related("office")
        if pairing is not None:
            self.initial.update(pairings=[pairing.pk], people=[seat.person_id for seat in pairing.shown_seats])
            people = people | Person.objects.filter(seats__pairing=pairing.pk).select_related("office")
        self.fields["people"].queryset = people.distinct()
        self.fields["pairings"].queryset = pairings
        credited = [pairing.pk] if pairing else list(self.initial.get("pairings", ()))
        self.fields["log_photos"].queryset = self._files_of(credited)

    def _files_of(self, pairings: list[Any]) -> Any:
        """Return the photos and files that the pairings hold already and the outcome does not."""
        photos = LogPhoto.objects.visible_to(self.user).filter(log__pairing__in=pairings)
        files = PairingFile.objects.visible_to(self.user).filter(pairing__in=pairings)
        held = Q(pk__in=photos.values("evidence")) | Q(pk__in=files.values("evidence"))
        return Evidence.objects.filter(held).exclude(
            pk__in=self.instance.proofs.values("evidence") if self.instance.pk else []
        )

    def _offer_words(self) -> None:
        """Offer the system's words and the branch's own, and the verified outcomes that can be continued."""
        for name, model in (("subkind", Subkind), ("grade", Grade)):
            in_use = Q(is_active=True) | Q(pk=getattr(self.instance, f"{name}_id"))
            self.fields[name].offer(model.objects.visible_to(self.user).filter(in_use))
        earlier = Outcome.objects.visible_to(self.user).verified().exclude(pk=self.instance.pk)
        self.fields["continues"].queryset = earlier.order_by("category", "-achieved_on")

    @property
    def asked_of_kinds(self) -> str:
        """Return which kinds have a quantity, and in which unit, for the page that asks only what fits the kind."""
        labels = {unit.value: str(unit.label) for unit in Unit}
        alone = {name: category for category, (names, _words) in ASKED_OF.items() for name in names}
        return json.dumps(
            {
                "categories": {
                    category: labels[unit] for category in Category.values if (unit := unit_of(category, None))
                },
                "alone": alone,
                "subkinds": {str(word.pk): labels[word.unit] for word in self.fields["subkind"].words if word.unit},
            },
            ensure_ascii=False,
        )

    def _layout(self) -> Layout:
        """Ask first what it is, then who, then for the proof."""
        names = [name for name in ("branch",) if name in self.fields]
        photos = ["log_photos"] if self.fields["log_photos"].queryset.exists() else []
        return Layout(
            *names,
            "title",
            Div(
                Field("category", wrapper_class="col-sm-6"), Field("subkind", wrapper_class="col-sm-6"), css_class="row"
            ),
            Div(Field("level", wrapper_class="col-6"), Field("status", wrapper_class="col-6"), css_class="row"),
            Div(Field("grade", wrapper_class="col-6"), Field("achieved_on", wrapper_class="col-6"), css_class="row"),
            Div(
                Field("issuer", wrapper_class="col-sm-8"),
                Field("issuer_kind", wrapper_class="col-sm-4"),
                css_class="row",
            ),
            Div(Field("quantity", wrapper_class="col-6"), Field("hours", wrapper_class="col-6"), css_class="row"),
            "helped",
            "help_kinds",
            "people",
            "pairings",
            "files",
            *photos,
            "continues",
            "note",
            *(["version"] if "version" in self.fields else []),
        )

    def likely_doubles(self) -> Any:
        """Return the outcomes that the user sees and that what is typed so far is likely the same as."""
        if not self.is_bound:
            return Outcome.objects.none()
        given = self._typed()
        outcome = Outcome(branch_id=given["branch"], title=given["title"], achieved_on=given["achieved_on"])
        seen = Outcome.objects.visible_to(self.user).select_related("branch")
        return seen.likely_doubles_of(outcome, people=given["people"], files=given["files"])

    def _typed(self) -> dict[str, Any]:
        """Return what is compared, of a form that need not be whole."""
        if not hasattr(self, "cleaned_data"):
            self.full_clean()
        given = self.cleaned_data
        hashes = [look_at(upload).file.sha256 for upload in given.get("files") or ()]
        kept = [one.file_id for one in given.get("log_photos") or ()]
        return {
            "branch": given["branch"].pk if given.get("branch") else self.instance.branch_id,
            "title": given.get("title", ""),
            "achieved_on": given.get("achieved_on"),
            "people": [person.pk for person in given.get("people") or ()],
            "files": [*kept, *StoredFile.objects.filter(sha256__in=hashes).values_list("pk", flat=True)],
        }

    def _held_rows(self) -> dict[str, Any]:
        """Return what the outcome holds, its people in their order."""
        people = self.instance.contributions.select_related("person")
        return {**super()._held_rows(), "people": [one.person for one in people]}

    def save(self, commit: bool = True) -> Outcome:
        """Record the outcome or its changes, and submit it when that button was pressed.

        Raises:
            ValidationError: when a credit breaks a rule.
            RuleError: when it is locked, or submitted without proof.
        """
        taken = [Evidence.objects.take_in(upload, by=self.user) for upload in self.cleaned_data["files"]]
        given = {
            "by": self.user,
            "people": self.cleaned_data["people"],
            "pairings": self.cleaned_data["pairings"],
            "evidence": [*taken, *self.cleaned_data["log_photos"]],
        }
        if self.instance.pk:
            self.instance.rewrite(**given)
        else:
            self.instance.record(**given)
        if STRAIGHT_AWAY in self.data:
            self.instance.submit(by=self.user)
        return self.instance


class ShareForm(forms.Form):
    """Which branch of the college is asked whether it shares an outcome."""

    branch = forms.ModelChoiceField(queryset=Branch.objects.none(), label=_("branch"))

    def __init__(self, *args: Any, outcome: Outcome, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField", self.fields["branch"]).queryset = branches_to_ask(outcome)


class HandOverForm(forms.ModelForm):
    """Which part of a pairing's page hands something over; the page fills it in."""

    class Meta(BoundedMeta):
        model = HandOver
        fields = ("origin",)


class PeriodForm(forms.Form):
    """A calendar year, a school year, or two dates, as the URL says them."""

    year = WholeNumberField(label=_("Calendar year"), required=False)
    school_year = WholeNumberField(label=_("School year beginning in"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from"] = DayField(label=_("From"), required=False, widget=DateInput)
        self.fields["to"] = DayField(label=_("To"), required=False, widget=DateInput)

    def clean(self) -> dict[str, Any]:
        """Turn what was given into one period.

        Raises:
            ValidationError: when a year or the two dates make none.
        """
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        cleaned["period"] = self._period(cleaned)
        return cleaned

    def _period(self, given: dict[str, Any]) -> Period | None:
        """Return the period, or None when nothing was given; half a period is refused, never taken for another."""
        if bool(given.get("from")) != bool(given.get("to")):
            raise RuleError(_("Please give both days of the period, the first and the last."))
        if given.get("from") and given.get("to"):
            return period_of(given["from"], given["to"])
        if given.get("year") is not None:
            return Period.year(given["year"])
        return Period.school_year(given["school_year"]) if given.get("school_year") is not None else None


class ProseForm(forms.Form):
    """The sections of a report that the secretary writes, begun with what was written last.

    The sentences that the figures write stand among them, to be put in other words; left as they are, or emptied, they
    stay the figures' own.
    """

    def __init__(self, *args: Any, branch: Branch, period: Period, handing: Handing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.branch, self.period, self.handing = branch, period, handing
        for prose in handing.outline.prose:
            self._ask(prose.slug, prose.label, prose.hint, handing.prose.get(prose.slug, ""), 1 if prose.is_line else 8)
        for sentence in handing.sentences:
            label = _("What came of it: %(mode)s") % {"mode": sentence.mode or _("shared by no pairing")}
            self._ask(sections_of_sentence(sentence.slug)[0], label, self._told_of(sentence), sentence.words, 3)

    def _ask(self, section: str, label: Any, hint: Any, words: str, rows: int) -> None:
        """Add a section."""
        self.fields[section] = ParagraphsFormField(
            label=label,
            help_text=hint,
            required=False,
            max_length=ReportProse._meta.get_field("words").max_length,
            validators=[validate_plain_text],
            initial=words,
            widget=forms.Textarea(attrs={"rows": rows}),
        )

    @staticmethod
    def _told_of(sentence: Sentence) -> Any:
        """Return what to know of a sentence: whose it is, and what no longer fits."""
        if sentence.is_outdated:
            words = _("The figures have changed. This is their new sentence; you had written: %(words)s")
            return words % {"words": sentence.own}
        if sentence.own:
            return _("In your words. When the figures change, their new sentence takes its place until you look at it.")
        return _("Written from the figures. You may put it in other words; empty it to have this one again.")

    def save(self, *, by: User) -> None:
        """Keep each section that was changed as a new version."""
        with transaction.atomic():
            for prose in self.handing.outline.prose:
                if prose.slug in self.changed_data:
                    self._keep(prose.slug, self.cleaned_data[prose.slug], by)
            for sentence in self.handing.sentences:
                section, section_of = sections_of_sentence(sentence.slug)
                words = self.cleaned_data[section]
                own = "" if words == sentence.counted else words
                if own != sentence.own or (own and sentence.is_outdated):
                    self._keep(section, own, by)
                    self._keep(section_of, sentence.counted, by)

    def _keep(self, section: str, words: str, by: User) -> None:
        """Keep a version of a section."""
        days = {"first_day": self.period.first, "last_day": self.period.last}
        kind = self.handing.outline.slug
        ReportProse(branch=self.branch, kind=kind, section=section, words=words, **days).record(by=by)


class FreezeForm(forms.Form):
    """Whether somebody knows what still waits and what overlaps, and freezes all the same; asked where it is so."""

    despite = forms.BooleanField(label=_("I know this. Freeze all the same."), required=False)

    def __init__(self, *args: Any, matters: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not matters:
            self.fields["despite"].widget = forms.HiddenInput()


class ReviseForm(FreezeForm):
    """Why a frozen report is revised, and which version of it."""

    of = WholeNumberField(widget=forms.HiddenInput)
    reason = ParagraphsFormField(
        label=_("reason for the revision"),
        max_length=FrozenReport._meta.get_field("reason").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ("of", "reason", "despite")
