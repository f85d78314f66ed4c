"""``python -m prill`` is the same as ``prill``."""

import sys

from prill.cli.main import main

sys.exit(main())
