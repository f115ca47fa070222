"""Lead a reading pair from its proposal to the report, through the site's own pages, and print what was seen."""

import io
import json
from typing import Any

import django
from django.core.management import call_command

django.setup()

from django.test import Client  # noqa: E402 - after setup
from django.urls import reverse  # noqa: E402

from pairings.models import Pairing  # noqa: E402
from tests.factories import BranchFactory, member, secretary_of, student, teacher, user_of  # noqa: E402


def main() -> dict[str, Any]:
    call_command("migrate", verbosity=0)
    call_command("check")
    branch = BranchFactory(code="TOY")
    lead, secretary = user_of(member(teacher(branch))), secretary_of(branch)
    own, desk = Client(), Client()
    own.force_login(lead)
    desk.force_login(secretary)
    sent = {
        "title": "共读一本书",
        "book": "平凡的世界",
        "started_on": "2024-03-01",
        "leader": lead.person_id,
        "ordinary_student": student(branch).pk,
    }
    own.post(reverse("fourth_form:new"), sent)
    pair = Pairing.objects.get()
    desk.post(reverse("pairings:approve", args=[pair.pk]))
    logged = {"activity_type": "reading", "words": "读完第一部。", "date": "2024-04-01", "hours": "1.0"}
    own.post(reverse("pairings:log", args=[pair.pk]), logged)
    pages = ("list", "detail", "story", "edit", "change")
    answers = {
        page: own.get(reverse(f"fourth_form:{page}", args=[] if page == "list" else [pair.pk])) for page in pages
    }
    report, integrity = io.StringIO(), io.StringIO()
    call_command("branch_report", "TOY", "--year", "2024", stdout=report)
    call_command("check_integrity", json=True, stdout=integrity)
    return {
        "status": Pairing.objects.get().status,
        "logs": pair.logs.count(),
        "pages": {page: answer.status_code for page, answer in answers.items()},
        "said": all("共读一本书" in answer.content.decode() for answer in answers.values()),
        "in_navigation": "共读结对" in own.get("/").content.decode(),
        "report": json.loads(report.getvalue())["pairings"]["reading"]["logs"],
        "whole": json.loads(integrity.getvalue())["ok"],
    }


if __name__ == "__main__":
    print(json.dumps(main()))  # noqa: T201 - the test reads it
