from . import client_feedback_mixin
from . import client_feedback
from . import client_issue
from . import client_hypothesis
from . import client_internal_thread_mixin
from . import client_conversation_facts
from . import client_relationship
