from . import client_profitability_mixin
from . import client_profitability
from . import client_overhead
from . import client_assumed_cost
from . import client_reconciliation
from . import client_scenario
from . import client_relationship
