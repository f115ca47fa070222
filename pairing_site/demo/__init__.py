"""The demo college: believable and invented, and AMT's 2021 as the case tells it (shared/case.txt, section three)."""

from pairing_site.demo.college import load_college

__all__ = ["load_college"]
