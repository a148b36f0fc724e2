"""A small package with code of all kinds, its tests, and mutants of it made by hand."""

from __future__ import annotations

import re

from ambidex.mutation.mutant import Mutant

PATH = "src/zoo/animals.py"

MODULE = '''\
"""Animals."""
from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import enum
import functools

LEGS = 4
NAMES = ["ape", "bee", "cat"]


def twice(x: int) -> int:
    return x * 2


def greet(name="cat", *, mark="!"):
    return "hello " + name + mark


def counter(step):
    total = 0

    def add(times=1):
        nonlocal total
        total += step * times
        return total

    return add


def loud(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs).upper()

    return wrapper


@loud
def noise(animal):
    return animal + " says " + ("moo" if animal == "cow" else "meow")


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


WARM = fib(10)


class Base:
    kind = "base"

    def __init__(self, weight):
        self.__weight = weight

    def weigh(self):
        return self.__weight + 0

    def describe(self):
        return "an animal"


class Dog(Base):
    sound = "wau" + "!"
    instances = 0

    def __init__(self, weight, name):
        super().__init__(weight + 1)
        self._name = name

    @property
    def name(self):
        return self._name.title()

    @name.setter
    def name(self, value):
        self._name = value.strip()

    @staticmethod
    def bark(times):
        return "wau" * times

    @classmethod
    def puppy(cls, name):
        return cls(1, name)

    @functools.cached_property
    def tag(self):
        return "#" + self._name

    def describe(self):
        return super().describe() + " with a name"

    def runner(self):
        def run(distance):
            return distance / self.weigh()

        return run

    def __eq__(self, other):
        return isinstance(other, Dog) and self.name == other.name

    __hash__ = None

    class Toy:
        def squeak(self):
            return "quiek" + "!"


@dataclasses.dataclass
class Cage:
    size: int
    doors: int = 1
    guests: list = dataclasses.field(default_factory=list)

    def room(self):
        return self.size - len(self.guests)

    def __post_init__(self):
        self.size = abs(self.size)


class Mood(enum.Enum):
    GOOD = 1
    BAD = 2

    def flip(self):
        return Mood.BAD if self is Mood.GOOD else Mood.GOOD


def parade(count):
    for number in range(count):
        yield number * 10
    return "end"


async def feed(amount):
    await asyncio.sleep(0)
    return amount - 1


async def feeding(count):
    for number in range(count):
        yield await feed(number + 1)


@contextlib.contextmanager
def visiting(log):
    log.append("in")
    try:
        yield len(log)
    finally:
        log.append("out")


sort_key = lambda animal: (len(animal), animal)
pair = (lambda x: x + 1, lambda x: x - 1)


def squares(n):
    return [i * i for i in range(n) if i % 2 == 0]


def guarded(value):
    if value < 0:
        raise ValueError("negative")
    try:
        return 10 // value
    except ZeroDivisionError:
        return None


def waiting(flag):
    while not flag:
        flag = True
    return flag


def nested(depth):
    def level(n):
        def deeper():
            return n + depth
        return deeper() * 2
    return level


adder = counter(3)
REGISTRY = {}


def register(function):
    REGISTRY[function.__name__] = function
    return function


@register
def registered(x):
    return x + 100


if LEGS > 2:
    def choice():
        return "many"
else:
    def choice():
        return "few"
'''

TESTS = """\
import asyncio
import pytest
from zoo import animals
from zoo.animals import Base, Cage, Dog, Mood, greet, noise, sort_key

IMPORTED = animals.twice


def test_twice():
    assert IMPORTED(3) == 6

def test_greet():
    assert greet() == "hello cat!"

def test_counter():
    add = animals.counter(2)
    assert (add(), add(2)) == (2, 6)

def test_closure_made_at_import():
    assert animals.adder(2) == 6

def test_noise():
    assert noise("cow") == "COW SAYS MOO"

def test_fib():
    assert animals.fib(10) == 55

def test_base():
    assert Base(3).weigh() == 3
    assert Base(3).describe() == "an animal"

def test_dog():
    dog = Dog(2, "rex")
    assert dog.weigh() == 3
    assert dog.name == "Rex"
    dog.name = " bo "
    assert dog._name == "bo"
    assert dog.tag == "#bo"
    assert Dog.bark(2) == "wauwau"
    assert Dog.puppy("x").weigh() == 2
    assert dog.describe() == "an animal with a name"
    assert dog.runner()(6) == 2
    assert dog == Dog(1, "bo")
    assert Dog.Toy().squeak() == "quiek!"
    assert Dog.sound == "wau!"

def test_cage():
    cage = Cage(-3)
    assert cage.room() == 3
    assert cage.doors == 1

def test_mood():
    assert Mood.GOOD.flip() is Mood.BAD

def test_parade():
    assert list(animals.parade(3)) == [0, 10, 20]

def test_feed():
    assert asyncio.run(animals.feed(3)) == 2

    async def all():
        return [each async for each in animals.feeding(3)]

    assert asyncio.run(all()) == [0, 1, 2]

def test_visiting():
    log = []
    with animals.visiting(log) as count:
        assert count == 1
    assert log == ["in", "out"]

def test_lambdas():
    assert sorted(["bb", "c", "a"], key=sort_key) == ["a", "c", "bb"]
    assert animals.pair[0](1) == 2
    assert animals.pair[1](1) == 0

def test_squares():
    assert animals.squares(5) == [0, 4, 16]

def test_guarded():
    with pytest.raises(ValueError):
        animals.guarded(-1)
    assert animals.guarded(0) is None

def test_waiting():
    assert animals.waiting(False)

def test_nested():
    assert animals.nested(1)(2) == 6

def test_registered():
    assert animals.REGISTRY["registered"](1) == 101

@pytest.mark.parametrize("name", animals.NAMES)
def test_names(name):
    assert len(name) == animals.LEGS - 1

def test_choice():
    assert animals.choice() == "many"
"""

FILES = {
    PATH: MODULE,
    "src/zoo/__init__.py": "",
    "tests/test_animals.py": TESTS,
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["src"]\n',
}

# Function, text, replacement, and `import` where the code runs while the module is imported.
CHANGES = [
    ("twice", "x * 2", "x ** 2"),
    ("twice", "x * 2", "x + x"),
    ("greet", '"hello "', '"hullo "'),
    ("greet", 'name="cat"', 'name="dog"', "import"),
    ("greet", 'mark="!"', 'mark="?"', "import"),
    ("counter.<locals>.add", "step * times", "step / times"),
    ("counter.<locals>.add", "total += step", "total -= step"),
    ("counter.<locals>.add", "times=1", "times=2"),
    ("counter", "total = 0", "total = 1"),
    ("loud.<locals>.wrapper", ".upper()", ".lower()"),
    ("noise", '"moo" if', '"muh" if'),
    ("noise", '== "cow"', '!= "cow"'),
    ("noise", '"meow"', '"miau"'),
    ("fib", "n < 2", "n <= 2"),
    ("fib", "fib(n - 1)", "fib(n - 2)"),
    ("Base.__init__", "self.__weight = weight", "self.__weight = None"),
    ("Base.weigh", "self.__weight + 0", "self.__weight - 0"),
    ("Base.weigh", "self.__weight + 0", "self.__weight + 1"),
    ("Base", 'kind = "base"', 'kind = "space"', "import"),
    ("Dog", '"wau" + "!"', '"wau" + "?"', "import"),
    # Not said to be at import: the runner has to find out.
    ("Dog", '"wau" + "!"', '"wau" + "."'),
    ("Dog.__init__", "super().__init__(weight + 1)", "super().__init__(weight)"),
    ("Dog.__init__", "super().__init__(weight + 1)", "None"),
    ("Dog.name", "self._name.title()", "self._name"),
    ("Dog.name", "value.strip()", "value"),
    ("Dog.bark", '"wau" * times', '"wau" * (times + 1)'),
    ("Dog.bark", "@staticmethod\n    ", "", "import"),
    ("Dog.puppy", "cls(1, name)", "cls(0, name)"),
    ("Dog.tag", '"#" + self', '"-" + self'),
    ("Dog.describe", 'super().describe() + " with a name"', "None"),
    ("Dog.describe", 'super().describe() + " with a name"', '"an animal with a name"'),
    ("Dog.runner.<locals>.run", "distance / self.weigh()", "distance * self.weigh()"),
    ("Dog.runner.<locals>.run", "distance / self.weigh()", "2"),
    ("Dog.__eq__", "self.name == other.name", "True"),
    ("Dog.__eq__", "self.name == other.name", "self.name != other.name"),
    ("Dog.Toy.squeak", '"quiek"', '"piep"'),
    ("Cage.room", "self.size - len", "self.size + len"),
    ("Cage", "doors: int = 1", "doors: int = 2", "import"),
    ("Cage.__post_init__", "abs(self.size)", "-abs(self.size)"),
    ("Mood", "BAD = 2", "BAD = 3", "import"),
    ("Mood.flip", "self is Mood.GOOD", "self is not Mood.GOOD"),
    ("parade", "number * 10", "number * 11"),
    ("parade", "yield number * 10", "pass"),
    ("parade", '"end"', '"over"'),
    ("feed", "amount - 1", "amount + 1"),
    ("feeding", "number + 1", "number"),
    ("visiting", 'log.append("out")', "pass"),
    ("<module>", "(len(animal), animal)", "(animal, len(animal))"),
    ("<module>", "lambda x: x - 1", "lambda x: x + 1"),
    ("<module>", "lambda x: x + 1", "lambda x: x + 2"),
    ("squares", "i * i", "i + i"),
    ("squares", "i % 2 == 0", "i % 2 != 0"),
    ("guarded", "value < 0", "value < 1"),
    ("guarded", "value < 0", "value < -1"),
    ("guarded", "return 10 // value", "return 10 / value"),
    ("guarded", 'raise ValueError("negative")', "pass"),
    ("waiting", "flag = True", "flag = False"),
    ("nested.<locals>.level.<locals>.deeper", "n + depth", "n - depth"),
    ("nested.<locals>.level", "deeper() * 2", "n * 3"),
    ("register", "return function", "return None", "import"),
    ("registered", "x + 100", "x - 100"),
    ("<module>", "LEGS = 4", "LEGS = 5", "import"),
    ("<module>", "LEGS = 4", "LEGS = 2 + 2", "import"),
    ("<module>", '"bee", "cat"', '"bee", "horse"', "import"),
    ("<module>", '["ape", "bee", "cat"]', '["ape", "bee"]', "import"),
    ("<module>", "LEGS > 2", "LEGS < 2", "import"),
    ("<module>", "import enum", "import enumeration", "import"),
    ("choice", '"many"', '"lots"'),
]


def mutant(text: str, change: tuple[str, ...], path: str = PATH) -> Mutant:
    """The mutant that a row of `CHANGES` describes."""
    qualname, old, new, *rest = change
    start = text.index(old)
    first = text[:start].count("\n") + 1
    return Mutant(
        path,
        qualname,
        lines=(first, first + old.count("\n")),
        span=(start, start + len(old)),
        replacement=new,
        operator="Handmade",
        at_import=bool(rest),
    )


def mutants() -> list[Mutant]:
    return [mutant(MODULE, change) for change in CHANGES]


def tests() -> list[str]:
    """Node ids of all tests."""
    names = re.findall(r"^def (test_\w+)\(\)", TESTS, re.MULTILINE)
    found = [f"tests/test_animals.py::{name}" for name in names]
    return found + [f"tests/test_animals.py::test_names[{name}]" for name in ("ape", "bee", "cat")]
