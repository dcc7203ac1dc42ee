"""The environment becomes settings, and mistakes become one clear paragraph."""

import re
from datetime import date
from pathlib import Path

import pytest

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch, tmp_path):
    import os

    for name in list(os.environ):
        if name.startswith("XERO_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("value", ["false", "False", "0", "no", "NO", " false "])
def test_only_a_clear_no_leaves_mock_mode(monkeypatch, value):
    monkeypatch.setenv("XERO_MOCK_MODE", value)
    assert Settings.load().mode == "live"


@pytest.mark.parametrize("value", ["true", "1", "yes", "flase", "off", ""])
def test_anything_else_stays_in_mock_mode(monkeypatch, value):
    monkeypatch.setenv("XERO_MOCK_MODE", value)
    assert Settings.load().mode == "mock"


@pytest.mark.parametrize("value", ["jane", "team", "team:", "jane@example", "jane@example.com, finance"])
def test_an_owner_is_a_mail_address_or_a_team(monkeypatch, value):
    monkeypatch.setenv("XERO_OWNERS", value)
    with pytest.raises(ConfigurationError, match=r"XERO_OWNERS.*team:finance"):
        Settings.load()


def test_owners_are_listed_with_commas(monkeypatch):
    monkeypatch.setenv("XERO_OWNERS", "jane@example.com, team:finance")
    assert Settings.load().owner_list == ("jane@example.com", "team:finance")


def test_empty_values_count_as_not_set(monkeypatch):
    monkeypatch.setenv("XERO_CLIENT_ID", "")
    monkeypatch.setenv("XERO_API_URL", "")
    settings = Settings.load()
    assert settings.client_id is None
    assert settings.api_url == "https://api.xero.com"


def test_a_wrong_value_is_named_without_being_shown(monkeypatch):
    monkeypatch.setenv("XERO_CALLS_PER_MINUTE", "s3cret-99")
    with pytest.raises(ConfigurationError) as caught:
        Settings.load()
    assert "XERO_CALLS_PER_MINUTE" in str(caught.value)
    assert "s3cret-99" not in str(caught.value)


def test_secrets_are_not_in_the_repr(monkeypatch):
    for name in ("XERO_CLIENT_SECRET", "XERO_ENCRYPTION_KEY", "XERO_ENCRYPTION_KEYS_RETIRED"):
        monkeypatch.setenv(name, "hush-hush")
    monkeypatch.setenv("XERO_STATE_URL", "postgresql://me:hush-hush@db.example/books")
    assert "hush-hush" not in repr(Settings.load())


def test_live_mode_without_an_app_tells_where_to_make_one(monkeypatch):
    with pytest.raises(ConfigurationError, match="developer.xero.com"):
        Settings.load().require_app()


def test_the_start_date_is_a_month(monkeypatch):
    monkeypatch.setenv("XERO_START_DATE", "2025-07-19")
    assert Settings.load().start_date == date(2025, 7, 1)


def test_everything_lives_in_the_home_unless_said_otherwise(monkeypatch, tmp_path):
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path / "home"))
    settings = Settings.load()
    assert settings.warehouse == f"duckdb:///{tmp_path}/home/books.duckdb"
    assert settings.state == f"sqlite:///{tmp_path}/home/state.sqlite"


def test_the_example_names_every_variable_and_no_other():
    names = re.findall(r"^([A-Z_]+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE)
    assert sorted(names) == sorted(f"XERO_{field.upper()}" for field in Settings.model_fields)


def test_the_example_as_it_stands_is_mock_mode_with_the_defaults(monkeypatch):
    Path(".env").write_text((PROJECT / ".env.example").read_text())
    assert Settings.load() == Settings.load(_env_file=None)


def test_a_presentation_currency_is_three_letters_in_any_case(monkeypatch):
    monkeypatch.setenv("XERO_GROUP_CURRENCY", " nzd ")
    assert Settings.load().group_currency == "NZD"
    monkeypatch.setenv("XERO_GROUP_CURRENCY", "dollars")
    with pytest.raises(ConfigurationError, match="XERO_GROUP_CURRENCY must be the three letters"):
        Settings.load()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("XERO_START_DATE", "2024", "must be a day, such as 2025-04-01"),
        ("XERO_START_DATE", "last year", "must be a day, such as 2025-04-01"),
        ("XERO_CALLS_PER_DAY", "many", "must be a whole number"),
        ("XERO_CALLS_PER_DAY", "5001", "must be at most 5,000"),
        ("XERO_CALLS_PER_RUN", "0", "must be at least 1"),
        ("XERO_CUSTOM_CONNECTION", "maybe", "must be true or false"),
        ("XERO_API_URL", "xero", "must be an absolute"),
    ],
)
def test_what_is_wrong_is_said_in_our_own_words(monkeypatch, name, value, words):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=rf"^Wrong settings: {name} {words}"):
        Settings.load()


def test_a_report_that_is_none_is_refused_by_whoever_loads_the_settings(monkeypatch):
    monkeypatch.setenv("XERO_REPORTS", "balance_sheet, profit_and_los")
    with pytest.raises(ConfigurationError, match=r"no report profit_and_los\. Did you mean profit_and_loss\?"):
        Settings.load()


@pytest.mark.parametrize("line", ["XERO_CLIENT_ID hush-hush", "XERO_CLIENT_ID", "=hush-hush", "FOO='hush-hush"])
def test_a_line_of_the_file_that_is_no_setting_is_refused_by_its_number_and_not_shown(tmp_path, line):
    Path(".env").write_text(f"# mine\nXERO_CALLS_PER_DAY=900\n\n{line}\n")
    with pytest.raises(ConfigurationError) as refused:
        Settings.load()
    assert str(refused.value).startswith(f"{tmp_path / '.env'}, line 4 is no setting: write NAME=value")
    assert "hush" not in str(refused.value)


def test_names_of_other_programs_in_the_file_are_their_own_affair():
    Path(".env").write_text("PATH\nexport XERO_CALLS_PER_DAY='900' # for us\n")
    assert Settings.load().calls_per_day == 900


def test_a_file_that_is_not_utf_8_is_refused():
    Path(".env").write_bytes(b"# caf\xe9\n")
    with pytest.raises(ConfigurationError, match="UTF-8"):
        Settings.load()
