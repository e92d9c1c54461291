"""One ladder: its contenders walk down the tiers, block by block."""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Generic

from scoring.draw import draw_order
from scoring.exact import Exact, Id
from scoring.prizes import words
from scoring.prizes.outcome import Award, Move, Pending, Reserve, Vacancy
from scoring.prizes.rules import OVERALL, Rules, Tier
from scoring.prizes.split import split_amount
from scoring.ranking import Contender, tie_blocks

_Members = tuple[Contender[Id], ...]


@dataclass(frozen=True, slots=True)
class _Block(Generic[Id]):
    """Contenders nothing tells apart, yet; `tied` remembers the block that an order took apart."""

    members: _Members[Id]
    rank: int
    tied: tuple[Id, ...]
    basis: str = "rank"

    @property
    def score(self) -> Exact:
        return self.members[0].score

    def only(self, members: Iterable[Contender[Id]]) -> "_Block[Id]":
        return _Block(tuple(members), self.rank, self.tied, self.basis)

    def without(self, members: list[Contender[Id]]) -> list["_Block[Id]"]:
        """The rest of the block, if any."""
        if len(members) == len(self.members):
            return []
        gone = {one.id for one in members}
        return [self.only(one for one in self.members if one.id not in gone)]


class Ladder(Generic[Id]):
    """The state of one walk; `run` fills `awards`, `vacancies`, `pending` and `moves`."""

    def __init__(self, category: str, contenders: Iterable[Contender[Id]], rules: Rules[Id]) -> None:
        self.category = category
        self.rules = rules
        self.blocks = _rank_blocks(tie_blocks(contenders))
        self.queue = deque(self.blocks)
        self.eaten = [0] * len(rules.tiers)
        self.won: dict[Id, int] = {}
        self.awards: list[Award[Id]] = []
        self.vacancies: list[Vacancy] = []
        self.pending: list[Pending[Id]] = []
        self.moves: list[Move] = []
        self.used_decisions: set[int] = set()

    def run(self) -> None:
        """Fill the tiers from the top; an undecided tie across a line stops the walk."""
        carried = 0
        for place in range(len(self.rules.tiers)):
            free, reason = self._fill(place, self._slots(place) + carried)
            if self.pending:
                self._hold(place, free)
                return
            carried = self._leave(place, free, reason) if free else 0

    def budget(self) -> int:
        """Đồng of the declared slots, at the dearer rate of those who compete here."""
        rates = {member.group for block in self.blocks for member in block.members} or {False}
        return sum(
            tier.slots.get(self.category, 0) * max(tier.money(group=group) for group in rates)
            for tier in self.rules.tiers
        )

    def reserves(self) -> list[Reserve[Id]]:
        """The next in line behind the last winner of each tier."""
        if not self.rules.reserve or not self.won:
            return []
        line = [part for block in self.blocks for part in self._settle(block) or [block]]
        undecided = {block.tier for block in self.pending}
        listed = [(self.rules.tiers[place].key, self._reserve(place, line)) for place in sorted(set(self.won.values()))]
        return [Reserve(key, self.category, ids) for key, ids in listed if ids and key not in undecided]

    def _slots(self, place: int) -> int:
        return self.rules.tiers[place].slots.get(self.category, 0) - self.eaten[place]

    def _fill(self, place: int, free: int) -> tuple[int, str]:
        """Award a tier; how many slots stay free, and why."""
        tier = self.rules.tiers[place]
        room: _Room[Id] = _Room(tier, self.category)
        passed_over: list[_Block[Id]] = []
        reason = "no_contender"
        while free and self.queue:
            block = self.queue.popleft()
            if tier.floor is not None and block.score < tier.floor:
                self.queue.appendleft(block)
                reason = "below_floor"
                break
            taking = room.open_to(block.members)
            if len(taking) > free or room.overrun(taking):
                settled = self._settle(block)
                if settled:
                    self._note_decision(block)
                    self.queue.extendleft(reversed(settled))
                    continue
                if self.rules.ties == "adjudicate":
                    self._suspend(tier, block, free)
                    break
                taking = room.without_overrun(taking)
            passed_over.extend(block.without(taking))
            if taking:
                self._award(place, block.only(taking), free)
                room.take(taking)
                free = max(0, free - len(taking))
        self.queue.extendleft(reversed(passed_over))
        return free, "cap" if passed_over else reason

    def _settle(self, block: _Block[Id]) -> list[_Block[Id]]:
        """The block one by one, if a draw or a decision orders it."""
        ids = [member.id for member in block.members]
        if len(ids) == 1:
            return []
        if self.rules.ties == "draw" and self.rules.seed is not None:
            basis, order = "draw", draw_order(ids, seed=self.rules.seed)
        else:
            number = self._decision(ids)
            if number is None:
                return []
            wanted = set(ids)
            basis, order = "decision", [one for one in self.rules.decisions[number] if one in wanted]
        by_id = {member.id: member for member in block.members}
        return [_Block((by_id[one],), block.rank, block.tied, basis) for one in order]

    def _decision(self, ids: list[Id]) -> int | None:
        """The last decision that names all `ids`: a later record replaces an earlier."""
        if self.rules.ties != "adjudicate":
            return None
        numbers = range(len(self.rules.decisions) - 1, -1, -1)
        return next((number for number in numbers if set(ids).issubset(self.rules.decisions[number])), None)

    def _note_decision(self, block: _Block[Id]) -> None:
        number = self._decision([member.id for member in block.members])
        if number is not None:
            self.used_decisions.add(number)

    def _award(self, place: int, block: _Block[Id], free: int) -> None:
        basis, consumed = block.basis, [place]
        if len(block.members) > free:
            basis = self.rules.ties
        if basis == "share":
            consumed = self._eat(place, free, len(block.members))
        amounts = self._amounts(block.members, consumed, shared=basis == "share")
        pooled = tuple(self.rules.tiers[eaten].key for eaten in consumed) if basis == "share" else ()
        why = self._why(place, block, basis, free=free, pool=sum(amounts), consumed=consumed)
        tier = self.rules.tiers[place]
        for member, amount in zip(block.members, amounts, strict=True):
            self.won[member.id] = place
            self.awards.append(
                Award(
                    member.id, tier.key, self.category, amount, block.rank, member.score, basis, free,
                    block.tied, pooled, why,
                )
            )  # fmt: skip

    def _eat(self, place: int, free: int, wanted: int) -> list[int]:
        """The slots a sharing block consumes: those of its tier, then the next ones below."""
        consumed = [place] * free
        for lower in range(place + 1, len(self.rules.tiers)):
            taken = min(wanted - len(consumed), self._slots(lower))
            self.eaten[lower] += taken
            consumed += [lower] * taken
        return consumed

    def _amounts(self, members: _Members[Id], consumed: list[int], *, shared: bool) -> list[int]:
        tiers = [self.rules.tiers[place] for place in consumed]
        if not shared:
            return [tiers[0].money(group=member.group) for member in members]
        worth = {group: sum(tier.money(group=group) for tier in tiers) for group in (False, True)}
        parts = [Fraction(worth[member.group], len(members)) for member in members]
        # Groups and individuals in one block can be due a fraction of a đồng together: it stays in the fund.
        total = floor(sum(parts))
        return split_amount(total, weights=parts) if total else [0] * len(members)

    def _why(self, place: int, block: _Block[Id], basis: str, *, free: int, pool: int, consumed: list[int]) -> str:
        return "; ".join(
            (
                words.standing(block.rank, self.category, block.score, len(block.tied)),
                words.award(
                    basis,
                    self._name(place),
                    free=free,
                    tied=len(block.members),
                    pool=pool,
                    pooled=[self._name(eaten) for eaten in consumed],
                ),
            )
        )

    def _suspend(self, tier: Tier, block: _Block[Id], free: int) -> None:
        self.queue.appendleft(block)
        why = words.undecided(
            tier_name(tier), category=self.category, rank=block.rank, score=block.score,
            tied=len(block.members), free=free,
        )  # fmt: skip
        ids = tuple(member.id for member in block.members)
        self.pending.append(Pending(tier.key, self.category, ids, free, block.rank, block.score, why))

    def _hold(self, place: int, free: int) -> None:
        """Everything from the undecided tie down waits."""
        self._vacate(place, free, "held", held_by=place)
        for lower in range(place + 1, len(self.rules.tiers)):
            self._vacate(lower, self._slots(lower), "held", held_by=place)

    def _leave(self, place: int, free: int, reason: str) -> int:
        """What becomes of unused slots: vacant, or carried to the next tier."""
        if self.rules.unused == "leave" or place + 1 == len(self.rules.tiers):
            self._vacate(place, free, reason)
            return 0
        because = self._unfilled(place, free, reason, held_by=place)
        why = f"{because}; chuyển xuống giải {self._name(place + 1)}."
        tier, below = self.rules.tiers[place], self.rules.tiers[place + 1]
        self.moves.append(Move(tier.key, below.key, self.category, free, reason, why))
        return free

    def _vacate(self, place: int, count: int, reason: str, *, held_by: int | None = None) -> None:
        if count:
            why = f"{self._unfilled(place, count, reason, held_by=held_by or 0)}."
            holder = None if held_by is None else self.rules.tiers[held_by].key
            self.vacancies.append(Vacancy(self.rules.tiers[place].key, self.category, count, reason, holder, why))

    def _unfilled(self, place: int, count: int, reason: str, *, held_by: int) -> str:
        return words.unfilled(
            reason,
            tier=self._name(place),
            category=self.category,
            count=count,
            floor=self.rules.tiers[place].floor,
            best=self.queue[0].score if self.queue else None,
            held_by=self._name(held_by),
        )

    def _reserve(self, place: int, line: list[_Block[Id]]) -> tuple[Id, ...]:
        """Behind the last winner of the tier: those without it or a better one, at or above its floor."""
        last = max(
            index for index, block in enumerate(line) if any(self.won.get(one.id) == place for one in block.members)
        )
        lowest = self.rules.tiers[place].floor
        ids: list[Id] = []
        for block in line[last:]:
            if len(ids) >= self.rules.reserve or (lowest is not None and block.score < lowest):
                break
            ids.extend(one.id for one in block.members if self.won.get(one.id, place + 1) > place)
        return tuple(ids)

    def _name(self, place: int) -> str:
        return tier_name(self.rules.tiers[place])


class _Room(Generic[Id]):
    """What the caps of a tier leave to each category; only the overall ladder mixes categories."""

    def __init__(self, tier: Tier, category: str) -> None:
        self.left = dict(tier.caps) if category == OVERALL else {}

    def open_to(self, members: _Members[Id]) -> list[Contender[Id]]:
        return [one for one in members if self.left.get(one.category, 1)]

    def overrun(self, members: Iterable[Contender[Id]]) -> set[str]:
        """Categories of which `members` holds more than may still pass."""
        if not self.left:
            return set()
        wanted = Counter(one.category for one in members)
        return {category for category, left in self.left.items() if wanted[category] > left}

    def without_overrun(self, members: list[Contender[Id]]) -> list[Contender[Id]]:
        """A block passes whole per category or not at all, so that a cap never breaks a tie."""
        over = self.overrun(members)
        return [one for one in members if one.category not in over]

    def take(self, members: Iterable[Contender[Id]]) -> None:
        for one in members:
            if one.category in self.left:
                self.left[one.category] -= 1


def tier_name(tier: Tier) -> str:
    """How a sentence calls the tier."""
    return words.tier_name(tier.key, tier.label)


def _rank_blocks(blocks: Iterable[_Members[Id]]) -> list[_Block[Id]]:
    ranked = []
    above = 0
    for members in blocks:
        ranked.append(_Block(members, above + 1, tuple(one.id for one in members)))
        above += len(members)
    return ranked
