from ..common_money import MoneyCommon


class CaseCommon(MoneyCommon):
    @classmethod
    def _create_account(cls, name, account_type):
        return cls.env["account.account"].create(
            {
                "name": name,
                "code": f"9{name[:5].upper()}",
                "account_type": account_type,
                "company_ids": cls.company.ids,
                "reconcile": account_type in ("asset_receivable", "liability_current"),
            }
        )

    @classmethod
    def _invoice_on(cls, lines, day, move_type="out_invoice", partner=None):
        """Post a document of (amount, account, distribution)."""
        partner = partner or (cls.client if move_type.startswith("out_") else cls.vendor)
        move = cls._create_move(
            move_type, partner, [(amount, parts) for amount, _a, parts in lines], day, post=False
        )
        for line, (_amount, account, _parts) in zip(move.invoice_line_ids, lines, strict=True):
            line.account_id = account
        move.action_post()
        return move

    @classmethod
    def _get_bank(cls):
        return cls._get_account("asset_current")

    def _pay(self, invoice, day, amount=None, write_off=None):
        """Register a payment; the rest goes to the account of ``write_off``."""
        values = {"payment_date": day}
        if amount is not None:
            values["amount"] = amount
        if write_off:
            values |= {
                "payment_difference_handling": "reconcile",
                "writeoff_account_id": write_off.id,
                "writeoff_label": "Cash discount",
            }
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        return wizard.create(values)._create_payments()

    def _write_off(self, invoice, day, distribution=None, amount=None):
        """Book a bad debt by an entry and match it with the invoice."""
        item = invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        amount = item.amount_residual if amount is None else amount
        entry = self._create_entry(
            [
                (self._get_account("expense"), amount, distribution or {}),
                (item.account_id, -amount, {}),
            ],
            day,
            post=False,
        )
        receivable = entry.line_ids.filtered(lambda line: line.account_id == item.account_id)
        receivable.partner_id = invoice.commercial_partner_id
        entry.action_post()
        (item + receivable).reconcile()
        return entry

    def _get_findings(self, kind):
        self.env.flush_all()
        return self.env["client.profitability.finding"].search(
            [("company_id", "=", self.company.id), ("kind", "=", kind)]
        )

    def assertReconciled(self):
        self._rebuild()
        self.env.invalidate_all()
        rows = self.env["client.reconciliation"].search([("company_id", "=", self.company.id)])
        self.assertTrue(rows)
        self.assertEqual(set(rows.mapped("difference")), {0})

    def assertLedger(self, expected, company=None):
        result = super().assertLedger(expected, company)
        if not company:
            self.assertReconciled()
        return result
