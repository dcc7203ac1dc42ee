"""The environment, read once into one frozen, typed `Settings`: every variable is described once.

Those of the web page, of assistants, of alerts and of publishing, and what is read of Xero, are in `setting_groups`,
all others here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator

from xero_pipeline.ageing import Ageing
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.log_lines import LogFormat
from xero_pipeline.setting_groups import SelectionSettings
from xero_pipeline.setting_types import (
    BrokerAddress,
    CodeServer,
    CurrencyCode,
    DagsterAddress,
    LandingPlace,
    OneOfShards,
    Owners,
    StateAddress,
    WarehouseAddress,
    WebAddress,
    plain,
)
from xero_pipeline.shard import Shard
from xero_pipeline.validation_messages import in_words, require_readable


class Settings(SelectionSettings):
    """What a person may set, by environment variable or in a `.env` file in the working directory.

    Empty values count as not set. `Settings.load()` is the way in: it turns mistakes into a `ConfigurationError`.
    """

    mock_mode: bool = Field(
        True, description="Work against our own simulated Xero. Only `false`, `0` or `no` reach the real one."
    )
    client_id: str | None = Field(None, description="The app's client id, from developer.xero.com.")
    client_secret: SecretStr | None = Field(
        None, description="The app's secret. Without one the consent uses PKCE, as desktop apps do."
    )
    custom_connection: bool = Field(
        False, description="The app is a custom connection: client credentials, one organisation, no consent."
    )
    redirect_uri: WebAddress = Field(
        "http://localhost:8765/xero/callback",
        description="Where Xero sends the browser after the consent; registered with the app, letter by letter.",
    )
    scopes: str | None = Field(
        None, description="Overrides the scopes we ask for (separated by spaces). Default: what the assets need."
    )
    encryption_key: SecretStr | None = Field(
        None, description="64 hex characters: the AES-256 key of the token store. Mock mode makes its own."
    )
    encryption_keys_retired: SecretStr | None = Field(
        None, description="Older keys, separated by commas: they still open tokens, new ones never use them."
    )
    api_url: WebAddress = Field("https://api.xero.com", description="Where the accounting API is.")
    identity_url: WebAddress = Field("https://identity.xero.com", description="Where tokens are issued.")
    login_url: WebAddress = Field("https://login.xero.com", description="Where people give their consent.")
    pipeline_home: Path = Field(Path(".xero"), description="The folder of all that is ours, such as the warehouse.")
    warehouse_url: WarehouseAddress | None = Field(
        None, description="SQLAlchemy URL of the warehouse. Default: DuckDB, `books.duckdb` in the home."
    )
    state_url: StateAddress | None = Field(
        None, description="SQLAlchemy URL of tokens and quotas. Default: SQLite, `state.sqlite` in the home."
    )
    dagster_url: DagsterAddress | None = Field(
        None,
        description="PostgreSQL URL of Dagster's own history. Default: SQLite, in `dagster` in the home. "
        "A `DAGSTER_HOME` of your own has its own settings.",
    )
    broker_url: BrokerAddress | None = Field(
        None, description="Redis URL of the queue through which runs reach workers, on any number of machines."
    )
    runs_at_once: int = Field(4, ge=1, le=1000, description="Runs that Dagster lets go at a time, over all workers.")
    code_server: CodeServer | None = Field(
        None,
        description="host:port of the code server for the UI, the daemon and `schedule`; one for each shard, separated "
        "by commas. Default: each starts its own.",
    )
    definitions: str | None = Field(
        None,
        description="The module of the Dagster project our assets are part of, such as my_project.definitions: runs of "
        "the command line are then runs of its assets. Default: our own project.",
    )
    landing: LandingPlace | None = Field(
        None,
        description="A folder, or an object store such as s3://bucket/prefix, for every answer as received, "
        "compressed, from which the tables can be made again without a call. Default: none are kept.",
    )
    owners: Owners | None = Field(
        None,
        description="Who answers for the assets in Dagster, separated by commas: mail addresses, or teams as "
        "team:finance.",
    )
    group_currency: CurrencyCode | None = Field(
        None,
        description="Presentation currency of the consolidation, such as NZD. Default: the base currency all share.",
    )
    group_file: Path | None = Field(
        None, description="A TOML file of the consolidation: members, ownership, accounts and group journals."
    )
    causes: Path | None = Field(
        None, description="A CSV file of organisation, account and cause of amounts that no document shows."
    )
    checks: Path | None = Field(
        None, description="A folder with checks of the books of your own: a file of SQL each, beside those we bring."
    )
    ageing: Ageing = Field(
        "days",
        description="What a column of the aged statements holds: `days` (30 each) or `months` (calendar months).",
    )
    calls_per_minute: int = Field(
        55, ge=1, le=60, description="Calls in any 60 seconds per organisation. Xero allows 60."
    )
    calls_per_day: int = Field(
        4800, ge=1, le=5000, description="Calls a day per organisation. Xero allows 5,000 (Starter tier: 1,000)."
    )
    reread_calls: int = Field(
        20,
        ge=0,
        le=5000,
        description="Calls a day per organisation for reading everything again little by little, which finds what Xero "
        "changed or deleted without telling. 0 turns it off.",
    )
    mock_limits: bool = Field(
        False,
        description="Mock mode: let the simulated Xero keep Xero's limits, and pace the calls as for the real one. "
        "Default: nobody waits for a simulated quota.",
    )
    organisations_at_once: int = Field(
        4,
        ge=1,
        le=32,
        description="How many organisations a command, or a run of Dagster, syncs side by side. Xero's limits count "
        "for each of them alone.",
    )
    shard: OneOfShards | None = Field(
        None,
        description="Of thousands of organisations those of this code location: 3/8 is the third of eight shares.",
    )
    calls_per_run: int | None = Field(
        None, ge=1, description="Calls a run may make to each organisation; the rest goes on an hour later."
    )
    events_kept_days: int = Field(
        180,
        ge=30,
        description="How long Dagster's events are kept, but the newest of each table and partition: those stay.",
    )
    log_format: LogFormat = Field(
        "text",
        description="How processes log: `text` for people, or `json` for programs that collect logs, a line a record.",
    )

    @classmethod
    def load(cls, **overrides: object) -> Self:
        """Read the environment and `.env`.

        Args:
            **overrides: Fields to set instead, by name.

        Raises:
            ConfigurationError: A variable has a value it cannot have; the message names each. Or a line of `.env` is no
                setting.
        """
        require_readable(Path(".env"))
        try:
            return cls(**overrides)  # pyright: ignore[reportArgumentType]
        except ValidationError as error:
            # The input is left out of the message: it may be a secret.
            wrong = [f"XERO_{'_'.join(map(str, e['loc'])).upper()} {in_words(e)}" for e in error.errors()]
            raise ConfigurationError(
                "Wrong settings: " + "; ".join(wrong) + ". `.env.example` shows every variable with its form."
            ) from None

    @field_validator("mock_mode", mode="before")
    @classmethod
    def _mock_unless_denied(cls, value: object) -> bool:
        return str(value).strip().lower() not in {"false", "0", "no"}

    @property
    def shards(self) -> tuple[Shard, ...]:
        """All code locations that share the organisations; empty where one has them all."""
        if self.shard:
            return Shard.all(self.shard.count)
        servers = (self.code_server or "").split(",")
        return Shard.all(len(servers)) if len(servers) > 1 else ()

    def has_organisation(self, tenant_id: str) -> bool:
        """Whether an organisation is one of this code location's."""
        return self.shard is None or self.shard.has(tenant_id)

    @property
    def owner_list(self) -> tuple[str, ...]:
        """Who answers for the assets in Dagster."""
        return tuple((self.owners or "").replace(",", " ").split())

    @property
    def home(self) -> Path:
        """The absolute folder of everything that is ours."""
        return self.pipeline_home.expanduser().absolute()

    @property
    def warehouse(self) -> str:
        """SQLAlchemy URL of the warehouse."""
        return plain(self.warehouse_url) or f"duckdb:///{self.home / 'books.duckdb'}"

    @property
    def state(self) -> str:
        """SQLAlchemy URL of the state database."""
        return plain(self.state_url) or f"sqlite:///{self.home / 'state.sqlite'}"

    @property
    def mode(self) -> Literal["mock", "live"]:
        """Which Xero the requests go to."""
        return "mock" if self.mock_mode else "live"

    @property
    def keeps_limits(self) -> bool:
        """Whether Xero's limits hold for the calls, and ours below them."""
        return self.mock_limits or not self.mock_mode

    def require_app(self) -> str:
        """The client id, in live mode.

        Raises:
            ConfigurationError: It is missing.
        """
        if not self.client_id:
            raise ConfigurationError(
                "XERO_CLIENT_ID is missing. Make an app at https://developer.xero.com/app/manage, register "
                f"{self.redirect_uri} as its redirect URI and set XERO_CLIENT_ID (and XERO_CLIENT_SECRET, unless "
                "it is a PKCE app). To try the pipeline without Xero leave XERO_MOCK_MODE at true."
            )
        return self.client_id
