"""The twelve clients of the demo agency, one file each."""

from . import (
    blue_harbour,
    copperkettle,
    fernhill,
    granite_owl,
    juniper,
    kestrel,
    larkspur,
    marigold,
    northlight,
    orchard_lane,
    quillfeather,
    sundial,
)

CLIENTS = (
    blue_harbour.CLIENT,
    northlight.CLIENT,
    fernhill.CLIENT,
    copperkettle.CLIENT,
    marigold.CLIENT,
    kestrel.CLIENT,
    larkspur.CLIENT,
    granite_owl.CLIENT,
    quillfeather.CLIENT,
    sundial.CLIENT,
    juniper.CLIENT,
    orchard_lane.CLIENT,
)
