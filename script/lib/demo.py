# Run by "odoo shell" on a new demo database: no chat window of OdooBot over every first page.
env["res.users"].search([]).odoobot_state = "disabled"
env.cr.commit()
