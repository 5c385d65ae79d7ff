from . import client_feedback_request
