"""The house keeps its shape: who may import whom, how large a room may grow, nothing at import."""

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Collection
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE, SIMULATOR = ROOT / "xero_pipeline", ROOT / "xero_simulator"
EVERYBODY = {
    "addresses", "ageing", "calendar", "clock", "errors", "extras", "log_lines", "parallel", "revisions",
    "shard", "spans", "validation_messages",
}  # fmt: skip
SIMULATOR_MAY_IMPORT = {
    "values": {"values"},
    "assets": {"assets", "api", "books", "messages", "values", "wire", "workbench"},
    "attachments": {"attachments", "values"},
    "books": {"books", "attachments.written", "values", "config", "company", "workbench"},
    "reports": {"reports", "books", "values", "company_records", "workbench"},
    "api": {"api", "attachments", "messages", "wire"},
    "edits": {"edits", "attachments", "books", "company", "values", "workbench"},
    "payroll": {"payroll", "api", "books", "messages", "values", "wire", "workbench"},
    "faults": {"faults", "limits", "messages", "wire"},
    "webhooks": {"webhooks", "company", "workbench"},
    "identity": {"identity", "api.catalogue", "apps", "messages", "wire", "store"},
}
MAY_IMPORT = {
    "__main__": {"cli"},
    "addresses": set(),
    "ageing": set(),
    "parallel": set(),
    "calendar": set(),
    "clock": set(),
    "errors": set(),
    "extras": set(),
    "log_lines": set(),
    "reference_page": set(),
    "revisions": set(),
    "shard": set(),
    "spans": {"revisions"},
    "validation_messages": set(),
    "setting_types": {"xero.reports"},
    "settings": {"setting_types", "setting_groups"},
    "setting_groups": {"setting_types"},
    "state": {"state"},
    "xero": {"state", "xero"},
    "warehouse": {"warehouse"},
    "ledger": {"ledger", "warehouse"},
    "charts": {"charts"},
    "metrics": {"metrics", "ledger", "reference_page", "warehouse"},
    "queries": {"queries", "metrics", "ledger", "reference_page", "warehouse"},
    "checks": {"checks", "queries", "ledger", "reference_page", "warehouse"},
    "files": {"files", "ledger", "metrics", "warehouse"},
    "sync": {"state", "sync", "warehouse", "xero", "settings"},
    "home": set(),
    "publish": {"publish", "container", "ledger", "state", "warehouse"},
    "container": {"home", "ledger", "settings", "state", "sync", "warehouse", "xero"},
    "parts": {"container"},
    "defs": {
        "defs",
        "charts",
        "checks",
        "home",
        "ledger",
        "metrics",
        "container",
        "publish",
        "settings",
        "state",
        "sync",
        "warehouse",
        "xero",
    },
    "definitions": {"defs", "operations", "settings", "sync"},
    "build_defs": {"defs", "operations", "settings"},
    "component": {"defs", "build_defs"},
    "notebook": {"queries", "settings", "warehouse"},
    "operations": {
        "operations",
        "checks",
        "defs",
        "ledger",
        "container",
        "queries",
        "settings",
        "state",
        "sync",
        "warehouse",
        "webhooks",
        "xero",
    },
    "webhooks": {"webhooks", "container", "settings", "state", "xero"},
    "assistants": {
        "assistants",
        "files",
        "ledger",
        "metrics",
        "queries",
        "settings",
        "warehouse",
        "web",
        "xero.auth.organisation_lookup",
    },
    "web": {
        "web",
        "charts",
        "checks",
        "files",
        "ledger",
        "operations",
        "defs",
        "metrics",
        "container",
        "settings",
        "state",
        "sync",
        "warehouse",
        "webhooks",
        "xero",
    },
    "cli": {
        "cli",
        "assistants",
        "checks",
        "web",
        "operations",
        "defs",
        "definitions",
        "files",
        "home",
        "ledger",
        "metrics",
        "container",
        "publish",
        "queries",
        "settings",
        "state",
        "sync",
        "warehouse",
        "webhooks",
        "xero",
    },
}
OLD_NAMES = {"parts"}
"""Modules that a page once told people to import: they import the new one, and nothing of ours imports them."""
USES_SIMULATOR = {"home", "container", "cli", "web"}
VERBAL_NOUNS = {
    "accounting", "aged", "ageing", "assembly", "banking", "drawing", "finding", "formatting", "landing", "naming",
    "ping",
}  # fmt: skip
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")
SIMULATOR_MODULES = sorted(SIMULATOR.rglob("*.py"))
ROOMS = sorted(path.parent for path in MODULES if path.parent.parent == PACKAGE and path.name == "__init__.py")


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def statements_of(path: Path) -> list[ast.Import | ast.ImportFrom]:
    """Every import of a file, those within functions, too."""
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, (ast.Import, ast.ImportFrom))]


def imports_of(path: Path, modules: Collection[str] = (), package: str = "xero_pipeline") -> set[str]:
    """What a file imports, below the package; of `from room import module` the module, where it is one of these."""
    found = set()
    for node in statements_of(path):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if names == [package]:
            names = [f"{package}.{alias.name}" for alias in node.names]
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        found |= {name.removeprefix(f"{package}.") for name in names if name.startswith(f"{package}.")}
        if isinstance(node, ast.ImportFrom) and node.module:
            listed = {f"{node.module.removeprefix(f'{package}.')}.{alias.name}" for alias in node.names}
            found |= listed & set(modules)
    return found


def strangers(path: Path, allowed: Collection[str], package: str = "xero_pipeline") -> list[str]:
    """What a file imports and may not."""
    names = sorted(imports_of(path, package=package))
    return [name for name in names if not any(name == room or name.startswith(f"{room}.") for room in allowed)]


@pytest.mark.parametrize("room", sorted({room_of(path) for path in MODULES}))
def test_imports_point_downward(room):
    files = [path for path in MODULES if room_of(path) == room]
    allowed = MAY_IMPORT[room] | EVERYBODY
    assert {name_of(path): strangers(path, allowed) for path in files if strangers(path, allowed)} == {}
    using = [name_of(path) for path in files if imports_of(path, package="xero_simulator")]
    assert room in USES_SIMULATOR or using == []


def test_the_simulator_knows_nothing_of_what_it_tests():
    tested = {"xero_pipeline", "xero_pipeline_tests"}
    for path in SIMULATOR_MODULES:
        names = {node.module for node in statements_of(path) if isinstance(node, ast.ImportFrom)}
        assert not [name for name in names if name and name.split(".")[0] in tested], path
        assert not imports_of(path), path


def test_no_module_imports_itself_by_a_detour():
    """Not even where a function does, or only a type checker: such a circle hides whose a thing is."""
    for package, paths in (("xero_pipeline", MODULES), ("xero_simulator", SIMULATOR_MODULES)):
        names = {path: ".".join(path.relative_to(ROOT / package).with_suffix("").parts) for path in paths}
        modules = {name.removesuffix(".__init__") for name in names.values()}
        graph = {
            name: {one for one in imports_of(path, modules, package) if one in modules and one != name}
            for path, name in names.items()
        }
        list(TopologicalSorter(graph).static_order())  # CycleError names the circle


def test_no_two_public_classes_have_one_name():
    """Whoever reads it in a trace or a signature knows which is meant."""
    named: dict[str, list[str]] = {}
    for path in (*MODULES, *SIMULATOR_MODULES):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                named.setdefault(node.name, []).append(name_of(path))
    assert {name: places for name, places in named.items() if len(places) > 1} == {}


@pytest.mark.parametrize("room", SIMULATOR_MAY_IMPORT)
def test_the_rooms_of_the_simulator_keep_apart(room):
    allowed = SIMULATOR_MAY_IMPORT[room]
    for path in (SIMULATOR / room).rglob("*.py"):
        assert strangers(path, allowed, package="xero_simulator") == [], path


@pytest.mark.parametrize(
    "room",
    ["state", "xero", "warehouse", "ledger", "charts", "checks", "files", "metrics", "queries", "sync", "webhooks"],
)
def test_dagster_stays_at_the_edge(room):
    for path in (PACKAGE / room).rglob("*.py"):
        names = [alias.name for node in statements_of(path) if isinstance(node, ast.Import) for alias in node.names]
        assert not [name for name in names if name.split(".")[0] == "dagster"], path


def test_a_file_stays_small():
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in (*MODULES, *SIMULATOR_MODULES)}
    assert {name: length for name, length in lengths.items() if length > 270} == {}


def test_no_folder_has_more_than_25_modules():
    counts = Counter(str(path.parent) for path in (*MODULES, *SIMULATOR_MODULES))
    assert {folder: count for folder, count in counts.items() if count > 25} == {}


def test_a_module_is_called_by_a_noun():
    """Not by what somebody does or did: neither `reading` nor `landed` says what is in a file."""
    for path in (*MODULES, *SIMULATOR_MODULES):
        if path.stem in OLD_NAMES:
            continue
        words = path.stem.strip("_").split("_")
        assert not words[-1].endswith(("ing", "ed", "ly")) or words[-1] in VERBAL_NOUNS, path
        assert not set(words) & {"later", "told", "asked", "kept", "people", "oddities", "mistakes", "parts"}, path


@pytest.mark.parametrize("folder", ROOMS, ids=name_of)
def test_the_readme_of_a_room_names_all_that_is_in_it(folder):
    text = (folder / "README.md").read_text()
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    wings = {path.parent.relative_to(folder).parts[0] for path in folder.glob("*/**/*.py")}
    wanted = {f"`{name}`" for name in modules} | {f"`{name}/`" for name in wings}
    assert {name for name in wanted if name not in text} == set()


def test_importing_the_command_line_loads_no_heavy_library():
    heavy = "{'pandas', 'pyarrow', 'duckdb', 'sqlalchemy', 'dagster', 'authlib', 'xero_simulator.books'}"
    code = f"import sys, xero_pipeline.cli.app; print({heavy} & set(sys.modules) or '')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_loading_the_definitions_opens_no_database_and_builds_no_books(tmp_path):
    code = (
        "import sys; from xero_pipeline.definitions import build; from xero_pipeline.settings import Settings;"
        "build(Settings.load()).resolve_all_job_defs();"
        "print({'pandas', 'duckdb', 'pyarrow', 'xero_simulator.books'} & set(sys.modules) or '')"
    )
    home = tmp_path / "home"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"XERO_PIPELINE_HOME": str(home), "PATH": "", "HOME": str(tmp_path)},
    )
    assert done.stdout.strip() == ""
    assert not home.exists()
