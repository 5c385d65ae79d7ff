from . import client_portal
from . import client_agreement
from . import client_feedback
from . import client_results
from . import client_review
from . import client_update
from . import client_value_report
