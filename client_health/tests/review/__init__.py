from . import test_review
from . import test_review_agree
from . import test_review_client
from . import test_review_decision
from . import test_review_files
from . import test_review_process
from . import test_review_run
