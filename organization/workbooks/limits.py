"""What a sheet may cost, and the words in which one is refused."""

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED_BYTES = 80 * 1024 * 1024
MAX_ENTRIES = 2000
MAX_SHEETS = 100
MAX_ELEMENTS = 2_000_000
MAX_ROWS, MAX_COLUMNS = 20_000, 200
#: Of all sheets together, so that what is handed on stays small whatever the file holds.
MAX_CELLS, MAX_CHARACTERS = 300_000, 3_000_000
MAX_CELL = 32_767
MAX_ANSWER_BYTES = 24 * 1024 * 1024
MEMORY, SECONDS = 224 * 1024 * 1024, 3
#: How many rows of a sheet that is too long are still looked at, to see whether it is the one that was meant.
ROWS_OF_A_LONG_SHEET = 30


class RefusedFileError(Exception):
    """A file that is not read; `reason` is a key of `organization.sheets.files.REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
