"""Evidence is only read; it changes through the rows that hold it."""

from evidence.back import FILE
from evidence.models import Evidence
from organization.rules import add_admin_permissions, nobody
from organization.ways_back import register

add_admin_permissions(Evidence, may_write=nobody, may_delete=nobody)
register(FILE)
