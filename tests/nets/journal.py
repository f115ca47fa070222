"""Clients that log with photos and bring outcomes to verification, and keep a journal of what was acknowledged."""

import contextlib
import hashlib
import http.client
import io
import random
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from PIL import Image

from tests.nets.killed_site import PostgreSQL, Served, SQLite

PATIENCE = 60
COOKIE = "k" * 32
STEPS = ("draft", "submitted", "verified")
LOGS = """
    SELECT words, sha256 FROM pairings_progresslog AS log
    LEFT JOIN pairings_logphoto AS held ON held.log_id = log.id
    LEFT JOIN evidence_evidence AS evidence ON evidence.id = held.evidence_id
    LEFT JOIN evidence_storedfile AS file ON file.id = evidence.file_id
"""
OUTCOMES = """
    SELECT title, review, sha256 FROM outcomes_outcome AS outcome
    LEFT JOIN outcomes_outcomeevidence AS held ON held.outcome_id = outcome.id
    LEFT JOIN evidence_evidence AS evidence ON evidence.id = held.evidence_id
    LEFT JOIN evidence_storedfile AS file ON file.id = evidence.file_id
"""


def evidence_file(folder: Path, sha256: str) -> Path:
    """Return where the evidence folder keeps the bytes of a hash."""
    return folder / sha256[:2] / sha256[2:4] / sha256


@dataclass
class Found:
    """What the database and the disk hold: logs and outcomes whose file is whole, once for each time they are there."""

    logs: Counter[str]
    outcomes: Counter[str]
    reviews: dict[str, str]

    @classmethod
    def at(cls, database: SQLite | PostgreSQL, evidence: Path) -> "Found":
        """Look at the rows, and read every file that they name."""

        def is_whole(sha256: str | None) -> bool:
            file = evidence_file(evidence, sha256 or "none")
            return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == sha256

        outcomes = database.ask(OUTCOMES)
        return cls(
            Counter(words for words, sha256 in database.ask(LOGS) if is_whole(sha256)),
            Counter(title for title, _review, sha256 in outcomes if is_whole(sha256)),
            {title: review for title, review, _sha256 in outcomes},
        )

    @property
    def doubled(self) -> list[str]:
        """Return what is there more than once."""
        return [words for words, times in (self.logs + self.outcomes).items() if times > 1]


@dataclass
class Journal:
    """What the site acknowledged: words of logs, and how far each outcome came; and what it answered instead."""

    logs: list[str] = field(default_factory=list)
    outcomes: dict[str, str] = field(default_factory=dict)
    sent_again: int = 0
    refused: list[str] = field(default_factory=list)

    @property
    def writes(self) -> int:
        """Return how many writes were acknowledged."""
        return len(self.logs) + sum(STEPS.index(step) + 1 for step in list(self.outcomes.values()))

    def lost(self, found: Found) -> list[str]:
        """Return what was acknowledged and is not there, or not whole."""
        logs = [words for words in self.logs if not found.logs[words]]
        return logs + [
            f"{title}: {step}, found {found.reviews.get(title, 'nothing')}"
            for title, step in self.outcomes.items()
            if not found.outcomes[title] or found.reviews[title] not in STEPS[STEPS.index(step) :]
        ]


def picture() -> SimpleUploadedFile:
    """Return a small picture like no other."""
    file = io.BytesIO()
    Image.frombytes("RGB", (12, 12), random.randbytes(432)).save(file, "PNG")
    return SimpleUploadedFile("现场.png", file.getvalue(), "image/png")


class Writer(threading.Thread):
    """A client that writes until it is told to stop; it sends a form again until that one is acknowledged."""

    def __init__(self, served: Served, told: dict[str, Any], journal: Journal, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.served, self.told, self.journal, self.stopped = served, told, journal, stop

    def run(self) -> None:
        while not self.stopped.is_set():
            self.log(f"记录 {uuid.uuid4()}")
            self.achieve()

    def log(self, words: str) -> None:
        """Log once, with a photo."""
        values = {"date": time.strftime("%Y-%m-%d"), "activity_type": self.told["activity"], "words": words}
        values |= {"hours": "1", "element_kind": "", "photos": picture()}
        if self.send("teacher", f"/pairings/{self.told['pairing']}/log/", values):
            self.journal.logs.append(words)

    def achieve(self) -> None:
        """Record an outcome with its proof, submit it, and have it verified."""
        title = f"成果 {uuid.uuid4()}"
        values = {"title": title, "category": "course", "level": "college", "status": "recognised"}
        values |= {"achieved_on": "2024-06-01", "people": self.told["person"], "pairings": self.told["pairing"]}
        where = self.send("teacher", "/outcomes/new/", values | {"files": picture()})
        if where:
            self.journal.outcomes[title] = "draft"
        if not where.startswith("/outcomes/"):  # killed after the commit: the site no longer knows where it led
            return
        for who, verb, step in (("teacher", "submit", "submitted"), ("secretary", "verify", "verified")):
            if not self.send(who, f"{where}{verb}/", {}):
                return
            self.journal.outcomes[title] = step

    def send(self, who: str, path: str, values: dict[str, Any]) -> str:
        """Return where the site sent us, which is how it acknowledges; empty when we gave up before that."""
        body = encode_multipart(BOUNDARY, {**values, "csrfmiddlewaretoken": COOKIE, "form_key": uuid.uuid4()})
        headers = {"Content-Type": MULTIPART_CONTENT}
        headers["Cookie"] = f"sessionid={self.told['sessions'][who]}; csrftoken={COOKIE}"
        until = time.monotonic() + PATIENCE
        while not self.stopped.is_set() and time.monotonic() < until:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if where := self._send(path, body, headers):
                    return where
            self.journal.sent_again += 1
            time.sleep(0.05)
        return ""

    def _send(self, path: str, body: bytes, headers: dict[str, str]) -> str:
        """Send a form once; what is neither a redirect nor an error of the server is a refusal, which is noted."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=30)) as connection:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
        if answer.status < http.client.INTERNAL_SERVER_ERROR and answer.status != http.client.FOUND:
            self.journal.refused.append(f"{path}: {answer.status}")
        return answer.headers["Location"] if answer.status == http.client.FOUND else ""
