from . import test_access
from . import test_intake
from . import test_join
from . import test_review
from . import test_stage_moves
from . import test_tours
from . import test_ledger
