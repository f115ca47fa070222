"""A field for several files, refused whole when one of them cannot be kept."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from evidence.looking import MAX_FILES, look_at
from evidence.names import ENDINGS

#: What a browser offers to choose; what comes is looked at by its content.
CHOSEN = ",".join(
    [
        "image/*",
        *(f".{ending}" for endings in ENDINGS.values() for ending in endings),
        ".heic",
        ".heif",
        ".avif",
        ".tif",
    ]
)


class MultipleFileInput(forms.ClearableFileInput):
    """A file input that takes several, from the camera or the album."""

    allow_multiple_selected = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"accept": CHOSEN, **(attrs or {})})


class MultipleEvidenceField(forms.FileField):
    """Cleans to a list of uploads, each looked at by its content before anything is written."""

    widget = MultipleFileInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Return the uploads.

        Raises:
            ValidationError: naming each file that is refused and why.
        """
        uploads = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if self.required and not uploads:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(uploads) > MAX_FILES:
            raise ValidationError(_("At most %(count)s files at a time."), params={"count": MAX_FILES})
        errors: list[ValidationError] = []
        for upload in uploads:
            try:
                look_at(upload)
            except ValidationError as error:
                errors.append(error)
        if errors:
            raise ValidationError(errors)
        return uploads
