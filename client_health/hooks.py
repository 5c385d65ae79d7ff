def post_init_hook(env):
    """Build the ledger as soon as the scheduler runs, not only tonight."""
    env.ref("client_health.ir_cron_client_profitability")._trigger()
