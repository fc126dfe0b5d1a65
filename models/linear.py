"""Sums of coefficient x variable, kept as two parallel lists: the form in which rules are built and read back fast."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from pyomo.core.base.var import VarData
from pyomo.core.expr import numeric_expr
from pyomo.core.expr.numeric_expr import MonomialTermExpression

Variable = VarData
"""One variable: a member of an indexed one."""


class FlatExpression(numeric_expr.LinearExpression):
    """sum(coefficients x variables) + constant, a Pyomo expression that keeps its two lists.

    Pyomo's own class turns them into one object per term and back again; here that happens only when somebody walks
    the expression, for instance to print it.
    """

    __slots__ = ("coefficients", "offset", "variables")

    def __init__(self, coefficients: list[float], variables: list[Any], offset: float) -> None:
        self.coefficients = coefficients
        self.variables = variables
        self.offset = offset
        self._nargs = len(coefficients) + (1 if offset else 0)  # type: ignore[misc]  # a slot of the base class

    @property
    def _args_(self) -> list[Any]:
        terms = map(MonomialTermExpression, zip(self.coefficients, self.variables, strict=True))
        return [*([self.offset] if self.offset else []), *terms]


def linear(coefficients: Sequence[float], variables: Sequence[Any], constant: float = 0.0) -> FlatExpression:
    """sum(coefficients x variables) + constant as one flat Pyomo expression.

    Parameters
    ----------
    coefficients
        One per variable.
    variables
        Pyomo variables; one may occur several times.
    constant
        What is added to the sum.

    Returns
    -------
    FlatExpression
        The sum.
    """
    return FlatExpression(list(coefficients), list(variables), constant)


@dataclass
class LinearExpression:
    """sum(coefficients x variables) + constant."""

    coefficients: list[float] = field(default_factory=list)
    variables: list[Any] = field(default_factory=list)
    constant: float = 0.0

    def add(self, coefficient: float, variable: Any) -> None:
        """Add coefficient x variable; a variable of None stands for 1."""
        if variable is None:
            self.constant += coefficient
        else:
            self.coefficients.append(coefficient)
            self.variables.append(variable)

    def extend(self, factor: float, other: "LinearExpression") -> None:
        """Add factor x another sum."""
        self.coefficients.extend(factor * value for value in other.coefficients)
        self.variables.extend(other.variables)
        self.constant += factor * other.constant

    def merged(self) -> "LinearExpression":
        """The same sum with every variable in it once; what cancels out is left out."""
        sums: dict[int, float] = {}
        variables = {}
        for coefficient, variable in zip(self.coefficients, self.variables, strict=True):
            sums[id(variable)] = sums.get(id(variable), 0.0) + coefficient
            variables[id(variable)] = variable
        kept = [key for key, coefficient in sums.items() if coefficient]
        return LinearExpression([sums[key] for key in kept], [variables[key] for key in kept], self.constant)

    def value(self) -> float:
        """What the sum comes to at the values the variables hold."""
        terms = zip(self.coefficients, self.variables, strict=True)
        return self.constant + sum(coefficient * variable.value for coefficient, variable in terms)

    def at_most(self, bound: float) -> "LinearExpression":
        """The same sum with every part cut to `bound`, for a row that says that something below `bound` is within it.

        Wherever a variable that is 0 or whole makes its part exceed the bound, the row holds all the same.
        """
        cut = [min(value, bound) for value in self.coefficients]
        return LinearExpression(cut, self.variables, min(self.constant, bound))

    def expression(self) -> FlatExpression:
        """The sum without its constant, which belongs on the other side of the row."""
        return linear(self.coefficients, self.variables)

    def minus(self, factor: float, variable: Any) -> FlatExpression:
        """variable - factor x (the sum without its constant)."""
        return linear([1.0, *(-factor * value for value in self.coefficients)], [variable, *self.variables])


def post(ledger: dict[Any, LinearExpression], keys: pd.DataFrame, coefficient: float, variables: np.ndarray) -> None:
    """Add coefficient x variable to the sum of each key.

    Parameters
    ----------
    ledger
        Sums by key, which are extended.
    keys
        One row per variable; its columns are the key, in the order of the ledger's.
    coefficient
        The same for all.
    variables
        Array of Pyomo variables, shape (rows,).
    """
    for key, places in keys.groupby(list(keys.columns), observed=True, sort=False).indices.items():
        terms = ledger[key]
        terms.coefficients.extend([coefficient] * len(places))
        terms.variables.extend(variables[places].tolist())


def objects(variables: Any) -> np.ndarray:
    """The variables of an indexed component as an array.

    Parameters
    ----------
    variables
        An indexed Pyomo component.

    Returns
    -------
    numpy.ndarray
        Objects in index order, shape (members,).
    """
    return np.fromiter(variables.values(), object, len(variables))


def tuples(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """The rows of a frame as tuples.

    Parameters
    ----------
    frame
        Any frame.

    Returns
    -------
    list of tuple
        One per row, with the values of its columns in order, without the index.
    """
    return list(zip(*(frame[name].tolist() for name in frame), strict=True))
