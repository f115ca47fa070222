"""Refuse a catalogue with a word untranslated, doubtful or out of step with the code."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
OURS = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
NOT_CODE = shutil.ignore_patterns(".*", "node_modules", "data", "staticfiles", "var", "tests", "__pycache__")


def catalogue(path: Path) -> Catalog:
    """Return a .po file's words."""
    with path.open("rb") as file:
        return read_po(file)


def translations(message: Message) -> tuple[str, ...]:
    """Return a word's translation, or its plural forms."""
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string or "",)


def complaints(path: Path) -> Iterator[str]:
    """Yield what is wrong inside one catalogue."""
    for message in catalogue(path):
        if not message.id:
            continue
        where = f"{path.relative_to(ROOT)}:{message.lineno}: {message.id!r}"
        if not all(translations(message)):
            yield f"{where} is not translated"
        if message.fuzzy:
            yield f"{where} is marked fuzzy"
        for error in message.check():
            yield f"{where}: {error}"


def names(words: Catalog) -> set[tuple[str | None, object]]:
    """Return what tells the words of a catalogue apart."""
    return {(message.context, message.id) for message in words if message.id}


def collected() -> Catalog:
    """Return the words that `make words` would find in the code, leaving the work tree alone."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=NOT_CODE)
        (copy / "node_modules").mkdir()
        command = [sys.executable, "manage.py", "makemessages", "--locale", "zh_Hans", "--no-obsolete", "--verbosity=0"]
        subprocess.run(command, cwd=copy, check=True)
        return catalogue(copy / OURS.relative_to(ROOT))


def out_of_step() -> Iterator[str]:
    """Yield each word that only the code or only the catalogue knows."""
    in_code, in_catalogue = names(collected()), names(catalogue(OURS))
    for _context, word in sorted(in_code - in_catalogue, key=str):
        yield f"{word!r} is said in the code and not in the catalogue: run `make words`"
    for _context, word in sorted(in_catalogue - in_code, key=str):
        yield f"{word!r} is in the catalogue and no longer said: run `make words`"


def main() -> int:
    """Print the complaints and return whether there were any."""
    found = [line for path in sorted(ROOT.glob("locale/**/*.po")) for line in complaints(path)]
    if shutil.which("xgettext") is None:
        print("gettext is not installed: not compared with the code", file=sys.stderr)
    else:
        found += out_of_step()
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
