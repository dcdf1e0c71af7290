from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from tiny_programme import Tiny

from evaluation.app import lab


def test_lab_starts_here_in_the_users_language_and_asks_no_server(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: dict[str, Any] = {}

    def call(command: list[str], env: dict[str, str]) -> int:
        started.update(command=command, env=env, cwd=Path.cwd())
        return 0

    monkeypatch.setattr(lab.subprocess, "call", call)
    monkeypatch.setattr(lab.os, "execve", lambda program, command, env: call(command, env))
    monkeypatch.chdir(Path.cwd())
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/earlier")
    assert lab.start_lab(tiny.open(), "ru", 8899, no_browser=True) == 0
    assert started["command"][:3] == [sys.executable, "-m", "jupyterlab"]
    assert "--ServerApp.ip=127.0.0.1" in started["command"]
    assert "--no-browser" in started["command"]
    assert "--LabApp.default_url=/lab/tree/.staging/panel/panel.ipynb" in started["command"]
    assert "нет плана анализа" in capsys.readouterr().out, "what is missing is said before the start"
    assert started["cwd"] == tiny.root
    assert started["env"]["EVALUATION_WORKSPACE"] == str(tiny.root)
    own, earlier = started["env"]["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert earlier == "/earlier"
    settings = json.loads((tiny.root / own / "labconfig" / "default_setting_overrides.json").read_text())
    assert settings["@jupyterlab/translation-extension:plugin"]["locale"] == "ru_RU"
    assert settings["@jupyter-widgets/jupyterlab-manager:plugin"] == {"saveState": False}
    server = json.loads((tiny.root / own / "jupyter_server_config.json").read_text())
    assert server["ServerApp"]["tornado_settings"]["websocket_max_message_size"] > 200_000_000
    assert started["env"]["EVALUATION_LANGUAGE"] == "ru"
    assert Path(started["env"]["JUPYTERLAB_WORKSPACES_DIR"]).is_relative_to(tiny.root)
    assert settings["@jupyterlab/apputils-extension:notification"] == {"fetchNews": "false", "checkForUpdates": False}
