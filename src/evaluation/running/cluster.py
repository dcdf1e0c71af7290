"""Notebooks executed on a Dask cluster that shares the workspace's disk.

The engine stays as it is: it decides what is stale, its threads wait, checks and moves results into place here. Only
the execution of a notebook goes to a worker. Nothing is connected before something has to run.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from evaluation.places import KEY_FILE, Workspace
from evaluation.running import failure, on_worker
from evaluation.running.cluster_check import check_workers
from evaluation.running.failure import Failure, StepFailed
from evaluation.running.likeness import facts
from evaluation.running.notebook import Execution
from evaluation.running.on_worker import FAILED, LOG, OUTPUTS, STAGING, STOP, Order, Reply
from evaluation.running.work import Execute
from evaluation.settings import InputProblem, Text

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_SECONDS = 10.0
WORKERS_SECONDS = 30.0
POLL_SECONDS = 0.2
ALONE_SECONDS = 60.0
STOP_SECONDS = 15.0
# Threads here only wait for the cluster, which takes as many notebooks at once as its workers have threads.
WAITING = 64


class Cluster:
    """A Dask cluster by its scheduler's address, such as ``tcp://host:8786``. Use as a context; safe for threads."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._refused: InputProblem | None = None
        self._topic = f"evaluation-{uuid.uuid4().hex}"
        self._on_cell: dict[str, Callable[[int, int], None]] = {}

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            self._client.close(timeout=5)
            self._client = None

    @property
    def connected(self) -> bool:
        return self._client is not None

    def at(self, workspace: Workspace, staging: Path) -> Execute:
        """How to execute a notebook of ``workspace`` on this cluster; ``staging`` is the run's own folder.

        Raises InputProblem when the scheduler cannot be reached or has no workers, and when a worker has another
        Python, other packages, another code of this programme, another pseudonym key, or does not see these files.
        """
        with self._lock:
            if self._refused is not None:
                raise self._refused
            if self._client is None:
                try:
                    self._client = self._connect()
                except InputProblem as problem:
                    self._refused = problem
                    raise
        check_workers(self._client, workspace, staging)
        return functools.partial(self._execute, workspace)

    # ---- connecting -----------------------------------------------------------------------------------------

    def _connect(self) -> Client:
        try:
            import distributed
        except ModuleNotFoundError as error:
            raise InputProblem(
                "Для --cluster нужен пакет distributed. Установите дополнение cluster: pip install '.[cluster]'.",
                "--cluster needs the package distributed. Install the extra cluster: pip install '.[cluster]'.",
            ) from error
        try:
            asyncio.run(_knock(self.address))
        except (OSError, ValueError, TimeoutError) as error:
            raise InputProblem(
                f"Планировщик кластера {self.address} не отвечает ({error}). Проверьте адрес вида tcp://host:8786 и "
                "запущен ли планировщик, или выполните без --cluster.",
                f"The cluster's scheduler {self.address} does not answer ({error}). Check the address, such as "
                "tcp://host:8786, and that the scheduler runs, or run without --cluster.",
            ) from error
        # what happens to workers and scheduler is said in words of our own
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        for name in ("distributed.client", "distributed.core", "distributed.comm"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        client = distributed.Client(self.address, timeout=CONNECT_SECONDS, set_as_default=False, name="evaluation")
        try:
            client.wait_for_workers(1, timeout=WORKERS_SECONDS)
        except TimeoutError as error:
            client.close()
            raise InputProblem(
                f"У планировщика {self.address} нет ни одного рабочего процесса. Запустите dask worker.",
                f"The scheduler {self.address} has no worker. Start a dask worker.",
            ) from error
        client.subscribe_topic(self._topic, self._hear)
        return client

    def _hear(self, event: tuple[float, Mapping[str, Any]]) -> None:
        _, told = event
        on_cell = self._on_cell.get(told["order"])
        if on_cell is not None:
            on_cell(told["cell"], told["cells"])

    # ---- executing ------------------------------------------------------------------------------------------

    def _execute(
        self,
        workspace: Workspace,
        notebook: Path,
        executed: Path,
        failed: Path,
        parameters: Mapping[str, Any],
        how: Execution,
    ) -> None:
        """As ``notebook.execute``, on a worker; what it made lies in the task's staging folder afterwards."""
        staged = Path(how.environment[STAGING])
        # the notebook as it is here: a worker may have the repository elsewhere
        source = Path(shutil.copyfile(notebook, how.scratch / notebook.name))
        order = Order(
            name=f"{notebook.stem}-{uuid.uuid4().hex}",
            topic=self._topic,
            notebook=source,
            parameters=parameters,
            root=workspace.root,
            scratch=how.scratch,
            executed=executed.relative_to(staged),
            environment={**how.environment, KEY_FILE: str(workspace.key_file())},
            python_path=how.python_path,
            time_limit=how.time_limit,
            facts=facts(),
        )
        self._on_cell[order.name] = how.on_cell
        try:
            reply = self._reply(order, how)
        finally:
            del self._on_cell[order.name]
            _keep_logs(how)
        if reply.detail:
            with how.log.open("a", encoding="utf-8") as log:
                log.write(reply.detail)
        made = reply.attempt
        if made is not None and (made / FAILED).is_file():
            failed.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(made / FAILED, failed)
        if reply.problem is not None:
            raise InputProblem(reply.problem["ru"], reply.problem["en"])
        if reply.failure is not None or made is None:
            raise StepFailed(reply.failure or failure.interrupted())
        staged.rmdir()
        os.replace(made / OUTPUTS, staged)

    def _reply(self, order: Order, how: Execution) -> Reply:
        client = self._client
        assert client is not None
        future = client.submit(on_worker.execute_order, order, key=order.name, pure=False)
        ended = threading.Event()
        future.add_done_callback(lambda _: ended.set())
        seen = looked = time.monotonic()
        while not ended.wait(POLL_SECONDS):
            if how.stop.asked:
                return _stopped(future, ended, how.scratch)
            if client.status in ("closing", "closed"):
                raise StepFailed(_scheduler_lost(self.address))
            if time.monotonic() - looked > 5:
                looked = time.monotonic()
                if _has_workers(client):
                    seen = looked
                elif looked - seen > ALONE_SECONDS:
                    future.cancel()
                    raise StepFailed(_workers_gone(self.address))
        return _result(future, self.address)


async def _knock(address: str) -> None:
    """Raises OSError or ValueError when no Dask scheduler answers at ``address``."""
    from distributed.comm import connect
    from distributed.security import Security

    comm = await connect(address, timeout=CONNECT_SECONDS, **Security().get_connection_args("client"))
    await comm.close()


def _has_workers(client: Client) -> bool:
    try:
        return bool(client.nthreads())
    except (OSError, TimeoutError):
        return False


def _stopped(future: Future[Reply], ended: threading.Event, scratch: Path) -> Reply:
    """Have a running kernel ended on its worker, and wait a little until it is; what waits is cancelled."""
    (scratch / STOP).touch()
    if any(scratch.glob("attempt-*")):
        ended.wait(STOP_SECONDS)
    future.cancel()
    return Reply(None, failure=failure.interrupted())


def _result(future: Future[Reply], address: str) -> Reply:
    from concurrent.futures import CancelledError

    from distributed import KilledWorker

    try:
        return future.result(timeout=STOP_SECONDS)
    except KilledWorker as error:
        raise StepFailed(_workers_died(error.allowed_failures + 1)) from error
    except (CancelledError, TimeoutError) as error:
        raise StepFailed(_scheduler_lost(address)) from error


def _keep_logs(how: Execution) -> None:
    """Add what every attempt logged, also one whose worker died, to the step's log."""
    logs = [path for path in how.scratch.glob(f"attempt-*/{LOG}") if path.is_file()]
    with how.log.open("a", encoding="utf-8") as log:
        for path in sorted(logs, key=lambda path: path.stat().st_mtime_ns):
            log.write(path.read_text(encoding="utf-8", errors="replace"))


def _workers_died(times: int) -> Failure:
    return Failure(
        "cluster",
        Text(
            ru=f"рабочий процесс кластера внезапно закончился, и так {times} раза подряд на этом шаге: чаще всего не "
            "хватило памяти. Дайте рабочим процессам больше памяти или выполните без --cluster.",
            en=f"a worker of the cluster ended suddenly, {times} times on this step: most often memory ran out. "
            "Give the workers more memory or run without --cluster.",
        ),
    )


def _scheduler_lost(address: str) -> Failure:
    return Failure(
        "cluster",
        Text(
            ru=f"связь с планировщиком кластера {address} потеряна. Прежние результаты не тронуты; запустите ещё раз.",
            en=f"the cluster's scheduler {address} was lost. The earlier results are untouched; run again.",
        ),
    )


def _workers_gone(address: str) -> Failure:
    return Failure(
        "cluster",
        Text(
            ru=f"у кластера {address} больше {ALONE_SECONDS:.0f} с нет ни одного рабочего процесса.",
            en=f"the cluster {address} has had no worker for more than {ALONE_SECONDS:.0f} s.",
        ),
    )
