"""Similar texts: all pairs of a collection at once, or one text against those stored before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations, pairwise, product
from typing import Generic, Self

import numpy as np

from scoring.errors import DuplicateIdError, InvalidTextError, UnknownIdError
from scoring.exact import id_order
from scoring.similarity.collection import find_alike
from scoring.similarity.contents import Content, digest, write_postings
from scoring.similarity.evidence import Judge, Shares
from scoring.similarity.fingerprints import NUMBERS, distinct, hide_forms, make_shingles
from scoring.similarity.join import join
from scoring.similarity.lookup import MASS_LIMIT, Postings
from scoring.similarity.outcome import Id, Similarity, similarity_order
from scoring.similarity.passages import Text, compare
from scoring.similarity.store import read_index, write_index
from scoring.similarity.syllables import Hashes, Ints, read_syllables

# Beyond so many pairs of copies of one and copies of the other, the first of each stands for the rest.
_EVERY_PAIR = 1 << 15
_LIKELIEST = 16
_SAME = (1.0, 1.0)


def find_similar(texts: Mapping[Id, str], *, boilerplate: str | Iterable[str] = ()) -> list[Similarity[Id]]:
    """The pairs of texts that share more than chance and custom explain.

    Case, accents, the place of a tone mark, Unicode form, punctuation and the order of sentences hide nothing. It is
    advice: who copied, whether it was allowed, or whether both quote a third text, a person decides.

    Parameters
    ----------
    texts : mapping of id to str
        Ids of one kind or several, in any order.
    boilerplate : str or iterable of str
        Official forms and other text everybody has by right: none of its shingles (three syllables in a row) ever
        counts or is shown. A form of fewer than three syllables has none.

    Returns
    -------
    list of Similarity
        Highest containment first, then by id: the pairs with 12 shingles in line, or 6 in four pieces, that are 0.04
        of the shorter text; and those with 0.4 of it in whatever order. What more than 50 texts have (in a small
        collection a fifth of them, at least 10) is custom; it makes a copy only if it spans 0.3 of a text, or 0.6
        where more than half of all texts have it, as if it were a form. Of a mass of more than 128 copies, enough
        pairs to tie them together. Empty texts are like no other; one of one or two syllables is only ever equal to
        another.

    Raises
    ------
    InvalidTextError
        If a text or a form is not a str.

    References
    ----------
    Own definition: winnowing (Schleimer, Wilkerson and Aiken, SIGMOD 2003) over three-syllable shingles chooses whom
    to compare; containment (Broder, SEQUENCES 1997) is then exact, over all shingles.

    Examples
    --------
    >>> source = "Người dân gửi hồ sơ qua mạng, cán bộ phường trả kết quả tận nhà trong ba ngày làm việc."
    >>> copy = "Theo tôi, CAN BO PHUONG TRA KET QUA TAN NHA TRONG BA NGAY là tiện nhất."
    >>> [found] = find_similar({"A": source, "B": copy})
    >>> [passage] = found.passages
    >>> copy[passage.b_start : passage.b_end]
    'CAN BO PHUONG TRA KET QUA TAN NHA TRONG BA NGAY'
    >>> round(found.containment, 2)
    0.64
    """
    return SimilarityIndex[Id](boilerplate=boilerplate).extend(texts)


class SimilarityIndex(Generic[Id]):
    """Stored texts, as syllables and where they stand; the texts themselves are not kept.

    That is no secret keeping: whoever has the index can find out the words. Not for several threads at once.

    Parameters
    ----------
    boilerplate : str or iterable of str
        As in `find_similar`; for all texts ever added.

    Examples
    --------
    >>> index = SimilarityIndex()
    >>> index.add(1, "Số hóa toàn bộ hồ sơ hộ tịch để tra cứu nhanh")
    []
    >>> [(found.a, found.b, found.exact) for found in index.add(2, "SỐ HOÁ TOÀN BỘ HỒ SƠ HỘ TỊCH ĐỂ TRA CỨU NHANH!")]
    [(1, 2, True)]
    """

    __slots__ = ("_alive", "_by_digest", "_by_id", "_contents", "_forms", "_postings", "_sizes")

    _alive: int
    _by_digest: dict[bytes, Content[Id]]
    _by_id: dict[Id, Content[Id]]
    _contents: list[Content[Id]]
    _postings: Postings
    _sizes: Ints  # fingerprints of each content, 0 for one without texts; room is left at the end

    def __init__(self, *, boilerplate: str | Iterable[str] = ()) -> None:
        self._forms = _read_forms(boilerplate)
        self._clear()

    def __len__(self) -> int:
        """How many texts are stored."""
        return len(self._by_id)

    def __contains__(self, identifier: object) -> bool:
        """Whether a text with this id is stored."""
        return identifier in self._by_id

    def __iter__(self) -> Iterator[Id]:
        """The ids, sorted."""
        return iter(sorted(self._by_id, key=id_order))

    def add(self, identifier: Id, text: str) -> list[Similarity[Id]]:
        """Store one text, and say which of those stored before are similar to it.

        Parameters
        ----------
        identifier : id
            Not stored yet.
        text : str
            As it was written; offsets refer to it.

        Returns
        -------
        list of Similarity
            As from `find_similar`, with what is stored by now deciding what is rare.

        Raises
        ------
        DuplicateIdError
            If the id is stored already.
        InvalidTextError
            If the text is not a str.
        """
        self._check({identifier: text})
        [kept] = self._read([identifier], [text])
        content = self._find_content(kept)
        alike = list(self._look_up(content))
        twins = content.texts[:-1][:MASS_LIMIT]
        similar = [compare(kept, twin, shares=_SAME, exact=True) for twin in twins]
        similar += [
            compare(kept, text, shares=shares, exact=False)
            for other, shares in alike
            for text in other.texts[:MASS_LIMIT]
        ]
        return sorted(similar, key=similarity_order)

    def extend(self, texts: Mapping[Id, str]) -> list[Similarity[Id]]:
        """Store many texts, and say which are similar to each other or to those stored before.

        Into an empty index this is `find_similar`, all at once; otherwise each is added in turn, by id.

        Parameters
        ----------
        texts : mapping of id to str
            None stored yet; nothing is stored if one is refused.

        Returns
        -------
        list of Similarity
            As from `find_similar`.

        Raises
        ------
        DuplicateIdError
            If an id is stored already.
        InvalidTextError
            If a text is not a str.
        """
        self._check(texts)
        ids = sorted(texts, key=id_order)
        if self._by_id:
            similar = [found for identifier in ids for found in self.add(identifier, texts[identifier])]
        else:
            self._load(self._read(ids, (texts[identifier] for identifier in ids)))
            similar = list(self._compare_all())
        return sorted(similar, key=similarity_order)

    def remove(self, identifier: Id) -> None:
        """Forget a text; its id may then be added again.

        Raises
        ------
        UnknownIdError
            If no text with this id is stored.
        """
        if identifier not in self._by_id:
            raise UnknownIdError(identifier)
        content = self._by_id.pop(identifier)
        place = next(place for place, text in enumerate(content.texts) if text.id == identifier)
        removed = content.texts.pop(place)
        if not content.texts:
            self._sizes[content.number] = 0
            self._alive -= 1
            self._by_digest.pop(digest(removed.values), None)
        if 2 * self._alive < len(self._contents):
            self._load(self._sorted_texts())

    def to_bytes(self) -> bytes:
        """The index as bytes: the same for the same texts and boilerplate, whatever happened before.

        Raises
        ------
        InvalidIndexError
            If an id is neither int nor str.
        """
        return write_index(self._sorted_texts(), self._forms)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The index that `to_bytes` wrote.

        Raises
        ------
        InvalidIndexError
            If the bytes are no index, of another version, cut short or altered.
        """
        texts, forms = read_index(data)
        index = cls()
        index._forms = forms
        index._load(texts)
        return index

    def _clear(self) -> None:
        self._contents, self._by_digest, self._by_id = [], {}, {}
        self._postings = Postings()
        self._sizes = np.zeros(16, dtype=np.int64)
        self._alive = 0

    def _check(self, texts: Mapping[Id, str]) -> None:
        if not isinstance(texts, Mapping):
            raise InvalidTextError(f"texts are a mapping of id to str, not {type(texts).__name__}")
        for identifier, text in texts.items():
            if not isinstance(text, str):
                raise InvalidTextError(f"text {identifier!r} is a str, not {type(text).__name__}")
            if identifier in self._by_id:
                raise DuplicateIdError(identifier, what="text")
        if len(self._contents) + len(texts) > NUMBERS:
            raise InvalidTextError(f"an index holds at most {NUMBERS} texts")

    def _read(self, ids: Iterable[Id], texts: Iterable[str]) -> Iterator[Text[Id]]:
        names = iter(ids)
        for batch in read_syllables(texts):
            values = hide_forms(batch.values, batch.bounds, self._forms)
            for (begin, end), name in zip(pairwise(batch.bounds.tolist()), names, strict=False):
                yield Text(name, values[begin:end], batch.starts[begin:end], batch.ends[begin:end])

    def _find_content(self, text: Text[Id]) -> Content[Id]:
        """The content of the text, which is the last of it; a new one if nothing is equal."""
        key = digest(text.values)
        content = self._by_digest.get(key)
        if content is None:
            content = Content(len(self._contents), [])
            self._contents.append(content)
            self._alive += 1
            if text.values.any():  # nothing is like an empty text
                self._by_digest[key] = content
        content.texts.append(text)
        self._by_id[text.id] = content
        return content

    def _load(self, texts: Iterable[Text[Id]]) -> None:
        """Start anew with these texts."""
        self._clear()
        for text in texts:
            self._find_content(text)
        self._postings.add(write_postings(self._contents))
        self._sizes = np.array([content.size for content in self._contents], dtype=np.int64)

    def _look_up(self, content: Content[Id]) -> Iterator[tuple[Content[Id], Shares]]:
        """The contents similar to one whose last text was just added; stores its postings if it is new."""
        postings = write_postings([content])
        is_new = len(content.texts) == 1
        known = self._sizes[: len(self._contents) - is_new]
        candidates = self._postings.find(postings, sizes=known, alive=self._alive)
        if is_new:
            self._postings.add(postings)
            self._note_size(content)
        judge = Judge[Id](candidates.common, candidates.forms)
        alike = {number: judge.by_rare(content, self._contents[number]) for number in candidates.rare}
        mass = [number for number in candidates.mass if not alike.get(number)]
        for tried, number in enumerate(mass):
            alike[number] = judge.by_mass(content, self._contents[number])
            if tried == _LIKELIEST and not any(alike[one] for one in mass[:tried]):
                break  # where the likeliest are no copies, there is no mass
        for number, shares in sorted(alike.items()):
            if shares:
                yield self._contents[number], shares

    def _note_size(self, content: Content[Id]) -> None:
        if content.number >= self._sizes.size:
            self._sizes = np.append(self._sizes, np.zeros_like(self._sizes))
        self._sizes[content.number] = content.size

    def _compare_all(self) -> Iterator[Similarity[Id]]:
        for content in self._contents:
            for one, other in _pairs_within(content.texts):
                yield compare(one, other, shares=_SAME, exact=True)
        [postings] = self._postings.runs
        for left, right, shares in find_alike(self._contents, join(postings, sizes=self._sizes)):
            for one, other in _pairs_between(left.texts, right.texts):
                yield compare(one, other, shares=shares, exact=False)

    def _sorted_texts(self) -> list[Text[Id]]:
        texts = (text for content in self._contents for text in content.texts)
        return sorted(texts, key=lambda text: id_order(text.id))


def _read_forms(boilerplate: str | Iterable[str]) -> Hashes:
    forms = [boilerplate] if isinstance(boilerplate, str) else list(boilerplate)
    for form in forms:
        if not isinstance(form, str):
            raise InvalidTextError(f"a form is a str, not {type(form).__name__}")
    shingles = [make_shingles(batch.values, batch.bounds) for batch in read_syllables(forms)]
    return distinct(np.concatenate([np.zeros(0, dtype=np.uint64), *shingles]))


def _pairs_within(texts: Sequence[Text[Id]]) -> Iterable[tuple[Text[Id], Text[Id]]]:
    if len(texts) <= MASS_LIMIT:
        return combinations(texts, 2)
    return ((texts[0], text) for text in texts[1:])


def _pairs_between(left: Sequence[Text[Id]], right: Sequence[Text[Id]]) -> Iterable[tuple[Text[Id], Text[Id]]]:
    if len(left) * len(right) <= _EVERY_PAIR:
        return product(left, right)
    return chain(((left[0], text) for text in right), ((text, right[0]) for text in left[1:]))
