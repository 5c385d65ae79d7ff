from . import client_update
from . import client_status_update
from . import client_waiting
from . import client_meeting
from . import client_relationship
from . import client_feedback_request
from . import client_feedback_asked
