"""A fourth form is an app of its own: with the registry alone it is listed, logged, told and reported."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.once  # it has a SQLite of its own
def test_a_fourth_form_touches_no_existing_app(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.fourth_form.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'toy.sqlite3'}",
        "DATA_DIR": str(tmp_path),
        "DEBUG": "off",
        "SECRET_KEY": "only-for-this-test-0123456789-abcdefghijklmnopqrstuvw",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.fourth_form.live"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "status": "active",
        "logs": 1,
        "pages": {"list": 200, "detail": 200, "story": 200, "edit": 200, "change": 200},
        "said": True,
        "in_navigation": True,
        "report": 1,
        "whole": True,
    }
