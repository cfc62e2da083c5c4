"""The hosts, with their roles as data, which the bench has written down."""

import json
import os

with open(os.environ["HOSTS"]) as file:
    members = [(name, data) for name, data in json.load(file)]
