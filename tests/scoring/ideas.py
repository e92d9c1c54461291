"""Made-up ideas to compare, and the ways people hide a copy. Seeded: the same in every run.

Words of one to four syllables out of a lexicon with all diacritics, by Zipf's law: half of them any word, half from
the topic of the text; every text begins with the same official form.
"""

import unicodedata
from functools import cache
from itertools import pairwise, product

import numpy as np

_ONSETS = ["", *"bcdđghklmnrstvx", "ch", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr"]
_RHYMES = ["a", "i", "u", "ăn", "âm", "anh", "ao", "ây", "em", "ên", "êu", "iên", "inh", "ô", "ôi", "ong", "ơn", "ua"]
_RHYMES += ["ương", "ưu", "uyên", "uyêt"]
_TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
_WORDS, _TOPICS, _TOPIC_WORDS = 20_000, 200, 500


def _accent(rhyme, tone):
    """The tone on the last vowel of the rhyme's first cluster."""
    last = max(place for place, letter in enumerate(rhyme) if letter in "aăâeêioôơuư")
    return unicodedata.normalize("NFC", rhyme[: last + 1] + tone + rhyme[last + 1 :])


@cache
def lexicon():
    """The words, most frequent first; the words of each topic; and the running sums of Zipf's weights."""
    rng = np.random.default_rng(2022)
    syllables = [onset + _accent(rhyme, tone) for onset, rhyme, tone in product(_ONSETS, _RHYMES, _TONES)]
    sizes = rng.choice([1, 2, 3, 4], p=[0.3, 0.55, 0.1, 0.05], size=_WORDS)
    words = [" ".join(syllables[place] for place in rng.integers(len(syllables), size=size)) for size in sizes]
    topics = rng.integers(_WORDS, size=(_TOPICS, _TOPIC_WORDS))
    return words, topics, np.cumsum(1 / np.arange(1, _WORDS + 1)), np.cumsum(1 / np.arange(1, _TOPIC_WORDS + 1))


def write_sentences(rng, *, syllables):
    """Sentences of six to twenty words, of so many syllables in all."""
    words, topics, weights, topic_weights = lexicon()
    topic = topics[rng.integers(_TOPICS)]
    size = 2 * syllables // 3 + 20  # words; they have two syllables on average
    general = np.searchsorted(weights, rng.random(size) * weights[-1])
    special = topic[np.searchsorted(topic_weights, rng.random(size) * topic_weights[-1])]
    chosen = np.where(rng.random(size) < 0.5, general, special)
    written = " ".join(words[place] for place in chosen.tolist()).split(" ")[:syllables]
    ends = np.cumsum(rng.integers(8, 30, size=syllables // 8 + 1)).tolist()
    return [written[begin:end] for begin, end in pairwise([0, *ends]) if begin < len(written)]


def print_text(sentences):
    """Capital letters and full stops, one paragraph."""
    return " ".join(f"{' '.join(one)[0].upper()}{' '.join(one)[1:]}." for one in sentences)


@cache
def form(syllables=80):
    """The official form, of a tenth of an idea."""
    return print_text(write_sentences(np.random.default_rng(30), syllables=syllables))


def write_ideas(count, *, seed, syllables=800):
    """So many unrelated ideas as sentences, without the form."""
    return list(iterate_ideas(count, seed=seed, syllables=syllables))


def iterate_ideas(count, *, seed, syllables=800):
    """The same one by one: as sentences, a hundred thousand do not fit into memory."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield write_sentences(rng, syllables=syllables - 80)


def on_form(sentences):
    """The idea as it is handed in."""
    return f"{form()}\n\n{print_text(sentences)}"


# ---- ways to hide a copy ----------------------------------------------------------------------------------


def replace(sentences, rng, part):
    """That part of the syllables replaced by others of the lexicon."""
    words, *_ = lexicon()
    return [
        [words[int(rng.integers(_WORDS))].split(" ")[0] if rng.random() < part else syllable for syllable in sentence]
        for sentence in sentences
    ]


def shuffle(sentences, rng):
    """The sentences in another order."""
    return [sentences[place] for place in rng.permutation(len(sentences))]


def copy_half(sentences, rng):
    """The first half copied, the rest one's own."""
    half = sentences[: len(sentences) // 2]
    own = sum(map(len, sentences)) - sum(map(len, half))
    return half + write_sentences(rng, syllables=own)


def without_accents(text):
    """As typed by somebody in a hurry."""
    apart = unicodedata.normalize("NFD", text).translate({ord("đ"): "d", ord("Đ"): "D"})
    return "".join(one for one in apart if not unicodedata.combining(one))


EDITS = {
    "exact": lambda sentences, rng: on_form(sentences),
    "decomposed": lambda sentences, rng: unicodedata.normalize("NFD", on_form(sentences)),
    "without accents": lambda sentences, rng: without_accents(on_form(sentences)),
    "upper case": lambda sentences, rng: on_form(sentences).upper(),
    "decomposed capitals": lambda sentences, rng: unicodedata.normalize("NFD", on_form(sentences).upper()),
    "shuffled": lambda sentences, rng: on_form(shuffle(sentences, rng)),
    "10 % replaced": lambda sentences, rng: on_form(replace(sentences, rng, 0.1)),
    "30 % replaced": lambda sentences, rng: on_form(replace(sentences, rng, 0.3)),
    "50 % replaced": lambda sentences, rng: on_form(replace(sentences, rng, 0.5)),
    "30 % replaced, shuffled": lambda sentences, rng: on_form(shuffle(replace(sentences, rng, 0.3), rng)),
    "half copied": lambda sentences, rng: on_form(copy_half(sentences, rng)),
}
