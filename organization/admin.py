"""The secretary's people and the operator's places, accounts and audit trail."""

from typing import Any, cast

from allauth.account.models import EmailAddress
from auditlog.models import LogEntry
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.forms import ChoiceField
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_tasks_db.models import DBTaskResult
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from organization.admin_base import (
    BRANCH_FILTER,
    AsksFirstMixin,
    BoundedFormSet,
    BranchInline,
    BranchModelAdmin,
    ReadOnlyInline,
    RowAutocomplete,
    SheetImportMixin,
    WritesLateMixin,
)
from organization.admin_doubles import SeesDoublesAdmin
from organization.back import LEAVE
from organization.events import Event
from organization.masking import MASKED, masked
from organization.models import (
    Branch,
    College,
    Membership,
    Office,
    PartyStage,
    PartyStageEntry,
    Person,
    RoleAssignment,
    Synonym,
    Tag,
    User,
    all_or_nothing,
)
from organization.parting_form import PartingForm, consequences
from organization.partings import PartingError
from organization.personal import anonymise
from organization.sheets.vocabulary import VOCABULARIES

for foreign in (Group, EmailAddress, LogEntry, DBTaskResult):
    if admin.site.is_registered(foreign):
        admin.site.unregister(foreign)


class StageInline(BranchInline):
    """A person's way into the party, step by step."""

    model = PartyStageEntry


class MembershipInline(ReadOnlyInline):
    """Where a person belonged, from when to when; it changes by the list's action, and on its way back."""

    model = Membership
    fields = ["branch", "joined_on", "left_on", "ending", "basis", "way_back"]
    readonly_fields = ["way_back"]
    shown_with = ("branch", "person")

    @display(description=gettext_lazy("Way back"))
    def way_back(self, stay: Membership) -> str:
        """Return a link to the page that takes the end back."""
        if stay.left_on is None:
            return ""
        return format_html('<a href="{}">{}</a>', reverse("take_back_leave", args=[stay.pk]), LEAVE.title)


@admin.register(Person)
class PersonAdmin(SheetImportMixin, SeesDoublesAdmin):
    """Teachers and students of the branch."""

    import_title = gettext_lazy("Import a roster")
    sheet_kind = "roster"
    inlines = [MembershipInline, StageInline]
    change_form_after_template = "admin/branch/person_sheets.html"
    list_display = ["name", "number", "kind", "shown_stage", "office", "class_name"]
    list_filter = ["kind", "stage", BRANCH_FILTER]
    list_select_related = ["office"]
    search_fields = ["name", "number", "pinyin"]
    actions = ["open_accounts", "part_ways", "make_anonymous"]
    kept_fields = ["branch"]
    fieldsets = [
        (None, {"fields": ["branch", "kind", "name", "number", "political_status"]}),
        (gettext_lazy("Work and study"), {"fields": ["office", "title", "specialty", "class_name"]}),
        (gettext_lazy("Personal"), {"fields": ["born_on", "phone", "email", "strengths", "needs"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        """Return the people whose party stage the user may know: those of the branches that the user manages."""
        managed = Branch.objects.managed_by(cast("User", request.user))
        return super().get_queryset(request).filter(branch__in=managed)

    @display(
        description=gettext_lazy("party stage"),
        ordering="stage",
        label={PartyStage.FULL.label: "danger", PartyStage.PROBATIONARY.label: "warning"},
    )
    def shown_stage(self, person: Person) -> str:
        """Return the present stage in words."""
        return str(person.get_stage_display())

    @action(description=gettext_lazy("Open sign-in accounts"))
    def open_accounts(self, request: HttpRequest, people: QuerySet[Person]) -> HttpResponse | None:
        """Give the chosen people accounts, and show their first passwords on this answer and nowhere else."""
        opened: list[tuple[User, str]] = []
        self.carry_out(
            request, people, "organization.change_person", lambda one: opened.append(User.objects.open_account(one))
        )
        if not opened:
            return None
        context = {**self.admin_site.each_context(request), "title": _("First passwords"), "opened": opened}
        response = TemplateResponse(request, "admin/branch/first_passwords.html", {**context, "opts": self.opts})
        add_never_cache_headers(response)
        return response

    @action(description=gettext_lazy("Left, graduated, moved or back …"))
    def part_ways(self, request: HttpRequest, people: QuerySet[Person]) -> HttpResponse | None:
        """Ask what happened from which day on and what becomes of their places; then all go, or nobody."""
        user, chosen = cast("User", request.user), list(people.select_related("branch", "office"))
        if not all(user.has_perm("organization.part_person", person) for person in chosen):
            raise PermissionDenied
        sent = request.POST if "how" in request.POST else None
        form = PartingForm(sent, people=chosen, user=user)
        if sent and form.is_valid():
            try:
                form.carry_out()
            except PartingError as error:
                for person, why in error.problems:
                    form.add_error(None, f"{person}：{why}")
            else:
                messages.success(request, _("Done: %(count)s.") % {"count": len(chosen)})
                return None
        title = ngettext("What happened to %(count)s person", "What happened to %(count)s people", len(chosen))
        context = {**self.admin_site.each_context(request), "opts": self.opts, "people": chosen, "form": form}
        context |= {"title": title % {"count": len(chosen)}, "consequences": consequences(chosen)}
        return TemplateResponse(request, "admin/branch/parting.html", context)

    @action(description=gettext_lazy("Make anonymous (has left)"))
    def make_anonymous(self, request: HttpRequest, people: QuerySet[Person]) -> HttpResponse | None:
        """Ask why, then forget who the chosen people were."""
        reason = request.POST.get("reason", "").strip()
        if not reason:
            title = _("Make anonymous: this cannot be undone")
            return self.ask_reason(request, people, "make_anonymous", title, button=_("Make anonymous for good"))
        user = cast("User", request.user)
        left: list[int] = []
        self.carry_out(
            request, people, "organization.anonymise_person",
            lambda person: left.append(anonymise(person, by=user, reason=reason)),
        )  # fmt: skip
        if any(left):
            words = _("In sealed outcomes and frozen reports words of theirs still stand: %(count)s places.")
            messages.warning(request, words % {"count": sum(left)})
        return None


@admin.register(Office)
class OfficeAdmin(BranchModelAdmin):
    """The branch's teaching offices."""

    list_display = ["name", "branch"]
    list_select_related = ["branch"]
    search_fields = ["name"]


class UseFilter(admin.SimpleListFilter):
    """Words of sheets by what they are for, in words."""

    title = gettext_lazy("what it is for")
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the uses that there are."""
        return [(use, vocabulary.label) for use, vocabulary in VOCABULARIES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the words of the chosen use."""
        return queryset.filter(use=self.value()) if self.value() in VOCABULARIES else queryset


@admin.register(Synonym)
class SynonymAdmin(BranchModelAdmin):
    """What the words of the offices' own sheets mean; those without a branch are the system's."""

    list_display = ["word", "meaning", "shown_use", "branch"]
    list_filter = [UseFilter, BRANCH_FILTER]
    list_select_related = ["branch"]
    search_fields = ["word", "meaning"]

    @display(description=gettext_lazy("what it is for"), ordering="use")
    def shown_use(self, synonym: Synonym) -> str:
        """Return the use in words."""
        vocabulary = VOCABULARIES.get(synonym.use)
        return str(vocabulary.label) if vocabulary else synonym.use

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the uses that there are."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "use":
            choices = [(one.use, one.label) for one in VOCABULARIES.values()]
            return ChoiceField(choices=choices, label=field.label, help_text=field.help_text)
        return field


@admin.register(Tag)
class TagAdmin(BranchModelAdmin):
    """Words that profiles share; those without a branch are the system's."""

    list_display = ["name", "branch"]
    list_select_related = ["branch"]
    search_fields = ["name"]


@admin.register(College)
class CollegeAdmin(BranchModelAdmin):
    """Colleges, kept by the operator."""

    list_display = ["name"]


@admin.register(Branch)
class BranchAdmin(BranchModelAdmin):
    """Branches, kept by the operator; how its changes after approval are decided, a branch's secretary says."""

    list_display = ["code", "name", "college", "changes"]
    list_select_related = ["college"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Let a secretary set nothing but how changes after approval are decided."""
        kept = [] if cast("User", request.user).is_operator else ["college", "code", "name"]
        return [*super().get_readonly_fields(request, obj), *kept]


class FirstPasswordForm(AdminPasswordChangeForm):
    """A password that the operator makes for somebody, who changes it at the next sign-in."""

    def save(self, commit: bool = True) -> User:
        """Save it."""
        self.user.must_change_password = True
        return cast("User", super().save(commit))


class RoleInline(TabularInline):
    """The roles that an account holds."""

    model = RoleAssignment
    formset = BoundedFormSet
    extra = 0


@admin.register(User)
class UserAdmin(AsksFirstMixin, DjangoUserAdmin, ModelAdmin, WritesLateMixin):
    """Accounts and roles, kept by the operator."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = FirstPasswordForm
    inlines = [RoleInline]
    list_display = ["username", "person", "is_active", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_superuser"]
    list_select_related = ["person"]
    search_fields = ["username", "person__name", "person__number"]
    autocomplete_fields = ["person"]
    fieldsets = [(None, {"fields": ["username", "password", "person", "email", "is_active", "is_superuser"]})]
    add_fieldsets = [(None, {"fields": ["username", "person", "usable_password", "password1", "password2"]})]
    filter_horizontal = []
    ordering = ["username"]
    actions = ["sign_out_everywhere"]

    @action(description=gettext_lazy("Sign out everywhere"), permissions=["change"])
    def sign_out_everywhere(self, request: HttpRequest, accounts: QuerySet[User]) -> None:
        """End all sessions of the chosen accounts."""
        with all_or_nothing():
            for account in accounts:
                account.end_sessions()
        messages.success(request, _("Done: %(count)s.") % {"count": len(accounts)})

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Refuse to remove accounts that the audit trail names: who did something stays known."""
        to_delete, counts, forbidden, protected = super().get_deleted_objects(objs, request)
        named = User.objects.filter(pk__in=LogEntry.objects.filter(actor__in=objs).values("actor"))
        return to_delete, counts, forbidden, [*protected, *(str(account) for account in named)]

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        """Show whatever number was sent for the person, where Django's own widget asks the database for it."""
        widget = RowAutocomplete(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **{"widget": widget, **kwargs})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Add an account; hashing its password takes long, so Django's transaction around all of it is left out."""
        return self._add_view(request, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Save; the password of a new account was made by the operator."""
        if not change:
            cast("User", obj).must_change_password = True
        super().save_model(request, obj, form, change)


@admin.register(LogEntry)
class AuditAdmin(AsksFirstMixin, ModelAdmin):
    """Who changed what, when, from what to what; the operator reads it, nobody changes it."""

    list_display = ["timestamp", "actor", "content_type", "object_repr", "shown_event", "remote_addr"]
    list_filter = ["action", "content_type"]
    list_select_related = ["actor__person", "content_type"]
    search_fields = ["object_repr", "actor__username"]
    fields = [
        "timestamp", "actor", "remote_addr", "content_type", "object_repr", "shown_event",
        "shown_changes", "shown_facts",
    ]  # fmt: skip
    readonly_fields = fields
    show_full_result_count = False

    @display(description=gettext_lazy("What happened"), ordering="action")
    def shown_event(self, entry: LogEntry) -> str:
        """Return what happened."""
        event = (entry.additional_data or {}).get("event")
        return str(Event(event).label if event in Event.values else entry.get_action_display())

    @display(description=gettext_lazy("Details"))
    def shown_facts(self, entry: LogEntry) -> str:
        """Return what else is known."""
        facts = entry.additional_data or {}
        return "；".join(f"{name}：{value}" for name, value in facts.items() if name != "event")

    @display(description=gettext_lazy("Changes"))
    def shown_changes(self, entry: LogEntry) -> str:
        """Return each changed field with what stood before and after."""
        changes = cast("dict[str, list[Any]]", entry.changes_display_dict)
        words = {"True": _("yes"), "False": _("no"), "None": _("(empty)"), "": _("(empty)")}
        hides = entry.content_type.model_class() in (Person, User)
        hidden = {str(field.verbose_name).lower() for field in Person._meta.fields if field.name in MASKED}

        def shown(field: str, value: str) -> str:
            return words.get(value) or (masked(value) if hides and field.lower() in hidden else value)

        return "；".join(
            f"{field}：{' → '.join(shown(field, str(value)) for value in values)}"
            for field, values in changes.items()
            if field != "ID"
        )

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody deletes."""
        return False
