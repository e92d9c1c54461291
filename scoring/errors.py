"""What the library refuses, and why.

Every error is a `ScoringError`, and so a `ValueError`::

    ScoringError(ValueError)
      ├─ InvalidRubricError      a rubric nobody could score with
      ├─ InvalidMarksError       a sheet that breaks its rubric; names the criterion
      ├─ InexactNumberError      a float, NaN or bool where an exact number is due (also a TypeError)
      ├─ TooFewMarksError        not enough marks for the method
      ├─ DuplicateIdError        the same id twice
      ├─ InvalidContenderError   a contender that cannot be ranked
      ├─ InvalidRulesError       a rule that cannot be applied: tiers, policies, limits, seed
      ├─ InvalidSplitError       an amount that cannot be divided as asked
      ├─ InvalidAssignmentError  a request for jurors that contradicts itself
      ├─ InfeasibleAssignmentError  no assignment meets the hard rules; names entries and jurors
      ├─ InvalidRatingsError     ratings that carry no answer: wrong shape, NaN, no variation
      ├─ InvalidTextError        no text where one is due (also a TypeError)
      ├─ UnknownIdError          an id that is not stored (also a LookupError)
      ├─ InvalidIndexError       bytes that are no index of texts, or not of this version
      ├─ NotCanonicalError       a value without one canonical text; names its path
      └─ InvalidProofError       a Merkle tree asked for, or given, what it cannot hold
"""

from collections.abc import Iterable


class ScoringError(ValueError):
    """Anything `scoring` refuses."""


class InvalidRubricError(ScoringError):
    """A rubric nobody could score with."""


class InvalidMarksError(ScoringError):
    """A sheet that breaks its rubric.

    Attributes
    ----------
    criterion : str
        Key of the criterion at fault.
    reason : str
        ``missing``, ``unknown``, ``not_integer``, ``negative``, ``above_maximum`` or ``off_step``.
    """

    def __init__(self, criterion: str, reason: str) -> None:
        super().__init__(f"criterion {criterion!r}: {reason.replace('_', ' ')}")
        self.criterion = criterion
        self.reason = reason


class InexactNumberError(ScoringError, TypeError):
    """A float, NaN or bool where an official figure must be exact."""


class TooFewMarksError(ScoringError):
    """Not enough marks for the method asked for."""


class DuplicateIdError(ScoringError):
    """The same id twice.

    Attributes
    ----------
    id : object
        The id that came twice.
    """

    def __init__(self, identifier: object, *, what: str) -> None:
        super().__init__(f"duplicate {what}: {identifier!r}")
        self.id = identifier


class InvalidContenderError(ScoringError):
    """A contender that cannot be ranked with the others."""


class InvalidRulesError(ScoringError):
    """A rule that cannot be applied as written."""


class InvalidSplitError(ScoringError):
    """An amount that cannot be divided as asked."""


class NotCanonicalError(ScoringError):
    """A value that has no single canonical text.

    Attributes
    ----------
    path : str
        Where in the value, as ``$.sheets[3].marks``.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path


class InvalidProofError(ScoringError):
    """A Merkle tree asked for, or given, what it cannot hold."""


class InvalidAssignmentError(ScoringError):
    """A request for jurors that contradicts itself: bounds, seed, affinities, an unknown locked pair."""


class InfeasibleAssignmentError(ScoringError):
    """No assignment meets the hard rules.

    Attributes
    ----------
    entries : tuple of str
        The entries that cannot have their jurors, sorted.
    jurors : tuple of str
        The jurors whose bounds stand in the way, sorted.
    reason : str
        ``too_few_jurors``, ``too_many_locked``, ``locked_conflict``, ``above_maximum``, ``below_minimum``,
        ``not_enough_places``, ``too_many_places`` or ``too_few_units``: a key to translate by.
    """

    def __init__(self, message: str, *, reason: str, entries: Iterable[str] = (), jurors: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.reason = reason
        self.entries = tuple(sorted(set(entries)))
        self.jurors = tuple(sorted(set(jurors)))


class InvalidRatingsError(ScoringError):
    """Ratings that carry no answer: the wrong shape, NaN where nothing may miss, nothing to compare."""


class InvalidTextError(ScoringError, TypeError):
    """Something else where a text is due."""


class UnknownIdError(ScoringError, LookupError):
    """An id that is not stored.

    Attributes
    ----------
    id : object
        The id nobody knows.
    """

    def __init__(self, identifier: object) -> None:
        super().__init__(f"unknown id: {identifier!r}")
        self.id = identifier


class InvalidIndexError(ScoringError):
    """Bytes that are no index of texts, of another version, or altered; or an index that cannot be stored."""
