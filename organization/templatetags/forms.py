"""Hidden fields that every POST form carries."""

import uuid

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from organization.middleware import FORM_KEY

register = template.Library()


@register.simple_tag(takes_context=True)
def form_key(context: template.Context) -> SafeString:
    """Return the hidden input that makes a form count once: a new key, or the one it was sent with."""
    request = context.get("request")
    key = (request and request.POST.get(FORM_KEY)) or uuid.uuid4()
    return format_html('<input type="hidden" name="{}" value="{}">', FORM_KEY, key)
