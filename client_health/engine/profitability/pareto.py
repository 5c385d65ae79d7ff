"""Reads margin and hours of clients; returns which of them earn it, over the hours it takes.

Clients are put in the order of what an hour of them earns. Added up in that order, the margin rises
as long as clients earn, and falls again with those that lose: the first part is who keeps the firm
alive, the last one what it costs to keep the others.

    >>> curve = get_curve([Client(1, 300, 50), Client(2, 900, 30), Client(3, -200, 20)])
    >>> [(point.id, point.margin_sum, point.hours_share) for point in curve]
    [(2, 900, 30.0), (1, 1200, 80.0), (3, 1000, 100.0)]
    >>> get_summary(curve)
    Summary(clients=3, margin=1000, most=1, most_hours=30.0, losing=1, lost=200, lost_hours=20.0)
"""

from typing import NamedTuple

# Pareto's share: how few clients make most of the margin.
MOST = 0.8


class Client(NamedTuple):
    id: int
    margin: float
    hours: float


class Point(NamedTuple):
    """A client, and the sums up to and with it."""

    id: int
    margin: float
    hours: float
    margin_sum: float
    hours_share: float  # percent of all hours


class Summary(NamedTuple):
    clients: int
    margin: float  # of all
    most: int  # clients that make MOST of the margin; 0: there is none
    most_hours: float  # percent of the hours that these take
    losing: int
    lost: float  # positive
    lost_hours: float


def get_curve(clients):
    """Return a ``Point`` per client, the one that earns most per hour first.

    Without hours, margin comes first and a loss last. Hours that were all taken back count as none.
    """
    total = sum(max(client.hours, 0) for client in clients)
    points, margin, hours = [], 0, 0
    for client in sorted(clients, key=_get_order):
        margin += client.margin
        hours += max(client.hours, 0)
        share = 100 * hours / total if total else 0.0
        points.append(Point(*client, margin, share))
    return points


def get_summary(curve):
    """Return what a curve says, for a sentence or two."""
    total = curve[-1].margin_sum if curve else 0
    most = next(
        (number for number, point in enumerate(curve, 1) if point.margin_sum >= MOST * total), 0
    )
    most = most if total > 0 else 0
    losing = [point for point in curve if point.margin < 0]
    hours = sum(max(point.hours, 0) for point in curve)
    return Summary(
        clients=len(curve),
        margin=total,
        most=most,
        most_hours=curve[most - 1].hours_share if most else 0.0,
        losing=len(losing),
        lost=-sum(point.margin for point in losing),
        lost_hours=100 * sum(max(point.hours, 0) for point in losing) / hours if hours else 0.0,
    )


def _get_order(client):
    """Return the key of a client in the order of margin per hour, larger margins first."""
    if client.hours > 0:
        return (-client.margin / client.hours, -client.margin, client.id)
    return (-float("inf") if client.margin >= 0 else float("inf"), -client.margin, client.id)
