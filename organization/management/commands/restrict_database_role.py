"""Give the application's PostgreSQL role what it needs and no more."""

from typing import Any

from django.core.management.base import CommandParser
from django.db import DatabaseError, connection, transaction

from organization.management.base import OneLineCommand

#: What the application only adds to and reads.
KEPT = ("auditlog_logentry", "organization_traillink")
#: What only migrations write.
READ_ONLY = ("django_migrations",)
STATEMENTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    *(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {{role}}" for table in KEPT),
    *(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {table} FROM {{role}}" for table in READ_ONLY),
)


class Command(OneLineCommand):
    """Run by the owner of the tables after each migrate; the site then signs in as the other role."""

    help = "On PostgreSQL: let ROLE use every table, but only add to the audit trail; run as the tables' owner."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the role."""
        parser.add_argument("role", help="the application's role, which owns nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Grant and revoke in one transaction."""
        if connection.vendor != "postgresql":
            self.refuse("roles are PostgreSQL's; SQLite's trail is guarded by its triggers")
        role = connection.ops.quote_name(options["role"])
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                for statement in STATEMENTS:
                    cursor.execute(statement.format(role=role))
        except DatabaseError as error:
            self.refuse(error)
        self.stdout.write(f"{options['role']} can add to the audit trail, and neither change nor remove from it.")
