"""What is worked out when it is first asked for, and remembered: without a lock.

`functools.cached_property` takes a lock each time that it works something out (Python 3.11), which costs as much as
most of what is worked out here. Without one, two threads that ask for the same at once may both work it out, and either
answer stays.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

__all__ = ["cached_property"]

if TYPE_CHECKING:
    from functools import cached_property
else:

    class cached_property:  # noqa: N801 - it stands where a function would
        """A method without arguments that reads like an attribute, and is called once for each object."""

        def __init__(self, method: Callable[[Any], Any]) -> None:
            self.method = method
            self.__doc__ = method.__doc__

        def __set_name__(self, owner: type, name: str) -> None:
            self.name = name

        def __get__(self, instance: object, owner: type | None = None) -> object:
            if instance is None:
                return self
            value = instance.__dict__[self.name] = self.method(instance)
            return value
