"""Two groups of settings: how we and others reach each other, and which of Xero's data is read."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from xero_pipeline.setting_types import (
    AttachmentPlace,
    DocumentDetails,
    Explained,
    Month,
    PublishDataset,
    PublishWord,
    ReportNames,
    WebAddress,
)


class WebSettings(BaseSettings):
    """What the web page, assistants, alerts and publishing need: how we and others reach each other."""

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


class SelectionSettings(WebSettings):
    """Which of Xero's data is read: documents always are, the rest by choice."""

    start_date: Month | None = Field(
        None,
        description="First month of the reports, as YYYY-MM-DD. Default: the organisation's financial year two "
        "years back. Documents are always read whole.",
    )
    reports: ReportNames | None = Field(
        None,
        description="The reports pulled by themselves, separated by commas. Default: profit_and_loss, balance_sheet, "
        "trial_balance, bank_summary, executive_summary, budget_summary. The others wait for `sync --select`.",
    )
    cash_basis: bool = Field(
        False, description="Pull profit and loss, balance sheet and trial balance on cash basis too, by themselves."
    )
    custom_layouts: bool = Field(
        False,
        description="Pull profit and loss and balance sheet in the organisation's own layout too, by themselves, into "
        "tables of their own.",
    )
    tax_reports: bool = Field(
        False, description="Read published tax returns (Australia, New Zealand): the consent asks for their scope."
    )
    journals: bool = Field(
        False,
        description="Read Xero's journals, open to apps of its Advanced tier alone: the consent asks for their scope.",
    )
    explain: Explained = Field(
        (),
        description="What to read of postings without a document, separated by commas: `payroll` (totals of pay runs), "
        "`payslips` (their sums; no employee's pay is kept), `assets`, `account-data` (beta). The consent asks for "
        "more. Default: nothing.",
    )
    document_details: DocumentDetails = Field(
        (),
        description="What to read of what hangs on documents, separated by commas: `attachments` (which files), "
        "`attachment-files` (and what is in them), "
        "`history` (History & Notes of those that change), `online-invoices` (links). A call a document. Default: "
        "nothing.",
    )
    document_calls: int = Field(
        200,
        ge=0,
        le=5000,
        description="Calls a day per organisation for that; what they do not reach waits. 0 stops it.",
    )
    attachment_files: AttachmentPlace | None = Field(
        None,
        description="A folder, or an object store such as s3://bucket/prefix, for what attachments hold. Default: "
        "`attachments` in the home.",
    )
    attachment_mb: int = Field(
        100,
        ge=1,
        le=100_000,
        description="Megabytes of attachments that are read a day, per organisation; the rest waits.",
    )
    aged_by_contact: bool = Field(
        False, description="Let `xero-pipeline aged` ask for aged reports: the consent asks for their scope."
    )

    @property
    def attachment_bytes(self) -> int | None:
        """How many bytes of attachments may be read a day; None where only their names are."""
        return self.attachment_mb * 1_000_000 if "attachment-files" in self.document_details else None
