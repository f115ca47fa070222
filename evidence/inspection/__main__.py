"""Looks at one upload in a process of its own: `python -m evidence.inspection LIMITS < UPLOAD`."""

import json
import resource
import signal
import sys
from pathlib import Path

from evidence.inspection.look import look
from evidence.inspection.verdict import NotKeptError, Verdict

# Memory that the process may write to; its libraries come on top, some 15 MB.
MEMORY, ADDRESSES = 240 << 20, 1 << 30
CPU_SECONDS, SECONDS = 6, 30


def main() -> int:
    """Print the verdict, or the refusal."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    signal.alarm(SECONDS)
    wanted = json.loads(sys.argv[1])
    try:
        verdict = look(sys.stdin.buffer, **wanted)
    except NotKeptError as refusal:
        said: dict[str, object] = {"refused": refusal.code, "params": refusal.params}
        verdict = Verdict("")
    else:
        sizes = [len(verdict.picture), len(verdict.thumbnail)]
        said = {"media_type": verdict.media_type, "sizes": sizes}
    said["peak_kb"] = peak_kb()
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + verdict.picture + verdict.thumbnail)
    return 0


def peak_kb() -> int:
    """Return the most memory that the process held so far, in KB; 0 where the system does not say."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


if __name__ == "__main__":
    sys.exit(main())
