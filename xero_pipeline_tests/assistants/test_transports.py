"""The SDK's own client asks over standard input and output, and over HTTP with a token."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading

import httpx
import httpx2
import pytest
import uvicorn
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from pydantic import SecretStr
from typer.testing import CliRunner

from xero_pipeline.assistants.server import PATH, make_app, make_server
from xero_pipeline.cli.app import app
from xero_pipeline.web.address import Address

TOKEN = "correct-horse-battery-staple"


async def _list(client):
    found = await client.call_tool("organisations", {})
    tools = {tool.name for tool in (await client.list_tools()).tools}
    return found.structured_content["about"]["organisations_in_all"], tools


def test_an_assistant_that_starts_the_program_is_answered_on_its_standard_output(planted, tmp_path):
    url = planted.warehouse
    environment = {**os.environ, "XERO_WAREHOUSE_URL": url, "XERO_PIPELINE_HOME": str(tmp_path / "home")}
    server = StdioServerParameters(
        command=sys.executable, args=["-W", "ignore", "-m", "xero_pipeline", "mcp"], env=environment, cwd=tmp_path
    )

    async def ask():
        async with Client(server) as client:
            return await _list(client)

    assert asyncio.run(ask()) == (
        1,
        {"organisations", "describe", "statement", "explain", "built_in_query", "sql"},
    )
    assert not (tmp_path / "home").exists(), "it opens the warehouse alone"


@pytest.fixture(scope="module")
def served(planted):
    listening = socket.create_server(("127.0.0.1", 0))  # nobody else can take its port meanwhile
    port = listening.getsockname()[1]
    guarded = make_app(make_server(planted), Address("127.0.0.1", port), SecretStr(TOKEN))
    server = uvicorn.Server(uvicorn.Config(guarded, port=port, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}{PATH}"
    server.should_exit = True
    thread.join()


def test_over_http_the_token_opens(served):
    bearer = {"Authorization": f"Bearer {TOKEN}"}

    async def ask():
        async with (
            httpx2.AsyncClient(headers=bearer, trust_env=False) as http,
            Client(streamable_http_client(served, http_client=http)) as client,
        ):
            return await _list(client)

    count, tools = asyncio.run(ask())
    assert (count, "sql" in tools) == (1, True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": f"Basic {TOKEN}"}, 401),
        ({"Authorization": f"Bearer {TOKEN}", "Host": "evil.example.com"}, 421),
        ({"Authorization": f"Bearer {TOKEN}", "Origin": "https://evil.example.com"}, 403),
    ],
)
def test_over_http_nobody_else_gets_in(served, headers, status):
    with httpx.Client(trust_env=False) as client:
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        answer = client.post(served, json=body, headers=headers)
    assert answer.status_code == status
    assert "result" not in answer.text


@pytest.mark.parametrize("token", ["", "short"])
def test_over_http_there_must_be_a_token_worth_the_name(monkeypatch, token):
    monkeypatch.setenv("XERO_MCP_TOKEN", token)
    found = CliRunner().invoke(app, ["mcp", "--http"])
    assert "set XERO_MCP_TOKEN" in str(found.exception)
