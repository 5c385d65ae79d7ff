"""Down payments, asked in the way a user does: from the order."""

from datetime import timedelta

from .past import set_created
from .projects import at_hour


def build_deposits(scene):
    """Invoice the down payments of the orders and post them; keep their order lines."""
    scene.deposits = {}
    scene.deposit_moves = {}
    for client, number, project in scene.each_project():
        day = scene.start_of(client, project) + timedelta(days=1)
        if not project.deposit or day <= scene.locked_until:
            continue
        order = scene.sale_lines[client.key, number].order_id
        wizard = scene.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        )
        wizard.create(
            {"advance_payment_method": "percentage", "amount": project.deposit}
        ).create_invoices()
        move = order.invoice_ids
        move.write({"invoice_date": day, "date": day, "invoice_date_due": day + timedelta(days=14)})
        move.action_post()
        set_created(move, [at_hour(day)])
        scene.deposits[client.key, number] = order.order_line.filtered(
            lambda line: line.is_downpayment and not line.display_type
        )
        scene.deposit_moves[client.key] = move
