"""The evidence pack: every file behind a report, found offline, checked without the system, safe on every machine."""

import hashlib
import html
import io
import json
import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from PIL import Image

from organization.models import Branch
from outcomes.documents.outlines import ANNUAL
from outcomes.documents.pack import safe_name
from outcomes.figures import Period
from outcomes.handing import hand_in
from tests.factories import BranchFactory, teaching_pair, verified
from tests.office import faults_of, reads_office

pytestmark = pytest.mark.django_db


@pytest.fixture
def branch(db: None) -> Branch:
    """Return a branch with five proved outcomes."""
    branch = BranchFactory()
    pair = teaching_pair(branch)
    for number in "12345":
        verified(branch, pairings=[pair], title=f"课程{number}")
    return branch


def written(branch: Branch) -> bytes:
    """Return the pack of 2024."""
    return b"".join(hand_in(branch, Period.year(2024), ANNUAL, "zip").chunks)


def test_a_pack_holds_every_file_and_its_sums_are_right(branch: Branch) -> None:
    with zipfile.ZipFile(io.BytesIO(written(branch))) as pack:
        names = pack.namelist()
        lines = [line.split("  ", 1) for line in pack.read("SHA256SUMS").decode().splitlines()]
        sums = {name: digest for digest, name in lines}
        hashes = {name: hashlib.sha256(pack.read(name)).hexdigest() for name in names}
        assert {name: digest for name, digest in hashes.items() if not name.startswith("SHA256SUMS")} == sums
        manifest = json.loads(pack.read("manifest.json"))
        index = pack.read("目录.html").decode()
    assert len(manifest["files"]) == 5
    assert all(one["path"] in names and one["path"].rpartition("/")[2] in index for one in manifest["files"])


def test_one_changed_byte_is_found_by_the_command_that_the_pack_names(branch: Branch, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(written(branch))) as pack:
        assert "sha256sum --check SHA256SUMS" in pack.read("校验方法.txt").decode()
        pack.extractall(tmp_path)
    check = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    signed = "openssl pkeyutl -verify -pubin -inkey pack-key.pem -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig"
    assert signed in (tmp_path / "校验方法.txt").read_text()
    assert subprocess.run(signed.split(), cwd=tmp_path, capture_output=True, check=False).returncode == 0
    victim = next(tmp_path.glob("佐证材料/*/*"))
    victim.write_bytes(victim.read_bytes()[:-1] + b"\0")
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, check=False).returncode == 1
    listed = tmp_path / "SHA256SUMS"
    listed.write_text(re.sub(r"^[0-9a-f]{64}", hashlib.sha256(b"").hexdigest(), listed.read_text()))
    assert subprocess.run(signed.split(), cwd=tmp_path, capture_output=True, check=False).returncode == 1


def test_whoever_holds_a_pack_asks_the_site_for_its_key(branch: Branch, settings: Any) -> None:
    with zipfile.ZipFile(io.BytesIO(written(branch))) as pack:
        key = pack.read("pack-key.pem").decode()
    address = reverse("outcomes:pack_key")
    assert Client().get(address).content.decode() == key
    settings.SIGNING_KEY_FALLBACKS, settings.SIGNING_KEY = [settings.SIGNING_KEY], "another-key-of-the-site"
    told = Client().get(address).content.decode()
    assert (told.count("BEGIN PUBLIC KEY"), told.startswith(key), told.endswith(key)) == (2, False, True)


@reads_office
def test_office_opens_the_index_without_repair(branch: Branch, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(written(branch))) as pack:
        assert faults_of(pack.read("目录.xlsx"), "xlsx", tmp_path) == []


def test_the_index_leads_to_each_file_on_a_page_and_in_a_workbook(branch: Branch, tmp_path: Path) -> None:
    verified(branch, title="一种#夹具%20")
    with zipfile.ZipFile(io.BytesIO(written(branch))) as pack:
        pack.extractall(tmp_path)
        files = {one["path"] for one in json.loads(pack.read("manifest.json"))["files"]}
        drawn = [name for name in pack.namelist() if name.startswith("缩略图/")]
    page = (tmp_path / "目录.html").read_text()
    linked = {unquote(html.unescape(address)) for address in re.findall(r'(?:href|src)="([^"]+)"', page)}
    book = load_workbook(tmp_path / "目录.xlsx")
    cells = [cell for [*_, cell, _sha] in book.worksheets[0].iter_rows() if cell.hyperlink]
    assert linked == {*files, *drawn, "目录.css"}
    assert {cell.hyperlink.target.replace("\\", "/") for cell in cells} == files
    assert len(drawn) == len(files) == 6
    assert {Image.open(tmp_path / name).format for name in drawn} == {"JPEG"}


@pytest.mark.parametrize(
    "title", ["名" * 200, "a/b\\c", "..", "../../etc", "CON", "a:b*c?", "尾点...", "\u200f倒", "引\"号'", " . "]
)
def test_names_in_a_pack_are_safe_on_every_system(title: str) -> None:
    name = f"001-{safe_name(title)}"
    assert not re.search(r'[#%<>:"/\\|?*\x00-\x1f\u200f]', name)
    assert len(name.encode()) <= 190
    assert not name.endswith((" ", "."))


def test_the_same_title_twice_stands_in_two_folders() -> None:
    branch = BranchFactory()
    for _ in "12":
        verified(branch, title="同名成果")
    with zipfile.ZipFile(io.BytesIO(written(branch))) as pack:
        paths = [one["path"] for one in json.loads(pack.read("manifest.json"))["files"]]
    assert len(set(paths)) == 2
