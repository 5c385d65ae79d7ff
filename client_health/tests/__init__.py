from . import test_access
from . import test_intake
from . import test_join
from . import test_stage_moves
