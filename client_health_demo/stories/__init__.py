"""The clients of the demo agency: twelve with a story, one table each, and ten that left."""

from .read import read_stories

STORIES = read_stories(
    "blue_harbour",
    "northlight",
    "fernhill",
    "copperkettle",
    "marigold",
    "kestrel",
    "larkspur",
    "granite_owl",
    "quillfeather",
    "sundial",
    "juniper",
    "orchard_lane",
)
# A year ago the agency began to look after fewer clients: small ones, with care plans.
FORMER = read_stories("former")
CLIENTS = STORIES + FORMER
