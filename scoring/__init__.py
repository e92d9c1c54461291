"""The mathematics of judging: plain values in, frozen dataclasses out.

Official figures are exact: integers and `fractions.Fraction`, never a float. Statistics are advisory and
may be floats. Read `rubric`, `aggregate`, `ranking` and `prizes` in this order: the way of a mark to a prize.
"""

from scoring._linkage import Linkage
from scoring.aggregate import aggregate
from scoring.assignment import Assignment, EntrySpec, JurorSpec, assign
from scoring.calibration import Calibration, calibrate, linkage
from scoring.canonical import canonical_json
from scoring.draw import draw_order
from scoring.errors import (
    DuplicateIdError,
    InexactNumberError,
    InfeasibleAssignmentError,
    InvalidAssignmentError,
    InvalidContenderError,
    InvalidIndexError,
    InvalidMarksError,
    InvalidProofError,
    InvalidRatingsError,
    InvalidRubricError,
    InvalidRulesError,
    InvalidSplitError,
    InvalidTextError,
    NotCanonicalError,
    ScoringError,
    TooFewMarksError,
    UnknownIdError,
)
from scoring.exact import round_half_up
from scoring.gaps import Gap, check_gaps, resolve_gap
from scoring.jurors import (
    Change,
    Influence,
    JurorReport,
    SurprisingSheet,
    describe_jurors,
    find_erratic_jurors,
    find_surprising_sheets,
    influence,
)
from scoring.merkle import (
    merkle_consistency,
    merkle_proof,
    merkle_root,
    verify_consistency,
    verify_proof,
)
from scoring.prizes import (
    Allocation,
    Award,
    Move,
    Pending,
    Reserve,
    Tier,
    Vacancy,
    allocate_prizes,
    split_amount,
)
from scoring.ranking import Contender, Ranked, rank
from scoring.reliability import (
    Concordance,
    Generalizability,
    IntraclassCorrelation,
    generalizability,
    intraclass_correlation,
    kendall_w,
    krippendorff_alpha,
)
from scoring.rubric import Criterion, Rubric
from scoring.similarity import Passage, Similarity, SimilarityIndex, find_similar
from scoring.uncertainty import CloseCall, RankUncertainty, rank_uncertainty

__all__ = [
    "Allocation",
    "Assignment",
    "Award",
    "Calibration",
    "Change",
    "CloseCall",
    "Concordance",
    "Contender",
    "Criterion",
    "DuplicateIdError",
    "EntrySpec",
    "Gap",
    "Generalizability",
    "InexactNumberError",
    "InfeasibleAssignmentError",
    "Influence",
    "IntraclassCorrelation",
    "InvalidAssignmentError",
    "InvalidContenderError",
    "InvalidIndexError",
    "InvalidMarksError",
    "InvalidProofError",
    "InvalidRatingsError",
    "InvalidRubricError",
    "InvalidRulesError",
    "InvalidSplitError",
    "InvalidTextError",
    "JurorReport",
    "JurorSpec",
    "Linkage",
    "Move",
    "NotCanonicalError",
    "Passage",
    "Pending",
    "RankUncertainty",
    "Ranked",
    "Reserve",
    "Rubric",
    "ScoringError",
    "Similarity",
    "SimilarityIndex",
    "SurprisingSheet",
    "Tier",
    "TooFewMarksError",
    "UnknownIdError",
    "Vacancy",
    "aggregate",
    "allocate_prizes",
    "assign",
    "calibrate",
    "canonical_json",
    "check_gaps",
    "describe_jurors",
    "draw_order",
    "find_erratic_jurors",
    "find_similar",
    "find_surprising_sheets",
    "generalizability",
    "influence",
    "intraclass_correlation",
    "kendall_w",
    "krippendorff_alpha",
    "linkage",
    "merkle_consistency",
    "merkle_proof",
    "merkle_root",
    "rank",
    "rank_uncertainty",
    "resolve_gap",
    "round_half_up",
    "split_amount",
    "verify_consistency",
    "verify_proof",
]
