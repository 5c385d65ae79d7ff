from . import client_health_measure
from . import client_health_snapshot
from . import client_health_warning_rule
from . import client_health_warning
from . import client_health_judgement
from . import client_health_proposal
from . import client_health_explanation
from . import client_relationship
