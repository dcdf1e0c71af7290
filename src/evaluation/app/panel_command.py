"""The command ``evaluation panel``: the panel in the browser, without code, served to this machine alone."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from evaluation.app.language import Language
from evaluation.app.speaking import (
    DONE,
    LanguageOption,
    PlainOption,
    WorkspaceOption,
    chosen_language,
    command,
    console,
    say,
    show,
)

if TYPE_CHECKING:
    from evaluation.places import Workspace

PANEL_HELP = say(
    "Панель в браузере: файлы, решения, расчёт, отчёты, без кода.",
    "The panel in the browser: files, decisions, run, reports, without code.",
)
PORT = 8866
TRIED_PORTS = 20
# of JupyterLab's extensions the page needs the two that show widgets
WIDGETS = ("@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8")


@command
def panel(
    port: Annotated[int, typer.Option("--port", metavar="N", min=1, max=65535, help=say("порт", "port"))] = PORT,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help=say("не открывать браузер", "open no browser"))
    ] = False,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> int:
    from evaluation.places import open_workspace

    opened, spoken, screen = open_workspace(workspace), chosen_language(language), console(plain)
    free, token = free_port(port), secrets.token_urlsafe(24)
    address = f"http://127.0.0.1:{free}/?token={token}"
    told = (
        f"Панель: {address}\nОткройте этот адрес. Закончить: Ctrl-C. Начатый прогон продолжится и без панели."
        if spoken == "ru"
        else f"Panel: {address}\nOpen this address. To end: Ctrl-C. A run that was begun goes on without the panel."
    )

    def ready() -> None:
        show(screen, told)

    serve(opened, spoken, free, token, not no_browser, ready)
    return DONE


def free_port(first: int) -> int:
    """The first port from ``first`` on at which nobody listens. Raises InputProblem where all those tried are taken."""
    from evaluation.settings import InputProblem

    last = min(first + TRIED_PORTS, 65536)
    for port in range(first, last):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise InputProblem(
        f"Порты {first}–{last - 1} заняты другими программами. Назовите другой: --port.",
        f"The ports {first}-{last - 1} are taken by other programs. Name another: --port.",
    )


def serve(
    workspace: Workspace, language: Language, port: int, token: str, open_browser: bool, ready: Callable[[], None]
) -> None:
    """Serve the panel of ``workspace`` until it is ended; only 127.0.0.1 is listened to. ``ready``: it answers now."""
    from tornado.ioloop import IOLoop

    from evaluation.app.panel.places import FILES_URL, LANGUAGE, MEGABYTE, SHARE, TEMPLATE, place_notebook
    from evaluation.app.panel.server import PanelServer, policy
    from evaluation.places import WORKSPACE

    notebook = place_notebook(workspace)
    earlier = os.environ.get("JUPYTER_PATH")
    os.environ |= {
        WORKSPACE: str(workspace.root),
        LANGUAGE: language,
        FILES_URL: "/voila/files/",
        "JUPYTER_PATH": os.pathsep.join(part for part in (str(SHARE), earlier) if part),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    server = PanelServer(
        notebook_path=str(notebook),
        root_dir=str(workspace.root),
        ip="127.0.0.1",
        port=port,
        port_retries=0,  # the address names this one
        token=token,
        open_browser=open_browser,
        tornado_settings={
            "websocket_max_message_size": 300 * MEGABYTE,
            "headers": {"Content-Security-Policy": policy(port)},
        },
    )
    # settings of the user's own Voila are none of ours
    server.config_file_paths = []
    server.initialize(
        [
            f"--VoilaConfiguration.template={TEMPLATE}",
            *(f"--VoilaConfiguration.extension_allowlist={name}" for name in WIDGETS),
            "--KernelManager.transport_encryption=auto",
            "--VoilaConfiguration.allow_template_override=NO",
            "--VoilaConfiguration.allow_theme_override=NO",
            f"--VoilaExporter.language_code={language}",
            "--ContentsManager.allow_hidden=True",
        ]
    )
    IOLoop.current().add_callback(ready)
    server.start()
