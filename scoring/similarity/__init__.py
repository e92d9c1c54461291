"""Similar texts. Read `index` first: it holds `find_similar`; then `fingerprints`, `join` and `passages`."""

from scoring.similarity.index import SimilarityIndex, find_similar
from scoring.similarity.outcome import Passage, Similarity

__all__ = ["Passage", "Similarity", "SimilarityIndex", "find_similar"]
