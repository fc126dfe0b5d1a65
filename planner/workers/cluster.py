"""Workers of a Dask cluster: the same tasks, anywhere. Dask gives a task whose worker died to another."""

import contextlib
import ipaddress
import queue
import socket
import traceback
import uuid
from typing import Any

from planner.issues import InputError, Issue
from planner.workers.crew import Event, Work

CONNECT = 10.0
"""Seconds to find a scheduler."""


class ClusterError(OSError):
    """The cluster cannot be used; the message says why."""


class DaskCrew:
    """The workers of the cluster at `address`, one task for each at a time. Raises InputError where none answers."""

    local = False

    def __init__(self, address: str) -> None:
        self.cores: int | None = None
        try:
            from distributed import Client
        except ImportError as error:
            raise ClusterError("a cluster needs Dask: pip install -e '.[cluster]'") from error
        words = f"no cluster answers at {address}: start its scheduler, or correct --cluster (tcp://HOST:PORT)"
        if not _listens(address):
            raise InputError([Issue("error", "", "", words)])
        try:
            self._client = Client(address, timeout=CONNECT, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise InputError([Issue("error", "", "", words)]) from error
        self._topic = f"planner-{uuid.uuid4().hex}"
        self._inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._futures: dict[int, Any] = {}
        self._places: dict[int, str] = {}
        self._client.subscribe_topic(self._topic, self._told)

    def _told(self, event: tuple[float, Any]) -> None:
        number, message, place = event[1]
        self._places[number] = place
        self._inbox.put(Event(number, "told", message))

    def free(self) -> int:
        return max(0, len(self._client.scheduler_info(n_workers=-1)["workers"]) - len(self._futures))

    def start(self, number: int, work: Work, argument: Any) -> None:
        future = self._client.submit(_at_work, work, argument, self._topic, number, pure=False)
        self._futures[number] = future
        future.add_done_callback(lambda ended: self._inbox.put(_make_ending(number, ended)))

    def events(self, seconds: float) -> list[Event]:
        if self._client.status not in ("running", "connecting"):
            raise ClusterError("the cluster is gone: start it again, and then planner run --resume")
        try:
            found = [self._inbox.get(timeout=seconds)]
        except queue.Empty:
            return []
        while not self._inbox.empty():
            found.append(self._inbox.get())
        known = [event for event in found if event.number in self._futures]
        for event in known:
            if event.kind != "told":
                self._futures.pop(event.number, None)
        return known

    def answer(self, number: int, content: Any) -> None:
        """Tasks do not ask: memory is the business of the cluster."""

    def interrupt(self, number: int) -> bool:
        """A task on a cluster hears nothing while it runs."""
        return False

    def stop(self, number: int) -> None:
        """Dask cannot stop a task that runs: its worker is started afresh."""
        future, place = self._futures.pop(number, None), self._places.get(number)
        if future is None:
            return
        future.cancel()
        if place is None:
            return
        with contextlib.suppress(Exception):
            self._client.restart_workers([place], timeout=CONNECT, raise_for_error=False)

    def place(self, number: int) -> tuple[int | None, str]:
        return None, self._places.get(number, "")

    def held(self, number: int) -> int:
        return 0

    def close(self) -> None:
        for number in list(self._futures):
            self.stop(number)
        self._client.close()


def warn_unprotected(address: str) -> str:
    """What to warn of where whoever can reach the scheduler can run programs on it and on its workers.

    Parameters
    ----------
    address
        Address of the scheduler, such as tcp://host:8786.

    Returns
    -------
    str
        A sentence; "" for a protected connection or this machine.
    """
    scheme, _, place = address.rpartition("://")
    host = place.rpartition(":")[0].strip("[]") if ":" in place else place
    if scheme in ("tls", "wss", "inproc") or host == "localhost":
        return ""
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(host).is_loopback:
            return ""
    return (
        f"{address} is on another machine and not protected by TLS: anyone who can connect to it can read the "
        "workbooks and run programs on all its machines; see docs/JOBS.md for tls:// or a tunnel"
    )


def _listens(address: str) -> bool:
    """Whether somebody listens there; Dask itself would try again and again, and complain of its own end."""
    from distributed.comm.addressing import parse_address, parse_host_port

    try:
        scheme, place = parse_address(address)
        if scheme in ("tcp", "tls"):
            socket.create_connection(parse_host_port(place), timeout=CONNECT).close()
    except (OSError, ValueError):
        return False
    return True


def _make_ending(number: int, future: Any) -> Event:
    """How a task ended, as an event."""
    from distributed.scheduler import KilledWorker

    if future.status == "finished":
        return Event(number, "done", future.result())
    error = future.exception() if future.status == "error" else None
    if error is None or isinstance(error, KilledWorker):
        return Event(number, "lost", "the workers of the cluster that ran it died")
    return Event(number, "raised", "".join(traceback.format_exception(error)))


class _TopicTalk:
    """The line of a task on a worker of the cluster."""

    def __init__(self, topic: str, number: int) -> None:
        from distributed import get_worker

        self._worker, self._topic, self._number = get_worker(), topic, number

    def tell(self, message: Any) -> None:
        self._worker.log_event(self._topic, (self._number, message, self._worker.address))

    def ask(self, message: Any) -> Any:
        """Memory is the business of the cluster: whatever is asked is granted."""
        return True


def _at_work(work: Work, argument: Any, topic: str, number: int) -> Any:
    line = _TopicTalk(topic, number)
    line.tell({"words": "reading"})
    return work(argument, line)
