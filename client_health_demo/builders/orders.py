"""Sale orders behind the projects."""

from datetime import datetime, time, timedelta

from odoo.fields import Command

from ..stories.kinds import FEE, FIXED, HOURS, MILESTONES, YEARLY
from . import hours
from .past import set_created

PRODUCTS = {
    HOURS: "product_hours",
    FEE: "product_care",
    MILESTONES: "product_milestones",
    FIXED: "product_fixed",
    YEARLY: "product_yearly",
}


def build_orders(scene):
    """Sell every project: one order with one line, and tie the project to it."""
    plan = list(scene.each_project())
    orders = scene.env["sale.order"].create(
        [_prepare_order(scene, client, number, project) for client, number, project in plan]
    )
    orders.action_confirm()
    days = [
        datetime.combine(scene.start_of(client, project) - timedelta(days=1), time(11))
        for client, _number, project in plan
    ]
    set_created(orders, days, date_order=days)
    for (client, number, project), order in zip(plan, orders, strict=True):
        line = order.order_line
        scene.sale_lines[client.key, number] = line
        scene.projects[client.key, number].sale_line_id = line
        if project.billing == FEE:
            line.qty_delivered = project.start - project.end
        if project.billing == MILESTONES:
            _sell_milestones(scene, client, number, project, line)


def _prepare_order(scene, client, number, project):
    record = scene.projects[client.key, number]
    values = {
        "partner_id": scene.client(client.key).id,
        "user_id": scene.user(client.owner).id,
        "company_id": scene.company.id,
        "client_order_ref": project.name,
        "order_line": [
            Command.create(
                {
                    "product_id": scene.ref(PRODUCTS[project.billing]).id,
                    "name": project.label,
                    "product_uom_qty": _get_quantity(scene, project),
                    "price_unit": project.price,
                    "analytic_distribution": {str(record.account_id.id): 100},
                }
            )
        ],
    }
    won = scene.won[client.key]
    if number < len(won):
        values["opportunity_id"] = won[number].id
    if client.currency:
        values["pricelist_id"] = scene.pricelists[client.currency].id
    return values


def _get_quantity(scene, project):
    """Return what was ordered: the hours of the whole story, months, or one project."""
    if project.billing == FEE:
        return project.start + 12 - project.start % 12
    if project.billing == YEARLY:
        return project.start // 12 + 1
    if project.billing != HOURS:
        return 1
    total = sum(
        hours.get_month_hours(effort, month, scene.today)
        for effort in project.efforts
        if effort.billable
        for month in range(effort.start, effort.end - 1, -1)
    )
    return round(total * 1.1 / 50) * 50


def _sell_milestones(scene, client, number, project, line):
    records = scene.projects[client.key, number].milestone_ids
    percents = {milestone.name: milestone.percent for milestone in project.milestones}
    for record in records:
        record.write({"sale_line_id": line.id, "quantity_percentage": percents[record.name] / 100})
