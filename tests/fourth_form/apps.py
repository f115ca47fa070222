"""Registers the toy form, as the real ones do."""

from django.apps import AppConfig


class FourthFormConfig(AppConfig):
    name = "tests.fourth_form"
    label = "fourth_form"

    def ready(self) -> None:
        from auditlog.registry import auditlog  # noqa: PLC0415 - its models exist only from here on

        from pairings import kinds  # noqa: PLC0415 - registered with the models

        kinds.register(
            kinds.PairingKind(
                slug="reading",
                label="共读结对",
                lead="一名党员教师与一名学生共读一本书。",
                model="fourth_form.ReadingPair",
                namespace="fourth_form",
                colour="blue",
                roles=(
                    kinds.SeatRole(kinds.LEADER, "领读党员", "teacher", is_member=True),
                    kinds.SeatRole(kinds.ORDINARY_STUDENT, "学生", "student", is_member=False),
                ),
                activities=(("reading", "共读"),),
            )
        )
        auditlog.register(kinds.kind_of("reading").model_class, exclude_fields=["last_logged_on", "version"])
