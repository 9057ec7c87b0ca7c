"""The verbs of tools/maru: one module per group of verbs, each with `register(subparsers)`."""
