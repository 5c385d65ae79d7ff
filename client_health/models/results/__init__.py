from . import client_goal_mixin
from . import client_accomplishment
from . import client_goal
from . import client_value
from . import client_value_report
from . import client_relationship
