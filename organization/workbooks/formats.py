"""Number formats: which show a day, which a month, and which keep leading zeros or add letters."""

import datetime
import re

#: Formats that a file names by number alone (ECMA-376, 18.8.30, with those of Chinese Excel).
DAY_FORMATS = {14, 15, 16, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 56, 58}
MONTH_FORMATS = {17, 55, 57}
TIME_FORMATS = {18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47}
LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
#: Letters, then zeros that are shown even where no digit stands: 00000, "T"0000, \T0000.
PADDED = re.compile(r'((?:"[^"]*"|\\.|[-/ ])*)(0+)((?:"[^"]*"|\\.|[-/ ])*)\Z')
EPOCH, EPOCH_1904 = datetime.datetime(1899, 12, 30), datetime.datetime(1904, 1, 1)  # noqa: DTZ001 - a sheet's day has no zone
LAST_SERIAL = 2_958_465  # 9999-12-31

DAY, MONTH, TIME, NUMBER = "day", "month", "time", "number"


class Format:
    """How a number is shown."""

    def __init__(self, number: int, code: str) -> None:
        section = code.split(";", maxsplit=1)[0]
        self.kind = _kind(number, section)
        padded = PADDED.match(re.sub(r"\[[^\]]*\]", "", section))
        self.before, self.digits, self.after = ("", 0, "")
        if padded:
            self.before, self.after = _plain(padded[1]), _plain(padded[3])
            self.digits = len(padded[2])

    def shown(self, value: float) -> str | None:
        """Return a whole number as the sheet shows it, or None when it shows the plain number."""
        if not self.digits or value < 0 or value != int(value) or value >= 1e15:
            return None
        text = f"{self.before}{int(value):0{self.digits}d}{self.after}"
        return None if text == str(int(value)) else text


def _kind(number: int, section: str) -> str:
    """Return what a format shows."""
    for kind, numbers in ((DAY, DAY_FORMATS), (MONTH, MONTH_FORMATS), (TIME, TIME_FORMATS)):
        if number in numbers:
            return kind
    letters = LITERALS.sub("", section).lower()
    if "general" in letters or not re.search("[ymdhs]", letters):
        return NUMBER
    if "d" in letters or "y" not in letters:
        return DAY if re.search("[ymd]", letters) and "d" in letters else TIME
    return MONTH


def _plain(literal: str) -> str:
    """Return what quoted and escaped characters of a format show."""
    return re.sub(r'"([^"]*)"|\\(.)', lambda found: found[1] or found[2] or "", literal)


def day_of(serial: float, is_1904: bool) -> str | None:
    """Return the ISO day of a count of days, or None where there is none."""
    if not 1 <= serial <= LAST_SERIAL:
        return None
    days = int(serial) if is_1904 or serial >= 61 else int(serial) + 1  # the sheet's own 29 February 1900
    try:
        return ((EPOCH_1904 if is_1904 else EPOCH) + datetime.timedelta(days=days)).date().isoformat()
    except OverflowError:
        return None
