"""Words for error sentences out of files that may hold anything."""


def brief(text: object, most: int = 60) -> str:
    """Give `text` on one line and cut to `most` characters: a damaged file can name things megabytes long."""
    line = " ".join(str(text)[: 4 * most].split())
    line = "".join(c if c.isprintable() else "�" for c in line)
    return line if len(line) <= most else line[: most - 1] + "…"
