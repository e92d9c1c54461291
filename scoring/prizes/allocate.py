"""From a ranking to prizes: tiers from the top, ties by a declared policy, every đồng accounted for."""

from collections.abc import Iterable, Sequence

from scoring.exact import Id, id_order, require_unique
from scoring.prizes.ladder import Ladder
from scoring.prizes.outcome import Allocation
from scoring.prizes.rules import OVERALL, Rules, Tier, read_decisions
from scoring.ranking import Contender


def allocate_prizes(
    contenders: Iterable[Contender[Id]],
    *,
    tiers: Sequence[Tier],
    ties: str = "adjudicate",
    unused: str = "leave",
    seed: int | str | None = None,
    decisions: Sequence[Sequence[Id]] = (),
    reserve: int = 0,
) -> Allocation[Id]:
    """Give out the prizes of a contest.

    Each category with slots is a ladder of its own; contenders of any other category compete in the ladder
    ``""`` if a tier has slots for it. In a ladder, tiers are filled from the top in the order of the keys; an
    entry takes at most one prize, and none of a tier whose floor it misses. A block of equal keys larger than
    the slots left for it goes by `ties`.

    Parameters
    ----------
    contenders : iterable of Contender
        Ids unique, keys of one length; their order does not matter.
    tiers : sequence of Tier
        From the highest, keys unique.
    ties : {"adjudicate", "extra", "share", "draw"}
        ``adjudicate``: the chair's decision orders the block; without one the ladder stops and the block is
        pending. ``extra``: the whole block gets the tier, beyond its slots; tiers below keep theirs.
        ``share``: the block takes the tier's slots and as many of the next below as it needs, and shares
        their money equally under the one title; a đồng that does not divide goes by id.
        ``draw``: by `draw_order`.
    unused : {"leave", "roll"}
        Slots nobody fills stay vacant, or go to the next tier at that tier's amount.
    seed : int, str or None
        Of the draw; needed for ``ties="draw"`` only.
    decisions : sequence of sequences of ids
        The chair's orders, best first. A decision settles a block when it names every member of it; the last
        such one counts; it can never reorder different keys.
    reserve : int
        How many to list behind each tier, for withdrawals; one is settled by running again without it.

    Returns
    -------
    Allocation
        Awards with money in đồng; independent of the order of `contenders`.

    Raises
    ------
    InvalidRulesError
        For an unknown policy, a draw without a seed, a negative reserve, or a decision that is no sequence.
    DuplicateIdError
        If a contender, a tier, or an id within a decision comes twice.
    InvalidContenderError
        If keys differ in length.

    References
    ----------
    Own definition; ``share`` and ``extra`` as sports and contests print them (three tied for first of
    25, 15, 8 get 16 each).

    Examples
    --------
    >>> tiers = [Tier("first", 25, {"": 1}), Tier("second", 15, {"": 1}), Tier("third", 8, {"": 1})]
    >>> tied = [Contender(name, (90,)) for name in "ABC"]
    >>> [award.amount for award in allocate_prizes(tied, tiers=tiers, ties="share").awards]
    [16, 16, 16]
    """
    rules = Rules(tuple(tiers), ties, unused, seed, read_decisions(decisions), reserve)
    everyone = list(contenders)
    require_unique((contender.id for contender in everyone), what="contender")
    ladders, outside = _build_ladders(everyone, rules)
    for ladder in ladders:
        ladder.run()
    return _gather(ladders, rules, outside)


def _build_ladders(everyone: list[Contender[Id]], rules: Rules[Id]) -> tuple[list[Ladder[Id]], tuple[Id, ...]]:
    fields: dict[str, list[Contender[Id]]] = {category: [] for category in rules.categories}
    outside: list[Contender[Id]] = []
    for contender in everyone:
        fields.get(contender.category, fields.get(OVERALL, outside)).append(contender)
    ladders = [Ladder(category, field, rules) for category, field in fields.items()]
    return ladders, tuple(sorted((contender.id for contender in outside), key=id_order))


def _gather(ladders: list[Ladder[Id]], rules: Rules[Id], outside: tuple[Id, ...]) -> Allocation[Id]:
    place = {tier.key: number for number, tier in enumerate(rules.tiers)}
    reserves = [reserve for ladder in ladders for reserve in ladder.reserves()]
    used = set().union(*(ladder.used_decisions for ladder in ladders))
    awards = sorted(
        (award for ladder in ladders for award in ladder.awards),
        key=lambda award: (place[award.tier], award.category),
    )
    return Allocation(
        awards=tuple(awards),
        vacancies=tuple(
            sorted((gap for ladder in ladders for gap in ladder.vacancies), key=lambda gap: place[gap.tier])
        ),
        pending=tuple(block for ladder in ladders for block in ladder.pending),
        total=sum(award.amount for award in awards),
        budget=sum(ladder.budget() for ladder in ladders),
        moves=tuple(sorted((move for ladder in ladders for move in ladder.moves), key=lambda move: place[move.tier])),
        reserves=tuple(sorted(reserves, key=lambda reserve: place[reserve.tier])),
        unused_decisions=tuple(decision for number, decision in enumerate(rules.decisions) if number not in used),
        outside=outside,
    )
