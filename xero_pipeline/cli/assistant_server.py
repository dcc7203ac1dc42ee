"""`mcp`: let an assistant ask the warehouse, by the Model Context Protocol."""

from __future__ import annotations

from typing import Annotated

import typer

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.extras import require_extra
from xero_pipeline.settings import Settings

PORT = 3002
LEAST_CHARACTERS = 16
"""Of a token: whoever has it reads the books."""


def mcp(
    http: Annotated[bool, typer.Option("--http", help="Serve over HTTP; needs XERO_MCP_TOKEN.")] = False,
    host: Annotated[str, typer.Option("--host", help="Address to listen on, with --http.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on, with --http.")] = PORT,
) -> None:
    """Let an assistant ask the warehouse (Model Context Protocol), on standard input and output. Reads only."""
    require_extra("mcp", "The server for assistants")
    settings = Settings.load()
    if http:
        _serve(settings, host, port)
        return
    from xero_pipeline.assistants.server import make_server

    make_server(settings).run()


def _serve(settings: Settings, host: str, port: int) -> None:
    token = settings.mcp_token
    if token is None or len(token.get_secret_value()) < LEAST_CHARACTERS:
        raise ConfigurationError(
            f"Over HTTP the server for assistants wants a token of {LEAST_CHARACTERS} characters or more: set "
            'XERO_MCP_TOKEN, such as python3 -c "import secrets; print(secrets.token_urlsafe(24))" makes one.'
        )
    import uvicorn

    from xero_pipeline.assistants.server import PATH, make_app, make_server
    from xero_pipeline.cli.output.console import say
    from xero_pipeline.web.address import Address

    address = Address(host, port)
    app = make_app(make_server(settings), address, token)
    say(f"Assistants: {address.shown}{PATH}  (Ctrl-C stops it)")
    uvicorn.run(app, host=host, port=port, log_config=None, access_log=False, server_header=False, proxy_headers=False)
