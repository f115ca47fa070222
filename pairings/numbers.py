"""How a figure is rounded and written: once, at the end, half away from zero, never in exponents."""

from decimal import ROUND_HALF_UP, Decimal

RATE_STEP, PERCENT_STEP = Decimal("0.0001"), Decimal("0.1")


def rate(part: int, whole: int) -> float | None:
    """Return a share rounded to four places, or None when there is nothing to take a share of."""
    return float((Decimal(part) / whole).quantize(RATE_STEP, ROUND_HALF_UP)) if whole else None


def share(part: int, whole: int) -> Decimal | None:
    """Return a share in percent with one decimal, or None when there is nothing to take a share of."""
    return (Decimal(100) * part / whole).quantize(PERCENT_STEP, ROUND_HALF_UP) if whole else None


def percent(part: int, whole: int) -> str:
    """Return a share in percent as it is written, or a dash when there is nothing to take a share of."""
    return f"{share(part, whole)}%" if whole else "—"


def plain(number: float | Decimal) -> str:
    """Return a number without an exponent and without zeros that say nothing, e.g. 1234567.5."""
    words = f"{Decimal(str(number)):f}"
    return words.rstrip("0").rstrip(".") if "." in words else words
