from . import test_conversation
from . import test_feedback
from . import test_feedback_access
from . import test_feedback_by_mail
from . import test_feedback_tours
from . import test_issue
from . import test_opinion
from . import test_own_words
