"""A file that is no check is refused with its name, the line and what is wrong."""

from __future__ import annotations

import pytest

from xero_pipeline.checks.catalogue import books_checks
from xero_pipeline.errors import ConfigurationError

HEAD = "-- title: T\n-- why: Because\n--      of this\n-- evidence: E\n"
SELECT = "select name as finding_key from xero.contacts where tenant_id = :tenant_id"


def write(folder, text, name="own.sql"):
    (folder / name).write_text(text)
    return {check.name: check for check in books_checks(folder)}


def test_a_file_is_a_check_beside_ours(tmp_path):
    (tmp_path / "notes.txt").write_text("no check")
    checks = write(tmp_path, f"{HEAD}-- severity: error\n{SELECT}\n-- and a last word;")
    assert checks.keys() == {"own", *(check.name for check in books_checks())}
    one = checks["own"]
    assert (one.title, one.said["why"], one.is_error, one.asks_for_the_day) == ("T", "Because of this", True, False)
    assert write(tmp_path, HEAD + SELECT + " and :today > '2020-01-01'")["own"].asks_for_the_day


def test_words_that_only_look_like_writing_are_allowed(tmp_path):
    assert "own" in write(
        tmp_path,
        HEAD + SELECT + """ and name <> 'delete' and "update" is null and updated_date_utc > '2020-01-01' -- insert""",
    )


def test_a_file_of_the_same_name_stands_in_the_place_of_ours(tmp_path):
    assert write(tmp_path, HEAD + SELECT, "stale_drafts.sql")["stale_drafts"].title == "T"


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (SELECT, 1, "its head lacks `-- title: …`"),
        ("-- title: T\n-- why: W\n" + SELECT, 1, "its head lacks `-- evidence: …`"),
        (HEAD + "-- colour: red\n" + SELECT, 5, "the subjects are title, why, evidence, finds, do, severity"),
        ("--   of nothing\n" + HEAD + SELECT, 1, "a line of the head is `-- subject: words`"),
        (HEAD + "-- severity: bad\n" + SELECT, 5, "severity is warning or error, not bad"),
        (HEAD, 5, "There is no query"),
        (HEAD + "delete from xero.contacts", 5, "only reads"),
        (HEAD + SELECT + ";\n" + SELECT, 5, "several statements"),
        (HEAD + "select 1 as finding_key", 5, "where tenant_id = :tenant_id"),
        (f"{HEAD}with gone as (\nDelete from xero.contacts returning *\n) {SELECT}", 6, "only reads; DELETE would not"),
        (HEAD + SELECT + "\nand name = :who", 6, ":who is no parameter of a check"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(tmp_path, text, line, told):
    with pytest.raises(ConfigurationError) as caught:
        write(tmp_path, text)
    assert caught.value.message.startswith(f"{tmp_path / 'own.sql'}, line {line} (XERO_CHECKS): ")
    assert told in caught.value.message


def test_a_name_that_no_check_may_have_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match=r"My Check.sql, line 1 .* small letters"):
        write(tmp_path, HEAD + SELECT, "My Check.sql")


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="XERO_CHECKS: there is no folder"):
        books_checks(tmp_path / "nowhere")
