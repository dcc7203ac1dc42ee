"""dbt_xero on our tables, in one lineage with them: a fresh project as the pages have it, on DuckDB and on PostgreSQL.

`.ci/versions dbt` runs it, in an environment with dbt. The project's files are blocks of docs/fivetran.md and
docs/component.md. It passes where Dagster builds all models and tests of the package, and its statements are those that
Xero reports. DBT_PACKAGES names a folder of packages (xero, fivetran_utils, dbt_utils) where `dbt deps` reaches none.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg

from xero_pipeline_tests.docs.blocks import blocks
from xero_pipeline_tests.postgresql import running_postgresql

HERE = Path(__file__).parent
PASSED = re.compile(r"Done\. PASS=\d+ WARN=0 ERROR=0 SKIP=0.*")


def on_page(page: str, language: str, containing: str) -> str:
    """The block of a page with these words in it."""
    (found,) = [one.text for one in blocks(language) if one.page == f"docs/{page}" and containing in one.text]
    return found


def lay_out(folder: Path, database: str, host: str) -> None:
    """A Dagster project with a dbt project in it, as a reader of the pages makes it."""
    dbt = folder / "books_dbt"
    shutil.copytree(HERE / "tests", dbt / "tests")
    profiles = on_page("fivetran.md", "yaml", "outputs:").replace("target: duckdb", f"target: {database}")
    profiles = profiles.replace(".xero/", f"{folder}/.xero/").replace("host: localhost", f"host: {host}")
    (dbt / "profiles.yml").write_text(profiles)
    (dbt / "dbt_project.yml").write_text(
        "name: books_dbt\nprofile: my_books\n" + on_page("fivetran.md", "yaml", "xero_schema:")
    )
    (dbt / "packages.yml").write_text(on_page("fivetran.md", "yaml", "package: fivetran/xero"))
    (folder / "definitions.py").write_text(on_page("component.md", "python", "@dbt_assets("))
    shutil.copy(HERE / "lineage.py", folder)


def run(folder: Path, variables: dict[str, str], *words: str) -> str:
    """A command; what it said.

    Raises:
        SystemExit: It failed.
    """
    done = subprocess.run(
        words, cwd=folder, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(words)} failed:\n{done.stdout[-8000:]}\n{done.stderr[-4000:]}")
    return done.stdout + done.stderr


def check(folder: Path, database: str, warehouse_url: str, host: str) -> None:
    """One database."""
    lay_out(folder, database, host)
    dbt, dagster_home = folder / "books_dbt", folder / "dagster"
    dagster_home.mkdir()
    variables = {"XERO_PIPELINE_HOME": str(folder / ".xero"), "DAGSTER_HOME": str(dagster_home), "DO_NOT_TRACK": "1"}
    if warehouse_url:
        variables |= {"XERO_WAREHOUSE_URL": warehouse_url, "BOOKS_PASSWORD": ""}
    run(folder, variables, "xero-pipeline", "run", "--no-serve")
    if packages := os.environ.get("DBT_PACKAGES"):
        shutil.copytree(packages, dbt / "dbt_packages")
    else:
        run(dbt, variables, "dbt", "deps")
    run(dbt, variables, "dbt", "parse")
    say(database, run(folder, variables, sys.executable, "lineage.py").strip().splitlines()[-1])
    said = run(folder, variables, "dagster", "asset", "materialize", "-f", "definitions.py", "--select", "kind:dbt")
    if not (passed := PASSED.search(said)):
        sys.exit(f"{database}: not everything passed\n{said[-8000:]}")
    say(database, passed[0])


def say(database: str, what: str) -> None:
    """A line for whoever waits."""
    print(f"{database}: {what}", flush=True)


def main() -> None:
    """Both databases, one after the other."""
    with ExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dbt-"))) for _ in range(2)]
        check(folders[0], "duckdb", "", "")
        url = stack.enter_context(running_postgresql())
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE ROLE books SUPERUSER LOGIN")
            connection.execute("CREATE DATABASE books OWNER books")
        (host,) = parse_qs(urlsplit(url).query)["host"]
        check(folders[1], "postgresql", f"postgresql://books@/books?host={host}", host)


main()
