"""What killed or refused uploads leave on the disk: parts that wait for ever, and files that no row names."""

from collections.abc import Callable, Iterator

from evidence.durable import forget
from evidence.models import StoredFile
from evidence.storage import DurableStorage

#: Forgets what an app keeps for a while only, or only names it on a dry run; returns what it is.
Step = Callable[..., list[str]]

_steps: list[Step] = []
DAY = 24 * 60 * 60
AT_A_TIME = 500


def sweeps(step: Step) -> Step:
    """Register what an app forgets when the evidence folder is swept, before files without a row are looked for."""
    _steps.append(step)
    return step


def forget_old(*, dry_run: bool) -> list[str]:
    """Let each app forget what it keeps for a while only, and return what it is."""
    return [name for step in _steps for name in step(dry_run=dry_run)]


def sweep(storage: DurableStorage, *, older_than: float = DAY, dry_run: bool = False) -> list[str]:
    """Remove what was left behind, and return its names.

    Args:
        storage: the evidence's folder.
        older_than: how many seconds old it must be; an upload that is under way is younger.
        dry_run: whether to name it only.
    """
    parts = storage.leftovers(older_than)
    nameless = [name for name in _named_by_no_row(storage) if storage.is_older(name, older_than)]
    if not dry_run:
        for part in parts:
            forget(part)
        for name in nameless:
            storage.delete(name)
    return [*(part.name for part in parts), *nameless]


def _named_by_no_row(storage: DurableStorage) -> Iterator[str]:
    """Yield the files whose hash no row has."""
    some: list[str] = []
    for name in storage.names():
        some.append(name)
        if len(some) == AT_A_TIME:
            yield from _without_row(some)
            some = []
    yield from _without_row(some)


def _without_row(names: list[str]) -> Iterator[str]:
    """Yield those whose hash no row has; a thumbnail goes by the hash of its picture."""
    hashes = {name: name.rsplit("/", 1)[-1].split(".")[0] for name in names}
    known = set(StoredFile.objects.filter(sha256__in=hashes.values()).values_list("sha256", flat=True))
    yield from (name for name, sha256 in hashes.items() if sha256 not in known)
