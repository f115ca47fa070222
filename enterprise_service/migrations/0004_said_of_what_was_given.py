"""What was confirmed says how, and only of what was confirmed somebody notes that they spoke to the contact."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("enterprise_service", "0003_how_it_was_given")]

    operations = [
        migrations.AddConstraint(
            model_name="confirmation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at__isnull", True), ("how", "")),
                    models.Q(("confirmed_at__isnull", False), models.Q(("how", ""), _negated=True)),
                    _connector="OR",
                ),
                name="confirmation_says_how_it_was_given",
            ),
        ),
        migrations.AddConstraint(
            model_name="confirmation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("spoken_at__isnull", True),
                        ("spoken_by__isnull", True),
                        ("spoken_on__isnull", True),
                        ("spoken_words", ""),
                    ),
                    models.Q(
                        ("confirmed_at__isnull", False),
                        ("spoken_at__isnull", False),
                        ("spoken_by__isnull", False),
                        ("spoken_on__isnull", False),
                        models.Q(("spoken_words", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="spoken_of_what_was_confirmed",
            ),
        ),
    ]
