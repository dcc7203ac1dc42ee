"""A port that is taken: the one we suggest instead is free."""

from __future__ import annotations

import re
import socket
from contextlib import ExitStack

import pytest

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings
from xero_pipeline.web.server import address_of, free_above

HOST = "127.0.0.1"


def two_taken(stack):
    """Two ports of which the second follows the first."""
    while True:
        first = stack.enter_context(socket.create_server((HOST, 0)))
        port = first.getsockname()[1]
        try:
            stack.enter_context(socket.create_server((HOST, port + 1)))
        except (OSError, OverflowError):
            continue
        return port


def test_the_port_that_is_suggested_is_free(tmp_path):
    settings = Settings.load(pipeline_home=tmp_path, mock_mode=True, _env_file=None)
    with ExitStack() as stack:
        port = two_taken(stack)
        with pytest.raises(ConfigurationError, match=f"{HOST}:{port}") as refused:
            address_of(settings, HOST, port)
        suggested = int(re.search(r"such as (\d+)", str(refused.value))[1])
        assert suggested > port + 1
        socket.create_server((HOST, suggested)).close()


def test_a_port_that_somebody_will_have_is_not_suggested_and_there_may_be_none():
    with ExitStack() as stack:
        port = two_taken(stack)
        free = free_above(HOST, port)
        assert free is not None
        assert free_above(HOST, port, not_at=free) != free
    assert free_above(HOST, 65535) is None
