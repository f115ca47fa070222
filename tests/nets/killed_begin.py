"""Fill the database of a site that will be killed, and print who may write what: `python -m tests.nets.killed_begin`.

The tables come from the tests' own database, saved in a file, for migrations take longer than all the kills.
"""

import json
import sys
from pathlib import Path
from typing import Any

import django

django.setup()

from django.test import Client  # noqa: E402 - after setup

from organization.models import User  # noqa: E402
from pairing_site.backup.databases import load  # noqa: E402
from tests.factories import BranchFactory, member, secretary_of, teacher, teaching_pair, user_of  # noqa: E402


def session_of(user: User) -> str:
    """Sign an account in, and return the key of its session."""
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


def main(saved: Path) -> dict[str, Any]:
    """Fill the database and return what clients need to know."""
    load(saved)
    branch = BranchFactory()
    by = user_of(member(teacher(branch)))
    pair = teaching_pair(branch, by=by, people={"leader": by.person, "ordinary_teacher": teacher(branch)})
    sessions = {"teacher": session_of(by), "secretary": session_of(secretary_of(branch))}
    activity = pair.kind_info.activities[0][0]
    return {"sessions": sessions, "pairing": pair.pk, "person": by.person_id, "activity": activity}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))  # noqa: T201 - the net reads it
