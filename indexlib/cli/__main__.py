"""``python -m indexlib.cli``."""

from indexlib.cli.main import main

main()
