"""The command line: one short function per command.

Exit status: 0 done; 2 the input is wrong; 3 proven infeasible; 4 stopped without a plan; 5 a target is missed; 1
anything else.
"""

import gc
import signal
import sys

import typer

from planner.cli import (  # noqa: F401  # each adds its commands
    attribution,
    compare,
    edit,
    jobs,
    packs,
    plans,
    security,
    sensitivity,
    serve,
    solve,
)
from planner.cli.app import app, print_issues
from planner.cli.console import Stop, errors, output
from planner.issues import ExitStatus, InputError
from planner.results.edited import forget_edited, list_edited
from planner.solver.versions import UnsoundSolver

_INTERRUPTED = 130
"""What typer returns in place of the KeyboardInterrupt that it catches."""

_COLLECT_EVERY = (50_000, 20, 20)
"""Loading pandas, Pyomo and HiGHS makes hardly any garbage, but a quarter of its time went into looking for some."""

app.command("run")(jobs.run_jobs)
app.add_typer(jobs.app, name="jobs")


def main() -> None:
    """Run the command line and exit with its status; tracebacks only with --debug."""
    signal.signal(signal.SIGTERM, _terminate)
    gc.set_threshold(*_COLLECT_EVERY)
    sys.exit(run(sys.argv[1:]))


def _terminate(*_: object) -> None:
    """SIGTERM: what Ctrl-C means at the time, also in the background of a script, where Ctrl-C itself is ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        raise KeyboardInterrupt
    signal.raise_signal(signal.SIGINT)


def run(arguments: list[str]) -> int:
    """Run one command and return its exit status."""
    forget_edited()
    try:
        if app(args=arguments, standalone_mode=False, prog_name="planner") == _INTERRUPTED:
            raise KeyboardInterrupt
    except Stop as stop:
        return stop.status
    except InputError as fault:
        print_issues(fault.issues)
        return ExitStatus.WRONG_INPUT
    except typer.Exit as done:
        return done.exit_code
    except (KeyboardInterrupt, typer.Abort):
        errors.print("error: stopped by the user")
        return ExitStatus.STOPPED
    except OSError as fault:
        if isinstance(fault, BrokenPipeError) and {"-h", "--help"} & set(arguments):
            output.on_broken_pipe()  # the help has been read as far as somebody wanted it
            return 0
        errors.print(f"error: {fault}")
        return ExitStatus.FAILED
    except UnsoundSolver as fault:
        errors.print(f"error: {fault}")
        return ExitStatus.FAILED
    except Exception as fault:
        if "--debug" in arguments:
            raise
        return _print_unexpected(fault)
    return ExitStatus.DONE


def _print_unexpected(fault: Exception) -> int:
    """One line for what went wrong; usage errors, which alone know how to word themselves, count as wrong input."""
    wording = getattr(fault, "format_message", None)
    if wording is not None:
        if message := wording():
            errors.print(f"error: {message} (-h explains)")
        return ExitStatus.WRONG_INPUT
    if edited := list_edited():
        named = " and ".join(map(str, edited))
        errors.print(
            f"error: {named}: what was edited there contradicts the rest ({type(fault).__name__}: {fault}); "
            "take the file as it was written, or solve its instance again"
        )
        return ExitStatus.WRONG_INPUT
    errors.print(f"error: {type(fault).__name__}: {fault} (--debug shows where)")
    return ExitStatus.FAILED
