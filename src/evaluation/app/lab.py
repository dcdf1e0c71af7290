"""JupyterLab in the workspace: in the user's language, with this interpreter, without a word to the network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from evaluation.app.language import Language
from evaluation.places import WORKSPACE, Workspace

LOCALES: dict[Language, str] = {"ru": "ru_RU", "en": "en"}


def lab_settings(language: Language) -> dict[str, dict[str, Any]]:
    """JupyterLab's settings for this project: the language, and no news, update checks or extension store."""
    return {
        "@jupyterlab/translation-extension:plugin": {"locale": LOCALES[language]},
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
        "@jupyterlab/extensionmanager-extension:plugin": {"enabled": False},
    }


def lab_command(workspace: Workspace, port: int, no_browser: bool) -> list[str]:
    command = [
        sys.executable, "-m", "jupyterlab",
        f"--ServerApp.root_dir={workspace.root}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
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


def lab_environment(workspace: Workspace, settings: Path) -> dict[str, str]:
    """This process's environment, with the project's settings before the user's own, and the workspace's place."""
    earlier = os.environ.get("JUPYTER_CONFIG_PATH")
    return {
        **os.environ,
        "JUPYTER_CONFIG_PATH": os.pathsep.join(part for part in (str(settings), earlier) if part),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        WORKSPACE: str(workspace.root),
    }


def start_lab(workspace: Workspace, language: Language, port: int, no_browser: bool) -> int:
    """Run JupyterLab until it is closed; its exit code. The user's own profile is not touched."""
    settings = workspace.root / ".staging" / "lab"
    place = settings / "labconfig" / "default_setting_overrides.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(lab_settings(language), indent=1), encoding="utf-8")
    command, environment = lab_command(workspace, port, no_browser), lab_environment(workspace, settings)
    os.chdir(workspace.root)
    if os.name == "posix":
        # JupyterLab takes this process's place, so that Ctrl-C and an end from outside reach it and it alone.
        os.execve(command[0], command, environment)
    return subprocess.call(command, env=environment)
