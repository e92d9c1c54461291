"""The rubric: what a juror may write on a sheet, and the points it is worth."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from scoring.errors import InexactNumberError, InvalidMarksError, InvalidRubricError
from scoring.exact import Exact, is_integer, require_exact, require_unique


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the score sheet.

    Parameters
    ----------
    key : str
        Name of the criterion, unique within its rubric.
    maximum : int
        Highest mark, in hundredths of a point, above 0.
    step : int
        Marks are multiples of it, in hundredths of a point, above 0.
    weight : int or Fraction
        Factor of the criterion in the total, 0 or more.

    Raises
    ------
    InvalidRubricError
        If the key is empty, or a number is out of range.
    InexactNumberError
        If the weight is not exact.

    Examples
    --------
    >>> Criterion("novelty", maximum=3000, step=50).refuse(2975)
    'off_step'
    """

    key: str
    maximum: int = field(kw_only=True)
    step: int = field(default=1, kw_only=True)
    weight: Exact = field(default=1, kw_only=True)

    def __post_init__(self) -> None:
        if not isinstance(self.key, str) or not self.key:
            raise InvalidRubricError(f"a criterion needs a key, not {self.key!r}")
        for name, value in (("maximum", self.maximum), ("step", self.step)):
            if isinstance(value, float):
                raise InexactNumberError(f"criterion {self.key!r}: {name} must be an int, not {value!r}")
            if not is_integer(value) or value <= 0:
                raise InvalidRubricError(f"criterion {self.key!r}: {name} must be a positive integer")
        if require_exact(self.weight, what=f"criterion {self.key!r}: weight") < 0:
            raise InvalidRubricError(f"criterion {self.key!r}: weight must not be negative")

    def refuse(self, mark: object) -> str | None:
        """Why `mark` may not stand on a sheet, or None if it may.

        Parameters
        ----------
        mark : int
            Hundredths of a point.
        """
        if not isinstance(mark, int) or isinstance(mark, bool):
            return "not_integer"
        if mark < 0:
            return "negative"
        if mark > self.maximum:
            return "above_maximum"
        return "off_step" if mark % self.step else None


@dataclass(frozen=True, slots=True)
class Rubric:
    """The criteria of a round, in the order of the sheet.

    Parameters
    ----------
    criteria : sequence of Criterion
        At least one, keys unique, weights not all zero.

    Raises
    ------
    InvalidRubricError
        If there is no criterion, or nothing counts.
    DuplicateIdError
        If two criteria share a key.

    Examples
    --------
    >>> rubric = Rubric([Criterion("novelty", maximum=3000), Criterion("effect", maximum=7000)])
    >>> rubric.total({"novelty": 2550, "effect": 6000})
    Fraction(171, 2)
    """

    criteria: tuple[Criterion, ...]

    def __init__(self, criteria: Iterable[Criterion]) -> None:
        object.__setattr__(self, "criteria", tuple(criteria))
        if not self.criteria:
            raise InvalidRubricError("a rubric needs at least one criterion")
        require_unique((criterion.key for criterion in self.criteria), what="criterion")
        if not any(criterion.weight for criterion in self.criteria):
            raise InvalidRubricError("all weights are zero: every entry would score the same")

    @property
    def maximum(self) -> Fraction:
        """The total of a perfect sheet, in points."""
        return Fraction(sum(criterion.weight * criterion.maximum for criterion in self.criteria), 100)

    def total(self, marks: Mapping[str, int]) -> Fraction:
        """What a complete sheet is worth.

        Parameters
        ----------
        marks : mapping of criterion key to int
            Hundredths of a point, one mark for each criterion.

        Returns
        -------
        Fraction
            Points in ``[0, self.maximum]``, exact: the sum of weight times mark, over 100.

        Raises
        ------
        InvalidMarksError
            Naming the first criterion, in the order of the sheet, that is missing, not an integer, negative,
            above its maximum or off its step; then the first unknown one.
        """
        hundredths: Exact = 0
        for criterion in self.criteria:
            if criterion.key not in marks:
                raise InvalidMarksError(criterion.key, "missing")
            mark = marks[criterion.key]
            reason = criterion.refuse(mark)
            if reason:
                raise InvalidMarksError(criterion.key, reason)
            hundredths += criterion.weight * mark
        if len(marks) != len(self.criteria):
            known = {criterion.key for criterion in self.criteria}
            raise InvalidMarksError(min(str(key) for key in marks if key not in known), "unknown")
        return Fraction(hundredths) / 100
