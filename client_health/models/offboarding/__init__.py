from . import client_offboarding
from . import client_handover
from . import client_decision
from . import client_relationship
from . import client_offboarding_checklist
from . import client_decision_sheet
