"""Make synthetic data for benchmarks."""

import argparse
from typing import Any

from django.core.management.base import CommandParser

from organization.management.base import OneLineCommand
from pairing_site.load import generate


def count(text: str) -> int:
    """Return a whole number that is not negative.

    Raises:
        ArgumentTypeError: for anything else.
    """
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no count")
    return int(text)


class Command(OneLineCommand):
    """Loads a college of its own in bulk, whole by every invariant."""

    help = "Make synthetic data by bulk load, for benchmarks; never on a real branch's database."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how many of each, and the seed."""
        for name, default in (("pairings", 100), ("logs", 1000), ("outcomes", 200), ("branches", 4), ("seed", 1)):
            parser.add_argument(f"--{name}", type=count, default=default, help=f"{default} unless said otherwise")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say how much."""
        wanted = {name: options[name] for name in ("pairings", "logs", "outcomes", "branches")}
        if wanted["branches"] < 1 or (wanted["pairings"] < 1 and (wanted["logs"] or wanted["outcomes"])):
            self.refuse("logs and outcomes need a pairing, and pairings a branch")
        made = generate(**wanted, seed=options["seed"])
        if options["json"]:
            self.print_json(made)
        else:
            self.stdout.write(", ".join(f"{name} {number}" for name, number in made.items()))
