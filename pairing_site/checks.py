"""What must hold of every page before the site starts."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.checks import CheckMessage, Error, register
from django.forms import BaseModelForm

from organization.forms import VersionedFormMixin, is_versioned


def unguarded_forms() -> Iterator[str]:
    """Yield each form, or admin page, through which an older copy of a row could be saved over a newer one."""
    import_module(settings.ROOT_URLCONF)  # every form that an address leads to is known from here on
    for form in _subclasses(BaseModelForm):
        model = form._meta.model if hasattr(form, "_meta") else None
        if model and is_versioned(model) and not issubclass(form, VersionedFormMixin):
            yield f"{form.__module__}.{form.__qualname__}"
    for model, page in admin.site._registry.items():
        for part in (page, *(inline(model, admin.site) for inline in page.inlines)):
            if is_versioned(part.model) and not issubclass(part.form, VersionedFormMixin):
                yield f"{type(part).__module__}.{type(part).__qualname__}"


def _subclasses(base: Any) -> Iterator[Any]:
    """Yield every class below a class."""
    for one in base.__subclasses__():
        yield one
        yield from _subclasses(one)


@register
def every_form_refuses_a_stale_save(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to start with a form that would save an older copy of a row over a newer one."""
    return [
        Error(f"{name} edits rows with a version and is no VersionedFormMixin.", id="pairing_site.E001")
        for name in unguarded_forms()
    ]
