"""Which day is whose: things to do are spread so that nobody gets too many on one day."""

from collections import Counter


def spread(count, days, most, taken=()):
    """Return the day (0, 1, …) of each of ``count`` things, in their order.

    Evenly over so many days, at most ``most`` a day: what doesn't fit comes on the next free day.

    :param taken: {day: how many there are already}
    """
    load, found = Counter(dict(taken)), []
    for number in range(count):
        day = number * days // count
        while load[day] >= most:
            day += 1
        load[day] += 1
        found.append(day)
    return found
