from . import test_engine_portfolio
from . import test_hoot
from . import test_portfolio
