#!/usr/bin/env python3
"""Recomputes every worked example of every agreement file, slowly and obviously, and says where it differs.

Written from docs/agreement-language.md alone, not from the program: exact fractions, no unit check, no derivation.

    oracle.py STATIONS                    checks what each example expects
    oracle.py STATIONS --compare DUMP     also holds the program's lines, net positions and steps against its own
    oracle.py STATIONS --print            prints its results as JSON

DUMP is JSON: {"file": {"example": [{"refused": bool, "lines": [[name, payer, payee, ledger, "a/b"]],
"net": {"party ledger": "a/b"}, "steps": {"name[s,i]": "a/b"}}]}}, one object for each period of the example. Amounts are
in the ledger's unit (money: the currency), steps in the unit of their formula.
Needs Python 3 and PyYAML (Debian: python3-yaml).
"""

import json
import os
import re
import sys
from datetime import date, timedelta
from fractions import Fraction

import yaml


class Refusal(Exception):
    """The run stops: no amount comes out, and the words say why."""


class Mistake(Exception):
    """The file says something this program does not understand."""


# ---------------------------------------------------------------------------------------------------------------- units

MONEY = "CNY CHF DEM EUR FRF GBP HKD JPY KZT MNT NLG RUB USD VND".split()
SYMBOLS = {name: Fraction(1) for name in MONEY}
for names, factor in [
    ("元 RMB kg 千克 公斤 m s month 月 个月 year 年 a class 类别 point 百分点 个百分点 rank 位次 score 个 cells 1", 1),
    ("万元 万 ha 公顷", 10**4), ("百万元 平方公里 平方千米", 10**6), ("亿元 亿", 10**8), ("t 吨 km", 10**3), ("kt", 10**6),
    ("% 百分数 cm", Fraction(1, 100)), ("‰ g 克 mm L 升", Fraction(1, 1000)), ("dm", Fraction(1, 10)),
    ("mg 毫克 ppm mL um", Fraction(1, 10**6)), ("ug 微克 ppb", Fraction(1, 10**9)), ("ng", Fraction(1, 10**12)),
    ("min 分钟", 60), ("h 小时 hour", 3600), ("d 天 日 day", 86400), ("mu 亩", Fraction(2000, 3)),
]:
    for name in names.split():
        SYMBOLS[name] = Fraction(factor)


def unit_factor(text):
    """How many base units (kg, m, s, 元, …) one of the unit is: `万元/t`, `mg/L`, `万元/(ug/m3)`, `亿m3`, `{sample}`."""
    text = text.strip().replace("µ", "u").replace("μ", "u").replace("³", "3").replace("²", "2").replace("−", "-")
    inner = re.search(r"\(([^()]*)\)", text)
    if inner:  # a group is a unit of its own: its factor stands for it, between braces that count as one
        group = unit_factor(inner.group(1))
        sign = -1 if text[: inner.start()].rstrip().endswith("/") else 1
        return group**sign * unit_factor(text[: inner.start()] + "{group}" + text[inner.end() :])
    factor, sign = Fraction(1), 1
    for part in re.split(r"([·*×./ ])", text):
        if part in ("·", "*", "×", ".", " ", ""):
            continue
        if part == "/":
            sign = -1
            continue
        factor *= symbol_factor(part, text) ** sign
        sign = 1
    return factor


def symbol_factor(part, whole):
    if part in SYMBOLS:
        return SYMBOLS[part]
    if part.isdigit():
        return Fraction(int(part))
    if part.startswith("{") and part.endswith("}"):
        return Fraction(1)
    if part[0] in "万亿":
        return SYMBOLS[part[0]] * symbol_factor(part[1:], whole)
    raised = re.fullmatch(r"(\D+?)\^?(-?\d)", part)
    if raised and raised.group(1) in SYMBOLS:
        return SYMBOLS[raised.group(1)] ** int(raised.group(2))
    raise Mistake(f"“{whole}” is not a unit this program knows (“{part}”)")


def quantity(text, unit):
    """`4000 万元`, or a bare number in `unit`, in base units."""
    number, _, written = str(text).strip().partition(" ")
    try:
        value = Fraction(number.replace("−", "-").replace(" ", ""))
    except ValueError:
        raise Mistake(f"“{text}” is not a number")
    return value * unit_factor(written or unit)


def rounded(value, step, rule):
    steps = value / step
    whole, rest = divmod(abs(steps), 1)
    if rule == "up":
        whole += rest > 0
    elif rule == "half-up":
        whole += rest >= Fraction(1, 2)
    elif rule == "half-even":
        whole += rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1)
    elif rule != "down":
        raise Mistake(f"“{rule}” is not a rounding rule")
    return step * whole * (-1 if steps < 0 else 1)


# ---------------------------------------------------------------------------------------------------------- expressions

WORDS = {"when", "then", "else", "and", "or", "not", "in", "where", "ascending", "descending", "ties", "undetermined"}
SAME = {
    "−": "-", "－": "-", "×": "*", "＊": "*", "÷": "/", "／": "/", "≤": "<=", "≥": ">=", "≠": "!=", "<>": "!=", "＜": "<",
    "＞": ">", "＝": "=", "＋": "+", "（": "(", "）": ")", "，": ",", "：": ":", "［": "[", "］": "]",
}
TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|(\w+)|(<=|>=|!=|<>|[-−－+＋*×＊÷/／<＜>＞≤≥≠=＝()（）\[\]［］,，:：]))")
UNIT = re.compile(r"[ \t]?([^\s\d,，()（）\[\]［］+*×÷<>≤≥=≠:：\-−/·.][^\s,，()（）\[\]［］+*×÷<>≤≥=≠:：−]*)")


def tokens(text):
    place, found = 0, []
    while text[place:].strip():
        match = TOKEN.match(text, place)
        if not match:
            raise Mistake(f"cannot read “{text[place:]}” in “{text}”")
        place = match.end()
        number, word, sign = match.groups()
        if number:
            unit = UNIT.match(text, place)
            if unit and unit.group(1) not in WORDS:
                place = unit.end()
                found.append(("number", Fraction(number) * unit_factor(unit.group(1))))
            else:
                found.append(("number", Fraction(number)))
        elif word:
            found.append(("word", word))
        else:
            found.append(("sign", SAME.get(sign, sign)))
    return found


class Parser:
    """Recursive descent over the grammar of the documentation; gives nested tuples."""

    def __init__(self, text):
        self.text, self.list, self.at = text, tokens(text), 0

    def peek(self, ahead=0):
        return self.list[self.at + ahead][1] if self.at + ahead < len(self.list) else None

    def kind(self, ahead=0):
        return self.list[self.at + ahead][0] if self.at + ahead < len(self.list) else None

    def take(self, wanted=None):
        value = self.peek()
        if value is None or (wanted is not None and value != wanted):
            raise Mistake(f"“{wanted}” expected, “{value}” found in “{self.text}”")
        self.at += 1
        return value

    def whole(self):
        tree = self.expression()
        if self.peek() is not None:
            raise Mistake(f"“{self.peek()}” stands too much in “{self.text}”")
        return tree

    def expression(self):
        if self.peek() != "when":
            return self.disjunction()
        branches = []
        while self.peek() == "when":
            self.take()
            condition = self.disjunction()
            self.take("then")
            branches.append((condition, self.value()))
        self.take("else")
        return ("choice", branches, self.value() if self.peek() == "undetermined" else self.expression())

    def value(self):
        if self.peek() == "undetermined":
            self.take()
            return ("undetermined",)
        return self.disjunction()

    def joined(self, word, inner):
        tree = inner()
        while self.peek() == word:
            self.take()
            tree = (word, tree, inner())
        return tree

    def disjunction(self):
        return self.joined("or", lambda: self.joined("and", self.negation))

    def negation(self):
        if self.peek() == "not":
            self.take()
            return ("not", self.comparison())
        return self.comparison()

    def comparison(self):
        operands, signs = [self.sum()], []
        while self.kind() == "sign" and self.peek() in ("<", "<=", ">", ">=", "=", "!="):
            signs.append(self.take())
            operands.append(self.sum())
        return ("compare", operands, signs) if signs else operands[0]

    def sum(self):
        tree = self.product()
        while self.kind() == "sign" and self.peek() in ("+", "-"):
            tree = (self.take(), tree, self.product())
        return tree

    def product(self):
        tree = self.signed()
        while self.kind() == "sign" and self.peek() in ("*", "/"):
            tree = (self.take(), tree, self.signed())
        return tree

    def signed(self):
        if self.kind() == "sign" and self.peek() == "-":
            self.take()
            return ("negated", self.primary())
        return self.primary()

    def primary(self):
        if self.kind() == "number":
            return ("number", self.take())
        if self.kind() == "sign" and self.peek() == "(":
            self.take()
            tree = self.expression()
            self.take(")")
            return tree
        if self.kind() != "word" or self.peek() in WORDS:
            raise Mistake(f"“{self.peek()}” cannot stand here in “{self.text}”")
        if self.peek(1) == "(" and self.kind(1) == "sign":
            return self.call(self.take())
        return ("name", self.take(), self.indices())

    def indices(self):
        found = []
        while self.kind() == "sign" and self.peek() == "[":
            self.take()
            found.append(self.member())
            while self.peek() == ",":
                self.take()
                found.append(self.member())
            self.take("]")
        return found

    def member(self):
        name = self.take()
        if name in ("next", "prev") and self.peek() == "(":
            self.take()
            inner = self.member()
            self.take(")")
            return (name, inner)
        return ("name", name, self.indices())

    def running(self):
        pairs = []
        while True:
            variable = self.take()
            self.take("in")
            pairs.append((variable, self.take()))
            if self.peek() != ",":
                break
            self.take()
        where = None
        if self.peek() == "where":
            self.take()
            where = self.disjunction()
        self.take(":")
        return pairs, where

    def call(self, function):
        self.take("(")
        isRunning = function in ("sum", "mean", "count", "any", "all") or (
            function in ("min", "max") and self.kind() == "word" and self.peek(1) == "in")
        if isRunning:
            pairs, where = self.running()
            tree = ("over", function, pairs, where, self.expression())
        elif function == "rank":
            who = self.member()
            self.take(",")
            pairs, where = self.running()
            keys, ties = [], None
            while True:
                key = self.expression()
                keys.append((key, self.take()))
                if self.peek() != ",":
                    break
                self.take()
                if self.peek() == "ties":
                    self.take()
                    ties = self.take()
                    break
            tree = ("rank", who, pairs, where, keys, ties)
        elif function == "tier":
            name = self.take()
            self.take(",")
            tree = ("tier", name, self.expression())
        elif function == "round":
            value = self.expression()
            self.take(",")
            step = self.expression()
            self.take(",")
            rule = self.take()
            while self.peek() == "-":
                self.take()
                rule += "-" + self.take()
            tree = ("round", value, step, rule)
        elif function == "expired":
            tree = ("expired", self.take())
        elif function in ("first", "last", "days", "size"):
            tree = (function, self.member())
        elif function == "exempt":
            name = self.take()
            members = []
            while self.peek() == ",":
                self.take()
                members.append(self.member())
            tree = ("exempt", name, members)
        else:
            arguments = [self.expression()]
            while self.peek() == ",":
                self.take()
                arguments.append(self.expression())
            tree = ("call", function, arguments)
        self.take(")")
        return tree


# ----------------------------------------------------------------------------------------------------------- evaluation

class Run:
    """One settlement of one period: what is known, and the walk over a parsed expression."""

    def __init__(self, sets, period):
        self.sets, self.period = sets, period
        self.values = {}        # name → {(member, …): Fraction}; () for a single value
        self.maps = {}          # name → {(member, …): member}
        self.tiers = {}         # name → tier table
        self.exemptions = {}    # name → {(member, …): bool}
        self.windows = {}       # name → True when its days are over, False, None while nobody can say

    def home(self, member):
        """The first set that lists the member, for its order and its neighbours."""
        for members in self.sets.values():
            if member in members:
                return members
        raise Mistake(f"“{member}” is in no set")

    def member(self, tree, variables):
        if tree[0] in ("next", "prev"):
            inner, members = self.placed(tree[1], variables)
            at = members.index(inner) + (1 if tree[0] == "next" else -1)
            if not 0 <= at < len(members):
                raise Refusal(f"{inner} has no neighbour there")
            return members[at]
        _, name, indices = tree
        if name in variables:
            return variables[name][0]
        if name in self.maps:
            return self.maps[name][tuple(self.member(index, variables) for index in indices)]
        return name

    def placed(self, tree, variables):
        """A member and the set it runs in."""
        while tree[0] in ("next", "prev"):
            _, members = self.placed(tree[1], variables)
            return self.member(tree, variables), members
        if tree[1] in variables:
            return variables[tree[1]]
        member = self.member(tree, variables)
        return member, self.home(member)

    def is_member(self, tree, variables):
        if tree[0] in ("next", "prev"):
            return True
        if tree[0] != "name" or tree[1] in self.values:
            return False
        return tree[1] in variables or tree[1] in self.maps or any(tree[1] in s for s in self.sets.values())

    def every(self, pairs, where, variables):
        """All ways to bind the running variables for which `where` holds."""
        if not pairs:
            if where is None or self.holds(where, variables):
                yield variables
            return
        (variable, name), rest = pairs[0], pairs[1:]
        if name not in self.sets:
            raise Mistake(f"there is no set “{name}”")
        for member in self.sets[name]:
            yield from self.every(rest, where, {**variables, variable: (member, self.sets[name])})

    def holds(self, tree, variables):
        kind = tree[0]
        if kind in ("and", "or"):
            left, right = self.holds(tree[1], variables), self.holds(tree[2], variables)
            return (left and right) if kind == "and" else (left or right)
        if kind == "not":
            return not self.holds(tree[1], variables)
        if kind == "compare":
            if self.is_member(tree[1][0], variables):
                placed = [self.placed(operand, variables) for operand in tree[1]]
                members = max((m for _, m in placed), key=len)
                if all(sign in ("=", "!=") for sign in tree[2]):
                    operands = [member for member, _ in placed]
                else:
                    operands = [members.index(member) for member, _ in placed]
            else:
                operands = [self.number(operand, variables) for operand in tree[1]]
            results = []
            for left, sign, right in zip(operands, tree[2], operands[1:]):
                results.append({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right,
                                "=": left == right, "!=": left != right}[sign]
                               if sign not in ("=", "!=") else (left == right) == (sign == "="))
            return all(results)
        if kind == "over" and tree[1] in ("any", "all"):
            found = [self.holds(tree[4], v) for v in self.every(tree[2], tree[3], variables)]
            return any(found) if tree[1] == "any" else all(found)
        if kind in ("first", "last"):
            member, members = self.placed(tree[1], variables)
            return members[0 if kind == "first" else -1] == member
        if kind == "exempt":
            return self.exemptions[tree[1]][tuple(self.member(m, variables) for m in tree[2])]
        if kind == "expired":
            if self.windows[tree[1]] is None:
                raise Refusal(f"nobody can say whether {tree[1]} is over")
            return self.windows[tree[1]]
        raise Mistake(f"{tree} is not a condition")

    def number(self, tree, variables):
        kind = tree[0]
        if kind == "number":
            return tree[1]
        if kind == "name":
            members = tuple(self.member(index, variables) for index in tree[2])
            known = self.values.get(tree[1], {})
            if members not in known:
                raise Mistake(f"“{tree[1]}{list(members)}” has no value")
            return known[members]
        if kind == "negated":
            return -self.number(tree[1], variables)
        if kind in "+-*/":
            left, right = self.number(tree[1], variables), self.number(tree[2], variables)
            if kind == "/" and right == 0:
                raise Refusal("the divisor is zero")
            return {"+": left + right, "-": left - right, "*": left * right}[kind] if kind != "/" else left / right
        if kind == "choice":
            for condition, value in tree[1]:
                if self.holds(condition, variables):
                    return self.number(value, variables)
            return self.number(tree[2], variables)
        if kind == "undetermined":
            raise Refusal("the text leaves this undetermined")
        if kind == "over":
            return self.over(tree, variables)
        if kind == "rank":
            return self.rank(tree, variables)
        if kind == "tier":
            return self.tier(tree[1], self.number(tree[2], variables))
        if kind == "round":
            step = self.number(tree[2], variables)
            if step <= 0:
                raise Refusal("the rounding step is not positive")
            return rounded(self.number(tree[1], variables), step, tree[3])
        if kind == "days":
            return self.days(tree[1], variables) * 86400
        if kind == "size":
            return Fraction(len(self.sets[tree[1][1]]))
        if kind == "call":
            return self.call(tree[1], [self.number(argument, variables) for argument in tree[2]])
        raise Mistake(f"{tree} is not a number")

    def call(self, function, given):
        if function == "abs":
            return abs(given[0])
        if function in ("min", "max"):
            return min(given) if function == "min" else max(given)
        if function == "clamp":
            value, low, high = given
            if low > high:
                raise Refusal("the lower bound lies above the upper bound")
            return max(low, min(high, value))
        if function in ("started_steps", "whole_steps"):
            value, step = given
            if step <= 0:
                raise Refusal("the step is not positive")
            if value <= 0:
                return Fraction(0)
            whole, rest = divmod(value / step, 1)
            return Fraction(whole + (1 if function == "started_steps" and rest > 0 else 0))
        raise Mistake(f"there is no function “{function}”")

    def over(self, tree, variables):
        _, function, pairs, where, body = tree
        if function == "count":
            return Fraction(sum(self.holds(body, v) for v in self.every(pairs, where, variables)))
        found = [self.number(body, v) for v in self.every(pairs, where, variables)]
        if function == "sum":
            return sum(found, Fraction(0))
        if not found:
            raise Refusal(f"{function} of nothing")
        if function == "mean":
            return sum(found) / len(found)
        return min(found) if function == "min" else max(found)

    def rank(self, tree, variables):
        _, who, pairs, where, keys, ties = tree
        wanted = self.member(who, variables)
        order = []
        for bound in self.every(pairs, where, variables):
            key = tuple(self.number(k, bound) * (1 if way == "ascending" else -1) for k, way in keys)
            order.append((key, bound[pairs[0][0]][0]))
        own = [key for key, member in order if member == wanted]
        if not own:
            raise Refusal(f"{wanted} is not among those ranked")
        before = sum(key < own[0] for key, _ in order)
        equal = [member for key, member in order if key == own[0]]
        if ties is None:
            if len({key for key, _ in order}) < len(order):
                raise Refusal(f"equal without a rule for ties: {', '.join(equal)}")
            return Fraction(before + 1)
        if ties == "best":
            return Fraction(before + 1)
        if ties == "worst":
            return Fraction(before + len(equal))
        if ties == "mean":
            return before + Fraction(len(equal) + 1, 2)
        if ties == "dense":
            return Fraction(len({key for key, _ in order if key < own[0]}) + 1)
        if ties == "order":
            return Fraction(before + 1 + equal.index(wanted))
        raise Mistake(f"“{ties}” is no rule for ties")

    def tier(self, name, value):
        table = self.tiers[name]
        total, inside = Fraction(0), False
        for low, high, price, at, otherwise in table["rows"]:
            if table["how"] == "exact":
                if otherwise or value == at:
                    return price
                continue
            if table["edge"] == "upper":
                holds = (low is None or low < value) and (high is None or value <= high)
            else:
                holds = (low is None or low <= value) and (high is None or value < high)
            if table["how"] == "step" and holds:
                return price
            if table["how"] == "whole" and holds:
                return price * value
            if table["how"] == "marginal":
                inside = inside or holds
                start = low if low is not None else Fraction(0)
                end = value if high is None else min(value, high)
                total += price * max(end - start, Fraction(0)) if low is not None or value > 0 else price * end
        if table["how"] == "marginal" and inside:
            return total
        raise Refusal(f"{value} lies outside the tiers of {name}")

    def days(self, tree, variables):
        if tree == ("name", "period", []) and "period" not in variables:
            return Fraction((self.period[1] - self.period[0]).days)
        member, members = self.placed(tree, variables)
        first = month_after(self.period[0], members.index(member))
        return Fraction((month_after(first, 1) - first).days)


def date_of(text):
    return date.fromisoformat(str(text))


def within(validity, period):
    """Whether all of a period lies in the validity of an agreement."""
    until = validity.get("until")
    return date_of(validity["from"]) <= period[0] and (blank(until) or period[1] <= date_of(until))


def last_day(window, start, calendar):
    """The last day of a window that runs from the day after `start`; `None` where no calendar covers it."""
    days = int(window.get("days") or 0)
    if window.get("calendar") != "working":
        return start + timedelta(days)
    day = start
    while days > 0:
        day += timedelta(1)
        if not calendar or not date_of(calendar["from"]) <= day < date_of(calendar["until"]):
            return None
        written = day.isoformat()
        isWork = day.weekday() < 5 and written not in (calendar.get("holidays") or [])
        days -= isWork or written in (calendar.get("workdays") or [])
    return day


def is_over(window, calendar, period, events, as_of):
    """Whether the days of a window are over without the event that keeps it; `None` while nobody can say."""
    def known(name):
        return [date_of(e["at"]) for e in events if e["event"] == name
                and (blank(window.get("party")) or blank(e.get("party")) or e["party"] == window["party"])
                and (as_of is None or date_of(e["at"]) <= as_of)]

    before = period[1] - timedelta(1)
    opening = None
    if isinstance(window["from"], dict):
        month, day = (int(part) for part in window["from"]["date"].split("-"))
        years = [y for y in range(period[1].year, period[1].year + 9) if exists(y, month, day) >= period[1]]
        start = exists(years[0], month, day)
        opening = min(start, before)
    elif window["from"] == "period-end":
        start = before
    else:
        start = max(known(window["from"]), default=None)
    if start is None:
        return None
    end = last_day(window, start, calendar)
    if end is None:
        return None
    if not blank(window.get("kept-by")) and any((opening or start) <= day <= end for day in known(window["kept-by"])):
        return False
    return None if as_of is None else as_of > end


def exists(year, month, day):
    """The day, or the first of all days where that year has none (29 February)."""
    try:
        return date(year, month, day)
    except ValueError:
        return date.min


def month_after(day, count):
    index = day.year * 12 + day.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


# ----------------------------------------------------------------------------------------------------------- agreements

def names_of(each):
    """`each` as [(variable, set)]: `d in districts`, `[s in sections, i in indicators]`, `indicators` (over i)."""
    if not each:
        return []
    pairs = []
    for item in each if isinstance(each, list) else [each]:
        variable, _, name = item.partition(" in ")
        pairs.append((variable.strip(), name.strip()) if name else ("i", item.strip()))
    return pairs


def sets_of(each):
    if not each:
        return []
    return [item.partition(" in ")[2].strip() or item.strip() for item in (each if isinstance(each, list) else [each])]


def leaves(node, depth):
    """Nested mappings of `depth` levels as {(key, …): leaf}."""
    if depth == 0:
        return {(): node}
    found = {}
    for key, inner in (node or {}).items():
        for keys, leaf in leaves(inner, depth - 1).items():
            found[(key,) + keys] = leaf
    return found


def blank(node):
    return node is None or node == ""


MONTHS = {"span": 0, "year": 12, "half-year": 6, "quarter": 3, "month": 1}


class Agreement:
    def __init__(self, node):
        self.node = node
        self.currency = node.get("currency") or "CNY"
        self.sets = {
            "parties": list(node.get("parties") or {}), "sections": list(node.get("sections") or {}),
            "indicators": list(node.get("indicators") or {}),
            "months": [f"m{n:02}" for n in range(1, 13)] if node["period"] == "year"
            else [f"m{n}" for n in range(1, MONTHS[node["period"]] + 1)],
        }
        for name, members in (node.get("sets") or {}).items():
            self.sets[name] = list(members)
        self.inputs = node.get("inputs") or {}
        self.is_measured = any(
            entry.get("measure") not in ("given", "previous-result") for entry in self.inputs.values())
        self.is_chained = any(entry.get("measure") == "previous-result" for entry in self.inputs.values())
        self.units = {}         # unit of each formula and input, for the steps an example expects
        self.period = self.first_period()

    def first_period(self):
        """The first whole civil period of its kind in which the agreement is in force: examples settle that."""
        first = date.fromisoformat(self.node["validity"]["from"])
        months = MONTHS[self.node["period"]]
        if not months:
            return first, date.fromisoformat(self.node["validity"]["until"])
        index = first.year * 12 + first.month - 1 + (1 if first.day > 1 else 0)
        index = -(-index // months) * months
        start = date(index // 12, index % 12 + 1, 1)
        return start, month_after(start, months)

    def dimension(self, entry):
        if entry.get("each"):
            return sets_of(entry["each"])
        return ["indicators"] if "values" in entry else []

    def figure(self, run, name, entry):
        """A constant or a baseline: `value`, `values` or `dated`."""
        unit = unit_factor(entry["unit"])
        self.units[name] = unit
        source = entry
        if "dated" in entry:
            fitting = [row for row in entry["dated"] if date.fromisoformat(row["from"]) <= self.period[0]]
            if not fitting:
                raise Refusal(f"{name} has no value at that time")
            source = fitting[-1]
        if "values" in source:
            depth = len(sets_of(entry["each"])) if entry.get("each") else 1
            found = leaves(source["values"], depth)
        else:
            found = {(): source.get("value")}
        if any(blank(value) for value in found.values()):
            raise Refusal(f"{name} is blank: {entry.get('clause')}")
        run.values[name] = {keys: quantity(value, entry["unit"]) for keys, value in found.items()}

    def terms(self, run):
        node, blanks = self.node, []
        if self.is_measured:
            if blank((node.get("missing-data") or {}).get("minimum-share")):
                blanks.append(f"missing-data.minimum-share is blank: {node['missing-data'].get('clause')}")
            terms = node.get("statistics")
            if blank(terms) or any(blank(value) for value in terms.values()):
                blanks.append("statistics is blank")
            elif any(blank(step.get("needs")) for step in terms["averaging"]):
                blanks.append(f"statistics.averaging is blank: {terms.get('clause')}")
        for name, entry in (node.get("baselines") or {}).items():
            for key in ("period", "samples", "signatures"):
                if key in entry and blank(entry[key]):
                    blanks.append(f"{name} {key} is blank: {entry.get('clause')}")
        for name, entry in list((node.get("constants") or {}).items()) + list((node.get("baselines") or {}).items()):
            try:
                self.figure(run, name, entry)
            except Refusal as refusal:
                blanks.append(str(refusal))
        for name, entry in self.inputs.items():
            if "opening" in entry and blank(entry["opening"]):
                blanks.append(f"{name}, opening is blank: {entry.get('clause')}")
        for name, entry in (node.get("maps") or {}).items():
            run.maps[name] = {(key,): value for key, value in entry["values"].items()}
        for entry in (node.get("tables") or {}).values():
            for column, what in entry["columns"].items():
                cells = {(row,): cells.get(column) for row, cells in entry["rows"].items()}
                if any(blank(cell) for cell in cells.values()):
                    blanks.append(f"{column} is blank: {entry.get('clause')}")
                elif "to" in what:
                    run.maps[column] = cells
                else:
                    run.values[column] = {key: quantity(cell, what["unit"]) for key, cell in cells.items()}
        for name, entry in (node.get("tiers") or {}).items():
            rows = []
            for row in entry["rows"]:
                price = row.get("otherwise", row.get("value"))
                if blank(price):
                    blanks.append(f"{name} is blank: {entry.get('clause')}")
                    continue

                def edge(key):
                    return quantity(row[key], entry["measures"]) if key in row and not blank(row[key]) else None

                rows.append((edge("from"), edge("to"), quantity(price, entry["gives"]), edge("at"), "otherwise" in row))
            run.tiers[name] = {"how": entry["how"], "edge": entry.get("edge"), "rows": rows}
        if blanks:
            raise Refusal("; ".join(blanks))

    def taken_over(self, name, entry, found, earlier):
        """Fills what an earlier period says: its own result, or what the first period begins with."""
        months = MONTHS[self.node["period"]]
        before = (month_after(self.period[0], -months), self.period[0])
        unit, is_first = self.units[name], not within(self.node["validity"], before)
        for pair in wanted_keys(self, entry):
            opening = entry.get("opening")
            for member in pair if isinstance(opening, dict) else ():
                opening = opening[member]
            if earlier is not None and blank(found.get(pair)):
                if earlier["refused"]:
                    raise Refusal(f"{name}: the period before did not settle")
                step = step_name(entry["result"], pair)
                found[pair] = str(earlier["steps"][step] * earlier["units"][entry["result"]] / unit)
            elif blank(found.get(pair)) and is_first and not blank(opening):
                found[pair] = opening
            elif not blank(found.get(pair)) and is_first and earlier is None and not blank(opening):
                if quantity(found[pair], entry["unit"]) != quantity(opening, entry["unit"]):
                    raise Refusal(f"{name} is disputed: the text begins with {opening}")

    def presumed(self, run, name, found, entry):
        """Fills what silence comes to once a window is over."""
        for rule in self.node.get("presumptions") or []:
            if rule["input"] != name:
                continue
            for pair in wanted_keys(self, entry):
                fits = blank(rule.get("members")) or list(pair) == rule["members"]
                if fits and blank(found.get(pair)) and run.windows[rule["within"]]:
                    found[pair] = rule["holds"]

    def figures(self, run, given, earlier=None):
        for name, entry in self.inputs.items():
            depth = len(sets_of(entry.get("each")))
            self.units[name] = unit_factor(entry["unit"])
            found = leaves(given[name], depth) if name in given else {}
            if entry.get("measure") == "previous-result":
                self.taken_over(name, entry, found, earlier)
            self.presumed(run, name, found, entry)
            for pair in wanted_keys(self, entry):
                if pair not in found or blank(found[pair]):
                    raise Refusal(f"{name}{list(pair)} is missing")
            run.values[name] = {keys: quantity(value, entry["unit"]) for keys, value in found.items()}
            low, high, whole = possible(entry)
            for value in run.values[name].values():
                figure = value / self.units[name]
                if whole and figure.denominator != 1 or low is not None and figure < low or high is not None and figure > high:
                    raise Refusal(f"{figure} {entry['unit']} cannot be")

    def measured(self, example):
        """Refuses when the example says that less was measured than the rule or the gate of its run asks for."""
        share, kind = example.get("share"), (example.get("run") or "special").partition("-")[0]
        if share is None or not self.is_measured:
            return
        asked = [Fraction(str(self.node["missing-data"]["minimum-share"]))]
        asked += [Fraction(str(gate["minimum-share"])) for gate in self.node.get("gates") or []
                  if gate["run"] == kind and not blank(gate.get("minimum-share"))]
        if Fraction(str(share)) < max(asked):
            raise Refusal(f"{share} of the expected values, {max(asked)} asked for")

    def settle(self, given, period=None, example=None, earlier=None):
        """One period, after `earlier` where results are taken over: {"refused", "lines", "net", "steps", "exempt", "verdicts"}."""
        self.period = period or self.first_period()
        run = Run(self.sets, self.period)
        result = {"refused": None, "lines": [], "net": {}, "steps": {}, "exempt": [], "verdicts": {}}
        try:
            self.terms(run)
            as_of = (example or {}).get("as-of")
            for window in self.node.get("windows") or []:
                run.windows[window["name"]] = is_over(
                    window, self.node.get("working-calendar"), self.period, (example or {}).get("events") or [],
                    date_of(as_of) if as_of else None)
            self.figures(run, given, earlier)
            self.measured(example or {})
            for entry in self.node.get("exemptions") or []:
                tree = Parser(entry["when"]).whole()
                pairs = names_of(entry.get("each"))
                known = run.exemptions[entry["name"]] = {}
                for bound in run.every(pairs, None, {}):
                    key = tuple(bound[v][0] for v, _ in pairs)
                    known[key] = run.holds(tree, bound)
                    if known[key]:
                        result["exempt"].append(step_name(entry["name"], key))
            for entry in self.node.get("formulas") or []:
                self.formula(run, entry, result)
            for entry in self.node.get("verdicts") or []:
                holds = run.holds(Parser(entry["met-when"]).whole(), {})
                result["verdicts"][entry["name"]] = "met" if holds else "not-met"
            refusals = []
            for entry in self.node.get("checks") or []:
                collect(refusals, lambda: self.check(run, entry))
            for entry in self.node.get("payments") or []:
                collect(refusals, lambda: self.payment(run, entry, result))
            for entry in self.node.get("splits") or []:
                collect(refusals, lambda: self.split(run, entry, result))
            if refusals:
                raise Refusal("; ".join(refusals))
            result["units"] = dict(self.units)
        except Refusal as refusal:
            result["refused"], result["lines"] = str(refusal), []
            return result
        for name, payer, payee, ledger, amount in result["lines"]:
            result["net"][f"{payer} {ledger}"] = result["net"].get(f"{payer} {ledger}", 0) - amount
            result["net"][f"{payee} {ledger}"] = result["net"].get(f"{payee} {ledger}", 0) + amount
        return result

    def formula(self, run, entry, result):
        tree, pairs = Parser(entry["expression"]).whole(), names_of(entry.get("each"))
        unit = self.units[entry["name"]] = unit_factor(entry["unit"])
        values = {}
        for bound in run.every(pairs, None, {}):
            key = tuple(bound[v][0] for v, _ in pairs)
            values[key] = run.number(tree, bound)
            result["steps"][step_name(entry["name"], key)] = values[key] / unit
        run.values[entry["name"]] = values

    def check(self, run, entry):
        for bound in run.every(names_of(entry.get("each")), None, {}):
            if "holds" in entry:
                if not run.holds(Parser(entry["holds"]).whole(), bound):
                    raise Refusal(f"does not balance: {entry['clause']}: {entry['holds']}")
                continue
            sides = entry.get("equal") or entry["at-most"]
            left, right = (run.number(Parser(side).whole(), bound) for side in sides)
            within = quantity(entry["within"], "1") if entry.get("within") else Fraction(0)
            if (abs(left - right) > within) if "equal" in entry else (left > right):
                raise Refusal(f"does not balance: {entry['clause']}: {sides[0]} is {left}, {sides[1]} is {right}")

    def ledger(self, entry):
        """Name, base units of its unit, smallest step in that unit."""
        name = entry.get("ledger")
        if not name:
            return self.currency, Fraction(1), Fraction(1) if self.currency in ("JPY", "VND") else Fraction(1, 100)
        found = self.node["ledgers"][name]
        unit = unit_factor(found["unit"])
        return name, unit, quantity(found["smallest"], found["unit"]) / unit

    def settled(self, amount, entry, what):
        """An amount of a line: rounded where the entry writes it, else it must be whole in the smallest unit."""
        _, unit, smallest = self.ledger(entry)
        value = amount / unit
        rule = entry.get("rounding")
        if rule and "shares" not in entry:
            value = rounded(value, quantity(rule["to"], "1") / unit, rule["rule"])
        if (value / smallest).denominator != 1:
            raise Refusal(f"{what}: {value} is finer than the smallest unit and no clause rounds it")
        return value

    def payment(self, run, entry, result):
        refusals = []
        for bound in run.every(names_of(entry.get("each")), None, {}):
            collect(refusals, lambda: self.pay(run, entry, result, bound))
        if refusals:
            raise Refusal("; ".join(refusals))

    def pay(self, run, entry, result, bound):
        for branch in entry.get("branches") or [entry]:
            if "when" in branch and not run.holds(Parser(branch["when"]).whole(), bound):
                continue
            if "undetermined" in branch:
                raise Refusal(f"{entry['clause']}: {branch['undetermined']}")
            if branch.get("nothing") == "true":
                return
            payer, payee = (run.member(Parser(branch[side]).member(), bound) for side in ("payer", "payee"))
            amount = run.number(Parser(branch["amount"]).whole(), bound)
            if branch.get("signed") == "true" or entry.get("signed") == "true":
                if amount == 0:
                    return
                if amount < 0:
                    payer, payee, amount = payee, payer, -amount
            if amount < 0:
                raise Refusal(f"{entry['name']}: a negative amount")
            ledger = self.ledger(entry)[0]
            result["lines"].append((entry["name"], payer, payee, ledger, self.settled(amount, entry, entry["name"])))
            return
        raise Refusal(f"no branch covers this case: {entry['clause']} must say what holds here")

    def split(self, run, entry, result):
        for bound in run.every(names_of(entry.get("each")), None, {}):
            self.divide(run, entry, result, bound)

    def divide(self, run, entry, result, bound):
        total = run.number(Parser(entry["total"]).whole(), bound)
        if total < 0:
            raise Refusal(f"{entry['name']}: the total to divide is negative")
        ledger, unit, smallest = self.ledger(entry)
        total = self.settled(total, {**entry, "rounding": None}, entry["name"])
        shares = {}
        if isinstance(entry["shares"], dict):
            for party, share in entry["shares"].items():
                shares[run.member(Parser(party).member(), bound)] = run.number(Parser(share).whole(), bound)
        else:
            running, _, body = entry["shares"].partition(":")
            for inner in run.every(names_of([running]), None, bound):
                variable = names_of([running])[0][0]
                shares[inner[variable][0]] = run.number(Parser(body).whole(), inner)
        whole = sum(shares.values())
        if whole <= 0 or any(share < 0 for share in shares.values()):
            raise Refusal(f"{entry['name']}: the shares do not divide the total")
        rounding = entry["rounding"]
        step, rule = smallest, rounding
        if isinstance(rounding, dict):
            step, rule = quantity(rounding["to"], "1") / unit, rounding["rule"]
        remainder = run.member(Parser(entry["remainder"]).member(), bound)
        pool = run.member(Parser(entry["pool"]).member(), bound)
        portions = {p: rounded(total * s / whole, step, rule) for p, s in shares.items() if p != remainder}
        portions[remainder] = total - sum(portions.values())
        for party in shares:
            payer, payee = (party, pool) if entry["direction"] == "contribute" else (pool, party)
            result["lines"].append((entry["name"], payer, payee, ledger, portions[party]))


def possible(entry):
    """What an input can be in its unit: lowest, highest, whether whole."""
    said, unit = entry.get("range"), entry["unit"].replace("µ", "u").replace("μ", "u").replace("³", "3")
    if said == "any":
        return None, None, False
    if said:
        ends = [None if end == "any" else Fraction(str(end)) for end in said[:2]]
        return ends[0], ends[1], len(said) == 3
    if entry.get("measure") == "section-class" or unit in ("class", "类别"):
        return 1, 6, True
    if unit in ("rank", "位次"):
        return 1, None, True
    if re.fullmatch(r"[munk]?g/(m?L|m3)", unit):
        return 0, None, False
    return None, None, False


def wanted_keys(agreement, entry):
    keys = [()]
    for name in sets_of(entry.get("each")):
        keys = [key + (member,) for key in keys for member in agreement.sets[name]]
    return keys


def step_name(name, key):
    return f"{name}[{','.join(key)}]" if key else name


def collect(refusals, action):
    try:
        action()
    except Refusal as refusal:
        refusals.append(str(refusal))


# ------------------------------------------------------------------------------------------------------------- examples

def examine(agreement, example):
    """The results of an example's periods, and what differs from what it expects."""
    periods = example.get("periods") or [example.get("inputs") or {}]
    results, settled = [], written_period(example.get("period"))
    for given in periods:
        earlier = results[-1] if agreement.is_chained and results else None
        if earlier is not None:
            settled = agreement.period[1], month_after(agreement.period[1], MONTHS[agreement.node["period"]])
        results.append(agreement.settle(given, settled, example, earlier))
    expect, faults = example["expect"], []
    refusals = [r["refused"] for r in results if r["refused"]]
    if "refuses" in expect:
        if not refusals:
            faults.append(f"it settles, but must refuse with “{expect['refuses']}”")
    elif refusals:
        faults.append("it does not settle: " + "; ".join(refusals))
    else:
        faults += money_faults(agreement, expect, results)
    steps = {squeezed(name): value for name, value in results[-1]["steps"].items()}
    for name, text in (expect.get("steps") or {}).items():
        faults += step_fault(agreement, steps, name, lambda value, read: value == read(text), f"expected {text}")
    for name, (low, high) in (expect.get("bounds") or {}).items():
        faults += step_fault(
            agreement, steps, name, lambda value, read: read(low) <= value <= read(high), f"expected {low} … {high}")
    for name, wanted in (expect.get("verdicts") or {}).items():
        found = results[-1]["verdicts"].get(name)
        if found != wanted:
            faults.append(f"verdict {name} is {found}, expected {wanted}")
    if "exempt" in expect:
        found = sorted({squeezed(name) for result in results for name in result["exempt"]})
        if found != sorted(squeezed(name) for name in expect["exempt"]):
            faults.append(f"exempt are {found}")
    return results, faults


def written_period(text):
    """`2019`, `2019-H1`, `2019-Q3` or `2019-07` as first day and the day after the last; `None` for the first whole period."""
    if not text:
        return None
    year, _, part = text.partition("-")
    if not part:
        return date(int(year), 1, 1), date(int(year) + 1, 1, 1)
    if part[0] == "H":
        first = date(int(year), 6 * int(part[1:]) - 5, 1)
        return first, month_after(first, 6)
    if part[0] in "Qq":
        first = date(int(year), 3 * int(part[1:]) - 2, 1)
        return first, month_after(first, 3)
    first = date(int(year), int(part), 1)
    return first, month_after(first, 1)


def squeezed(name):
    return name.replace(" ", "").replace("][", ",")


def step_fault(agreement, steps, name, agrees, wanted):
    unit = agreement.units.get(name.partition("[")[0], Fraction(1))

    def read(text):
        number, _, written = str(text).strip().partition(" ")
        return quantity(text, "1") / unit if written else Fraction(number.replace("−", "-"))

    value = steps.get(squeezed(name))
    if value is None:
        return [f"there is no step “{name}”"]
    return [] if agrees(value, read) else [f"{name} is {value}, {wanted}"]


def money_faults(agreement, expect, results):
    faults, got, net = [], {}, {}
    ledgers = agreement.node.get("ledgers") or {}

    def read(text, named=None):
        """The amount in units of its ledger, and that ledger: the one named, or the only one its unit belongs to."""
        written = str(text).strip().partition(" ")[2]
        fitting = [n for n, e in ledgers.items() if written in (e["unit"], e["smallest"].partition(" ")[2])]
        name = named or (fitting[0] if written and len(fitting) == 1 else None)
        if name:
            return quantity(text, ledgers[name]["unit"]) / unit_factor(ledgers[name]["unit"]), name
        return quantity(text, "1"), agreement.currency

    for result in results:
        for _, payer, payee, ledger, amount in result["lines"]:
            got[payer, payee, ledger] = got.get((payer, payee, ledger), 0) + amount
        # What an example states as net is money; quota and permits have ledgers, and nets, of their own.
        for key, amount in result["net"].items():
            party, _, ledger = key.partition(" ")
            if ledger == agreement.currency:
                net[party] = net.get(party, 0) + amount
    if "lines" in expect or expect.get("nothing") == "true":
        wanted = {}
        for line in expect.get("lines") or []:
            amount, ledger = read(line["amount"], line.get("ledger"))
            key = (line["payer"], line["payee"], ledger)
            wanted[key] = wanted.get(key, 0) + amount
        payments = {entry["name"] for entry in agreement.node.get("payments") or []}
        for name, payer, payee, ledger, amount in (line for result in results for line in result["lines"]):
            if amount == 0 and name in payments and (payer, payee, ledger) not in wanted:
                faults.append(f"{payer} → {payee}: a line of nothing that is not expected")
        for key in sorted(set(got) | set(wanted)):
            if got.get(key, 0) != wanted.get(key, 0):
                faults.append(f"{key[0]} → {key[1]}: {got.get(key, 0)} {key[2]}, expected {wanted.get(key, 0)}")
    for party, text in (expect.get("net") or {}).items():
        if isinstance(text, dict):
            continue
        if net.get(party, 0) != read(text)[0]:
            faults.append(f"net of {party}: {net.get(party, 0)}, expected {read(text)[0]}")
    return faults


def plain(result):
    """A result as the dump writes it: fractions as text, zero lines left out, lines of one kind added."""
    lines = {}
    for name, payer, payee, ledger, amount in result["lines"]:
        lines[name, payer, payee, ledger] = lines.get((name, payer, payee, ledger), 0) + amount
    return {
        "refused": bool(result["refused"]),
        "lines": {" ".join(key): str(Fraction(amount)) for key, amount in lines.items() if amount != 0},
        "net": {key: str(Fraction(amount)) for key, amount in result["net"].items() if amount != 0},
        "steps": {squeezed(name): str(Fraction(value)) for name, value in result["steps"].items()},
    }


def compared(ours, theirs):
    """Where the program's results of one example differ from ours."""
    if len(ours) != len(theirs):
        return [f"the program settles {len(theirs)} periods, the oracle {len(ours)}"]
    faults = []
    for number, (own, other) in enumerate(zip(ours, theirs)):
        at = f"period {number + 1}: " if len(ours) > 1 else ""
        if own["refused"] != other["refused"]:
            faults.append(f"{at}refused: program {other['refused']}, oracle {own['refused']}")
            continue
        added = {}
        for name, payer, payee, ledger, amount in other["lines"]:
            key = f"{name} {payer} {payee} {ledger}"
            added[key] = added.get(key, 0) + Fraction(amount)
        program = {
            "lines": {key: str(value) for key, value in added.items() if value != 0},
            "net": {key: str(Fraction(value)) for key, value in other["net"].items() if Fraction(value) != 0},
            "steps": {squeezed(key): str(Fraction(value)) for key, value in other["steps"].items()},
        }
        for what in ("lines", "net", "steps"):
            for key in sorted(set(own[what]) | set(program[what])):
                if what == "steps" and key not in own[what]:
                    continue        # a payment is a step of the program too; its amount is compared as a line
                if what == "steps" and own["refused"] and key not in program[what]:
                    continue        # a refused run may stop earlier in one of the two
                if own[what].get(key) != program[what].get(key):
                    faults.append(f"{at}{what} {key}: program {program[what].get(key)}, oracle {own[what].get(key)}")
    return faults


def main(arguments):
    root = arguments[0]
    dump = None
    if "--compare" in arguments:
        with open(arguments[arguments.index("--compare") + 1], encoding="utf-8") as file:
            dump = json.load(file)
    seen, faults, count, printed = set(), [], 0, {}
    for folder, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            short = os.path.relpath(path, root)
            if os.path.basename(folder) != "agreements" or not name.endswith(".yaml"):
                continue
            with open(path, encoding="utf-8") as file:
                node = yaml.load(file, Loader=yaml.BaseLoader)
            seen.add(short)
            agreement = Agreement(node)
            for example in node.get("examples") or []:
                count += 1
                try:
                    results, found = examine(agreement, example)
                except Mistake as mistake:
                    faults.append(f"{short}: {example['name']}: {mistake}")
                    continue
                ours = [plain(result) for result in results]
                printed.setdefault(short, {})[example["name"]] = ours
                if dump is not None:
                    theirs = dump.get(short, {}).get(example["name"])
                    found += ["the program did not run it"] if theirs is None else compared(ours, theirs)
                faults += [f"{short}: {example['name']}: {fault}" for fault in found]
    for short in sorted(set(dump or {}) - seen):
        faults.append(f"{short}: the oracle found no such file")
    if "--print" in arguments:
        print(json.dumps(printed, ensure_ascii=False, indent=1))
    for fault in faults:
        print(fault)
    print(f"{len(seen)} agreements, {count} examples, {len(faults)} differences", file=sys.stderr)
    return 1 if faults or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
