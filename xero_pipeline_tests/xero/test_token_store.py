"""The token store and its keys: nothing readable on the disk, nothing lost in a rotation, and Node reads the same."""

from __future__ import annotations

import multiprocessing
import shutil
import stat
import subprocess
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.xero.auth.encryption import EncryptionKeys
from xero_pipeline.xero.auth.mock_key_file import load_or_make_key_file
from xero_pipeline.xero.auth.token_set import TokenSet
from xero_pipeline.xero.auth.token_store import TokenStore
from xero_pipeline_tests.xero.desk import KEY, NOON, a_desk

OTHER = "cd" * 32
TOKENS = TokenSet("access-secret", "refresh-secret", NOON + timedelta(minutes=30), ("openid",))
TEXTS = st.text(st.characters(codec="utf-8"))

NODE_SEALS = """
const crypto = require('crypto'); const [key, text] = process.argv.slice(1);
const iv = crypto.randomBytes(12);
const cipher = crypto.createCipheriv('aes-256-gcm', Buffer.from(key, 'hex'), iv);
const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
process.stdout.write([iv, cipher.getAuthTag(), sealed].map(part => part.toString('hex')).join(':'));
"""
NODE_OPENS = """
const crypto = require('crypto'); const [key, text] = process.argv.slice(1);
const [iv, tag, sealed] = text.split(':').map(part => Buffer.from(part, 'hex'));
const decipher = crypto.createDecipheriv('aes-256-gcm', Buffer.from(key, 'hex'), iv);
decipher.setAuthTag(tag);
process.stdout.write(Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8'));
"""
node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


def run_node(program: str, *words: str) -> str:
    return subprocess.run(["node", "-e", program, *words], check=True, capture_output=True, text=True).stdout


@given(TEXTS)
def test_what_is_sealed_opens_again(text):
    assert EncryptionKeys(KEY).open(EncryptionKeys(KEY).seal(text)) == text


@given(TEXTS)
def test_a_sealed_text_is_iv_tag_and_cipher_in_lower_case_hex(text):
    iv, tag, cipher = EncryptionKeys(KEY).seal(text).split(":")
    assert (len(iv), len(tag), len(cipher)) == (24, 32, 2 * len(text.encode()))
    assert all(part == part.lower() and bytes.fromhex(part) is not None for part in (iv, tag, cipher))


def test_sealing_twice_never_uses_one_iv_twice():
    assert len({EncryptionKeys(KEY).seal("same").split(":")[0] for _ in range(500)}) == 500


@settings(max_examples=300)
@given(text=TEXTS, at=st.integers(0, 10**6), flip=st.integers(1, 255))
def test_changing_any_byte_is_refused(text, at, flip):
    parts = [bytearray.fromhex(part) for part in EncryptionKeys(KEY).seal(text).split(":")]
    at %= sum(len(part) for part in parts)
    for part in parts:
        if at < len(part):
            part[at] ^= flip
            break
        at -= len(part)
    with pytest.raises(ConfigurationError, match="cannot be decrypted"):
        EncryptionKeys(KEY).open(":".join(part.hex() for part in parts))


@pytest.mark.parametrize("text", ["", "abc", "a:b:c", "ab" * 12 + ":" + "ab" * 15 + ":00", "ab" * 12 + ":" + "ab" * 16])
def test_what_is_no_sealed_text_is_refused(text):
    with pytest.raises(ConfigurationError, match="XERO_ENCRYPTION_KEYS_RETIRED"):
        EncryptionKeys(KEY).open(text)


def test_a_retired_key_opens_and_never_seals():
    sealed = EncryptionKeys(OTHER).seal("text")
    both = EncryptionKeys(KEY, (OTHER,))
    assert both.open(sealed) == "text"
    with pytest.raises(ConfigurationError, match="XERO_ENCRYPTION_KEY"):
        EncryptionKeys(OTHER).open(both.seal("text"))


@node
@pytest.mark.parametrize("text", ["eyJhbGciOi.token-of-xero", "Zoë £ 日本"])
def test_node_reads_what_we_write_and_we_read_what_node_writes(text):
    assert run_node(NODE_OPENS, KEY, EncryptionKeys(KEY).seal(text)) == text
    assert EncryptionKeys(KEY).open(run_node(NODE_SEALS, KEY, text)) == text


@pytest.mark.parametrize("key", ["sesame", "ab" * 31, "ab" * 33, "gg" * 32, "٣" * 64, " " + "ab" * 31 + "a"])
def test_a_wrong_key_names_the_setting_and_the_command_but_not_itself(key):
    with pytest.raises(ConfigurationError) as caught:
        EncryptionKeys(key)
    assert "XERO_ENCRYPTION_KEY" in str(caught.value)
    assert 'python3 -c "import secrets; print(secrets.token_hex(32))"' in str(caught.value)
    assert key not in str(caught.value)


@pytest.mark.parametrize("missing", [None, "", "  "])
def test_a_missing_key_names_the_setting_and_the_command(missing):
    with pytest.raises(ConfigurationError, match="XERO_ENCRYPTION_KEY is not set") as caught:
        EncryptionKeys.from_settings(missing)
    assert "secrets.token_hex(32)" in str(caught.value)


def test_keys_are_read_as_the_environment_spells_them_and_never_shown():
    keys = EncryptionKeys.from_settings(f" {KEY}\n", f"{OTHER}, {'ef' * 32},")
    assert (keys.current, keys.retired) == (KEY, (OTHER, "ef" * 32))
    assert not any(key in repr(keys) for key in (KEY, OTHER))
    with pytest.raises(ConfigurationError, match="XERO_ENCRYPTION_KEYS_RETIRED"):
        EncryptionKeys.from_settings(KEY, "short")


def test_tokens_come_back_from_the_vault_and_are_not_on_the_disk(tmp_path):
    with a_desk(tmp_path) as desk:
        consent_id = desk.token_store.add(TOKENS, "client")
        assert desk.token_store.load(consent_id) == TOKENS
        on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
        assert b"-secret" not in on_disk
        assert consent_id.encode() in on_disk


def test_replaced_tokens_are_there_for_every_other_connection_at_once(tmp_path):
    with a_desk(tmp_path) as one, a_desk(tmp_path) as other:
        consent_id = one.token_store.add(TOKENS, "client")
        newer = TokenSet("access-2", None, NOON, ())
        assert one.token_store.replace(consent_id, newer)
        assert other.token_store.load(consent_id) == newer


def test_a_dropped_consent_does_not_come_back_by_a_late_refresh(tmp_path):
    with a_desk(tmp_path) as desk:
        consent_id = desk.token_store.add(TOKENS, "client")
        desk.token_store.drop(consent_id)
        assert not desk.token_store.replace(consent_id, TOKENS)
        assert desk.token_store.load(consent_id) is None


def test_rotation_puts_everything_under_the_current_key(tmp_path):
    with a_desk(tmp_path, key=OTHER) as desk:
        ids = [desk.token_store.add(TOKENS, "client"), desk.token_store.add(TokenSet("a", None, NOON, ()), "client")]
        assert TokenStore(desk.engine, EncryptionKeys(KEY, (OTHER,))).rotate() == 2
        alone = TokenStore(desk.engine, EncryptionKeys(KEY))
        assert alone.load(ids[0]) == TOKENS
        assert alone.load(ids[1]).refresh_token is None
        with pytest.raises(ConfigurationError):
            desk.token_store.load(ids[0])


def test_a_rotation_that_meets_an_unreadable_token_changes_nothing(tmp_path):
    with a_desk(tmp_path, key=OTHER) as desk:
        desk.token_store.add(TOKENS, "client")
        TokenStore(desk.engine, EncryptionKeys("ef" * 32)).add(TOKENS, "client")
        table = sa.select(sa.literal_column("access_token, refresh_token")).select_from(sa.table("consents"))
        with desk.engine.connect() as connection:
            before = connection.execute(table).all()
        with pytest.raises(ConfigurationError):
            TokenStore(desk.engine, EncryptionKeys(KEY, (OTHER,))).rotate()
        with desk.engine.connect() as connection:
            assert connection.execute(table).all() == before


def make_key(path, together, results):
    together.wait(60)
    results.put(load_or_make_key_file(path))


def test_processes_that_make_the_key_file_at_once_get_one_key(tmp_path):
    path = tmp_path / "new home" / "key"
    context = multiprocessing.get_context("spawn")
    results, together = context.Queue(), context.Barrier(3)
    processes = [context.Process(target=make_key, args=(path, together, results)) for _ in range(3)]
    for process in processes:
        process.start()
    keys = {results.get(timeout=60) for _ in processes}
    for process in processes:
        process.join(60)
    assert keys == {path.read_text().strip()}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_broken_key_file_is_named_and_left_alone(tmp_path):
    path = tmp_path / "key"
    for content in ("", "no key"):
        path.write_text(content)
        with pytest.raises(ConfigurationError, match="key"):
            load_or_make_key_file(path)
        assert path.read_text() == content
