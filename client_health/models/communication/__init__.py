from . import client_feedback_request
from . import client_feedback_asked
