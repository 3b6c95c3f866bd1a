"""The compose files: services wait for each other, have health checks, contain no secrets, and can do little harm."""

import json
import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.urls import resolve

FILE = Path(settings.BASE_DIR) / "docker-compose.yml"
SMALL = FILE.parent / "docker-compose.small.yml"
DOCKERFILE = FILE.parent / "Dockerfile"
PROCFILE = FILE.parent / "Procfile"


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load(FILE.read_text())["services"]


def test_all_services_are_there(services):
    assert set(services) == {"migrate", "web", "worker", "beat", "postgres", "redis"}


@pytest.mark.parametrize("name", ["web", "worker", "beat", "postgres", "redis"])
def test_every_long_running_service_has_a_health_check_and_restarts(services, name):
    assert services[name]["healthcheck"]["test"]
    assert services[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["migrate", "web", "worker", "beat", "postgres", "redis", "papers"])
def test_no_service_can_become_root_or_write_outside_its_volumes(services, name):
    part = (services | yaml.safe_load(SMALL.read_text())["services"])[name]

    assert part["read_only"] is True
    assert part["cap_drop"] == ["ALL"]
    assert part["security_opt"] == ["no-new-privileges:true"]
    assert "/tmp" in part["tmpfs"]
    assert not {"cap_add", "privileged"} & set(part)


def test_the_single_container_keeps_its_data_on_a_volume_and_listens_locally():
    (part,) = yaml.safe_load(SMALL.read_text())["services"].values()

    assert part["volumes"] == ["data:/data"]
    assert part["environment"]["DATABASE_URL"].startswith("sqlite:////data/")
    assert part["ports"] == ["127.0.0.1:8000:8000"]
    assert part["environment"]["PORT"] == 8000
    assert "migrate" in part["command"]
    assert "honcho start" in part["command"]


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_our_services_wait_for_a_migrated_database(services, name):
    waits = services[name]["depends_on"]

    assert waits["migrate"]["condition"] == "service_completed_successfully"
    assert waits["postgres"]["condition"] == waits["redis"]["condition"] == "service_healthy"


def test_secrets_come_from_the_environment_and_are_required(services):
    text = FILE.read_text()

    assert re.findall(r"(?:SECRET|PASSWORD)\w*: (?!\$\{\w+:\?)", text) == []
    for variable in ("SECRET_KEY", "SITE_URL", "POSTGRES_PASSWORD"):
        assert services["web"]["environment"][variable].startswith(f"${{{variable}:?")


# What .env.example offers, and what leads to a store, beside what is fixed in the containers.
OF_THE_MACHINE = {"VAR_DIR": "/data", "STATIC_ROOT": "/app/var/static", "ENV_FILE": ""}
OF_ITS_STORES = {"DATABASE_URL": "", "POSTGRES_PORT": 5432}


@pytest.mark.parametrize("name", ["migrate", "web", "worker", "beat", "papers"])
def test_a_settings_file_for_a_service_without_containers_does_not_lead_out_of_them(services, name):
    part = (services | yaml.safe_load(SMALL.read_text())["services"])[name]
    fixed = OF_THE_MACHINE if name == "papers" else OF_THE_MACHINE | OF_ITS_STORES

    assert fixed.items() <= part["environment"].items()
    for variable in ("VAR_DIR", "STATIC_ROOT"):
        assert f"{variable}={fixed[variable]}" in DOCKERFILE.read_text().rpartition("FROM ")[2]


def test_redis_has_the_password_that_the_other_services_send_it(services):
    assert services["redis"]["command"] == ["redis-server", "--requirepass", "${REDIS_PASSWORD:-}"]


def test_data_that_must_outlive_a_container_is_in_a_volume(services):
    volumes = yaml.safe_load(FILE.read_text())["volumes"]
    mounted = {mount.split(":")[0] for service in services.values() for mount in service.get("volumes", [])}

    assert mounted == set(volumes) == {"postgres", "redis", "data"}


def test_only_the_web_server_is_reachable_and_only_from_this_machine(services):
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}

    assert ports == {"web": ["127.0.0.1:8000:8000"]}


def test_a_worker_has_time_to_finish_and_its_send_logs_outlive_it(services):
    assert services["worker"]["stop_grace_period"] == "60s"
    assert services["worker"]["volumes"] == ["data:/data"]
    assert "VAR_DIR=/data" in DOCKERFILE.read_text()


def test_the_web_servers_health_check_asks_whether_it_is_ready(services):
    (url,) = re.findall(r"http://localhost:8000(/\w+)", " ".join(services["web"]["healthcheck"]["test"]))

    assert resolve(url).url_name == "readyz"


def test_the_image_runs_unprivileged_with_packages_checked_by_hash():
    stages = DOCKERFILE.read_text().split("FROM ")[1:]

    assert len(stages) == 2
    assert "--require-hashes" in stages[0]
    # A number, because some orchestrators refuse an image whose user could be root.
    assert re.search(r"^USER [1-9]\d+:[1-9]\d+$", stages[1], re.MULTILINE)
    assert "apt-get" not in stages[1]
    assert "pip install" not in stages[1]
    assert "HEALTHCHECK" in stages[1]


def test_the_web_server_is_started_the_same_way_everywhere():
    command = re.search(r"^CMD (\[.+?\])", DOCKERFILE.read_text(), re.MULTILINE | re.DOTALL)[1]
    in_image = json.loads(command.replace("\\\n", ""))
    unit = (FILE.parent / "docs" / "deploy" / "daily-papers-web.service").read_text()
    by_hand = (FILE.parent / "docs" / "running.md").read_text()
    shape = ["--threads", "8", "--preload", "--timeout", "60", "--no-control-socket"]

    assert in_image[-len(shape) :] == shape
    assert " ".join(shape) in re.sub(r"\s*\\\n\s*", " ", unit)
    assert " ".join(shape) in by_hand
    # One process, to stay small: there is no other process to share with.
    assert " ".join(shape).replace(" --preload", "") in PROCFILE.read_text()


def test_neither_secrets_nor_data_go_into_the_image():
    ignored = (FILE.parent / ".dockerignore").read_text().split()

    assert {".env*", "var", ".git", ".venv"} <= set(ignored)
