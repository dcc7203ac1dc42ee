"""The house keeps its shape: who may import whom, how large a room may grow, nothing at import."""

import ast
import subprocess
import sys
from collections.abc import Collection
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "xero_pipeline"
EVERYBODY = {"addresses", "ageing", "clock", "errors", "mistakes", "revisions"}
SIMULATOR_MAY_IMPORT = {
    "values": {"values"},
    "books": {"books", "values", "config", "company", "workbench"},
    "reports": {"reports", "books", "values", "company_records", "workbench"},
    "api": {"api", "messages", "wire"},
    "identity": {"identity", "api.catalogue", "apps", "messages", "wire", "store"},
}
MAY_IMPORT = {
    "__main__": {"cli"},
    "addresses": set(),
    "ageing": set(),
    "clock": set(),
    "errors": set(),
    "revisions": set(),
    "mistakes": set(),
    "setting_types": {"xero.reports"},
    "settings": {"setting_types"},
    "state": {"state"},
    "xero": {"state", "xero"},
    "warehouse": {"warehouse"},
    "simulator": {"simulator", "xero.values"},
    "ledger": {"ledger", "warehouse"},
    "metrics": {"metrics", "ledger", "warehouse"},
    "queries": {"queries", "metrics", "ledger", "warehouse"},
    "sync": {"state", "sync", "warehouse", "xero", "settings"},
    "home": {"simulator"},
    "parts": {"home", "settings", "state", "sync", "warehouse", "xero", "simulator"},
    "defs": {"defs", "home", "ledger", "metrics", "parts", "settings", "state", "sync", "warehouse", "xero"},
    "definitions": {"defs", "settings", "sync"},
    "joining": {"defs", "settings"},
    "component": {"defs", "joining"},
    "notebook": {"queries", "settings", "warehouse"},
    "health": {"health", "defs", "ledger", "parts", "queries", "settings", "state", "sync", "warehouse", "xero"},
    "operations": {"operations", "defs", "health", "parts", "settings", "xero"},
    "web": {
        "web",
        "operations",
        "defs",
        "health",
        "metrics",
        "parts",
        "settings",
        "sync",
        "warehouse",
        "xero",
        "simulator",
    },
    "cli": {
        "cli",
        "web",
        "operations",
        "defs",
        "definitions",
        "health",
        "home",
        "ledger",
        "metrics",
        "parts",
        "queries",
        "settings",
        "state",
        "sync",
        "warehouse",
        "xero",
        "simulator",
    },
}
IN_WINGS = ["state", "sync", "warehouse", "xero"]
"""Rooms with wings and a README; a room that gets them belongs here."""
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path, modules: Collection[str] = ()) -> set[str]:
    """What a file imports, below the package; of `from room import module` the module, where it is one of these."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if names == ["xero_pipeline"]:
            names = [f"xero_pipeline.{alias.name}" for alias in node.names]
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        found |= {name.removeprefix("xero_pipeline.") for name in names if name.startswith("xero_pipeline.")}
        if isinstance(node, ast.ImportFrom) and node.module:
            listed = {f"{node.module.removeprefix('xero_pipeline.')}.{alias.name}" for alias in node.names}
            found |= listed & set(modules)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_downward(path):
    allowed = MAY_IMPORT[room_of(path)] | EVERYBODY
    for name in imports_of(path):
        assert any(name == room or name.startswith(f"{room}.") for room in allowed), f"{path} imports {name}"


def test_no_module_imports_itself_by_a_detour():
    """Not even where a function does, or only a type checker: such a circle hides whose a thing is."""
    names = {path: ".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in MODULES}
    modules = {name.removesuffix(".__init__") for name in names.values()}
    graph = {
        name: {one for one in imports_of(path, modules) if one in modules and one != name}
        for path, name in names.items()
    }
    list(TopologicalSorter(graph).static_order())  # CycleError names the circle


def test_no_two_public_classes_have_one_name():
    """Whoever reads it in a trace or a signature knows which is meant."""
    named: dict[str, list[str]] = {}
    for path in MODULES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                named.setdefault(node.name, []).append(str(path.relative_to(PACKAGE)))
    assert {name: places for name, places in named.items() if len(places) > 1} == {}


@pytest.mark.parametrize("room", SIMULATOR_MAY_IMPORT)
def test_the_rooms_of_the_simulator_keep_apart(room):
    allowed = {f"simulator.{one}" for one in SIMULATOR_MAY_IMPORT[room]}
    for path in (PACKAGE / "simulator" / room).rglob("*.py"):
        for name in imports_of(path):
            assert any(name == one or name.startswith(f"{one}.") for one in allowed), f"{path} imports {name}"


@pytest.mark.parametrize("room", ["state", "xero", "warehouse", "ledger", "metrics", "queries", "sync", "simulator"])
def test_dagster_stays_at_the_edge(room):
    for path in (PACKAGE / room).rglob("*.py"):
        tree = ast.parse(path.read_text())
        names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
        assert not [name for name in names if name.split(".")[0] == "dagster"], path


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_room_stays_small(path):
    assert len(path.read_text().splitlines()) <= 270


@pytest.mark.parametrize("room", IN_WINGS)
def test_no_folder_has_more_than_25_modules(room):
    for folder in {path.parent for path in (PACKAGE / room).rglob("*.py")}:
        assert len(list(folder.glob("*.py"))) <= 25, folder


@pytest.mark.parametrize("room", IN_WINGS)
def test_a_module_is_called_by_a_noun(room):
    """Not by what somebody does or did: neither "reading" nor "landed" says what is in a file."""
    names = {path.stem for path in (PACKAGE / room).rglob("*.py")} - {"ping"}
    assert {name for name in names if name.endswith(("ing", "ed", "ly"))} == set()


@pytest.mark.parametrize("room", IN_WINGS)
def test_the_readme_of_a_room_names_all_that_is_in_it(room):
    folder = PACKAGE / room
    text = (folder / "README.md").read_text()
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    wings = {path.parent.relative_to(folder).parts[0] for path in folder.glob("*/**/*.py")}
    wanted = {f"`{name}`" for name in modules} | {f"`{name}/`" for name in wings}
    assert {name for name in wanted if name not in text} == set()


def test_importing_the_command_line_loads_no_heavy_library():
    heavy = "{'pandas', 'pyarrow', 'duckdb', 'sqlalchemy', 'dagster', 'authlib', 'xero_pipeline.simulator.books'}"
    code = f"import sys, xero_pipeline.cli.app; print({heavy} & set(sys.modules) or '')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_loading_the_definitions_opens_no_database_and_builds_no_books(tmp_path):
    code = (
        "import sys; from xero_pipeline.definitions import build; from xero_pipeline.settings import Settings;"
        "build(Settings.load()).resolve_all_job_defs();"
        "print({'pandas', 'duckdb', 'pyarrow', 'pygal', 'xero_pipeline.simulator.books'} & set(sys.modules) or '')"
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
