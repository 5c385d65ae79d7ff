from . import test_engine_answers
from . import test_feedback_request
from . import test_feedback_request_mail
from . import test_feedback_request_page
