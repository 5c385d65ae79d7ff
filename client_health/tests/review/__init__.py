from . import test_review
from . import test_review_decision
from . import test_review_run
