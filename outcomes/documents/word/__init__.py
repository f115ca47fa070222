"""A document as a Word file that passes a typist's ruler (GB/T 9704-2012, 党政机关公文格式)."""

from outcomes.documents.word.writer import write

__all__ = ["write"]
