"""The endpoint over a state database of its own, with one organisation connected."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import httpx
import pytest
import sqlalchemy as sa

from xero_pipeline.state.engine import open_state
from xero_pipeline.state.tables import state_table
from xero_pipeline.state.transaction import write_transaction
from xero_pipeline.state.webhook_inbox import WebhookInbox
from xero_pipeline.webhooks.receiver import WebhookReceiver
from xero_pipeline_tests.webhooks.deliveries import KEY
from xero_pipeline_tests.xero.fakes import TENANT

NOW = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def state(request, tmp_path):
    sqlite = f"sqlite:///{tmp_path / 'state.sqlite'}"
    engine = open_state(request.getfixturevalue("postgresql_url") if request.param == "postgresql" else sqlite)
    connect(engine, TENANT)
    yield engine
    engine.dispose()


@pytest.fixture
def small_state(tmp_path):
    engine = open_state(f"sqlite:///{tmp_path / 'state.sqlite'}")
    connect(engine, TENANT)
    yield engine
    engine.dispose()


def connect(engine, tenant_id, status="connected"):
    row = {"tenant_id": tenant_id, "name": "Ours", "status": status, "connected_at": NOW}
    with write_transaction(engine) as connection:
        connection.execute(sa.insert(state_table("organisations")).values(row))


@pytest.fixture
def inbox(small_state):
    return WebhookInbox(small_state)


@pytest.fixture
def post(inbox):
    """Posts a body to the endpoint."""
    receiver = WebhookReceiver([KEY], lambda: inbox, lambda: NOW)
    return poster(receiver)


def poster(receiver):
    def send(body=b"", headers=None, method="POST"):
        async def sent():
            transport = httpx.ASGITransport(receiver)
            async with httpx.AsyncClient(transport=transport, base_url="https://books.example.com") as client:
                return await client.request(method, "/xero/events", content=body, headers=headers)

        return asyncio.run(sent())

    return send
