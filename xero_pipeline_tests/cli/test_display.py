"""Tables stay readable on a narrow terminal, and nothing is rounded away or lost."""

from __future__ import annotations

from rich.console import Console

from xero_pipeline.cli.output import console

COLUMNS = [("Organisation", "left"), ("Tenant id", "left"), ("Calls", "right")]
ROW = ("Kowhai Trail Outfitters Limited", "f469d7d9-dd02-5780-b6a2-832369d26b33", 1110)


def printed(monkeypatch, capsys, width, rows):
    monkeypatch.setattr(console, "screen", lambda: Console(width=width, highlight=False))
    console.print_table("Organisations", COLUMNS, rows)
    return capsys.readouterr().out


def test_a_row_that_fits_is_a_line(monkeypatch, capsys):
    said = printed(monkeypatch, capsys, 100, [ROW])
    assert any(ROW[0] in line and ROW[1] in line and "1,110" in line for line in said.splitlines())


def test_a_row_that_would_break_words_stands_upright(monkeypatch, capsys):
    lines = [line.rstrip() for line in printed(monkeypatch, capsys, 60, [ROW]).splitlines()]
    assert lines[-3:] == [f"Organisation  {ROW[0]}", f"Tenant id     {ROW[1]}", "Calls         1,110"]


def test_an_empty_table_says_so(monkeypatch, capsys):
    assert "None." in printed(monkeypatch, capsys, 80, [])
