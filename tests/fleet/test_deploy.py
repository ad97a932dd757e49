"""What lies in deploy/ is what the commands know: checked without a container, as far as that goes."""

from __future__ import annotations

import importlib
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import typer
import yaml

from engine.cli import COMMANDS
from engine.remote.link import read_address

DEPLOY = Path(__file__).parents[2] / "deploy"
pytestmark = pytest.mark.skipif(not DEPLOY.is_dir(), reason="an installed wheel: deploy/ is in the sources")


def options(command: str) -> set[str]:
    app = typer.Typer()
    app.command()(COMMANDS[command].load())
    return {name for parameter in typer.main.get_command(app).params for name in parameter.opts}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def test_gateways_are_started_with_options_that_there_are(compose):
    for name in ("gateway-1", "gateway-2"):
        command = compose["services"][name]["command"][2]
        words = shlex.split(re.sub(r"\$\$\(.*?\)", "SECRET", command))
        given = [word for word in words if word.startswith("--")]
        assert given
        assert set(given) <= options("serve")
        read_address(words[words.index("--perception") + 1])


def test_ray_asks_for_a_token_and_listens_to_nobody_else(compose):
    perception = compose["services"]["perception"]
    assert perception["environment"]["RAY_AUTH_MODE"] == "token"
    assert perception["environment"]["RAY_AUTH_TOKEN_PATH"].removeprefix("/run/secrets/") in perception["secrets"]
    assert perception["environment"]["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] == "0"
    assert perception["networks"] == ["inside"]


def test_a_password_may_have_any_letters(compose, tmp_path, monkeypatch):
    """The gateway's own command, with another program in the engine's place that tells whom libpq would ask, and how."""
    conninfo = pytest.importorskip("psycopg.conninfo", reason="needs the postgres extra")
    password = "p@ss/w:rd?#% '$x\\\""
    (tmp_path / "database").write_text(password + "\n", encoding="utf-8")
    script = compose["services"]["gateway-1"]["command"][2].replace("$$", "$").replace("/run/secrets", str(tmp_path))
    program = tmp_path / "npc-engine"
    program.write_text('#!/bin/sh\nprintf "%s\\n%s" "$NPC_ENGINE_MEMORY" "$PGPASSWORD"\n', encoding="utf-8")
    program.chmod(0o755)
    where = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    told = subprocess.run(["sh", "-c", script], env=where, capture_output=True, text=True, timeout=60).stdout
    address, _, given = told.partition("\n")
    assert conninfo.conninfo_to_dict(address) == {"host": "database", "dbname": "npc", "user": "npc"}
    assert given == password


def test_all_that_services_name_is_declared(compose):
    for service in compose["services"].values():
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
        assert set(service["networks"]) <= set(compose["networks"])
        assert set(service.get("depends_on", {})) <= set(compose["services"])
        named = {volume.partition(":")[0] for volume in service.get("volumes", [])}
        assert named <= set(compose["volumes"])
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert len(ports) == len(set(ports)) == 2, "games reach the gateways and nothing else"
    assert compose["networks"]["inside"]["internal"]


def test_the_gateways_perception_is_the_application_that_serve_runs(compose):
    served = yaml.safe_load((DEPLOY / "serve.yaml").read_text(encoding="utf-8"))
    command = compose["services"]["gateway-1"]["command"][2]
    host, port, route = read_address(re.search(r"ray://\S+", command)[0])
    assert (host, port) == ("perception", served["http_options"]["port"])
    assert route == served["applications"][0]["route_prefix"]


def test_the_image_asks_for_extras_that_there_are():
    import tomllib

    extras = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    image = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    assert set(re.search(r"ARG EXTRAS=(\S+)", image)[1].split(",")) <= set(extras)
    assert "RAY_USAGE_STATS_ENABLED=0" in image
    for source in re.findall(r"^COPY(?: --\S+)* (\S+) ", image, re.M):
        assert (DEPLOY.parent / source).exists()


def test_nothing_but_the_packages_gets_into_the_image():
    first, *kept = [
        line for line in (DEPLOY.parent / ".dockerignore").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"
    ]
    assert first == "*"
    assert all(line.startswith("!") and (DEPLOY.parent / line[1:]).exists() for line in kept)
    assert {"!engine", "!npc", "!export", "!demo_game"} <= set(kept)
    assert "!secrets" not in kept


@pytest.mark.cluster
def test_serves_configuration_is_one_that_ray_takes():
    schema = pytest.importorskip("ray.serve.schema", reason="needs the ray extra")
    given = yaml.safe_load((DEPLOY / "serve.yaml").read_text(encoding="utf-8"))
    config = schema.ServeDeploySchema.model_validate(given)
    for app in config.applications:
        module, _, name = app.import_path.partition(":")
        built = getattr(importlib.import_module(module), name)
        arguments = importlib.import_module(module).Settings.model_validate(app.args)
        assert built(arguments)
        assert [deployment.name for deployment in app.deployments] == ["Perception"]
