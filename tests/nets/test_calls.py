"""No source of ours evaluates, unpickles, shells out, calls out, rolls plain dice or builds SQL of words.

Every module of ours is read for the ways there are to do it; the few places that do are listed, each with its reason.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
#: What a module may not import, by what it would do.
IMPORTS = {
    "a program's own words run as code": {"code", "codeop", "imp", "runpy"},
    "bytes become objects": {"pickle", "cPickle", "marshal", "shelve", "dill", "yaml", "jsonpickle"},
    "the server asks another one": {
        "socket", "ssl", "http.client", "urllib.request", "urllib3", "requests", "httpx", "aiohttp", "ftplib",
        "smtplib", "imaplib", "poplib", "telnetlib", "xmlrpc", "ldap", "ldap3", "paramiko", "django.core.mail",
    },
    "another program is started": {"subprocess", "pty", "commands"},
    "dice that can be guessed": {"random"},
    "XML that fetches or swells": {"lxml", "xml.dom", "xml.sax", "xml.etree", "xml.etree.ElementTree", "xml.parsers"},
    "forms of other sites are taken": {"django.views.decorators.csrf"},
    "another library's ciphers": {"Crypto", "Cryptodome", "cryptography", "nacl"},
}  # fmt: skip
#: What a module may not call.
CALLS = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "system",
    "popen",
    "RawSQL",
    "raw",
    "extra",
    "md5",
    "sha1",
    "from_string",
    "Template",
}
#: Where it is done all the same: the module, what it does, and why that is no hole.
ALLOWED = {
    **{
        (f"pairing_site/{name}.py", "import random"): "invents the demo college and synthetic data, from a seed"
        for name in (
            *(f"load/{one}" for one in ("__init__", "bulk", "outcomes", "work")),
            *(f"demo/{one}" for one in ("achievements", "college", "depth", "files", "people", "work")),
        )
    },
    ("evidence/inspection/documents.py", "import xml.parsers"): "expat itself, which refuses every document type",
    ("organization/workbooks/package.py", "import xml.parsers"): "the same",
    ("evidence/looking.py", "import subprocess"): "starts our own inspection, its words a list",
    ("organization/sheets/files.py", "import subprocess"): "starts our own reader of sheets, its words a list",
    ("pairing_site/backup/databases.py", "import subprocess"): "starts pg_dump and pg_restore, their words a list",
    ("pairing_site/backup/databases.py", "call execute with words put together"): "one of two names of tables of ours",
    ("enterprise_service/models/codes.py", "import django.core.mail"): "a code to the address on record, in our words",
    ("outcomes/documents/drawing.py", "call eval"): "QuickJS's, of the pages' own scripts, with figures as JSON beside",
    ("outcomes/documents/pdf.py", "call compile"): "typst's, of our own template, with words as JSON beside it",
    (
        "organization/open_signing.py",
        "import cryptography",
    ): "Ed25519 of what leaves the site, by the library of the field, with a derived key",
}


def found_in(text: str) -> Iterator[str]:
    """Yield what a module imports or calls that it should not."""
    banned = {name: why for why, names in IMPORTS.items() for name in names}
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            heads = {name, name.partition(".")[0], ".".join(name.split(".")[:2])}
            yield from (f"import {head}" for head in sorted(heads & set(banned)))
        if isinstance(node, ast.Call):
            yield from _of_call(node)


def _of_call(node: ast.Call) -> Iterator[str]:
    """Yield what is wrong with a call."""
    owner = getattr(getattr(node.func, "value", None), "id", "")
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    if name in CALLS and owner not in {"re", "ast"}:
        yield f"call {name}"
    if name in {"execute", "executemany"} and node.args and isinstance(node.args[0], ast.JoinedStr | ast.BinOp):
        yield f"call {name} with words put together"
    if any(key.arg == "shell" for key in node.keywords):
        yield "call with a shell"


def modules() -> Iterator[Path]:
    """Yield every module that is served or run as a command."""
    for config in apps.get_app_configs():
        folder = Path(config.path)
        if folder.parent == ROOT:
            yield from (module for module in folder.rglob("*.py") if "migrations" not in module.parts)


def all_found() -> set[tuple[str, str]]:
    """Return each such place."""
    return {(str(path.relative_to(ROOT)), found) for path in modules() for found in found_in(path.read_text())}


def test_no_source_does_what_words_could_abuse() -> None:
    assert all_found() == set(ALLOWED)


@pytest.mark.hole
@pytest.mark.parametrize(
    "seeded",
    [
        "eval(request.GET['q'])",
        "import pickle",
        "from urllib import request",
        "import urllib.request as web",
        "from xml.etree import ElementTree",
        "import random",
        "subprocess.run(f'convert {name}', shell=True)",
        "cursor.execute(f'SELECT * FROM x WHERE name = {name}')",
        "cursor.execute('SELECT 1 WHERE name = ' + name)",
        "Person.objects.raw(words)",
        "hashlib.md5(content)",
        "os.system(words)",
        "engine.from_string(words)",
        "from django.core import mail",
        "from django.views.decorators.csrf import csrf_exempt",
        "Template(words).render(context)",
    ],
)
def test_the_net_finds_what_words_could_abuse(seeded: str) -> None:
    assert list(found_in(seeded)) != []
