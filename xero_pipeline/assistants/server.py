"""The server of the Model Context Protocol: over standard input and output, or over HTTP with a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp.server import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations

from xero_pipeline.assistants.answers import NOTE
from xero_pipeline.assistants.http_guard import HttpGuard
from xero_pipeline.assistants.tools import Tools
from xero_pipeline.revisions import program_version
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.web.password import Password

if TYPE_CHECKING:
    from pydantic import SecretStr
    from starlette.types import ASGIApp

    from xero_pipeline.settings import Settings
    from xero_pipeline.web.address import Address

PATH = "/mcp"
LOCK_SECONDS = 30
"""Where there is no read copy yet: syncs hold the file for moments only."""
_INSTRUCTIONS = (
    "The books of one or more organisations, read from Xero into a warehouse. Everything here only reads. Ask for "
    "organisations first; prefer statements and built-in queries to SQL, for their figures are reconciled with Xero's. "
)
_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


def make_server(settings: Settings) -> MCPServer[None]:
    """The server; it opens the warehouse, and neither the state database nor Xero.

    Args:
        settings: Where the warehouse is.
    """
    warehouse = Warehouse(settings.warehouse, lock_timeout_seconds=LOCK_SECONDS, reads_copy=True)
    made: MCPServer[None] = MCPServer(
        "xero_pipeline", instructions=_INSTRUCTIONS + NOTE, version=program_version(), log_level="WARNING"
    )
    for tool in Tools(warehouse, settings.ageing).all:
        made.add_tool(tool, annotations=_READS)
    return made


def make_app(server: MCPServer[None], address: Address, token: SecretStr) -> ASGIApp:
    """The same over HTTP.

    Args:
        address: Where it listens; no request under another name is answered.
        token: What every request has to bring.
    """
    # The guard looks at names itself, by the rule of the web page.
    anywhere = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    app = server.streamable_http_app(
        streamable_http_path=PATH, json_response=True, stateless_http=True, transport_security=anywhere
    )
    return HttpGuard(app, address, Password(token))
