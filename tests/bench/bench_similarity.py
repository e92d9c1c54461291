"""Similar texts: what is found, then CPU as ratios to normalising the same texts once, and memory.

Run `python -m tests.bench.bench_similarity` (10,000 texts), with `100000` for the large collection. Normalising is the
plain definition: case folded, marks dropped, đ as d, syllables by a regular expression.
"""

import gc
import re
import resource
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from scoring import SimilarityIndex, find_similar
from tests.scoring import ideas

COPIES = 20
ADDED = 200


def normalize(text: str) -> list[str]:
    """Syllables without case and accents, by the plain definition."""
    apart = unicodedata.normalize("NFD", text.casefold())
    plain = "".join(one for one in apart if not "\u0300" <= one <= "\u036f").replace("đ", "d")
    return re.findall(r"\w+", plain)


def plant(count: int) -> dict[str, str]:
    """So many ideas on their form, and copies of some hidden in every way, named by source and edit."""
    rng = np.random.default_rng(99)
    edits = [edit for edit in ideas.EDITS for _ in range(COPIES)]
    texts = {}
    for number, source in enumerate(ideas.iterate_ideas(count, seed=1)):
        texts[f"{number:06}"] = ideas.on_form(source)
        if number < len(edits):
            texts[f"{number:06} {edits[number]}"] = ideas.EDITS[edits[number]](source, rng)
    return texts


def cpu(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of `work`, and what it returned."""
    gc.collect()
    start = time.process_time()
    made = work()
    return time.process_time() - start, made


def memory() -> float:
    """Gigabytes this process has ever held at once, the texts included."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def report_recall(pairs: set[tuple[str, str]], texts: dict[str, str]) -> None:
    """How many copies of each kind are found; anything else is a false alarm."""
    due = {(name[:6], name): name[7:] for name in texts if " " in name}
    found = Counter(due[pair] for pair in pairs if pair in due)
    for edit in ideas.EDITS:
        print(f"  {edit:26} {found[edit]:3} of {COPIES}")
    print(f"  {'false pairs':26} {len(pairs - set(due)):3} of {len(texts) * (len(texts) - 1) // 2:,}")


def report_short_texts() -> None:
    """The same edits on short texts: copies found of a hundred."""
    for syllables in (100, 200):
        rng = np.random.default_rng(syllables)
        sources = [ideas.write_sentences(rng, syllables=syllables) for _ in range(1000)]
        for part in (0.3, 0.5):
            texts = {number: ideas.print_text(source) for number, source in enumerate(sources)}
            texts |= {
                1000 + number: ideas.print_text(ideas.replace(sources[number], rng, part)) for number in range(100)
            }
            pairs = {(one.a, one.b) for one in find_similar(texts)}
            due = {(number, 1000 + number) for number in range(100)}
            false = len(pairs - due)
            print(f"  {syllables} syllables, {part:.0%} replaced  {len(pairs & due):3} of 100, {false} false pairs")


def report_additions(texts: dict[str, str], fresh: list[str]) -> None:
    """Milliseconds to add one text to the index of all the others, half of them copies."""
    index = SimilarityIndex[str](boilerplate=ideas.form())
    spent, _ = cpu(lambda: index.extend(texts))
    print(f"SimilarityIndex.extend, form known {spent:9.1f} s of CPU")
    names = [name for name in sorted(texts) if " " not in name][-ADDED // 2 :]
    late = fresh[: ADDED // 2] + [ideas.form() + texts[name][200:2500] for name in names]
    took = []
    hits = 0
    for number, text in enumerate(late):
        spent, found = cpu_of_one(lambda text=text, number=number: index.add(f"new {number}", text))
        took.append(1000 * spent)
        hits += bool(found)
    middle, most = np.median(took), max(took)
    seen = f"{hits} of {ADDED // 2} copies seen"
    print(f"add one text: median {middle:.1f} ms, slowest of {ADDED} {most:.1f} ms of CPU; {seen}")
    spent, data = cpu(index.to_bytes)
    again_spent, again = cpu(lambda: SimilarityIndex.from_bytes(data))
    assert len(again) == len(index)
    print(f"to_bytes {spent:.1f} s, {len(data) / 2**20:.0f} MB; from_bytes {again_spent:.1f} s")


def cpu_of_one(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds, without a collection of garbage before."""
    start = time.process_time()
    made = work()
    return time.process_time() - start, made


def main(count: int) -> None:
    """Print recall, then ratios."""
    texts = plant(count)
    sample = list(texts.values())[:: max(1, len(texts) // 2000)]
    base = cpu(lambda: [len(normalize(text)) for text in sample])[0] * len(texts) / len(sample)
    held = memory()
    spent, found = cpu(lambda: find_similar(texts))
    print(f"{len(texts):,} texts of 800 syllables on one form, which find_similar is not told")
    report_recall({(one.a, one.b) for one in found}, texts)
    report_short_texts()
    print(f"normalising once                   {base:9.1f} s of CPU = 1.00")
    print(f"find_similar                       {spent:9.1f} s of CPU = {spent / base:.2f}")
    print(f"memory at most {memory():.1f} GB, of which {held:.1f} GB were there before")
    report_additions(texts, [ideas.on_form(one) for one in ideas.write_ideas(ADDED, seed=2)])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
