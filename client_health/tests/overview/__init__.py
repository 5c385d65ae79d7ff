from . import test_client_finding
from . import test_dashboard
from . import test_digest
from . import test_engine_dashboard
from . import test_engine_portfolio
from . import test_hoot
from . import test_portfolio
