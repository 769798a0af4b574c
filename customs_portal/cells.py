"""Cells of tables that leave the portal: none is taken for a formula by a spreadsheet."""

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless_text(text: str) -> str:
    """Return the text of a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def text_of_cell(cell: str) -> str:
    """Return the text of which `harmless_text` made the cell."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_SIGNS) else cell
