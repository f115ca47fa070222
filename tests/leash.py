"""Keep a command on a leash: it ends when the process that started it does, even by kill -9.

`python tests/leash.py PARENT USER COMMAND …` asks the kernel for SIGQUIT at its parent's end, and becomes COMMAND.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from typing import Any

PR_SET_PDEATHSIG = 1
#: PostgreSQL and gunicorn both leave at once on SIGQUIT, and take their children with them.
LEAVES_AT_ONCE = signal.SIGQUIT
PATIENCE = 20


def leashed(command: list[str], *, user: int | None = None, **options: Any) -> subprocess.Popen[bytes]:
    """Start a command, as another user where one is given, in a process group of its own that ends with this process.

    The call must come from a thread that lasts, for the kernel takes the thread that starts a process for its parent.
    """
    leash = [sys.executable, "-IS", __file__, str(os.getpid()), "" if user is None else str(user)]
    return subprocess.Popen([*leash, *command], start_new_session=True, **options)


def let_go(process: subprocess.Popen[bytes]) -> None:
    """End a leashed command with all that it started."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(LEAVES_AT_ONCE)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE)
    with contextlib.suppress(ProcessLookupError):  # nothing is left of a group that went as it was told
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(PATIENCE)


def main() -> int:
    """Become the command, or return at once when the parent is gone already."""
    parent, user, *command = sys.argv[1:]
    if user:
        os.setgroups([])
        os.setuid(int(user))
    if sys.platform == "linux":  # after setuid, which would forget it
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, LEAVES_AT_ONCE)
    signal.signal(LEAVES_AT_ONCE, signal.SIG_DFL)  # a shell in the background hands it on ignored
    if os.getppid() == int(parent):
        os.execv(command[0], command)
    return 1


if __name__ == "__main__":
    sys.exit(main())
