"""The currencies of clients abroad, with a price list each, and what an hour has to bear."""

import math

from . import when

# Units of the currency for one unit of company currency, around which the rates swing.
USUAL = {"EUR": 0.92, "GBP": 0.79}
MONTHS = 25
# {months ago: overhead per hour}: the new office is dearer.
OVERHEADS = {24: 13.5, 7: 16.0}


def build_currencies(scene):
    """Give each foreign currency monthly rates of this company, where it has none of that day."""
    scene.pricelists = {}
    for code in sorted({client.currency for client in scene.stories if client.currency}):
        currency = (
            scene.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", code)], limit=1)
        )
        currency.active = True
        if currency != scene.company.currency_id:
            _build_rates(scene, currency)
        scene.pricelists[code] = scene.env["product.pricelist"].create(
            {
                "name": f"Clients in {code}",
                "currency_id": currency.id,
                "company_id": scene.company.id,
            }
        )


def _build_rates(scene, currency):
    rates = scene.env["res.currency.rate"]
    days = [when.month_start(scene.today, month) for month in range(MONTHS, -1, -1)]
    known = rates.search(
        [("currency_id", "=", currency.id), ("name", "in", days),
         ("company_id", "in", [scene.company.id, False])]
    ).mapped("name")  # fmt: skip
    rates.create(
        [
            {
                "currency_id": currency.id,
                "company_id": scene.company.id,
                "name": day,
                "company_rate": USUAL[currency.name] * (1 + 0.02 * math.sin(place / 3)),
            }
            for place, day in enumerate(days)
            if day not in known
        ]
    )


def build_overheads(scene):
    overheads = scene.env["client.overhead"]
    if overheads.search_count([("company_id", "=", scene.company.id)], limit=1):
        return
    overheads.create(
        [
            {
                "company_id": scene.company.id,
                "date": when.month_start(scene.today, month),
                "rate": rate,
            }
            for month, rate in OVERHEADS.items()
        ]
    )
