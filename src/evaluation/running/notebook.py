"""Executing one notebook in a kernel of its own: the only importer of papermill."""

from __future__ import annotations

import copy
import json
import logging
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from evaluation.aside import write_whole
from evaluation.running import failure
from evaluation.running.failure import StepFailed
from evaluation.running.notebook_file import ANSI, cell_number, check_parameters, read_notebook, tidy

if TYPE_CHECKING:
    from papermill.engines import NotebookExecutionManager

# One notebook, one thread of linear algebra: several at once are then faster than each with all cores.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
    "BLIS_NUM_THREADS",
)  # fmt: skip
KERNEL_START_SECONDS = 120
KERNEL_START_TRIES = 2
ENGINE = "evaluation"
# Asked of the kernel after an error.
LAST_ERROR = (
    "__import__('evaluation.running.last_error', fromlist=['described']).described(__import__('sys').last_value)"
)

CellProgress = Callable[[int, int], None]
"""Called with the number of the code cell that begins and the number of code cells."""


class Stop:
    """A way to end all running kernels from another thread."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._processes: set[int] = set()

    @property
    def asked(self) -> bool:
        return self._event.is_set()

    def ask(self) -> None:
        """Kill every running kernel; those that start later end at once."""
        with self._lock:
            self._event.set()
            for process in self._processes:
                _kill(process)

    @contextmanager
    def watching(self, process: int) -> Iterator[None]:
        with self._lock:
            self._processes.add(process)
            if self._event.is_set():
                _kill(process)
        try:
            yield
        finally:
            with self._lock:
                self._processes.discard(process)


def _kill(process: int) -> None:
    try:
        if sys.platform == "win32":
            os.kill(process, signal.SIGTERM)
        else:
            # A kernel leads its own session, so that its group holds the processes which it started.
            os.killpg(process, signal.SIGKILL)
    except ProcessLookupError:
        return


@dataclass(frozen=True)
class Execution:
    """How to execute a notebook.

    ``environment`` is added to this process's, ``python_path`` put before what Python searches for modules;
    ``folder`` is the kernel's working folder, ``scratch`` an existing one for its own files; ``places`` maps paths
    to the words that stand for them in the executed notebook; times are in seconds.
    """

    environment: Mapping[str, str]
    python_path: Sequence[Path]
    folder: Path
    scratch: Path
    log: Path
    time_limit: float
    places: Mapping[str, str] = field(default_factory=dict)
    on_cell: CellProgress = lambda cell, cells: None
    stop: Stop = field(default_factory=Stop)


def execute(notebook: Path, executed: Path, failed: Path, parameters: Mapping[str, Any], how: Execution) -> None:
    """Execute ``notebook`` with ``parameters`` and write it to ``executed``, or to ``failed`` when it fails.

    What the cells print, and what the kernel itself prints, goes to the log. Raises StepFailed for a failing cell,
    a dead kernel, a passed time limit and a kernel that does not start; InputProblem for parameters that the
    notebook does not take. Coming to the end proves nothing yet: the caller checks the outputs.
    """
    source = read_notebook(notebook)
    check_parameters(source, parameters, notebook.stem)
    with _opened(how.log) as log:
        run = _Run(how, log)
        try:
            with _own_event_loop():
                _execute(source, notebook.stem, parameters, run)
        except StepFailed:
            if run.notebook is not None:
                _write(run.notebook, source, failed, how.places)
            raise
        assert run.notebook is not None
        _write(run.notebook, source, executed, how.places)


@contextmanager
def _own_event_loop() -> Iterator[None]:
    """Close, at the end, the event loop that talking to a kernel leaves in this thread.

    Left open it would be found by the collector later, while something else is done, and be warned of there.
    """
    import asyncio

    from jupyter_core.utils import ensure_event_loop

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        pass
    else:
        yield  # this thread's loop is somebody else's
        return
    try:
        yield
    finally:
        loop = ensure_event_loop()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
        asyncio.set_event_loop(None)


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    path.parent.mkdir(parents=True, exist_ok=True)
    log = path.open("a", encoding="utf-8")
    try:
        yield log
    finally:
        with suppress(OSError):  # a log without room fails no step
            log.close()


def kernel_environment(how: Execution) -> dict[str, str]:
    """Environment of a kernel: this process's, one thread of linear algebra, nothing of the user's own IPython."""
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    environment |= dict.fromkeys(THREAD_VARIABLES, "1")
    environment["PYTHONHASHSEED"] = "0"
    environment["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    environment["IPYTHONDIR"] = str(how.scratch / "ipython")
    package = Path(__file__).resolve().parents[2]
    paths = [*map(str, how.python_path), str(package), *environment.get("PYTHONPATH", "").split(os.pathsep)]
    environment["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(path for path in paths if path))
    return environment | dict(how.environment)


class _Run:
    """What one execution leaves behind while it goes on."""

    def __init__(self, how: Execution, log: IO[str]) -> None:
        self.how = how
        self.log = log
        self.notebook: dict[str, Any] | None = None
        self.cell: int = 0
        self.failed_cell: failure.Failure | None = None
        self.deadline = float("inf")

    def note(self, text: str) -> None:
        """Add to the log; a log without room fails no step."""
        with suppress(OSError):
            self.log.write(text)
            self.log.flush()


def _execute(source: dict[str, Any], name: str, parameters: Mapping[str, Any], run: _Run) -> None:
    import nbformat
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillExecutionError

    papermill_engines.register(ENGINE, _engine())
    node = nbformat.from_dict(copy.deepcopy(source))  # type: ignore[no-untyped-call]
    # A foreign kernel named in the file must not be looked for: the kernel is always this interpreter.
    node.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    try:
        papermill.execute_notebook(
            node, None, parameters=dict(parameters), engine_name=ENGINE, kernel_name="python3", language="python",
            progress_bar=False, request_save_on_cell_execute=False, run=run,
        )  # fmt: skip
    except PapermillExecutionError:
        if run.how.stop.asked:
            raise StepFailed(failure.interrupted()) from None
        raise StepFailed(run.failed_cell or failure.kernel_died(run.cell or None)) from None
    except DeadKernelError:
        raise StepFailed(
            failure.interrupted() if run.how.stop.asked else failure.kernel_died(run.cell or None)
        ) from None
    except CellTimeoutError:
        raise StepFailed(failure.time_limit_passed(run.cell or None, run.how.time_limit)) from None


@cache
def _engine() -> type:
    """The papermill engine that starts a kernel with its own environment and folder, without ``os.chdir``."""
    from papermill.engines import NBClientEngine

    class OwnKernelEngine(NBClientEngine):  # type: ignore[misc]
        @classmethod
        def execute_managed_notebook(
            cls, nb_man: NotebookExecutionManager, kernel_name: str, *, run: _Run, **_: Any
        ) -> None:
            run.notebook = nb_man.nb
            client = _client_class()(
                nb_man, kernel_name=kernel_name, startup_timeout=KERNEL_START_SECONDS, log=_logger(run)
            )
            client.run = run
            client.execute(env=kernel_environment(run.how), cwd=str(run.how.folder), stdout=run.log, stderr=run.log)

    return OwnKernelEngine


def _logger(run: _Run) -> logging.Logger:
    """A logger that writes to this run's log alone, kept out of logging's global table."""
    logger = logging.Logger("evaluation.notebook", logging.WARNING)
    logger.addHandler(logging.StreamHandler(run.log))
    return logger


@cache
def _client_class() -> type:
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient.exceptions import CellExecutionError, DeadKernelError
    from papermill.clientwrap import PapermillNotebookClient
    from traitlets.config import Config

    class ThisInterpreter(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            return KernelSpec(
                argv=[
                    sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}",
                    "--HistoryManager.enabled=False", "--InteractiveShell.colors=nocolor",
                ],
                display_name="Python 3", language="python",
                metadata={"debugger": False, "supported_encryption": ["curve"]},
            )  # fmt: skip

    class Client(PapermillNotebookClient):  # type: ignore[misc]
        run: _Run

        def create_kernel_manager(self) -> AsyncKernelManager:
            # ipykernel warns about unencrypted TCP; "auto" encrypts wherever the kernel can.
            config = Config({"KernelManager": {"transport_encryption": "auto"}})
            connection = self.run.how.scratch / "connection.json"
            connection.unlink(missing_ok=True)
            self.km = AsyncKernelManager(
                config=config, kernel_spec_manager=ThisInterpreter(), connection_file=str(connection), log=self.log
            )
            return self.km

        @contextmanager
        def setup_kernel(self, **kwargs: Any) -> Iterator[None]:
            for trial in range(1, KERNEL_START_TRIES + 1):
                if self.run.how.stop.asked:
                    raise StepFailed(failure.interrupted())
                self.create_kernel_manager()
                try:
                    self.start_new_kernel(**kwargs)
                    with self.run.how.stop.watching(self._process()):
                        self.start_new_kernel_client()
                    break
                except (RuntimeError, OSError) as error:
                    self.run.note(f"kernel start {trial}: {error}\n")
                    if self.run.how.stop.asked:
                        raise StepFailed(failure.interrupted()) from error
                    if trial == KERNEL_START_TRIES:
                        raise StepFailed(self._not_started(error)) from error
            self.run.deadline = time.monotonic() + self.run.how.time_limit
            self.coalesce_streams = True
            self.record_timing = False
            self.timeout_func = lambda cell: max(1, round(self.run.deadline - time.monotonic()))
            try:
                with self.run.how.stop.watching(self._process()):
                    yield
            except BaseException:
                self.shutdown_kernel = "immediate"
                raise
            finally:
                self._cleanup_kernel()

        def _not_started(self, error: Exception) -> failure.Failure:
            refused = failure.of_system(error, self.run.how.places) if isinstance(error, OSError) else None
            if refused is not None and refused.kind == "disk_full":
                return refused
            return failure.kernel_not_started(str(error).splitlines()[0] if str(error) else type(error).__name__)

        def _process(self) -> int:
            return int(getattr(self.km.provisioner, "pid"))  # noqa: B009  a local kernel's provisioner has one

        def papermill_execute_cells(self) -> None:
            cells = self.nb.cells
            total = cell_number(cells, len(cells))
            for index, cell in enumerate(cells):
                number = cell_number(cells, index)
                if cell.cell_type == "code" and number != self.run.cell:
                    self.run.cell = number
                    self.run.how.on_cell(number, total)
                    self.run.note(f"--- cell {number} of {total}\n")
                try:
                    self.nb_man.cell_start(cell, index)
                    self.execute_cell(cell, index)
                except CellExecutionError as error:
                    self.nb_man.cell_exception(cell, cell_index=index, exception=error)
                    self.run.failed_cell = self._failure(number, error.ename, error.evalue)
                    self.run.note(ANSI.sub("", str(error)) + "\n")
                    break
                finally:
                    self.nb_man.cell_complete(cell, cell_index=index)

        def log_output_message(self, output: Any) -> None:
            if output.output_type == "stream":
                self.run.note("".join(output.text))

        def process_message(self, *args: Any, **kwargs: Any) -> Any:
            # papermill's own writes to the log only when asked to write everything.
            output = super().process_message(*args, **kwargs)
            if output:
                self.log_output_message(output)
            return output

        def _failure(self, cell: int, name: str, value: str) -> failure.Failure:
            """The error raised last in the kernel, in words."""
            try:
                message = self.kc.execute("", silent=True, user_expressions={"error": LAST_ERROR})
                reply = self.wait_for_reply(message)
                answer = reply["content"]["user_expressions"]["error"]["data"]["text/plain"]
                told = json.loads(_unquoted(answer))
                messages, kinds, system = told["messages"], told["kinds"], told["system"]
            except (DeadKernelError, KeyError, ValueError, TypeError, SyntaxError):
                return failure.cell_failed(cell, name, value)
            refused = None
            if system is not None and "InputProblem" not in kinds:
                refused = failure.system_refused(system[0], system[1], self.run.how.places, cell)
            return refused or failure.cell_failed(cell, name, value, messages, kinds)

    return Client


def _unquoted(text: str) -> str:
    import ast

    return str(ast.literal_eval(text))


def _write(notebook: Any, source: dict[str, Any], path: Path, places: Mapping[str, str]) -> None:
    everywhere = {str(Path.home()): "~", tempfile.gettempdir(): "<tmp>", sys.prefix: "<python>", **places}
    tidied = tidy(json.loads(json.dumps(notebook)), source, everywhere)
    text = json.dumps(tidied, ensure_ascii=False, indent=1, sort_keys=True)
    write_whole(path, text + "\n")
