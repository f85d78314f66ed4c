"""How rpm keeps its records: headers, and the three kinds of database that hold them."""

__all__: list[str] = []
