"""The files of deploy/ say what the program understands: settings, commands, hashes, Dagster's own configuration."""

from __future__ import annotations

import re
import runpy
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
import typer
import yaml
from packaging.requirements import Requirement

from xero_pipeline.cli.app import app
from xero_pipeline.defs.assets.collections import ORGANISATIONS_PER_RUN
from xero_pipeline.settings import Settings
from xero_pipeline_tests.deploy.services import COMPOSE, interpolated, services

ROOT = COMPOSE.parents[1]
DEPLOY = COMPOSE.parent
SECRETS = ("XERO_CLIENT_ID", "XERO_ENCRYPTION_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "XERO_WEB_PASSWORD")
GIVEN = {name: f"{name}-value" for name in SECRETS}
KNOWN = {f"XERO_{name.upper()}" for name in Settings.model_fields}
OURS = ("code", "daemon", "worker", "ui", "web")
HELM = {
    "": {
        "postgresql", "generatePostgresqlPasswordSecret", "generateCeleryConfigSecret", "rabbitmq", "redis",
        "telemetry", "dagster-user-deployments", "dagsterWebserver", "dagsterDaemon", "runLauncher",
        "computeLogManager", "additionalInstanceConfig",
    },
    "dagsterWebserver": {"image", "securityContext", "resources"},
    "dagsterDaemon": {"image", "securityContext", "resources", "runCoordinator", "runMonitoring", "runRetries"},
    "runLauncher.config.k8sRunLauncher": {"imagePullPolicy", "envSecrets", "resources", "runK8sConfig"},
    "dagsterDaemon.runCoordinator.config.queuedRunCoordinator": {"maxConcurrentRuns", "tagConcurrencyLimits"},
}  # fmt: skip
"""Keys of ours that the chart's values.schema.json has (dagster-io/dagster, helm/dagster); it refuses others."""


def test_the_compose_file_names_settings_that_there_are():
    for name, service in services(GIVEN).items():
        named = {key for key in service.get("environment", {}) if key.startswith("XERO_")}
        assert named <= KNOWN, name
    told = (DEPLOY / "xero.env.example").read_text()
    asked = set(re.findall(r"\$\{(\w+)", COMPOSE.read_text()))
    assert set(re.findall(r"^(\w+)=", told, re.M)) <= asked
    assert set(SECRETS) <= set(re.findall(r"^(\w+)=", told, re.M))


def test_where_the_books_are_published_to_reaches_every_process_in_dlts_own_variables():
    for name in OURS:
        service = services({**GIVEN, "XERO_PUBLISH": "postgres"})[name]
        assert service["environment"]["XERO_PUBLISH"] == "postgres", name
        assert service["env_file"] == [{"path": "publish.env", "required": False}], name
    told = set(re.findall(r"^(\w+)=", (DEPLOY / "publish.env.example").read_text(), re.M))
    assert told
    page = (ROOT / "docs" / "publish.md").read_text()
    assert all(f"`{name}=" in page for name in told)
    assert "deploy/*.env" in (ROOT / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize("secret", SECRETS)
def test_compose_refuses_to_start_without_a_secret(secret):
    with pytest.raises(KeyError, match=secret):
        services({**GIVEN, secret: ""})


def test_a_variable_is_read_as_compose_reads_it():
    assert interpolated("${A:?} ${B-b} ${C:-c} ${D-} $$E ${A}", {"A": "a", "D": "d"}) == "a b c d $E a"


def test_every_service_is_watched_restarted_and_closed_to_others():
    found = services(GIVEN)
    assert set(found) == {"postgres", "redis", *OURS}
    for name, service in found.items():
        assert service["restart"] == "unless-stopped", name
        assert service["healthcheck"]["test"][0] == "CMD", name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
    for name in OURS:
        service = found[name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"]), name
        assert "volumes" not in service, f"{name} would keep something"
        assert set(service["depends_on"]) <= set(found)


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("of", ["command", "healthcheck"])
def test_what_a_service_runs_is_a_command_of_ours(name, of):
    service = services(GIVEN)[name]
    words = service["command"] if of == "command" else service["healthcheck"]["test"][1:]
    assert words[0] == "xero-pipeline"
    command, rest = typer.main.get_command(app), words[1:]
    while hasattr(command, "commands"):
        command, rest = command.commands[rest[0]], rest[1:]  # pyright: ignore[reportAttributeAccessIssue]
    command.make_context(words[1], list(rest), resilient_parsing=False)


def test_as_many_runs_go_at_once_as_the_workers_carry():
    worker = services(GIVEN)["worker"]
    carried = int(worker["deploy"]["replicas"]) * int(worker["command"][worker["command"].index("--runs") + 1])
    assert int(worker["environment"]["XERO_RUNS_AT_ONCE"]) == carried


def lines(name):
    return (DEPLOY / name).read_text().replace("\\\n", "").splitlines()


def test_the_image_runs_as_nobody_and_checks_itself():
    docker = lines("Dockerfile")
    assert [line.split()[1] for line in docker if line.startswith("FROM")] == ["python:3.12-slim"] * 2
    assert [line for line in docker if line.startswith("USER")] == ["USER 10001:10001"]
    assert any(line.startswith("HEALTHCHECK") for line in docker)
    assert all(
        "--require-hashes" in part for line in docker for part in line.split("&&") if ".lock" in part and "pip" in part
    )


def test_the_image_gets_what_it_copies_and_no_secret():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[1] == "*"
    let_in = {line[1:] for line in ignored if line.startswith("!")}
    copied = [line.split()[1:-1] for line in lines("Dockerfile") if line.startswith("COPY") and "--from" not in line]
    assert {one for some in copied for one in some} == let_in
    assert all((ROOT / one).exists() for one in let_in)


def test_the_image_installs_what_the_extras_need_and_no_tool():
    part = runpy.run_path(str(DEPLOY / "runtime_requirements.py"))["part"]
    lock = (ROOT / "requirements.lock").read_text()
    found = {re.split(r"[=\[ ]", line)[0] for line in part(lock).splitlines() if re.match(r"[a-z]", line)}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [line for name, lines in project["optional-dependencies"].items() if name != "all" for line in lines]
    assert needed([*project["dependencies"], *extras]) <= found
    assert {"dlt", "pyiceberg", "psycopg2-binary", "duckdb"} <= found, "docs/publish.md names these destinations"
    assert not found & {"pytest", "playwright", "ruff", "sphinx", "hatchling", "uv"}
    assert "--hash=sha256:" in part(lock, "hatchling")


def needed(requirements):
    """The names of all packages that some requirements bring into this environment."""
    names, waiting = set(), [Requirement(one) for one in requirements]
    while waiting:
        one = waiting.pop()
        name = re.sub(r"[-_.]+", "-", one.name).lower()
        key = (name, *sorted(one.extras))
        if key in names:
            continue
        names.add(key)
        try:
            brought = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        waiting += [
            inner
            for inner in map(Requirement, brought)
            if inner.marker is None
            or inner.marker.evaluate({"extra": ""})
            or any(inner.marker.evaluate({"extra": extra}) for extra in one.extras)
        ]
    return {name for name, *_ in names}


@pytest.fixture(scope="module")
def helm():
    return yaml.safe_load((DEPLOY / "helm-values.yaml").read_text())


def at(values, path):
    for key in path.split(".") if path else []:
        values = values[key]
    return values


@pytest.mark.parametrize("path", HELM)
def test_the_helm_values_have_keys_that_the_chart_knows(helm, path):
    assert set(at(helm, path)) == HELM[path]


def test_the_helm_values_agree_with_the_rest_of_the_project(helm):
    text = (DEPLOY / "helm-values.yaml").read_text()
    (dagster,) = re.findall(r"^dagster==([\d.]+)", (ROOT / "requirements.lock").read_text(), re.M)
    assert f"--version {dagster} " in text
    assert f"up to {ORGANISATIONS_PER_RUN} organisations" in text
    (deployment,) = helm["dagster-user-deployments"]["deployments"]
    assert deployment["image"]["tag"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert set(deployment["env"]) <= KNOWN
    assert deployment["includeConfigInLaunchedRuns"]["enabled"]
    assert helm["runLauncher"]["config"]["k8sRunLauncher"]["envSecrets"] == deployment["envSecrets"]
    limits = at(helm, "dagsterDaemon.runCoordinator.config.queuedRunCoordinator")["tagConcurrencyLimits"]
    here = yaml.safe_load((ROOT / "dagster.yaml").read_text())["concurrency"]["runs"]["tag_concurrency_limits"]
    assert limits == here


def test_dagster_takes_what_the_helm_values_say_of_it(helm, tmp_path):
    from dagster import DagsterInstance

    launcher = at(helm, "runLauncher.config.k8sRunLauncher")
    written = {
        **helm["additionalInstanceConfig"],
        "run_launcher": {
            "module": "dagster_k8s",
            "class": "K8sRunLauncher",
            "config": {
                "load_incluster_config": False,
                "job_image": "xero-pipeline",
                "dagster_home": str(tmp_path),
                "instance_config_map": "books-instance",
                "postgres_password_secret": "dagster-postgresql-secret",
                "image_pull_policy": launcher["imagePullPolicy"],
                "env_secrets": [one["name"] for one in launcher["envSecrets"]],
                "resources": launcher["resources"],
                "run_k8s_config": {
                    "container_config": launcher["runK8sConfig"]["containerConfig"],
                    "job_spec_config": launcher["runK8sConfig"]["jobSpecConfig"],
                },
            },
        },
    }
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(written))
    with DagsterInstance.from_config(str(tmp_path)) as instance:
        assert instance.run_monitoring_enabled
        assert instance.run_retries_max_retries == 3
        assert instance.run_retries_retry_on_asset_or_op_failure
        ref = instance.get_ref().run_launcher_data
        assert ref is not None
        assert ref.class_name == "K8sRunLauncher"
        from dagster._config import process_config
        from dagster_k8s import K8sRunLauncher

        checked = process_config(K8sRunLauncher.config_type(), ref.config_dict)
        assert checked.success, checked.errors


def test_no_file_of_deploy_has_a_secret():
    for path in filter(Path.is_file, DEPLOY.rglob("*")):
        for name, value in re.findall(r"^\s*(\w*(?:PASSWORD|SECRET|KEY)\w*)[=:] *(\S*)$", path.read_text(), re.M):
            assert not value or value.startswith("${"), f"{path.name}: {name}"
