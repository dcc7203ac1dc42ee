"""The server of the Model Context Protocol: over standard input and output, or over HTTP with a token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from pydantic import ValidationError

from xero_pipeline.assistants.answers import NOTE, refusal
from xero_pipeline.assistants.arguments import unknown_arguments, wrong_arguments
from xero_pipeline.assistants.http_guard import HttpGuard
from xero_pipeline.assistants.tools import Tools
from xero_pipeline.revisions import program_version
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.web.password import Password

if TYPE_CHECKING:
    from mcp.server.mcpserver.context import Context
    from mcp.types import CallToolResult, InputRequiredResult
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


class AnsweringServer(MCPServer[None]):
    """A server that says of wrong arguments what is wrong with them, and what is allowed."""

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[None, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool; wrong arguments are refused in words."""
        known = next((tool.input_schema for tool in await self.list_tools() if tool.name == name), None)
        if known is not None and (wrong := unknown_arguments(name, known, arguments)):
            return refusal(wrong)
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            if known is None or not isinstance(error.__cause__, ValidationError):
                raise
            return refusal(wrong_arguments(name, known, error.__cause__))


def make_server(settings: Settings) -> MCPServer[None]:
    """The server; it opens the warehouse, and neither the state database nor Xero.

    Args:
        settings: Where the warehouse is.
    """
    warehouse = Warehouse(settings.warehouse, lock_timeout_seconds=LOCK_SECONDS, reads_copy=True)
    made = AnsweringServer(
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
