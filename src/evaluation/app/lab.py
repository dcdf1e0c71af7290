"""JupyterLab in the workspace: in the user's language, with this interpreter, without a word to the network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from evaluation.app.lab_check import first_look, told
from evaluation.app.language import Language
from evaluation.app.panel.places import FILES_URL, LANGUAGE, MEGABYTE, SHARE, TEMPLATE, place_notebook
from evaluation.places import WORKSPACE, Workspace

# a function cannot be told in JSON
SAVING = """\
from evaluation.app.panel.saving import as_committed

c.ContentsManager.pre_save_hook = as_committed
"""
LOCALES: dict[Language, str] = {"ru": "ru_RU", "en": "en"}


def lab_settings(language: Language) -> dict[str, dict[str, Any]]:
    """JupyterLab's settings for this project: the language, and no news, update checks or extension store."""
    return {
        "@jupyterlab/translation-extension:plugin": {"locale": LOCALES[language]},
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
        "@jupyterlab/extensionmanager-extension:plugin": {"enabled": False},
        # what the panel shows may be received values: they must not be saved with the notebook
        "@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": False},
    }


def server_settings() -> dict[str, dict[str, Any]]:
    """The server's settings: room for an uploaded spreadsheet, and the panel's page without other servers."""
    return {
        "ServerApp": {"tornado_settings": {"websocket_max_message_size": 300 * MEGABYTE}},
        "ContentsManager": {"allow_hidden": True},  # the panel's passing copy, in workspaces without notebooks
        "VoilaConfiguration": {"template": TEMPLATE},
    }


def lab_command(workspace: Workspace, port: int, no_browser: bool, first: str) -> list[str]:
    """The command line of JupyterLab; ``first`` is the notebook that it opens, from the workspace's folder."""
    command = [
        sys.executable, "-m", "jupyterlab",
        f"--ServerApp.root_dir={workspace.root}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        f"--LabApp.default_url=/lab/tree/{first}",
        "--LabApp.extension_manager=readonly",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    if no_browser:
        command.append("--no-browser")
    # In a container everyone is root, and the server listens to this machine alone.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return command


def lab_environment(workspace: Workspace, settings: Path, language: Language) -> dict[str, str]:
    """This process's environment, with the project's settings before the user's own, and the workspace's place."""
    earlier = os.environ.get("JUPYTER_CONFIG_PATH")
    return {
        **os.environ,
        "JUPYTER_CONFIG_PATH": os.pathsep.join(part for part in (str(settings), earlier) if part),
        "JUPYTER_PATH": os.pathsep.join(part for part in (str(SHARE), os.environ.get("JUPYTER_PATH")) if part),
        "JUPYTER_PREFER_ENV_PATH": "1",
        # what was open last time belongs to the workspace, not to the user's profile
        "JUPYTERLAB_WORKSPACES_DIR": str(settings / "workspaces"),
        LANGUAGE: language,
        FILES_URL: "/files/",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        WORKSPACE: str(workspace.root),
    }


def start_lab(workspace: Workspace, language: Language, port: int, no_browser: bool) -> int:
    """Say what is missing, then run JupyterLab with the panel open until it is closed; its exit code.

    The user's own profile is not touched.
    """
    for line in told(first_look(workspace.root), language):
        print(line, flush=True)
    settings = workspace.root / ".staging" / "lab"
    place = settings / "labconfig" / "default_setting_overrides.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(lab_settings(language), indent=1), encoding="utf-8")
    (settings / "jupyter_server_config.json").write_text(json.dumps(server_settings(), indent=1), encoding="utf-8")
    (settings / "jupyter_server_config.py").write_text(SAVING, encoding="utf-8")
    first = place_notebook(workspace).relative_to(workspace.root).as_posix()
    command = lab_command(workspace, port, no_browser, first)
    environment = lab_environment(workspace, settings, language)
    os.chdir(workspace.root)
    if os.name == "posix":
        # JupyterLab takes this process's place, so that Ctrl-C and an end from outside reach it and it alone.
        os.execve(command[0], command, environment)
    return subprocess.call(command, env=environment)
