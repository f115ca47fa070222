"""What came of looking at a file."""

from dataclasses import dataclass, field


class NotKeptError(Exception):
    """A file that is not kept; `code` names the words that say why (evidence/refusals.py)."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Verdict:
    """What a file is; a picture also as it is to be kept, and small."""

    media_type: str
    picture: bytes = field(default=b"", repr=False)
    thumbnail: bytes = field(default=b"", repr=False)
