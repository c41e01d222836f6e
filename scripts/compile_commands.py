"""Writes compile_commands.json: compile_commands.py FOLDER COMPILER FLAG... <sources, one a line."""
import json
import sys

folder, command = sys.argv[1], sys.argv[2:]
json.dump(
    [{"directory": folder, "file": source, "arguments": command + ["-c", source]} for source in sys.stdin.read().split()],
    sys.stdout,
    indent=1,
)
print()
