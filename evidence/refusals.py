"""Why a file is not kept, in words that say what to do instead."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from evidence.names import clean_name

KEPT = _("pictures, PDF, OFD, Word, Excel and PowerPoint files are kept")
REASONS = {
    "archive": _("it is an archive; please send the files in it one by one"),
    "broken": _("the file is broken"),
    "cut": _("the file is cut off before its end; please send it again"),
    "demanding": _("it needs more memory or time than one file may; please save it smaller, a picture as JPEG"),
    "disguised": _("it is another kind of file that passes for a PDF"),
    "empty": _("it is empty"),
    "loads": _("it loads a template or an object from elsewhere when it is opened; please save it as PDF"),
    "macros": _("files with macros or controls are not kept; please save it without them or as PDF"),
    "markup": _("it is a web page or a drawing in SVG; %(kept)s"),
    "opendocument": _("it is an OpenDocument file; please save it as .docx, .xlsx, .pptx or PDF"),
    "pages": _("it has several pages; please save it as PDF"),
    "password": _("it is locked with a password; please save it without"),
    "pixels": _("a %(kind)s picture may have at most %(limit)s megapixels; please save it smaller, or as JPEG"),
    "program": _("it is a program; %(kept)s"),
    "runs": _("it would start a program when it is opened; please save it as PDF"),
    "size": _("it is larger than %(limit)s MB"),
    "sound": _("it is a sound recording; %(kept)s"),
    "unknown": _("it is none of the kinds that are kept: %(kept)s"),
    "unstored": _("the server could not store it just now; please try again later"),
    "video": _("it is a video; %(kept)s"),
}


def refusal(upload: File, code: str, **params: Any) -> ValidationError:
    """Return the error that names the file and the reason."""
    reason = REASONS[code] % {"kept": KEPT, **params}
    return ValidationError(
        _("“%(name)s” was not taken: %(reason)s."),
        code=code,
        params={"name": clean_name(upload.name or ""), "reason": reason},
    )
