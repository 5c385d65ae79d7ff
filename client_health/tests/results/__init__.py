from . import test_accomplishment
from . import test_confirmed_files
from . import test_engine_progress
from . import test_goal
from . import test_goal_import
from . import test_results_portal
from . import test_results_tour
from . import test_value
