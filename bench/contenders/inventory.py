"""The hosts with their roles as data, from a file that the benchmark writes."""

import json
import os

with open(os.environ["HOSTS"]) as file:
    members = [(name, data) for name, data in json.load(file)]
