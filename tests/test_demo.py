"""The demo college: AMT's 2021 is the case's section three, exactly, in every format; loaded twice, not a row more."""

import io
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import Model
from docx import Document

from organization.models import Branch, Person, User
from outcomes.figures import Period, branch_report
from pairing_site.demo.people import ACCOUNTS
from pairings.models import Pairing, ProgressLog
from tests.factories import BranchFactory
from tests.outcomes.counting import count_in_sql, told

pytestmark = pytest.mark.django_db

#: Section three of the case: what of the year's outcomes is told with a figure, or named.
CASE = {
    ("course", "provincial", "recognised"): 3,
    ("team", "provincial", "recognised"): 2,
    ("team", "college", "recognised"): 5,
    ("base", "national", "cultivating"): 1,
    ("base", "provincial", "recognised"): 2,
    ("base", "unrated", "recognised"): 2,
}


def rows() -> dict[str, int]:
    models: list[type[Model]] = [model for model in apps.get_models() if model._meta.app_label != "sessions"]
    return {model._meta.label: model._base_manager.count() for model in models}


def report(*arguments: str) -> dict:
    out = io.StringIO()
    call_command("branch_report", "AMT", *arguments, stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def _demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", "for-this-test-only")
    call_command("load_demo", stdout=io.StringIO())


@pytest.mark.usefixtures("_demo")
def test_every_branch_and_year_is_what_plain_sql_counts() -> None:
    for branch in Branch.objects.all():
        for period in (Period.year(2021), Period.school_year(2021), Period.year(2024), Period.year(2025)):
            assert told(branch_report(branch, period)) == count_in_sql([branch.pk], period.first, period.last)


@pytest.mark.usefixtures("_demo")
def test_the_demo_college_holds_the_case_and_is_whole(tmp_path: Path) -> None:
    _its_size_is_believable()
    _amt_2021_is_the_case()
    _the_word_file_says_the_same(tmp_path)
    _every_invariant_holds()
    before = rows()
    call_command("load_demo", stdout=io.StringIO())
    assert rows() == before


def _its_size_is_believable() -> None:
    assert (Branch.objects.count(), Person.objects.count(), Pairing.objects.count()) == (4, 121, 60)
    assert ProgressLog.objects.count() > 300
    assert User.objects.get(username="secretary").check_password("for-this-test-only")
    assert User.objects.filter(username__in=ACCOUNTS).count() == len(ACCOUNTS) == 9
    branch_of = {
        user.username: user.person.branch.code
        for user in User.objects.filter(username__in=ACCOUNTS, person__isnull=False)
    }
    assert branch_of["secretary"] == branch_of["teacher"] == "AMT" != branch_of["secretary2"] == branch_of["teacher2"]


def _amt_2021_is_the_case() -> None:
    found = report("--year", "2021")
    counts: dict[tuple, int] = {}
    for row in found["outcomes"]:
        key = (row["category"], row["level"], row["status"])
        counts[key] = counts.get(key, 0) + row["count"]
    assert {key: counts[key] for key in CASE} == CASE
    assert {key: n for key, n in counts.items() if key[0] in ("course", "team", "base") and key not in CASE} == {}
    subkinds = {(row["subkind"], row["level"], row["status"]): row["count"] for row in found["outcomes"]}
    assert subkinds["虚拟仿真实训基地", "national", "cultivating"] == 1
    assert ("虚拟仿真实训基地", "national", "recognised") not in subkinds
    assert (
        subkinds["校内实践基地", "provincial", "recognised"],
        subkinds["校外实践基地", "unrated", "recognised"],
    ) == (2, 2)
    awards = {(row["subkind"], row["level"]) for row in found["outcomes"] if row["category"] == "award"}
    assert {("教学能力比赛", "national"), ("教学能力比赛", "provincial")} < awards
    assert {("职业技能大赛", "national"), ("职业技能大赛", "provincial")} < awards
    assert [(row["level"], row["count"]) for row in found["outcomes"] if row["category"] == "honour"] == [
        ("provincial", 1)
    ]
    assert sum(row["count"] for row in found["outcomes"] if row["category"] == "volunteering") > 0
    assert sum(row["count"] for row in found["outcomes"] if row["category"] == "outreach") > 0
    assert report("--from", "2021-01-01", "--to", "2021-12-31")["outcomes"] == found["outcomes"]


def _the_word_file_says_the_same(folder: Path) -> None:
    found, path = report("--year", "2021"), folder / "report.docx"
    call_command("branch_report", "AMT", "--year", "2021", "--format", "docx", "--output", str(path))
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in Document(str(path)).tables]
    _work, _figures, by_form, granted, cultivated = tables
    counts = {row[0]: int(row[-1]) for row in by_form[1:]}
    assert list(counts.values()) == [*(sums["outcomes"] for sums in found["by_form"].values()), len(granted) - 1]
    assert (len(granted) - 1, len(cultivated) - 1) == (found["totals"]["outcomes"], 1)
    assert found["cultivating"] == {"outcomes": 1, "by_level": {"national": 1}, "by_category": {"base": 1}}
    logged = [int(row[4]) for row in tables[0][1:]]
    assert logged == [form["logs"] for form in found["pairings"].values()]
    if office := shutil.which("soffice"):
        _libreoffice_reads(office, path, tables)


def _libreoffice_reads(office: str, path: Path, tables: list) -> None:
    profile = f"-env:UserInstallation=file://{path.parent}/profile"
    command = [office, profile, "--headless", "--convert-to", "txt:Text", "--outdir", str(path.parent), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    text = path.with_suffix(".txt").read_text(encoding="utf-8-sig")
    missing = [cell for table in tables for row in table for cell in row if cell.strip() and cell.strip() not in text]
    assert missing == []


def _every_invariant_holds() -> None:
    out = io.StringIO()
    call_command("check_integrity", json=True, stdout=out)
    found = json.loads(out.getvalue())
    assert found["ok"]
    assert {check["name"].split("_")[0] for check in found["checks"]} == {str(n) for n in range(1, 13)}


@pytest.mark.parametrize(
    "arguments",
    [
        ("NONE", "--year", "2021"),
        ("ROW", "--year", "12"),
        ("ROW", "--from", "2021-02-01", "--to", "2021-01-01"),
        ("ROW", "--from", "2021-02-01"),
        ("ROW", "--from", "yesterday", "--to", "2021-01-01"),
        ("ROW",),
        ("ROW", "--year", "2021", "--school-year", "2021"),
        ("ROW", "--year", "2021", "--format", "html"),
        ("ROW", "--year", "2021", "--output", "/nowhere/report.json"),
    ],
)
def test_bad_arguments_are_refused_in_one_line_with_exit_code_2(arguments: tuple[str, ...]) -> None:
    BranchFactory(code="ROW")
    with pytest.raises(CommandError) as raised:
        call_command("branch_report", *arguments)
    assert (raised.value.returncode, "\n" in str(raised.value)) == (2, False)
