from . import test_update
from . import test_update_mail
from . import test_waiting
from . import test_meeting
