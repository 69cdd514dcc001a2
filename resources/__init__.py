"""The files that ship with the program: icons, digits, trained networks."""

from pathlib import Path

_FOLDER = Path(__file__).resolve().parent


def resource_path(*parts: str) -> Path:
    """Return where a shipped file is, in a checkout, an installation and a frozen build alike.

    Packagers put the data of a package beside the place that its `__file__` names, also where
    the code itself is inside an archive.

    Parameters
    ----------
    parts
        Folders and file name under `resources/`.
    """
    return _FOLDER.joinpath(*parts)
