"""How apk keeps its records (apk-tools, apk-v2 format)."""

__all__: list[str] = []
