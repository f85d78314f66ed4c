"""Where private keys are kept: each kind of place is a module with a `SignerKind`, listed here in order.

A new one needs an id, a sentence, how its references begin, and one function that opens it.
"""

from prill.signing.signers import environment, key_file, pkcs11

__all__ = ["BUILTIN"]

BUILTIN = (environment.KIND, pkcs11.KIND, key_file.KIND)
"""The kinds, the one that takes any text last."""
