def post_init_hook(env):
    """Build the ledger as soon as the scheduler runs, not only tonight; read what is old."""
    env["mail.message"]._mark_old_messages()
    env.ref("client_health.ir_cron_client_profitability")._trigger()


def uninstall_hook(env):
    """Take away what hangs on our models and activity types without a link that Odoo follows.

    What was planned or done on Odoo's own records stays, as an activity of Odoo's own type.
    """
    models = _get_own_names(env, "ir.model", "model", lambda name: name.startswith("client."))
    env["ir.filters"].with_context(active_test=False).search([("model_id", "in", models)]).unlink()
    env["ir.exports"].search([("resource", "in", models)]).unlink()
    Plan = env["mail.activity.plan"].with_context(active_test=False)
    plans = Plan.search([("res_model", "in", models)])
    # stages forbid the deletion of their plan
    env["client.relationship.stage"].search([]).plan_id = False
    plans.unlink()
    # Their tables are dropped as a whole; one by one, other records would hold them.
    env["ir.model.data"].search(
        [("module", "=", "client_health"), ("model", "in", models)]
    ).unlink()
    _replace_activity_types(env, models)


def _get_own_names(env, model, fname, is_own):
    data = env["ir.model.data"].search([("module", "=", "client_health"), ("model", "=", model)])
    names = env[model].browse(data.mapped("res_id")).exists().mapped(fname)
    return [name for name in names if is_own(name)]


def _replace_activity_types(env, models):
    Type = env["mail.activity.type"].with_context(active_test=False)
    data = env["ir.model.data"].search(
        [("module", "=", "client_health"), ("model", "=", Type._name)]
    )
    own = Type.browse(data.mapped("res_id")).exists() | Type.search([("res_model", "in", models)])
    other = env.ref("mail.mail_activity_data_todo")
    for model in ("mail.activity", "mail.activity.plan.template"):
        records = env[model].with_context(active_test=False)
        records.search([("activity_type_id", "in", own.ids)]).activity_type_id = other
    own.unlink()
