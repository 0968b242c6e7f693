"""Tables of results, set as a table on every front end."""

from collections.abc import Iterable, Sequence

from IPython.display import display


def show_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Show a table as Markdown, which notebooks and the book typeset, with plain text for a terminal.

    Raises
    ------
    ValueError : a row is not as long as the header.
    """
    cells = [[str(cell) for cell in row] for row in rows]
    for row in cells:
        if len(row) != len(header):
            raise ValueError(f"show_table: {len(header)} columns in the header, {len(row)} in the row {row}")
    lines = ["| " + " | ".join(row) + " |" for row in [list(header), ["---"] * len(header), *cells]]
    text = "\n".join(lines)  # not padded: the width of a measured number would show in every row
    display({"text/markdown": text, "text/plain": text}, raw=True)
