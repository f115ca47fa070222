"""The hidden fields that every POST form carries, ours, the admin's and the libraries'."""

import uuid

from django import template
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from organization.middleware import FORM_KEY

register = template.Library()


@register.simple_tag(takes_context=True)
def csrf_token(context: template.Context) -> SafeString:
    """Return Django's token and the key that makes a form count once: a new one, or that which it was sent with."""
    request = context.get("request")
    key = (request and request.POST.get(FORM_KEY)) or uuid.uuid4()
    return format_html('{}<input type="hidden" name="{}" value="{}">', CsrfTokenNode().render(context), FORM_KEY, key)
