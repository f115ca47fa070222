"""Commands that other programs call: one line of words and a number, never a traceback."""

import json
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from organization.models import Branch
from organization.refusals import words_of

BAD_INPUT = 2


class OneLineParser(CommandParser):
    """An argument parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        """Refuse the arguments without printing the whole usage."""
        if self.called_from_command_line:
            self.exit(BAD_INPUT, f"{self.prog}: {message}\n")
        raise CommandError(message, returncode=BAD_INPUT)


class OneLineCommand(BaseCommand):
    """Refuses bad arguments and input with one line on stderr and exit code 2."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return a parser that raises CommandError where argparse would print its usage."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.__class__ = OneLineParser  # Django gives no other way to choose the class
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run the command and turn what a rule refuses into words and exit code 2."""
        try:
            return super().execute(*args, **options)
        except ValidationError as error:
            self.refuse(words_of(error))

    def refuse(self, message: object) -> NoReturn:
        """Stop because of what the caller gave.

        Raises:
            CommandError: with the message on one line and exit code 2.
        """
        raise CommandError(" ".join(str(message).split()), returncode=BAD_INPUT)

    def branch(self, code: str) -> Branch:
        """Return the branch of a code, or refuse."""
        branch = Branch.objects.filter(code=code).first()
        if branch is None:
            self.refuse(f"no branch has the code {code!r}")
        return branch

    def print_json(self, value: dict[str, Any]) -> None:
        """Print one JSON object."""
        self.stdout.write(json.dumps(value, ensure_ascii=False, default=str))
