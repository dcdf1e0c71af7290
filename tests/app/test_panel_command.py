"""Who may see what of the panel's server, and the port it takes."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from evaluation.app.panel.saving import as_committed
from evaluation.app.panel.server import may_be_shown, policy
from evaluation.app.panel_command import free_port
from evaluation.settings import InputProblem


def notebook() -> dict[str, Any]:
    cell = {
        "cell_type": "code",
        "metadata": {"trusted": True, "jupyter": {"source_hidden": True}},
        "source": "open_panel()",
        "outputs": [{"output_type": "stream", "text": "received value"}],
        "execution_count": 3,
    }
    return {"type": "notebook", "content": {"cells": [cell], "metadata": {"title": "T", "widgets": {"x": "received"}}}}


def test_the_panels_notebook_is_saved_without_what_it_showed() -> None:
    model = notebook()
    as_committed(model, "notebooks/panel.ipynb", contents_manager=None)
    assert "received" not in str(model) and model["content"]["metadata"]["title"] == "T"
    assert model["content"]["cells"][0]["metadata"] == {"jupyter": {"source_hidden": True}}
    other = notebook()
    as_committed(other, "notebooks/01_clean_programme.ipynb")
    assert other == notebook()
    as_committed({"type": "file", "content": "x"}, "panel.ipynb")


@pytest.mark.parametrize(
    "place",
    [
        "reports/2025/draft/report.ru.html", "reports/2025/draft/report.en.pdf", "reports/2025/draft/cards/Абан.ru.pdf",
        "reports/2025/released/2026-02-01/report.ru.docx", "reports/2025/compare/a--b/comparison.ru.html",
        "reports/2025/draft/figures/map.ru.svg",
    ],
)  # fmt: skip
def test_reports_are_shown(place: str) -> None:
    assert may_be_shown(place)


@pytest.mark.parametrize(
    "place",
    [
        "data/raw/2025/projects.xlsx", "data/restricted/2025/decisions.xlsx", "config/programme.yml",
        "reports/2025/draft/run/01.html", "reports/2025/draft/notebooks/01.html", "reports/2025/draft/cards/run/x.html",
        "reports/2025/draft/../../../data/raw/2025/a.xlsx", "reports/2025/draft/x/../../../../data/a.xlsx",
        "reports/2025/draft/.hidden/a.html", "reports/2025/draft/a.parquet", "reports/2025/a.html",
        "../reports/2025/draft/report.ru.html", "reports/2025/draft/..\\..\\a.html", "",
    ],
)  # fmt: skip
def test_nothing_else_is(place: str) -> None:
    assert not may_be_shown(place)


def test_the_pages_policy_names_no_other_server() -> None:
    told = policy(8866)
    assert "ws://127.0.0.1:8866" in told and "https:" not in told and "*" not in told


def test_a_taken_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) > port


def test_when_all_ports_are_taken_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaluation.app.panel_command.TRIED_PORTS", 1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputProblem, match="are taken"):
            free_port(taken.getsockname()[1])
