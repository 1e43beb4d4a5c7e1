"""Reads CSV from standard input as Python does and writes it as JSON."""
import csv
import json
import sys

json.dump(list(csv.DictReader(sys.stdin, strict=True)), sys.stdout)
