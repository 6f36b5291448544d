import sys

# The benchmark works ptys.
collect_ignore_glob = ["*.py"] if sys.platform == "win32" else []
