"""Keeps byte arrays of 1 MB: "ready", a line, as many arrays as were asked for, "done", a line."""
import sys

kept = []


def keep():
    kept.append(bytearray(1 << 20))


print("ready", flush=True)
sys.stdin.readline()
for _ in range(int(sys.argv[1])):
    keep()
print("done", flush=True)
sys.stdin.readline()
