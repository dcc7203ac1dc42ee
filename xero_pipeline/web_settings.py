"""What the web page, assistants, alerts and publishing read of the environment: how we and others reach each other."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from xero_pipeline.setting_types import PublishDataset, PublishWord, WebAddress


class WebSettings(BaseSettings):
    """A part of `Settings`."""

    model_config = SettingsConfigDict(
        env_prefix="XERO_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    web_host: str = Field(
        "127.0.0.1",
        description="Address the web page listens on. Beyond this machine it wants XERO_WEB_PASSWORD.",
    )
    web_port: int = Field(3001, ge=1, le=65535, description="Port of the web page.")
    web_password: SecretStr | None = Field(
        None, description="What people type to see the web page, and programs send as `Authorization: Bearer …`."
    )
    web_user_header: str | None = Field(
        None,
        pattern=r"^[A-Za-z][A-Za-z0-9-]*$",
        description="The header in which a proxy that people sign in at names who they are, such as "
        "X-Forwarded-User. Only the proxy may reach the page then: whoever else does can name anybody.",
    )
    web_url: WebAddress | None = Field(
        None,
        description="The web page's address for people where a proxy stands before it, such as "
        "https://books.example.com.",
    )
    webhook_key: SecretStr | None = Field(
        None,
        description="The signing key of the app's webhook, from developer.xero.com; while it changes the old and the "
        "new one, separated by a comma. Default: no events are taken.",
    )
    dagster_ui: WebAddress = Field(
        "http://localhost:3000",
        description="Where the Dagster UI is: the web page links into it, and gives it syncs to run.",
    )
    alerts: SecretStr | None = Field(
        None,
        description="Who is told of what needs somebody: addresses as Apprise understands them, separated by commas.",
    )
    mcp_token: SecretStr | None = Field(
        None, description="What an assistant sends as `Authorization: Bearer …` to `xero-pipeline mcp --http`."
    )
    publish: PublishWord | None = Field(
        None,
        description="Where every table is published to after each sync: bigquery, snowflake, databricks, redshift, "
        "clickhouse, motherduck, ducklake, iceberg, mssql, filesystem, duckdb or postgres. Where that is and who may "
        "write there are dlt's own variables.",
    )
    publish_dataset: PublishDataset = Field(
        "xero", description="The dataset, or schema, of what is published; those of history and ledger begin with it."
    )

    @property
    def webhook_keys(self) -> tuple[str, ...]:
        """The keys that may sign a delivery; none where no events are taken."""
        given = self.webhook_key.get_secret_value() if self.webhook_key else ""
        return tuple(key.strip() for key in given.split(",") if key.strip())
