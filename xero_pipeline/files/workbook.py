"""Sheets as a workbook (XLSX): real numbers and days, no formulas, no links, ready to be printed.

A workbook holds numbers as doubles, of which spreadsheets keep 15 digits. An amount of up to 15 digits, decimals
included, is read back as the exact one at its decimals. One of more digits is written as text, rather than changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.files.csv_text import begins_formula
from xero_pipeline.files.sheet import SheetColumn, SheetRow

if TYPE_CHECKING:
    from xero_pipeline.files.sheet import Sheet, SheetBlock, Value

MOST_ROWS = 1_048_576
"""Of a sheet, in every spreadsheet program."""
DIGITS = 15
"""Digits of a number that every spreadsheet program keeps."""
_FIRST_YEAR = 1900
_LONGEST_TEXT = 32_000
_NARROWEST, _WIDEST = 10, 60
_PORTRAIT_WIDTH = 110
"""Characters that can still be read on a page of A4, upright; more are printed on their side."""
_LINE_HEIGHT = 15
_A4 = 9
_FORBIDDEN_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_LONGEST_NAME = 31


def workbook(sheets: Sequence[Sheet], *, title: str, organisation: str, made_at: datetime) -> bytes:
    """Write sheets into a workbook.

    Args:
        title: In the properties of the file.
        organisation: The same, and below every printed page.
        made_at: When the file says that it was made; the same sheets are the same bytes.

    Raises:
        ConfigurationError: A sheet has more rows than there may be.
    """
    from xlsxwriter import Workbook  # pyright: ignore[reportMissingTypeStubs]

    target = BytesIO()
    plain_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book: Any = Workbook(target, {"in_memory": True, **plain_text})
    moment = made_at.astimezone(UTC).replace(tzinfo=None)
    book.set_properties({"title": title, "company": organisation, "created": moment})
    names: list[str] = []
    formats = _Formats(book)
    for sheet in sheets:
        names.append(_free_name(sheet.name or sheet.title, names))
        _SheetWriter(book.add_worksheet(names[-1]), formats, sheet).write(organisation)
    book.close()
    return target.getvalue()


def places_of(amount: Decimal) -> int:
    """How many decimals an amount is shown with: two, and more only where it has them."""
    exponent = amount.normalize().as_tuple().exponent
    return max(2, -exponent) if isinstance(exponent, int) else 2


def as_number(amount: Decimal) -> float | None:
    """The double that stands for an amount; None where a spreadsheet would read another amount from it."""
    number = float(amount)
    return number if Decimal(f"{number:.{DIGITS}g}") == amount else None


def _free_name(title: str, taken: Sequence[str]) -> str:
    """A name for a sheet that no other has, in any case of letters."""
    name = free = title.translate(_FORBIDDEN_IN_NAMES).strip(" '")[:_LONGEST_NAME] or "Sheet"
    number = 2
    while free.casefold() in {one.casefold() for one in taken}:
        end = f" {number}"
        free, number = f"{name[: _LONGEST_NAME - len(end)]}{end}", number + 1
    return free


class _Formats:
    """The looks of cells; each is made once a workbook."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Any] = {}

    def of(self, **looks: object) -> Any:
        """A look."""
        key = tuple(sorted(looks.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(looks)
        return self._made[key]


class _SheetWriter:
    """Writes one sheet: title, facts, heads that stay in sight, rows."""

    def __init__(self, page: Any, formats: _Formats, sheet: Sheet) -> None:
        self._page = page
        self._formats = formats
        self._sheet = sheet
        self._widths = _widths(sheet)

    def write(self, organisation: str) -> None:
        """Write all of it."""
        sheet = self._sheet
        rows = sum(len(block.rows) + 2 for block in sheet.blocks)
        if rows > MOST_ROWS - len(sheet.facts) - len(sheet.notes) - 4:
            raise ConfigurationError(
                f"{sheet.title} has {rows:,} rows, and a sheet of a workbook {MOST_ROWS:,} at most. "
                "Ask for fewer days, or for CSV."
            )
        self._text(0, 0, sheet.title, bold=True, font_size=14)
        for place, (label, fact) in enumerate(sheet.facts, start=1):
            self._paragraph(place, f"{label}: {fact}")
        head = len(sheet.facts) + 2
        for place, column in enumerate(sheet.columns):
            right = _beside(place, column) or ({} if column.kind == "text" else {"align": "right"})
            told = "\n".join(filter(None, (column.head, *column.notes)))
            self._text(head, place, told, bold=True, bottom=1, text_wrap=True, valign="bottom", **right)
        self._page.set_row(head, _LINE_HEIGHT * max((1, *(1 + len(one.notes) for one in sheet.columns))))
        last = self._rows(head + 1)
        for place, note in enumerate(sheet.notes, start=last + 1):
            self._paragraph(place, note, italic=True)
        self._set_up(head, last + len(sheet.notes), organisation)

    def _rows(self, place: int) -> int:
        for block in self._sheet.blocks:
            for row in _with_title(block):
                self._row(place, row)
                place += 1
        return place

    def _row(self, place: int, row: SheetRow) -> None:
        looks: dict[str, object] = {"bold": True} if row.role != "line" else {}
        if row.role == "total":
            looks["top"] = 1
        for column, value in enumerate(row.cells):
            more = {"indent": row.indent} if row.indent and not column else _beside(column, self._sheet.columns[column])
            self._cell(place, column, value, self._sheet.columns[column], {**looks, **more})

    def _cell(self, row: int, column: int, value: Value, of: SheetColumn, looks: dict[str, object]) -> None:
        if value is None:
            if looks:
                self._page.write_blank(row, column, None, self._formats.of(**looks))
        elif isinstance(value, Decimal):
            self._amount(row, column, value, of, looks)
        elif isinstance(value, int):
            self._page.write_number(row, column, value, self._formats.of(num_format="#,##0", **looks))
        elif isinstance(value, date) and value.year >= _FIRST_YEAR:
            midnight = datetime.combine(value, time())
            self._page.write_datetime(row, column, midnight, self._formats.of(num_format="yyyy-mm-dd", **looks))
        else:
            self._text(row, column, str(value), **looks)

    def _amount(self, row: int, column: int, value: Decimal, of: SheetColumn, looks: dict[str, object]) -> None:
        if of.kind == "percent":
            self._page.write_number(row, column, float(value), self._formats.of(num_format="0.0%", **looks))
            return
        number = as_number(value)
        if number is None:
            self._text(row, column, f"{value:,f}", align="right", **looks)
        else:
            shown = f"#,##0.{'0' * places_of(value)}"
            self._page.write_number(row, column, number, self._formats.of(num_format=shown, **looks))

    def _paragraph(self, row: int, text: str, **looks: object) -> None:
        """Text below or above the table, no wider than that: else a printed page would shrink to its length."""
        width, columns = sum(self._widths), len(self._sheet.columns)
        if len(text) <= width or columns == 1:
            self._text(row, 0, text, **looks)
            return
        lines = -(-len(text) * 11 // (width * 10))
        looks |= {"text_wrap": True, "valign": "top"} | ({"quote_prefix": True} if begins_formula(text) else {})
        self._page.merge_range(row, 0, row, columns - 1, "", self._formats.of(**looks))
        self._text(row, 0, text, **looks)
        self._page.set_row(row, _LINE_HEIGHT * lines)

    def _text(self, row: int, column: int, text: str, **looks: object) -> None:
        """Text stays text, also after somebody has edited the cell."""
        if begins_formula(text):
            looks["quote_prefix"] = True
        self._page.write_string(row, column, text[:_LONGEST_TEXT], self._formats.of(**looks))

    def _set_up(self, head: int, last: int, organisation: str) -> None:
        page, widths = self._page, self._widths
        for place, width in enumerate(widths):
            page.set_column(place, place, width)
        page.freeze_panes(head + 1, 1)
        page.repeat_rows(head)
        page.print_area(0, 0, max(last, head), len(widths) - 1)
        page.set_paper(_A4)
        page.fit_to_pages(1, 0)
        if sum(widths) > _PORTRAIT_WIDTH:
            page.set_landscape()
        page.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.9)
        facts = dict(self._sheet.facts)
        days = facts.get("Period") or facts.get("At the close of") or ""
        basis = f"{facts['Basis']} basis" if "Basis" in facts else ""
        whose = "\n".join([_in_footer(organisation), _in_footer(_joined(self._sheet.title, days))])
        how = _in_footer(_joined(basis, facts.get("Currency", "")))
        when = f"Books as of {facts['Books as of']}\n" if "Books as of" in facts else ""
        page.set_footer(f"&L&8{whose}&C&8{how}&R&8{when}&P / &N")


def _joined(*words: str) -> str:
    return ", ".join(filter(None, words))


def _in_footer(text: str) -> str:
    """A footer has room for 255 characters, and an ampersand begins a code in it."""
    return text[:70].replace("&", "&&")


def _beside(place: int, column: SheetColumn) -> dict[str, object]:
    """Text keeps away from the numbers before it."""
    return {"align": "left", "indent": 1} if column.kind == "text" and place else {}


def _with_title(block: SheetBlock) -> Iterator[SheetRow]:
    if block.title:
        yield SheetRow((block.title,), "heading")
    yield from block.rows
    if block.title:
        yield SheetRow(())


def _widths(sheet: Sheet) -> list[int]:
    """As wide as what is in a column, within limits; a heading may run into the next ones."""
    found = [max(map(len, (column.head, *column.notes))) for column in sheet.columns]
    for block in sheet.blocks:
        for row in block.rows:
            if row.role != "heading":
                found = [max(width, _width(cell)) for width, cell in zip(found, row.cells, strict=True)]
    return [min(max(width + 2, _NARROWEST), _WIDEST) for width in found]


def _width(value: Value) -> int:
    return len(f"{value:,.{places_of(value)}f}") if isinstance(value, Decimal) else len(str(value or ""))
