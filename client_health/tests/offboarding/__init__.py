from . import test_decision
from . import test_ending
from . import test_engine_balance
from . import test_offboarding
from . import test_offboarding_tour
