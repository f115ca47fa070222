"""What the system holds about one person: shown to them whole, and forgotten when they have left."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, cast

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from organization.events import Event, record
from organization.models import Person, RuleError, TrailHead, TrailLink, User, all_or_nothing
from organization.names import ANONYMOUS
from organization.redaction import BLACKED_OUT, redact
from organization.trail import audited_update
from organization.verbs import verb

#: What says who somebody is; the rest (branch, kind, stages, dates of seats) stays, so that counts of past days do.
EMPTIED = ("title", "specialty", "class_name", "phone", "email", "strengths", "needs", "political_status")
PERSONAL = ("name", "number", "pinyin", "born_on", *EMPTIED)
#: Shorter ones stand in too many other words to be looked for in texts of others.
SHORTEST_NUMBER = 5
#: Keys and hashes, and what rows of sheets say of many people.
NEVER_SHOWN = ("password", "seal", "nonce", "version", "pinyin", "findings", "trace", "code_hash")
#: The trail has a door of its own, and keys, hashes and sessions hold no words.
NOT_SEARCHED = {LogEntry, TrailHead, TrailLink}

_kept: dict[type[Model], Callable[[], Q]] = {}
_obstacles: list[Callable[[Person], str]] = []
_forgetting: list[Callable[[Person], None]] = []


def keep_as_decided(model: type[Model], which: Callable[[], Q] = Q) -> None:
    """Say which rows of a model keep their words whatever is erased, because a decision was sealed over them."""
    _kept[model] = which


def obstacle(ask: Callable[[Person], str]) -> Callable[[Person], str]:
    """Register what may stand in the way of making a person anonymous; an empty word means that nothing does."""
    _obstacles.append(ask)
    return ask


def forgets(step: Callable[[Person], None]) -> Callable[[Person], None]:
    """Register how an app forgets words that a person's own row does not tell any more, such as a birthday."""
    _forgetting.append(step)
    return step


def everything_about(person: Person) -> dict[str, Any]:
    """Return the rows that name the person or their account, by model, and what the audit trail says of them.

    What somebody else keeps to the desk, such as who must not be paired with whom, tells of others too: of models
    with a door only the rows behind the person's own, and of the trail the person, the account and its own doings.

    Args:
        person: whose, with the records that were merged into theirs; without an account there is no door of theirs, so
            nothing behind one.

    Returns:
        What JSON can hold, with the fields' names as keys.
    """
    person = person.survivor
    people = [person, *person.merged_here.order_by("pk")]
    users = list(User.objects.filter(person__in=people).order_by("pk"))
    user = next((one for one in users if one.person_id == person.pk), None)
    found: dict[str, Any] = {"made_at": timezone.now().isoformat(), Person._meta.label: list(map(_told, people))}
    if users:
        found[User._meta.label] = list(map(_told, users))
    named: defaultdict[str, dict[Any, dict[str, Any]]] = defaultdict(dict)  # once, by whatever columns it names them
    for owner in (*people, *users):
        for rows in _rows_naming(owner):
            named[rows.model._meta.label] |= {row.pk: _told(row) for row in _behind_the_door(rows, user)}
    found |= {label: list(rows.values()) for label, rows in named.items()}
    trail = LogEntry.objects.filter(_themselves(people, users) | Q(actor__in=users)).order_by("pk")
    found["audit_trail"] = [
        {
            "at": entry.timestamp.isoformat(),
            "by": str(entry.actor or ""),
            "row": f"{entry.content_type.app_label}.{entry.content_type.model} {entry.object_pk}",
            "what": entry.get_action_display(),
            "changes": entry.changes,
            "facts": entry.additional_data,
        }
        for entry in trail.select_related("actor__person", "content_type").iterator(chunk_size=500)
    ]
    return found


def _told(row: Model) -> dict[str, Any]:
    """Return a row's fields."""
    fields = [field for field in row._meta.concrete_fields if field.name not in NEVER_SHOWN]
    return {"row": str(row), **{field.name: _plain(field.value_from_object(row)) for field in fields}}


def _plain(value: Any) -> Any:
    """Return what JSON can hold."""
    return value if value is None or isinstance(value, bool | int | float | list | dict) else str(value)


def _rows_naming(owner: Model) -> Iterator[QuerySet[Any]]:
    """Yield the rows of each model that points to a person or an account."""
    for link in owner._meta.get_fields(include_hidden=True):
        model = cast("Any", link.related_model)
        if not isinstance(link, models.ManyToOneRel) or model in (LogEntry, User, Person) or model._meta.auto_created:
            continue
        yield model._base_manager.filter(**{link.field.name: owner.pk})


def _behind_the_door(rows: QuerySet[Any], user: User | None) -> QuerySet[Any]:
    """Return the rows that the person's own account sees; ties without a door say no more than that they are."""
    door = getattr(rows.model._default_manager, "visible_to", None)
    if door is None:
        return rows
    return rows.filter(pk__in=door(user).values("pk")) if user is not None else rows.none()


def _themselves(people: Sequence[Person], users: Sequence[User]) -> Q:
    """Return the condition for audit entries of a person's records and accounts."""
    kinds = ContentType.objects.get_for_models(Person, User)
    told = Q(content_type=kinds[Person], object_id__in=[one.pk for one in people])
    return told | Q(content_type=kinds[User], object_id__in=[one.pk for one in users])


def _about(people: Sequence[Person], users: Sequence[User]) -> Q:
    """Return the condition for audit entries of a person's records and accounts, and of rows that name one of them."""
    condition = _themselves(people, users)
    for owner in (*people, *users):
        for rows in _rows_naming(owner):
            if isinstance(rows.model._meta.pk, models.AutoField | models.OneToOneField):
                kind = ContentType.objects.get_for_model(rows.model, for_concrete_model=False)
                condition |= Q(content_type=kind, object_id__in=rows.values("pk"))
    return condition


@verb
def anonymise(person: Person, *, by: User | None, reason: str) -> int:
    """Forget who a person was that has left: every word of theirs, here, in texts of others and in the audit trail.

    What was counted stays counted: seats, logs and outcomes keep their rows. Frozen reports and sealed outcomes keep
    their words, since a decision was made over them.

    Args:
        person: who has left.
        by: who decided it.
        reason: why, in words without the person.

    Returns:
        In how many places of what was sealed or frozen the name still stands.

    Raises:
        RuleError: when the person is here, still sits somewhere, another record stands for them, or no reason is given.
    """
    if not reason.strip():
        raise RuleError(_("Please write a reason."))
    with all_or_nothing():
        person = Person.objects.select_for_update(of=("self",)).select_related("branch").get(pk=person.pk)
        for problem in (_is_here(person), *(ask(person) for ask in _obstacles)):
            if problem:
                raise RuleError(problem)
        people = [person, *person.merged_here.select_for_update(of=("self",)).order_by("pk")]
        users = list(User.objects.filter(person__in=people))
        words, old = _words_of(people, users), {text for one in people for text in _old_values(one)}
        named = _in_order({**{one.name: ANONYMOUS for one in people}, **words})
        own = Q(content_type__in=ContentType.objects.get_for_models(Person, User).values())
        for one in people:
            _empty(one, [user for user in users if user.person_id == one.pk])
        _replace_everywhere(words)
        for forget, one in product(_forgetting, people):
            forget(one)
        about, others = _open_entries().filter(_about(people, users)), _entries_holding(words)
        titles = set(about.exclude(own).values_list("object_repr", flat=True))
        changes: list[tuple[QuerySet[LogEntry], Callable[[str], str]]] = [
            (about.filter(own), lambda text: BLACKED_OUT if text in old else _replaced(text, named)),
            (about.exclude(own), lambda text: _replaced(text, named if text in titles else words)),
            (others, lambda text: _replaced(text, words)),
        ]
        for entries, replace in changes:
            redact(entries, by=by, reason=reason, replace=replace)
        record(Event.ANONYMISED, by=by, about=person, reason=reason.strip())
    return sum(rows.count() for rows, _field in _places(words, kept=True))


def _is_here(person: Person) -> str:
    """Return why a person cannot be made anonymous yet."""
    if person.is_merged:
        return _("This record was merged into another one. Make that one anonymous; this one goes with it.")
    if person.memberships.going_on().exists():
        return _("This person is still here. Mark them as left first.")
    theirs = User.objects.filter(Q(person=person) | Q(person__merged_into=person))
    if theirs.filter(role_assignments__isnull=False).exists():
        return _("This person still holds a role. Take it back first.")
    return ""


def _words_of(people: Sequence[Person], users: Sequence[User]) -> dict[str, str]:
    """Return what of a person's records is looked for in every text, with what comes in its place.

    Longer names of others that hold the name stand for themselves. A name that somebody else in the college has too
    stays in texts of others: nobody could tell whom it means.
    """
    words: dict[str, str] = {}
    names: set[str] = set()
    for person in people:
        told, own = _told_of(person), [user.username for user in users if user.person_id == person.pk]
        words |= dict.fromkeys({person.email, person.phone, *told["email"], *told["phone"]}, "")
        words |= dict.fromkeys({person.number, *own, *told["number"]}, f"X{person.pk}")
        names |= {person.name, *told["name"]}
    words = {word: instead for word, instead in words.items() if len(word) >= SHORTEST_NUMBER}
    others = Person.objects.filter(college=people[0].college_id).exclude(pk__in=[one.pk for one in people])
    for name in names:
        alike = set(others.filter(name__contains=name).values_list("name", flat=True))
        words |= {longer: longer for longer in alike} if name in alike else {name: ANONYMOUS, **{o: o for o in alike}}
    return _in_order(words)


def _in_order(words: Mapping[str, str]) -> dict[str, str]:
    """Return the words, the longest first, so that none is taken for a part of another."""
    return dict(sorted(words.items(), key=lambda pair: -len(pair[0])))


def _old_values(person: Person) -> set[str]:
    """Return every value that a personal field ever had, and no value of a field that stays."""
    told = _told_of(person)
    stays = {text for name, texts in told.items() if name not in PERSONAL for text in texts}
    return {text for name in PERSONAL for text in told[name]} - stays


def _told_of(person: Person) -> defaultdict[str, set[str]]:
    """Return every value that each field of a person ever had, as the audit trail tells them."""
    kind: Any = ContentType.objects.get_for_model(Person)
    entries = LogEntry.objects.filter(content_type=kind, object_id=person.pk, changes__isnull=False)
    told: defaultdict[str, set[str]] = defaultdict(set)
    for changes in entries.values_list("changes", flat=True):
        for name, pair in changes.items():
            told[name] |= {text for text in pair if isinstance(text, str)} - {"None", "", ANONYMOUS, BLACKED_OUT}
    return told


def _empty(person: Person, users: Sequence[User]) -> None:
    """Take the personal words out of the person, the notes of the stages and the account."""
    person.name, person.number, person.born_on = ANONYMOUS, f"X{person.pk}", None
    for name in EMPTIED:
        setattr(person, name, "")
    person.save()
    audited_update(person.stage_entries.exclude(note=""), note="")
    for user in users:
        user.username, user.email, user.is_active = f"x{user.pk}-left", "", False
        user.set_unusable_password()
        user.save()


def _replace_everywhere(words: dict[str, str]) -> None:
    """Replace the words in every text column of every row that no decision was sealed over."""
    for rows, field in _places(words):
        for row in rows:
            value = _in_value(getattr(row, field.attname), words)
            same = rows.model._base_manager.filter(pk=row.pk)
            if auditlog.contains(rows.model):
                audited_update(same, **{field.attname: value})
            else:
                same.update(**{field.attname: value})


def _open_entries() -> QuerySet[LogEntry]:
    """Return the audit entries of all rows but those that keep their words."""
    entries = LogEntry.objects.all()
    for model, which in _kept.items():
        kind: Any = ContentType.objects.get_for_model(model)
        entries = entries.exclude(content_type=kind, object_id__in=model._base_manager.filter(which()).values("pk"))
    return entries


def _entries_holding(words: Mapping[str, str]) -> QuerySet[LogEntry]:
    """Return the audit entries that hold one of the words, but not those of rows that keep theirs."""
    entries, found = _open_entries(), Q()
    for name in ("object_repr", "changes", "additional_data", "serialized_data", "changes_text", "actor_email"):
        entries = entries.annotate(**{f"text_of_{name}": Cast(name, TextField())})
        found |= _holds(f"text_of_{name}", words)
    return LogEntry.objects.filter(pk__in=list(entries.filter(found).values_list("pk", flat=True)))


def _places(words: Mapping[str, str], *, kept: bool = False) -> Iterator[tuple[QuerySet[Any], models.Field]]:
    """Yield, for each text column of each model, the rows whose text holds one of the words.

    Args:
        words: what is looked for.
        kept: in the rows that keep their words, instead of all others.
    """
    for model in apps.get_models():
        which = _kept.get(model)
        if model in NOT_SEARCHED or model._meta.proxy or (kept and which is None):
            continue
        rows = model._base_manager.all()
        if which is not None:
            rows = rows.filter(which()) if kept else rows.exclude(which()) if which() else rows.none()
        for field in text_fields(model):
            yield rows.annotate(as_text=Cast(field.attname, TextField())).filter(_holds("as_text", words)), field


def text_fields(model: type[Model]) -> list[models.Field]:
    """Return the columns of a model that hold words: texts without choices, and JSON."""
    kinds = (models.CharField, models.TextField, models.JSONField)
    return [
        field for field in model._meta.local_concrete_fields
        if isinstance(field, kinds) and not field.choices and not field.primary_key
    ]  # fmt: skip


def _holds(name: str, words: Mapping[str, str]) -> Q:
    """Return the condition that a text holds one of the words, as it is or as JSON writes it."""
    found = Q(pk__in=[])
    for word in [word for word, instead in words.items() if word != instead]:
        found |= Q(**{f"{name}__contains": word}) | Q(**{f"{name}__contains": json.dumps(word)[1:-1]})
    return found


def _in_value(value: Any, words: dict[str, str]) -> Any:
    """Return a column's value with the words replaced."""
    if isinstance(value, str):
        return _replaced(value, words)
    if isinstance(value, list):
        return [_in_value(one, words) for one in value]
    return {key: _in_value(one, words) for key, one in value.items()} if isinstance(value, dict) else value


def _replaced(text: str, words: Mapping[str, str]) -> str:
    """Return a text with the words replaced."""
    return re.sub("|".join(map(re.escape, words)), lambda found: words[found[0]], text) if words else text
