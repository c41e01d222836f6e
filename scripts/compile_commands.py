"""Prints compile_commands.json: compile_commands.py DIRECTORY COMPILER FLAG... <SOURCES

SOURCES has one source per line.
"""
import json
import sys

directory, command = sys.argv[1], sys.argv[2:]
json.dump(
    [{"directory": directory, "file": source, "arguments": command + ["-c", source]}
     for source in sys.stdin.read().split()],
    sys.stdout,
    indent=1,
)
print()
