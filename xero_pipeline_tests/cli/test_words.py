"""The words of a command line: what is wrong with one is said plainly, and SQL may begin with a comment."""

from __future__ import annotations

import pytest
from typer.main import get_command

from xero_pipeline.cli import main
from xero_pipeline.cli.app import app
from xero_pipeline.errors import ConfigurationError


def said(monkeypatch, capsys, *words):
    monkeypatch.setattr("sys.argv", ["xero-pipeline", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code, " ".join(capsys.readouterr().err.replace("│", " ").split())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("query", "select 1", "--format", "xml"), "for '--format': 'xml' is not one of 'table'"),
        (("schedule", "maybe"), "for 'switch': 'maybe' is not one of 'on'"),
        (("sync", "--max-calls", "0"), "for '--max-calls': must be at least 1"),
        (("sync", "--max-calls", "few"), "for '--max-calls': must be a whole number"),
    ],
)
def test_a_value_that_is_none_is_said_in_our_own_words(monkeypatch, capsys, words, told):
    code, complaint = said(monkeypatch, capsys, *words)
    assert code == 2
    assert told in complaint


@pytest.mark.parametrize(
    ("words", "name"), [(("move", "--to", "foo"), "--to"), (("move", "--state-to", "x"), "--state-to")]
)
def test_an_address_that_is_none_is_told_by_the_name_of_the_option(monkeypatch, capsys, tmp_path, words, name):
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path / "home"))
    code, complaint = said(monkeypatch, capsys, *words)
    assert code == 2
    assert complaint.startswith(f"Error: {name}: this is not the address of a database")


@pytest.mark.parametrize("sql", ["-- Who?\nselect 1", "--Who?\nselect 1", "-- a = b\nselect 1"])
def test_sql_may_begin_with_a_comment_and_options_stand_on_either_side(sql):
    command = get_command(app).commands["query"]
    context = command.make_context("query", ["--limit", "2", sql, "--format", "csv"])
    assert (context.params["question"], context.params["limit"]) == (sql, 2)


def test_a_misspelt_option_is_not_taken_for_sql(monkeypatch, capsys):
    code, complaint = said(monkeypatch, capsys, "query", "--fromat", "json", "select 1")
    assert code == 2
    assert "No such option: --fromat" in complaint


def test_a_file_of_rates_that_is_not_there_is_named_once(tmp_path):
    from xero_pipeline.ledger.consolidation.rate_file import read_rates

    with pytest.raises(ConfigurationError) as refused:
        read_rates(tmp_path / "none.csv")
    assert str(refused.value) == f"The rates in {tmp_path / 'none.csv'} cannot be read: No such file or directory."
